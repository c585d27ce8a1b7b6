//! The subject `process`: random lives of real processes, each ended in its own way.

use std::time::Duration;

use forkstep::process::{Process, StartError, active_children};

use crate::check::{Check, Level, Outcome, Progress};

/// How a process ends, and the exit code that it must leave.
#[derive(Clone, Copy, Debug)]
enum End {
    Return(u8),
    Panic,
    Terminate,
    Kill,
    ExitWhileKilled,
}

impl End {
    /// The `n`-th of a fixed variety: every pair of neighbours occurs.
    fn number(n: usize) -> Self {
        match (n * n + n / 5) % 5 {
            0 => Self::Return((n % 200) as u8),
            1 => Self::Panic,
            2 => Self::Terminate,
            3 => Self::Kill,
            _ => Self::ExitWhileKilled,
        }
    }

    fn allows(self, code: i32) -> bool {
        match self {
            Self::Return(expected) => code == i32::from(expected),
            Self::Panic => code == 101,
            Self::Terminate => code == -15,
            Self::Kill => code == -9,
            // Whichever comes first.
            Self::ExitWhileKilled => code == 0 || code == -9,
        }
    }
}

/// All checks of the subject.
#[must_use]
pub fn checks(level: Level) -> Vec<Check> {
    let lives = [200, 5000][level as usize];
    vec![Check {
        subject: "process",
        property: "every status is exact and reaped once, no child is left",
        engine: "processes",
        bound: format!("{lives} processes: returned, panicked, terminated, killed"),
        not_covered: "a parent that dies; the lessons' tests do that",
        run: Box::new(move |progress| match live(lives, progress) {
            Ok(kills) => Outcome::holds(lives, kills),
            Err(text) => Outcome::violated(lives, text),
        }),
    }]
}

fn live(lives: usize, progress: Progress<'_>) -> Result<usize, String> {
    let mut kills = 0;
    for n in 0..lives {
        let end = End::number(n);
        let code = life(end).map_err(|error| format!("life {n}, {end:?}: {error}"))?;
        if !end.allows(code) {
            return Err(format!("life {n} was to end by {end:?} and left exit code {code}"));
        }
        kills += usize::from(code < 0);
        progress(n + 1);
    }
    match active_children().as_slice() {
        [] => Ok(kills),
        left => Err(format!("children are left: {left:?}")),
    }
}

/// Any of the errors of a process.
type Error = Box<dyn std::error::Error>;

fn life(end: End) -> Result<i32, Error> {
    let process = start(end)?;
    match end {
        End::Terminate => process.terminate()?,
        End::Kill | End::ExitWhileKilled => process.kill()?,
        End::Return(_) | End::Panic => {}
    }
    let first = process.join_timeout(LIMIT)?.ok_or("did not end in time")?;
    let again = process.join()?;
    if first != again || process.is_alive() {
        return Err(format!("joined twice: {first:?}, then {again:?}").into());
    }
    Ok(first.code())
}

/// Longer than any of these processes lives.
const LIMIT: Duration = Duration::from_secs(30);

fn start(end: End) -> Result<Process, StartError> {
    Process::builder().daemon(true).start(move || match end {
        End::Return(code) => code,
        End::Panic => {
            // The message would only disturb the lines of the checks.
            std::panic::set_hook(Box::new(|_| {}));
            panic!("on purpose")
        }
        End::ExitWhileKilled => 0,
        End::Terminate | End::Kill => loop {
            std::thread::park();
        },
    })
}
