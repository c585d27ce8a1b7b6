//! What happened in an execution, step by step.

/// Up to 64 bytes of memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Value {
    bytes: [u8; 64],
    len: u8,
}

impl Value {
    /// The first 64 of these bytes.
    #[must_use]
    pub fn new(from: &[u8]) -> Self {
        let len = from.len().min(64);
        let mut bytes = [0; 64];
        bytes[..len].copy_from_slice(&from[..len]);
        Self { bytes, len: len as u8 }
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// The number that they are, if there are at most eight.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        let eight = self.bytes.first_chunk().map(|first| u64::from_le_bytes(*first));
        eight.filter(|_| self.len <= 8)
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.number() {
            Some(number) => write!(f, "{number:#x}"),
            None => write!(f, "{:02x?}", self.bytes()),
        }
    }
}

/// What an instruction does to shared memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// It reads.
    Read,
    /// It writes.
    Write,
    /// It reads and writes in one step that nobody comes between.
    ReadModifyWrite,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Whose doing it was; `None` for the clock.
    pub participant: Option<usize>,
    /// The address of the instruction; 0 where there is none.
    pub at: u64,
    /// The address behind the call of the function in which the instruction stands, if that is
    /// outside the program's own code; else 0.
    pub caller: u64,
    /// What happened.
    pub what: What,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// An access to shared memory: what was there before it, and after it.
    Access {
        /// What it does.
        access: Access,
        /// Where.
        address: u64,
        /// What was there.
        old: Value,
        /// What is there now.
        new: Value,
    },
    /// A wait on a futex word.
    Wait {
        /// The word.
        address: u64,
        /// What it was expected to hold.
        expected: u32,
        /// Whether it did: then the participant sleeps.
        sleeps: bool,
    },
    /// A wake of those who sleep on a futex word.
    Wake {
        /// The word.
        address: u64,
        /// Who was woken.
        woken: Vec<usize>,
    },
    /// Another system call that was made for real.
    Call {
        /// Its number.
        number: u64,
        /// What it returned.
        result: i64,
    },
    /// It goes on after a change of its robust list.
    RobustList,
    /// It sleeps for a time.
    Sleep {
        /// Until then, in nanoseconds.
        until: u64,
    },
    /// Time has passed because nobody could go on: now it is that much, and these go on.
    Time {
        /// Nanoseconds since the start.
        now: u64,
        /// Whose waits have ended.
        over: Vec<usize>,
    },
    /// The participant has died by SIGKILL.
    Crash,
    /// What the kernel did to a robust word after a death: the word, before and after, and whom it
    /// woke.
    Robust {
        /// The word.
        address: u64,
        /// What it held.
        old: u32,
        /// What it holds.
        new: u32,
        /// Who was woken.
        woken: Vec<usize>,
    },
    /// An operation begins with the participant's next step.
    Invocation(String),
    /// An operation has ended.
    Response(String),
    /// The participant says something.
    Note(String),
    /// The participant says that something is wrong.
    Failure(String),
    /// The participant has ended.
    End(crate::ptrace::End),
}

/// A name for some bytes of shared memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// As the reader of a timeline should see it: `lock.word`.
    pub name: String,
    /// Where it begins.
    pub address: u64,
    /// How many bytes it has.
    pub len: u64,
}

/// Where a participant stands: in front of what it does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Point {
    /// The address of the instruction.
    pub at: u64,
    /// As in [`Event::caller`].
    pub caller: u64,
    /// What it is about to do.
    pub action: Action,
    /// Where it is about to do it, if that is in shared memory; else 0.
    pub address: u64,
}

/// What a participant is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// An access to shared memory.
    Access(Access),
    /// A wait on a futex word.
    Wait,
    /// A wake of a futex word's sleepers.
    Wake,
    /// A sleep.
    Sleep,
    /// Another system call, by its number.
    Call(u64),
    /// Nothing that others can see, but its robust list has just changed: it matters what the
    /// kernel would find if it died here.
    RobustList,
}
