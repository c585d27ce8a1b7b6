//! What goes wrong in an execution, and what an execution was seen to do.

/// A death in front of a shared step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crash {
    /// Who dies.
    pub participant: usize,
    /// In front of which of its shared steps, counted from 1.
    pub step: usize,
}

/// A futex wait that ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitFault {
    /// Whose wait.
    pub participant: usize,
    /// Which of its waits that would sleep, counted from 1.
    pub wait: usize,
}

/// Which accesses first touch the companion of their word.
///
/// loom 0.7.2 remembers one last access a word, so that a later load hides an earlier reader and
/// orders stay unexplored; a read-modify-write on a companion word beside it brings them back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cure {
    /// None: loom as it is.
    None,
    /// Loads only: a load is what gets hidden.
    #[default]
    Loads,
    /// Every access.
    All,
}

/// What goes wrong in an execution; the default is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// How many participants there are.
    pub participants: usize,
    /// Who dies where.
    pub crashes: Vec<Crash>,
    /// The wait that a signal interrupts.
    pub interrupt: Option<WaitFault>,
    /// The wait whose time runs out at once, the virtual clock jumping to its end.
    pub time_out: Option<WaitFault>,
    /// Whether backstops ever fire: only then when nobody can go on, which is when waiting for one
    /// makes a difference. Off, a lost wake-up is a deadlock.
    pub backstop: bool,
    /// The companion accesses.
    pub cure: Cure,
}

/// What one execution did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Shared steps taken, a participant.
    pub steps: Vec<usize>,
    /// Waits that would sleep, a participant.
    pub waits: Vec<usize>,
    /// Which crashes of the plan were reached, in the plan's order.
    pub crashed: Vec<bool>,
    /// Whether the interruption was reached.
    pub interrupted: bool,
    /// Whether the time-out was reached.
    pub timed_out: bool,
    /// How often the kernel found a dead owner.
    pub owner_deaths: usize,
    /// How often each participant's backstop fired.
    pub backstops: Vec<usize>,
}
