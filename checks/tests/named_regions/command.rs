//! `forkstep ls`, `inspect` and `rm` on what other programs have and hold.

use std::process::Command;

use forkstep::inspect::{LockState, Sight, inspect};
use forkstep::{JoinableQueue, Lock, Queue};
use libtest_mimic::Trial;
use serde_json::Value;

use crate::calls::signal;
use crate::names::{left, named, trial};
use crate::programs::Program;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("ls_lists_and_rm_removes", ls_lists_and_rm_removes),
        trial("inspect_says_who_holds_what", inspect_says_who_holds_what),
        trial("inspect_sees_the_dead", inspect_sees_the_dead),
        trial("inspect_waits_for_nobody", inspect_waits_for_nobody),
        trial("what_is_not_there_is_misuse", what_is_not_there_is_misuse),
    ]
}

/// Runs the command; returns its exit code and what it said.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_forkstep")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Runs the command, which must hold; returns its lines as JSON.
fn objects(arguments: &[&str]) -> Vec<Value> {
    let (code, text, complaint) = run(arguments);
    assert_eq!((code, complaint.as_str()), (0, ""));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn ls_lists_and_rm_removes() {
    let (one, other) = (named("one"), named("other"));
    let queue = Queue::<u8>::create(&one, 3).unwrap();
    let mut lock = Lock::create(&other).unwrap();
    lock.keep().unwrap();
    let mut all = objects(&["ls", "--json"]);
    all.retain(|listed| listed["name"] == *one || listed["name"] == *other);
    assert_eq!(all.len(), 2);
    assert_eq!((&all[0]["kind"], &all[0]["owned"]), (&"queue".into(), &true.into()));
    assert_eq!((&all[1]["kind"], &all[1]["owned"]), (&"lock".into(), &false.into()));
    assert_eq!(all[1]["bytes"], 4096);
    let (code, text, _) = run(&["ls"]);
    assert!(code == 0 && text.contains(&one) && text.contains(&other), "{text}");
    let (code, _, complaint) = run(&["rm", &one]);
    assert!(code == 2 && complaint.contains("--force"), "{complaint}");
    assert_eq!(left().len(), 2);
    assert_eq!(run(&["rm", &other]), (0, format!("removed {other}\n"), String::new()));
    assert_eq!(run(&["rm", "--force", &one]).0, 0);
    assert!(left().is_empty());
    drop(queue);
}

fn inspect_says_who_holds_what() {
    let name = named("tasks");
    let queue = JoinableQueue::<String>::create(&name, 5).unwrap();
    for dish in ["a", "b", "c"] {
        queue.put(&dish.to_owned()).unwrap();
    }
    let mut consumer = Program::start("lease", &name);
    consumer.line();
    let seen = objects(&["inspect", &name, "--json"]).remove(0);
    assert_eq!((&seen["kind"], &seen["capacity"]), (&"joinable-queue".into(), &5.into()));
    let unfinished = &seen["unfinished"];
    assert_eq!((&unfinished["queued"], &unfinished["dead_letters"]), (&2.into(), &0.into()));
    let holding = &unfinished["holdings"][0];
    assert_eq!((&holding["task"], &holding["deliveries"]), (&0.into(), &1.into()));
    assert_eq!(holding["owner"]["pid"], consumer.pid());
    let (code, text, _) = run(&["inspect", &name]);
    let held = format!("task 0 held by process {}", consumer.pid());
    assert!(code == 0 && text.contains(&held), "{text}");
    consumer.kill();
    let seen = objects(&["inspect", &name, "--json"]).remove(0);
    assert_eq!(seen["unfinished"]["holdings"][0]["owner"], Value::Null);
    queue.close().unwrap();
    assert_eq!(objects(&["inspect", &name, "--json"])[0]["closed"], true);
}

fn inspect_sees_the_dead() {
    let name = named("lock");
    let lock = Lock::create(&name).unwrap();
    let sight = || match inspect(&name).unwrap().sight {
        Sight::Lock(sight) => sight,
        other => panic!("it is a lock: {other:?}"),
    };
    assert_eq!((sight().state, sight().owner), (LockState::Free, None));
    let mut holder = Program::start("hold", &name);
    holder.line();
    assert_eq!((sight().state, sight().owner_alive), (LockState::Held, Some(true)));
    let pid = holder.pid();
    holder.kill();
    for _ in 0..2 {
        // Looking takes nothing over: it can be seen again, and still be taken.
        assert_eq!(sight().state, LockState::OwnerDied);
        assert_eq!(sight().owner.map(|owner| owner.pid()), Some(pid));
    }
    drop(lock.acquire());
    assert_eq!(sight().state, LockState::NotRecoverable);
}

/// Not even for a process that was stopped while it holds all there is to hold.
fn inspect_waits_for_nobody() {
    let name = named("stopped");
    let _lock = Lock::create(&name).unwrap();
    let mut holder = Program::start("hold", &name);
    holder.line();
    signal(holder.pid(), libc::SIGSTOP);
    let seen = objects(&["inspect", &name, "--json"]).remove(0);
    assert_eq!((&seen["state"], &seen["owner"]["pid"]), (&"held".into(), &holder.pid().into()));
    holder.kill();
}

fn what_is_not_there_is_misuse() {
    let name = named("nothing");
    let complaint = format!("error: nothing has the name '{name}'\n");
    for command in ["inspect", "rm"] {
        assert_eq!(run(&[command, &name]), (2, String::new(), complaint.clone()));
        let (code, text, complaint) = run(&[command, "a/b"]);
        assert!(code == 2 && text.is_empty() && complaint.contains("accepted are"), "{complaint}");
    }
}
