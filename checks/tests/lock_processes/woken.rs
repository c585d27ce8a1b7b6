//! The waiter that a release has woken is killed before it acts, and its wake-up dies with it: the
//! other waiter, whom nobody will wake, must go on by itself.
//!
//! All stay on one processor, and the waiters in the idle class, so that a woken one is ready to
//! run but does not until this process sleeps. SIGSTOP would not do: it takes a waiter out of the
//! futex's queue, and the wake goes to the other.

#![allow(unsafe_code, reason = "scheduling classes and affinity are raw calls into the kernel")]

use std::mem;
use std::time::{Duration, Instant};

use forkstep::Lock;
use forkstep::process::Process;
use forkstep_checks::backend::processes::Sight;
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::contenders::{expect_held, join, kill, wait_until_asleep};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("killed_between_its_wake_and_its_look", killed_after_its_wake)]
}

/// How often the wake-up has to be lost for certain.
const LOST: usize = 10;
/// The machine may disturb most attempts, but not this many.
const ATTEMPTS: usize = 2000;

fn killed_after_its_wake() {
    stay_on_one_processor();
    let mut waits = Vec::new();
    for _ in 0..ATTEMPTS {
        waits.extend(lose_a_wake());
        if waits.len() == LOST {
            println!("after a lost wake-up, the other waiter went on after {waits:?}");
            return;
        }
    }
    panic!("{} of {LOST} wake-ups were lost in {ATTEMPTS} attempts", waits.len());
}

/// Returns how long the other waiter took after the last release; `None` if the machine let a
/// waiter run too soon, so that no wake-up was lost.
fn lose_a_wake() -> Option<Duration> {
    let lock = Lock::new().unwrap();
    let guard = expect_held(&lock);
    let start = |name: &str| {
        let wait = || {
            become_idle();
            drop(expect_held(&lock));
        };
        Process::builder().name(name).start(wait).unwrap()
    };
    let waiters = [start("one waiter"), start("another waiter")];
    waiters.iter().for_each(wait_until_asleep);

    drop(guard);
    let barger = lock.try_acquire();
    let sights = [0, 1].map(|index| Sight::of(waiters[index].pid()));
    let woken = match (sights[0].is_runnable(), sights[1].is_runnable()) {
        (true, false) => Some(0),
        (false, true) => Some(1),
        _ => None,
    };
    let Some(woken) = woken.filter(|_| barger.is_ok()) else {
        drop(barger);
        waiters.iter().for_each(join);
        return None;
    };
    waiters[woken].kill().unwrap();
    let other = &waiters[1 - woken];
    // Nobody has noted a waiter on the lock, and yet one sleeps: no release will wake it.
    let lost =
        !format!("{lock:?}").contains("waiters") && Sight::of(other.pid()).is_asleep_in_futex();
    kill(&waiters[woken]);
    let released = Instant::now();
    drop(barger);
    join(other);
    lost.then(|| released.elapsed())
}

fn stay_on_one_processor() {
    // SAFETY: sched_getcpu has no requirement.
    let here = unsafe { libc::sched_getcpu() };
    let here = usize::try_from(here).expect("the kernel names the processor");
    // SAFETY: a set of processors is plain bits, of which all zero is the empty set.
    let mut set: libc::cpu_set_t = unsafe { mem::zeroed() };
    // SAFETY: the set has room for the number of every processor that the kernel names.
    unsafe { libc::CPU_SET(here, &mut set) };
    // SAFETY: the pointer is valid for the size given.
    let result = unsafe { libc::sched_setaffinity(0, size_of_val(&set), &raw const set) };
    assert_eq!(result, 0, "sched_setaffinity: {}", std::io::Error::last_os_error());
}

fn become_idle() {
    let parameters = libc::sched_param { sched_priority: 0 };
    // SAFETY: the pointer is valid for the length of the call.
    let result = unsafe { libc::sched_setscheduler(0, libc::SCHED_IDLE, &raw const parameters) };
    assert_eq!(result, 0, "sched_setscheduler: {}", std::io::Error::last_os_error());
}
