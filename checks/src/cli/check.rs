//! `forkstep check`.

use std::io::IsTerminal;
use std::panic::resume_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;

use indicatif::{ProgressBar, ProgressStyle};

use super::{exit_code, say};
use crate::check::{Check, Level, SUBJECTS, checks};
use crate::report::{Line, Verdict};

/// What `forkstep check` takes.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// What to check; everything if nothing is named: array, dict, joinable-queue, litmus, lock,
    /// pipe, process, queue, region, simple-queue, tickets, value.
    #[arg(value_name = "SUBJECT")]
    subjects: Vec<String>,
    /// How far to search.
    #[arg(long, value_enum, default_value_t = Level::Quick)]
    level: Level,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

impl Default for Args {
    fn default() -> Self {
        Self { subjects: Vec::new(), level: Level::Quick, json: false }
    }
}

impl Args {
    /// Says what is wrong with arguments that are each well-formed.
    pub(super) fn validate(&self) -> Result<(), String> {
        let known = |subject: &&String| SUBJECTS.contains(&subject.as_str());
        match self.subjects.iter().find(|subject| !known(subject)) {
            None => Ok(()),
            Some(unknown) => {
                let accepted = SUBJECTS.join(", ");
                Err(format!("unknown subject '{unknown}'; accepted are: {accepted}"))
            }
        }
    }
}

/// Runs the checks and prints their lines; returns the exit code.
pub(super) fn run(args: &Args) -> u8 {
    let (forking, models): (Vec<_>, Vec<_>) =
        checks(&args.subjects, args.level).into_iter().partition(Check::forks);
    let screen = Screen::new(forking.len() + models.len(), args.json);
    let mut verdicts = explore_all(&models, &screen);
    // Only now is this process one of a single thread again, and may fork.
    for check in &forking {
        verdicts.push(screen.run(check, |line| screen.print(line)));
    }
    screen.bar.finish_and_clear();
    exit_code(&verdicts)
}

/// Explores the models on all processors; prints their lines in the order of the checks.
fn explore_all(models: &[Check], screen: &Screen) -> Vec<Verdict> {
    let next = AtomicUsize::new(0);
    let lines: Mutex<Vec<Option<Line>>> = Mutex::new(models.iter().map(|_| None).collect());
    let printed = Mutex::new(0_usize);
    let work = || {
        while let Some((index, check)) = take(models, &next) {
            screen.run(check, |line| {
                let mut lines = lines.lock().unwrap_or_else(|e| e.into_inner());
                lines[index] = Some(line.clone());
                let mut printed = printed.lock().unwrap_or_else(|e| e.into_inner());
                while let Some(Some(line)) = lines.get(*printed) {
                    screen.print(line);
                    *printed += 1;
                }
            });
        }
    };
    std::thread::scope(|scope| {
        let threads = 0..available_parallelism().map_or(1, usize::from);
        let threads: Vec<_> = threads.map(|_| scope.spawn(work)).collect();
        for thread in threads {
            // The scope's own end waits for the work only: a thread may outlive it for a moment,
            // and then this process may not fork yet.
            thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
    });
    let lines = lines.into_inner().unwrap_or_else(|e| e.into_inner());
    lines.into_iter().flatten().map(|line| line.verdict).collect()
}

fn take<'a>(models: &'a [Check], next: &AtomicUsize) -> Option<(usize, &'a Check)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    models.get(index).map(|check| (index, check))
}

/// Lines on standard output; on a terminal, a progress bar beneath them.
struct Screen {
    bar: ProgressBar,
    json: bool,
    executions: AtomicUsize,
}

impl Screen {
    fn new(checks: usize, json: bool) -> Self {
        let shown = std::io::stderr().is_terminal() && !json;
        let bar = if shown { ProgressBar::new(checks as u64) } else { ProgressBar::hidden() };
        let style = "{wide_bar} {pos}/{len} checks, {msg}, {elapsed}";
        bar.set_style(ProgressStyle::with_template(style).expect("the template is well-formed"));
        Self { bar, json, executions: AtomicUsize::new(0) }
    }

    fn run(&self, check: &Check, done: impl FnOnce(&Line)) -> Verdict {
        let mut seen = 0;
        let line = check.line(&mut |executions| {
            let new = executions.saturating_sub(seen);
            seen = executions;
            let all = self.executions.fetch_add(new, Ordering::Relaxed) + new;
            self.bar.set_message(format!("{all} executions"));
        });
        done(&line);
        self.bar.inc(1);
        line.verdict
    }

    fn print(&self, line: &Line) {
        let text = if self.json {
            serde_json::to_string(line).expect("a line has no keys but names")
        } else {
            line.to_string()
        };
        self.bar.suspend(|| say(&text));
    }
}
