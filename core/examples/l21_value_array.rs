//! Typed shared memory: a child's change is seen by the parent, one of a plain variable is not.

use forkstep::{Array, Process, Value};

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut plain = 100;
    let number = Value::new(100_i32)?;
    let list = Array::from_slice(&[1.0, 2.0, 3.0])?;

    let child = Process::start(|| {
        plain -= 100;
        number.set(0).expect("the lock is free");
        for index in 0..list.len() {
            list.update(index, |old| -10.0 * old).expect("the index is within");
        }
        println!("the child has {plain}, {}, {list:?}", number.get());
    })?;
    child.join()?;
    println!("the parent has {plain}, {}, {list:?}", number.get());

    // Four processes add to one number; no addition is lost, and nobody waits.
    let add = || {
        for _ in 0..1000 {
            number.fetch_add(1);
        }
    };
    for process in [0, 1, 2, 3].map(|_| Process::start(add)) {
        process?.join()?;
    }
    println!("four children have counted to {}", number.get());

    println!("get 3: {}", list.get(3).unwrap_err());
    println!("set 7: {}", list.set(7, 0.0).unwrap_err());
    println!("an array of nothing: {}", Array::<u8>::from_slice(&[]).unwrap_err());

    // Several elements as one, for those that take the lock.
    let mut guard = list.lock()?;
    let first = guard.get(0)?;
    guard.copy_from_slice(0, &[first + 1.0, first + 2.0, first + 3.0])?;
    println!("set while holding: {}", list.set(0, 0.0).unwrap_err());
    drop(guard);
    println!("at last: {list:?}");
    Ok(())
}
