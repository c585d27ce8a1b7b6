//! Participants that are killed: while they hold the lock, while they wait, while they repair.

use forkstep::Lock;
use forkstep::process::Process;
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::contenders::{
    expect_held, expect_owner_died, join, kill, pid_of_dead, start_holder, wait_to_be_killed,
    wait_until_asleep,
};
use crate::pipe::Pipe;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("killed_while_holding_is_reported_once", killed_while_holding),
        trial("killed_while_holding_wakes_a_sleeper", killed_holder_wakes_a_sleeper),
        trial("killed_while_waiting_changes_nothing", killed_while_waiting),
        trial("killed_while_repairing_is_reported_anew", killed_while_repairing),
        trial("killed_after_repair_is_reported_anew", killed_after_repair),
    ]
}

fn killed_while_holding() {
    let lock = Lock::new().unwrap();
    for _ in 0..100 {
        let holder = start_holder(&lock);
        assert_eq!(lock.owner().map(|owner| owner.pid().cast_signed()), Some(holder.pid()));
        kill(&holder);
        assert_eq!(lock.owner(), None);
        let guard = expect_owner_died(&lock);
        assert_eq!(pid_of_dead(&guard), holder.pid());
        drop(guard.mark_consistent());
        drop(expect_held(&lock));
    }
}

fn killed_holder_wakes_a_sleeper() {
    let lock = Lock::new().unwrap();
    for _ in 0..20 {
        let holder = start_holder(&lock);
        let sleepers = [0, 1].map(|_| {
            Process::start(|| match lock.acquire() {
                Err(forkstep::AcquireError::OwnerDied(guard)) => {
                    assert_eq!(pid_of_dead(&guard), holder.pid());
                    drop(guard.mark_consistent());
                    1
                }
                Ok(_guard) => 0,
                Err(error) => panic!("{error}"),
            })
            .unwrap()
        });
        sleepers.iter().for_each(wait_until_asleep);
        kill(&holder);
        let reports = sleepers.iter().map(|sleeper| sleeper.join().unwrap().code());
        assert_eq!(reports.sum::<i32>(), 1, "one sleeper, and one only, is told");
    }
}

fn killed_while_waiting() {
    let lock = Lock::new().unwrap();
    for _ in 0..20 {
        let guard = expect_held(&lock);
        let start =
            |name: &str| Process::builder().name(name).start(|| drop(expect_held(&lock))).unwrap();
        let (victim, survivor) = (start("the victim"), start("the survivor"));
        wait_until_asleep(&victim);
        wait_until_asleep(&survivor);
        kill(&victim);
        drop(guard);
        join(&survivor);
    }
    drop(expect_held(&lock));
}

fn killed_while_repairing() {
    let lock = Lock::new().unwrap();
    for _ in 0..20 {
        let holder = start_holder(&lock);
        kill(&holder);
        let log = Pipe::new();
        let repairer = Process::start(|| {
            let guard = expect_owner_died(&lock);
            log.send(pid_of_dead(&guard));
            wait_to_be_killed()
        });
        let repairer = repairer.unwrap();
        assert_eq!(log.receive_number::<i32>("the repairer"), holder.pid());
        kill(&repairer);
        let guard = expect_owner_died(&lock);
        assert_eq!(pid_of_dead(&guard), repairer.pid());
        drop(guard.mark_consistent());
        drop(expect_held(&lock));
    }
}

fn killed_after_repair() {
    let lock = Lock::new().unwrap();
    kill(&start_holder(&lock));
    let log = Pipe::new();
    let repairer = Process::start(|| {
        let _guard = expect_owner_died(&lock).mark_consistent();
        log.send("repaired");
        wait_to_be_killed()
    });
    assert_eq!(log.receive("the repair"), "repaired");
    let repairer = repairer.unwrap();
    kill(&repairer);
    let guard = expect_owner_died(&lock);
    assert_eq!(pid_of_dead(&guard), repairer.pid());
    drop(guard.mark_consistent());
    drop(expect_held(&lock));
}
