//! Programs that share nothing with the test but names: this binary, executed anew, so that nothing
//! lies where it lies here.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, PipeReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, hint};

use forkstep::{JoinableQueue, Lock, Queue, Region};
use forkstep_checks::watchdog::waiting_for;

use crate::names::was_killed;
use crate::pair::{cook, eat};
use crate::victims::wait_to_be_killed;

/// Waits without a sleep, so that little time passes before the next step.
pub(crate) fn spin(duration: Duration) {
    let start = Instant::now();
    while start.elapsed() < duration {
        hint::spin_loop();
    }
}

/// What tells a program from a run of the tests.
const FLAG: &str = "--as-program";

/// Whether this process is to be one of the programs.
pub(crate) fn is_asked_for() -> bool {
    env::args().nth(1).as_deref() == Some(FLAG)
}

/// Is the program that the command line asks for.
pub(crate) fn run_as_asked() {
    shift_addresses();
    let arguments: Vec<String> = env::args().skip(2).collect();
    let [program, name] = &arguments[..] else { panic!("a program and a name: {arguments:?}") };
    match program.as_str() {
        "create-at-once" => create_at_once(name),
        "create-again-and-again" => create_again_and_again(name),
        "adopt-at-once" => adopt_at_once(name),
        "own" => own(name),
        "hold" => hold(name),
        "put" => put(name),
        "lease" => lease(name),
        "cook" => cook(name, u64::MAX).unwrap(),
        // Nothing takes that long here: the eater goes when the table is closed.
        "eat" => eat(name, Duration::ZERO, Duration::from_secs(60)).unwrap(),
        other => panic!("no program {other}"),
    }
}

/// What this process maps comes to lie elsewhere than in others, also where the kernel does not
/// choose addresses at random.
fn shift_addresses() {
    let pages = 1 + std::process::id() as usize % 512;
    std::mem::forget(Region::anonymous(pages * 4096).expect("there is that much memory"));
}

/// Waits until all programs that were given this standard input may begin.
fn wait_for_the_gate() {
    println!("ready");
    io::stdin().read_to_end(&mut Vec::new()).expect("the gate opens");
}

fn create_at_once(name: &str) {
    wait_for_the_gate();
    let created = Queue::<u64>::create(name, 4);
    match &created {
        Ok(_) => println!("created"),
        Err(error) => println!("{error}"),
    }
    wait_to_be_killed();
}

/// Many slots, so that there is much to be made.
pub(crate) const ITEMS: usize = 2000;

fn create_again_and_again(name: &str) {
    println!("ready");
    loop {
        let start = Instant::now();
        let queue = JoinableQueue::<u64>::create(name, ITEMS).expect("nobody else has the name");
        assert!(queue.is_owner() && queue.is_empty());
        // The name is there about as long as it is not.
        spin(start.elapsed());
    }
}

fn adopt_at_once(name: &str) {
    let mut queue = Queue::<u64>::open(name).expect("it is there");
    wait_for_the_gate();
    println!("{}", queue.adopt().expect("its name is there"));
    wait_to_be_killed();
}

fn own(name: &str) {
    let queue = Queue::<u64>::create(name, 4).expect("nobody else has the name");
    println!("owns {}", queue.name());
    wait_to_be_killed();
}

fn hold(name: &str) {
    let lock = Lock::open(name).expect("it is there");
    let _guard = lock.acquire().expect("nobody has it");
    println!("holds");
    wait_to_be_killed();
}

fn put(name: &str) {
    let queue = Queue::open(name).expect("it is there");
    for number in 0..4_u64 {
        queue.put(&number).expect("it is open");
        println!("{number}");
    }
    wait_to_be_killed();
}

fn lease(name: &str) {
    let queue = JoinableQueue::<String>::open(name).expect("it is there");
    let task = queue.get().expect("there is one");
    println!("{} {}", *task, task.deliveries());
    wait_to_be_killed();
}

/// A program that runs. Dropped, it is killed and reaped.
pub(crate) struct Program {
    name: String,
    child: Child,
    lines: BufReader<Box<dyn Read>>,
}

impl Program {
    /// Starts a program with this name to work on.
    pub(crate) fn start(program: &str, name: &str) -> Self {
        Self::start_with(program, name, Stdio::null(), Stdio::piped())
    }

    /// Starts a program with this name to work on, which prints to a file.
    pub(crate) fn start_into(program: &str, name: &str, file: File) -> Self {
        Self::start_with(program, name, Stdio::null(), file.into())
    }

    /// Starts programs that wait behind one gate. Dropping what is returned with them opens it.
    pub(crate) fn start_many(
        program: &str,
        name: &str,
        count: usize,
    ) -> (Vec<Self>, io::PipeWriter) {
        let (gate, opener): (PipeReader, _) = io::pipe().expect("descriptors are left");
        let stdin = || gate.try_clone().expect("descriptors are left");
        let start = |_| Self::start_with(program, name, stdin().into(), Stdio::piped());
        let mut all: Vec<_> = (0..count).map(start).collect();
        for program in &mut all {
            assert_eq!(program.line().as_deref(), Some("ready"));
        }
        (all, opener)
    }

    fn start_with(program: &str, name: &str, stdin: Stdio, stdout: Stdio) -> Self {
        let mut command = Command::new(env::current_exe().expect("this binary has a path"));
        command.args([FLAG, program, name]).stdin(stdin).stdout(stdout);
        let mut child = command.spawn().expect("this binary starts");
        let lines: Box<dyn Read> = match child.stdout.take() {
            Some(pipe) => Box::new(pipe),
            None => Box::new(io::empty()),
        };
        Self { name: program.to_owned(), child, lines: BufReader::new(lines) }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the next line that it prints; `None` when it has ended.
    pub(crate) fn line(&mut self) -> Option<String> {
        waiting_for(&format!("a line of {}", self.name));
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("it prints text");
        // What was cut short by a death was never printed.
        line.strip_suffix('\n').map(str::to_owned)
    }

    /// Sends it SIGKILL, waits for its end and returns the lines that it printed before.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.child.kill().expect("it is a child");
        waiting_for(&format!("the end of {}", self.name));
        assert!(was_killed(self.child.wait().expect("it is a child")));
        std::iter::from_fn(|| self.line()).collect()
    }

    /// Waits until it ends well and returns the lines that it printed before.
    pub(crate) fn finish(mut self) -> Vec<String> {
        let lines = std::iter::from_fn(|| self.line()).collect();
        waiting_for(&format!("the end of {}", self.name));
        let status = self.child.wait().expect("it is a child");
        assert!(status.success(), "{}: {status}", self.name);
        lines
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both do nothing, if it is reaped already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
