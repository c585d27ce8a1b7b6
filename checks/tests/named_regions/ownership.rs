//! Who owns a name takes it away; who only opened it, or was forked, does not.

use forkstep::process::Process;
use forkstep::{Lock, NameError, Queue};
use libtest_mimic::Trial;

use crate::calls::signal;
use crate::names::{left, named, trial};
use crate::orphan::reap_orphan;
use crate::programs::Program;
use crate::victims::{join, kill, wait_to_be_killed, wait_until_asleep};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("the_owner_takes_the_name_away", the_owner_takes_the_name_away),
        trial("forked_copy_takes_nothing_away", forked_copy_takes_nothing_away),
        trial("name_of_a_killed_owner_is_adopted", name_of_a_killed_owner_is_adopted),
        trial("one_of_many_adopts", one_of_many_adopts),
        trial("the_owners_children_own_too", the_owners_children_own_too),
        trial("a_child_adopts_alone", a_child_adopts_alone),
        trial("a_name_that_was_kept", a_name_that_was_kept),
        trial("a_name_that_leads_elsewhere", a_name_that_leads_elsewhere),
    ]
}

fn the_owner_takes_the_name_away() {
    let name = named("own");
    let owner = Queue::<u64>::create(&name, 4).unwrap();
    let opener = Queue::<u64>::open(&name).unwrap();
    assert_eq!((owner.is_owner(), opener.is_owner()), (true, false));
    assert_eq!((owner.name(), opener.name()), (name.as_str(), name.as_str()));
    drop(Queue::<u64>::open(&name).unwrap());
    assert_eq!(left().len(), 1, "an opener takes nothing away");
    drop(owner);
    assert!(left().is_empty());
    // Who has it goes on.
    opener.put(&7).unwrap();
    assert_eq!(opener.get(), Ok(7));
}

fn forked_copy_takes_nothing_away() {
    let name = named("copied");
    let mut owner = Some(Queue::<u64>::create(&name, 4).unwrap());
    let child = Process::start(|| {
        let copy = owner.take().unwrap();
        assert!(!copy.is_owner());
        copy.put(&7).unwrap();
        drop(copy);
    });
    join(&child.unwrap());
    assert_eq!(left().len(), 1);
    let owner = owner.unwrap();
    assert_eq!(owner.get(), Ok(7));
    // Before and after: the child's end has not let go of it.
    assert!(owner.is_owner());
    assert!(!Queue::<u64>::open(&name).unwrap().adopt().unwrap());
    drop(owner);
    assert!(left().is_empty());
}

fn name_of_a_killed_owner_is_adopted() {
    for _ in 0..20 {
        let name = named("orphan");
        let mut owner = Program::start("own", &name);
        assert_eq!(owner.line(), Some(format!("owns {name}")));
        let mut queue = Queue::<u64>::open(&name).unwrap();
        assert!(!queue.adopt().unwrap(), "its owner lives");
        owner.kill();
        assert_eq!(left().len(), 1);
        assert!(queue.adopt().unwrap() && queue.is_owner());
        assert!(queue.adopt().unwrap(), "it is owned already, by this guard");
        drop(queue);
        assert!(left().is_empty());
    }
}

fn one_of_many_adopts() {
    for _ in 0..5 {
        let name = named("orphan");
        let mut owner = Program::start("own", &name);
        owner.line();
        let (mut heirs, gate) = Program::start_many("adopt-at-once", &name, 8);
        owner.kill();
        drop(gate);
        let said: Vec<_> = heirs.iter_mut().map(|heir| heir.line().unwrap()).collect();
        assert_eq!(said.iter().filter(|line| *line == "true").count(), 1, "{said:?}");
        assert_eq!(said.iter().filter(|line| *line == "false").count(), 7, "{said:?}");
        drop(heirs);
        assert!(Queue::<u64>::open(&name).unwrap().adopt().unwrap());
    }
    assert!(left().is_empty());
}

/// As long as one of the family lives, the name has an owner, although it may be one who will not
/// take it away.
fn the_owners_children_own_too() {
    let name = named("family");
    let founder = Process::start(|| {
        let queue = Queue::<u64>::create(&name, 4).unwrap();
        let child = Process::start(|| wait_to_be_killed()).unwrap();
        queue.put(&(child.pid() as u64)).unwrap();
        wait_to_be_killed()
    });
    let founder = founder.unwrap();
    wait_until_asleep(&founder);
    let mut queue = Queue::<u64>::open(&name).unwrap();
    let child = queue.get().unwrap();
    kill(&founder);
    assert!(!queue.adopt().unwrap(), "a child of the owner lives");
    signal(child as u32, libc::SIGKILL);
    assert_eq!(reap_orphan(child as i32), 9);
    assert!(queue.adopt().unwrap(), "the last of the family is gone");
    drop(queue);
    assert!(left().is_empty());
}

fn a_child_adopts_alone() {
    let name = named("child");
    let mut queue = Queue::<u64>::create(&name, 4).unwrap();
    let child = Process::start(|| assert!(!queue.adopt().unwrap(), "the parent owns it"));
    join(&child.unwrap());
    queue.keep().unwrap();
    assert!(!queue.is_owner());
    let child = Process::start(|| {
        assert!(queue.adopt().unwrap() && queue.is_owner());
        wait_to_be_killed()
    });
    let child = child.unwrap();
    let mut another = Queue::<u64>::open(&name).unwrap();
    // Asleep until it is killed: it has adopted.
    wait_until_asleep(&child);
    assert!(!another.adopt().unwrap() && !queue.adopt().unwrap(), "only the child owns it");
    kill(&child);
    assert!(another.adopt().unwrap());
    drop(another);
    assert!(left().is_empty());
}

fn a_name_that_was_kept() {
    let name = named("kept");
    let mut lock = Lock::create(&name).unwrap();
    lock.keep().unwrap();
    drop(lock);
    assert_eq!(left().len(), 1);
    let mut lock = Lock::open(&name).unwrap();
    lock.keep().unwrap();
    assert!(lock.adopt().unwrap());
    drop(lock);
    assert!(left().is_empty());
}

fn a_name_that_leads_elsewhere() {
    let name = named("elsewhere");
    let first = Lock::create(&name).unwrap();
    let mut opened = Lock::open(&name).unwrap();
    forkstep::named::unlink(&name).unwrap();
    let second = Lock::create(&name).unwrap();
    drop(first);
    assert_eq!(left().len(), 1, "it was not the first one's name any more");
    let gone = NameError::NotFound { name: name.clone() };
    assert_eq!(opened.adopt(), Err(gone));
    assert!(!opened.is_owner());
    drop(opened);
    assert_eq!(left().len(), 1);
    drop(second);
    assert!(left().is_empty());
}
