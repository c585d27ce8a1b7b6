//! Two readers on one pipe of the system tear messages apart; two on one of ours do not.

use std::io::{self, Read, Write};

use forkstep::{Process, pipe};

type Anything = Box<dyn std::error::Error>;

/// Ann and Bob read in processes of their own, in turns: who calls the second argument hands the
/// baton to the other and waits to get it back. So what happens is no matter of luck.
fn take_turns(read: impl Fn(&str, &dyn Fn())) -> Result<(), Anything> {
    let (anns, bobs) = pipe::duplex::<(), ()>(64)?;
    let hand_over = |end: &pipe::End<(), ()>| end.send(&()).expect("the other is there");
    let wait = |end: &pipe::End<(), ()>| end.recv().expect("the other hands over");
    let ann = Process::start(|| {
        read("Ann", &|| (hand_over(&anns), wait(&anns)).1);
        hand_over(&anns);
    })?;
    let bob = Process::start(|| {
        wait(&bobs);
        read("Bob", &|| (hand_over(&bobs), wait(&bobs)).1);
    })?;
    ann.join()?;
    bob.join()?;
    Ok(())
}

pub(crate) fn main() -> Result<(), Anything> {
    println!("a pipe of the system:");
    let (reader, mut writer) = io::pipe()?;
    for message in ["apple", "banana"] {
        writer.write_all(&(message.len() as u32).to_le_bytes())?;
        writer.write_all(message.as_bytes())?;
    }
    drop(writer);
    take_turns(|name, pass| {
        let mut length = [0; 4];
        (&reader).read_exact(&mut length).expect("there is enough");
        let length = u32::from_le_bytes(length);
        println!("{name} reads a length: {length}");
        pass();
        let mut text = String::new();
        (&reader).take(length.into()).read_to_string(&mut text).expect("it is ASCII");
        println!("{name} reads a text: {text:?}");
    })?;

    println!("a pipe of forkstep:");
    let (receiver, sender) = pipe::one_way(256)?;
    for message in ["apple", "banana"] {
        sender.send(&message.to_owned())?;
    }
    take_turns(|name, pass| {
        let text: String = receiver.recv().expect("there is one for each");
        println!("{name} receives {text:?}");
        pass();
    })
}
