//! Nine processes append "is" to one name in a dict that they share. How many are lost?

use std::{env, thread, time::Duration};

use forkstep::atomic::{AtomicU64, Ordering};
use forkstep::{Dict, Lock, Process, Region};

type Anything = Box<dyn std::error::Error>;
type Data = Dict<String, String>;
const PROCESSES: u64 = 9;

/// Two steps: what others write in between is lost.
fn get_and_insert(data: &Data, pause: impl Fn()) {
    let name = data.get("name").expect("it is text").expect("it is there");
    pause();
    data.insert("name", &(name + "is")).expect("there is room");
}

/// Lets nine processes append; returns how many of them the name does not show.
fn lost(append: impl Fn(&Data)) -> Result<u64, Anything> {
    let data = Data::new(4096)?;
    data.insert("name", &"owen".to_owned())?;
    let processes = (0..PROCESSES).map(|_| Process::start(|| append(&data)));
    let processes = processes.collect::<Result<Vec<_>, _>>()?;
    processes.iter().try_for_each(|process| process.join().map(drop))?;
    let name = data.get("name")?.ok_or("the name is gone")?;
    Ok(PROCESSES - name.matches("is").count() as u64)
}

fn report(what: &str, rounds: u32, append: impl Fn(u32, &Data)) -> Result<(), Anything> {
    let lost = (0..rounds).map(|round| lost(|data| append(round, data))).sum::<Result<u64, _>>()?;
    println!("{what}: {:.1} of {PROCESSES} lost on average", lost as f64 / f64::from(rounds));
    Ok(())
}

pub(crate) fn run(rounds: u32) -> Result<(), Anything> {
    let (lock, region) = (Lock::new()?, Region::anonymous(64)?);
    let have_read = region.place_ref(AtomicU64::new(0))?;
    let pause = || thread::sleep(Duration::from_millis(1));
    report("get, a pause, insert", rounds, |round, data| {
        get_and_insert(data, || {
            pause();
            // In the first round nobody writes before all have read.
            have_read.fetch_add(1, Ordering::Relaxed);
            while round == 0 && have_read.load(Ordering::Relaxed) < PROCESSES {}
        });
    })?;
    report("the same, with a lock", rounds, |_, data| {
        let _guard = lock.acquire().expect("nobody dies");
        get_and_insert(data, pause);
    })?;
    report("update", rounds, |_, data| {
        data.update("name", |name| name.unwrap_or_default() + "is").expect("there is room");
    })
}

#[allow(dead_code, reason = "where the lesson is a module of a test, that calls `run`")]
pub(crate) fn main() -> Result<(), Anything> {
    run(env::args().nth(1).map_or(Ok(10), |rounds| rounds.parse())?)
}
