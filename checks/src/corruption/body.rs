//! The execution of one script.

use std::fs::{File, OpenOptions};
use std::time::Instant;

use forkstep::inspect::inspect;
use forkstep::process::Process;

use super::board::Board;
use super::damage::Damage;
use super::planted::Planted;
use super::script::{Flavour, Script, Step};
use super::session::{Session, World};
use super::specimen::Specimen;

/// Executes the script that these bytes are, in this process: for fuzzers, which see for themselves
/// whether it ends, and how.
pub fn execute_bytes(bytes: &[u8]) {
    let board = Board::default();
    let world = World { board: &board, start: Instant::now(), planted: Planted::Nothing };
    let script = Script::new(bytes);
    (script.kind().execute)(&script, &name_of(std::process::id()), world);
}

/// The name of the region that a process uses.
pub(super) fn name_of(pid: u32) -> String {
    format!("corrupted.{pid}")
}

/// Makes an object, corrupts and uses it as the script says, and looks at it.
pub(super) fn execute<S: Specimen>(script: &Script, name: &str, world: World<'_>) {
    world.begin();
    let made = S::make(name, script.size()).expect("there is room for a small region");
    made.fill();
    let file = open(name);
    match script.flavour() {
        Flavour::Between => {
            made.exercise(&mut Session::new(world, script.steps(), &file));
        }
        Flavour::BeforeOpening => {
            let uses = script.steps().filter(|step| matches!(step, Step::Use(_)));
            let mut session = Session::new(world, uses, &file);
            script.damages().for_each(|damage| session.corrupt(damage));
            world.begin();
            if let Some(opened) = session.note(S::open(name)) {
                opened.exercise(&mut session);
            }
        }
        Flavour::Meanwhile => {
            let other = Other::start(&file, script.damages().collect());
            made.exercise(&mut Session::new(world, script.steps(), &file));
            drop(other);
        }
    }
    world.begin();
    std::hint::black_box(format!("{made:?}"));
    match inspect(name) {
        Ok(seen) => drop(std::hint::black_box(format!("{seen}{seen:?}"))),
        Err(error) => drop(world.board.count_error(&error)),
    }
    world.begin();
}

fn open(name: &str) -> File {
    let path = format!("/dev/shm/forkstep.{name}");
    OpenOptions::new().read(true).write(true).open(path).expect("the region has just been made")
}

/// Another process, which corrupts the same places again and again.
struct Other(Option<Process>);

impl Other {
    fn start(file: &File, damages: Vec<Damage>) -> Self {
        if damages.is_empty() {
            return Self(None);
        }
        let corrupt = || {
            loop {
                for damage in &damages {
                    damage.apply(file).expect("the file can be written");
                }
            }
        };
        // Under a fuzzer with threads of its own there is nobody else.
        Self(Process::builder().daemon(true).start::<_, ()>(corrupt).ok())
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        if let Some(process) = &self.0 {
            process.kill().expect("it is a child");
            process.join().expect("it is a child");
        }
    }
}
