//! What is printed of what lies in shared memory under names.

use forkstep::inspect::inspect;
use forkstep::named::list;
use forkstep::{JoinableQueue, Lock, NameError, Named, Queue};
use forkstep_checks::cli::table;

/// A name of this process, shown as it would be without that.
fn named(name: &str) -> String {
    format!("snapshot.{}.{name}", std::process::id())
}

/// Takes out what differs from run to run. The runner's threads are not the main one.
fn steady(text: &str) -> String {
    let pid = std::process::id().to_string();
    let text = text.replace(&format!("snapshot.{pid}."), "");
    let mut text = text.replace(&format!("process {pid}"), "process PID");
    while let Some(at) = text.find(", thread ") {
        let rest = text.split_off(at);
        text.push_str(rest[", thread ".len()..].trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    text
}

/// What `forkstep inspect` says without and with `--json`.
fn inspected(name: &str) -> String {
    let seen = inspect(name).expect("it is there");
    let json = serde_json::to_string_pretty(&seen).expect("it has no keys but names");
    let own = format!("\"pid\": {}", std::process::id());
    let json = json.replace(&own, "\"pid\": PID");
    let lines = json.lines().map(|line| if line.contains("\"tid\"") { "TID" } else { line });
    steady(&format!("{seen}\n\n{}", lines.collect::<Vec<_>>().join("\n")))
}

#[test]
fn inspections_say_who_holds_what() {
    let lock = Lock::create(&named("lock")).expect("there is memory");
    let queue = Queue::create(&named("queue"), 3).expect("there is memory");
    queue.put(&7_u64).expect("there is room");
    let tasks: Named<JoinableQueue<u64>> =
        JoinableQueue::builder(3).create(&named("tasks")).expect("there is memory");
    tasks.put(&7).expect("there is room");
    tasks.put(&8).expect("there is room");
    // Given back once, and held again.
    drop(tasks.get().expect("there is one"));
    let _lease = tasks.get().expect("there is one");
    let _guard = lock.acquire().expect("nobody holds it");
    let texts = ["lock", "queue", "tasks"].map(|name| inspected(&named(name)));
    insta::assert_snapshot!("inspections", texts.join("\n\n"));
}

#[test]
fn the_list_lines_up() {
    let _queue = Queue::<u64>::create(&named("list.kitchen"), 3).expect("there is memory");
    let mut lock = Lock::create(&named("list.lock")).expect("there is memory");
    lock.keep().expect("it is there");
    let mut all = list().expect("the names can be read");
    all.retain(|listed| listed.name.starts_with(&named("list.")));
    for listed in &mut all {
        listed.name = steady(&listed.name);
    }
    insta::assert_snapshot!("list", table(&all));
    assert_eq!(lock.adopt(), Ok(true));
}

#[test]
fn an_empty_list_is_its_head() {
    assert_eq!(table(&[]), "name  kind                   bytes  owner");
}

#[test]
fn name_errors_say_what_is_accepted() {
    let name = || "kitchen".to_owned();
    let (queue, lock) = (forkstep::named::Kind::Queue, forkstep::named::Kind::Lock);
    let errors = [
        Lock::create("a/b\n").expect_err("no name"),
        NameError::NotFound { name: name() },
        NameError::AlreadyExists { name: name() },
        NameError::NotARegion { name: name() },
        NameError::OtherVersion { found: 1, expected: 2 },
        NameError::OtherKind { found: queue, expected: lock },
        NameError::UnknownKind { number: 77 },
        NameError::OtherLayout { kind: queue, parameters: [0, 64, 0, 0, 0, 0] },
        NameError::OtherSize { found: 8, expected: 4 },
        NameError::WrongSize { found: 4095, expected: 4096 },
        Queue::<u64>::create("kitchen", 0).expect_err("a queue for nothing"),
        NameError::Os { call: "open", errno: 13 },
    ];
    insta::assert_snapshot!("name_errors", errors.map(|error| error.to_string()).join("\n"));
}
