//! The lock, around two words that are equal whenever nobody is inside.

use std::time::Duration;

use forkstep::atomic::{AtomicU32, Ordering::Relaxed};
use forkstep::{AcquireError, AcquireTimeoutError, Guard, Lock, OwnerDiedGuard, TryAcquireError};
use serde::{Deserialize, Serialize};

use super::words::Words;
use crate::stepped::scenario::Builder;
use crate::stepped::{Log, Scenario, SequentialSpec};

const FIRST: usize = 0;
const SECOND: usize = 1;

/// All scenarios of the lock.
pub(super) fn all() -> Vec<Scenario> {
    let lock = on_a_lock("lock")
        .shows("two participants change two words under a lock")
        .operations(6)
        .participant("acquire", |shared, log| shared.visit(log, Ask::Acquire))
        .participant("acquire", |shared, log| shared.visit(log, Ask::Acquire));
    let three = on_a_lock("lock-three")
        .shows("three participants change two words under a lock")
        .operations(9)
        .participant("acquire", |shared, log| shared.visit(log, Ask::Acquire))
        .participant("acquire", |shared, log| shared.visit(log, Ask::Acquire))
        .participant("acquire", |shared, log| shared.visit(log, Ask::Acquire));
    let attempt = on_a_lock("lock-try")
        .shows("one participant acquires a lock, another one tries to")
        .operations(6)
        .participant("acquire", |shared, log| shared.visit(log, Ask::Acquire))
        .participant("try", |shared, log| shared.visit(log, Ask::Try));
    let limited = on_a_lock("lock-timeout")
        .shows("one participant sleeps while it holds a lock, another one waits less than that")
        .operations(6)
        .time_passes()
        .participant("hold", Guarded::hold)
        .participant("acquire within a time", |shared, log| shared.visit(log, Ask::Within));
    [lock, three, attempt, limited].into_iter().map(Builder::build).collect()
}

fn on_a_lock(name: &str) -> Builder<Guarded> {
    Scenario::builder(name, Guarded::new)
        .afterwards(Guarded::look)
        .words(|shared| shared.words.named())
        .specified(OneOwner)
}

/// How long the lock is held by who sleeps.
const HELD: Duration = Duration::from_millis(20);
/// How long others wait for it meanwhile.
const LIMIT: Duration = Duration::from_millis(10);

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Ask {
    /// The lock, as long as it takes.
    Acquire,
    /// The lock, if it is free.
    Try,
    /// The lock, within a time.
    Within,
    /// Adds one to what the lock guards.
    Add,
    /// Looks what that is.
    Look,
    Release,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Answer {
    Acquired,
    /// Acquired from an owner that died.
    OwnerDied,
    WouldBlock,
    TimedOut,
    Number(u32),
    Released,
}

/// The lock and what it guards.
struct Guarded {
    lock: Lock,
    words: Words<AtomicU32, 2>,
}

/// How an acquisition ended.
enum Entry<'a> {
    Acquired(Guard<'a>),
    OwnerDied(OwnerDiedGuard<'a>),
    Not(Answer),
}

impl<'a> From<Result<Guard<'a>, AcquireError<'a>>> for Entry<'a> {
    fn from(acquired: Result<Guard<'a>, AcquireError<'a>>) -> Self {
        match acquired {
            Ok(guard) => Self::Acquired(guard),
            Err(AcquireError::OwnerDied(guard)) => Self::OwnerDied(guard),
            Err(error) => panic!("acquire: {error}"),
        }
    }
}

impl Guarded {
    fn new() -> Self {
        let lock = Lock::new().expect("there is memory for a page");
        Self { lock, words: Words::new(["first", "second"]) }
    }

    fn visit(&self, log: &Log<'_>, how: Ask) {
        if let Some(guard) = self.enter(log, how) {
            log.call(Ask::Add, || self.add(log));
            leave(log, guard);
        }
    }

    fn hold(&self, log: &Log<'_>) {
        if let Some(guard) = self.enter(log, Ask::Acquire) {
            log.call(Ask::Add, || self.add(log));
            std::thread::sleep(HELD);
            leave(log, guard);
        }
    }

    /// Finds the lock free, and both words equal.
    fn look(&self, log: &Log<'_>) {
        if let Some(guard) = self.enter(log, Ask::Acquire) {
            log.call(Ask::Look, || Answer::Number(self.number(log)));
            leave(log, guard);
        }
    }

    fn enter(&self, log: &Log<'_>, how: Ask) -> Option<Guard<'_>> {
        let mut entry = Entry::Not(Answer::WouldBlock);
        log.call(how, || {
            entry = self.acquire(how);
            match &entry {
                Entry::Acquired(_) => Answer::Acquired,
                Entry::OwnerDied(_) => Answer::OwnerDied,
                Entry::Not(answer) => *answer,
            }
        });
        match entry {
            Entry::Acquired(guard) => Some(guard),
            Entry::OwnerDied(guard) => {
                self.repair(log);
                Some(guard.mark_consistent())
            }
            Entry::Not(_) => None,
        }
    }

    fn acquire(&self, how: Ask) -> Entry<'_> {
        match how {
            Ask::Try => match self.lock.try_acquire() {
                Ok(guard) => Entry::Acquired(guard),
                Err(TryAcquireError::WouldBlock) => Entry::Not(Answer::WouldBlock),
                Err(TryAcquireError::Acquire(error)) => Err(error).into(),
            },
            Ask::Within => match self.lock.acquire_timeout(LIMIT) {
                Ok(guard) => Entry::Acquired(guard),
                Err(AcquireTimeoutError::TimedOut) => Entry::Not(Answer::TimedOut),
                Err(AcquireTimeoutError::Acquire(error)) => Err(error).into(),
            },
            _ => self.lock.acquire().into(),
        }
    }

    /// Changes both words, first the first: what the lock is there for.
    fn add(&self, log: &Log<'_>) -> Answer {
        let number = self.number(log) + 1;
        self.words[FIRST].store(number, Relaxed);
        self.words[SECOND].store(number, Relaxed);
        Answer::Number(number)
    }

    /// Reads both words, which are the same unless an owner died.
    fn number(&self, log: &Log<'_>) -> u32 {
        let [first, second] = self.both();
        if first != second {
            log.fail(&format!("{first} and {second}, and nobody said that an owner died"));
        }
        first
    }

    /// Ends what a dead owner had begun; can be begun anew after a death in here.
    fn repair(&self, log: &Log<'_>) {
        let [first, second] = self.both();
        if first != second && first != second + 1 {
            log.fail(&format!("{first} and {second}: no one death leaves that"));
        }
        self.words[SECOND].store(first, Relaxed);
    }

    fn both(&self) -> [u32; 2] {
        [FIRST, SECOND].map(|word| self.words[word].load(Relaxed))
    }
}

fn leave(log: &Log<'_>, guard: Guard<'_>) {
    log.call(Ask::Release, || {
        drop(guard);
        Answer::Released
    });
}

/// One owner at a time; if it dies, the next to acquire is told, and nobody else.
struct OneOwner;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Held {
    owner: Option<usize>,
    owner_died: bool,
    /// What the lock guards.
    number: u32,
}

impl SequentialSpec for OneOwner {
    type State = Held;
    type Operation = Ask;
    type Answer = Answer;

    fn start(&self) -> Held {
        Held::default()
    }

    fn apply(&self, state: &Held, participant: usize, ask: &Ask) -> Vec<(Held, Answer)> {
        let mine = state.owner == Some(participant);
        match ask {
            Ask::Acquire | Ask::Try | Ask::Within => match (state.owner, ask) {
                (None, _) => {
                    let answer =
                        if state.owner_died { Answer::OwnerDied } else { Answer::Acquired };
                    let owner = Some(participant);
                    vec![(Held { owner, owner_died: false, ..*state }, answer)]
                }
                (Some(_), Ask::Try) => vec![(*state, Answer::WouldBlock)],
                (Some(_), Ask::Within) => vec![(*state, Answer::TimedOut)],
                (Some(_), _) => vec![],
            },
            Ask::Add if mine => {
                let number = state.number + 1;
                vec![(Held { number, ..*state }, Answer::Number(number))]
            }
            Ask::Look if mine => vec![(*state, Answer::Number(state.number))],
            Ask::Release if mine => vec![(Held { owner: None, ..*state }, Answer::Released)],
            Ask::Add | Ask::Look | Ask::Release => vec![],
        }
    }

    fn died(&self, state: &Held, participant: usize) -> Held {
        match state.owner {
            Some(owner) if owner == participant => Held { owner: None, owner_died: true, ..*state },
            _ => *state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(state: &Held, participant: usize, ask: Ask, answer: Answer) -> Held {
        let outcomes = OneOwner.apply(state, participant, &ask);
        assert_eq!(outcomes.iter().map(|(_, given)| *given).collect::<Vec<_>>(), [answer]);
        outcomes[0].0
    }

    #[test]
    fn the_next_one_in_is_told_of_a_death_and_nobody_else() {
        let held = after(&OneOwner.start(), 0, Ask::Acquire, Answer::Acquired);
        assert!(OneOwner.apply(&held, 1, &Ask::Acquire).is_empty(), "it waits");
        assert!(OneOwner.apply(&held, 1, &Ask::Release).is_empty(), "it is another one's");
        after(&held, 1, Ask::Try, Answer::WouldBlock);
        after(&held, 1, Ask::Within, Answer::TimedOut);
        assert_eq!(OneOwner.died(&held, 1), held);
        let changed = after(&held, 0, Ask::Add, Answer::Number(1));
        let inherited = after(&OneOwner.died(&changed, 0), 1, Ask::Try, Answer::OwnerDied);
        after(&inherited, 1, Ask::Look, Answer::Number(1));
        let again = after(&OneOwner.died(&inherited, 1), 2, Ask::Within, Answer::OwnerDied);
        let free = after(&again, 2, Ask::Release, Answer::Released);
        after(&free, 1, Ask::Acquire, Answer::Acquired);
    }
}
