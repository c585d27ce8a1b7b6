//! A small closed program, whose participants are processes.

use std::fmt;
use std::rc::Rc;

use super::history::History;
use super::journal::Log;
use super::trace::Word;

/// The most participants that a scenario may have.
pub(super) const MOST_PARTICIPANTS: usize = 4;

/// What is expected of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Expect {
    /// Every execution is right.
    Holds,
    /// Some execution is wrong: the scenario shows a bug.
    Fails,
}

/// A program of one to four participants on one shared state, small enough that its schedules can
/// be explored.
///
/// # Examples
///
/// Two participants that add to one number in shared memory, each by reading it and then writing
/// it, so that an addition can be lost:
///
/// ```
/// use forkstep::Value;
/// use forkstep_checks::stepped::{Log, Scenario};
///
/// let add = |number: &Value<u64>, log: &Log<'_>| {
///     log.call("add", || number.set(number.get() + 1).is_ok());
/// };
/// let scenario = Scenario::builder("lost-update", || Value::new(0).expect("memory"))
///     .shows("an addition is lost between reading and writing")
///     .participant("P0", add)
///     .participant("P1", add)
///     .afterwards(|number, log| {
///         let sum = number.get();
///         if sum != 2 {
///             log.fail(&format!("two additions make {sum}"));
///         }
///     })
///     .fails()
///     .build();
/// assert_eq!(scenario.name(), "lost-update");
/// ```
pub struct Scenario {
    pub(super) name: String,
    pub(super) shows: String,
    pub(super) expect: Expect,
    pub(super) operations: usize,
    pub(super) time_passes: bool,
    pub(super) roles: Vec<String>,
    pub(super) afterwards: bool,
    pub(super) judge: Option<Judge>,
    pub(super) play: Rc<dyn Play>,
}

/// Says what is wrong with a history.
pub(super) type Judge = Rc<dyn Fn(&History) -> Result<(), String>>;
type Names<S> = Box<dyn Fn(&S) -> Vec<Word>>;
type Program<S> = Box<dyn Fn(&S, &Log<'_>)>;

/// A scenario whose shared state is not built yet.
pub(super) trait Play {
    /// Builds the shared state, in the process that is called.
    fn set_up(self: Rc<Self>) -> Box<dyn Stage>;
}

/// A scenario with its shared state.
pub(super) trait Stage {
    /// Runs the program of one participant; the number behind the last one is that of what runs
    /// afterwards.
    fn run(&self, participant: usize, log: &Log<'_>);

    /// The names of shared words.
    fn words(&self) -> Vec<Word>;
}

impl Scenario {
    /// Begins a scenario of this name on what `set_up` makes: the shared state, which is built
    /// anew for every exploration, in one process, before the participants are forked from it.
    #[must_use]
    pub fn builder<S: 'static>(name: &str, set_up: impl Fn() -> S + 'static) -> Builder<S> {
        let programs = Programs {
            set_up: Box::new(set_up),
            roles: Vec::new(),
            afterwards: None,
            words: Box::new(|_| Vec::new()),
        };
        Builder {
            programs,
            name: name.to_owned(),
            shows: String::new(),
            expect: Expect::Holds,
            operations: 0,
            time_passes: false,
            judge: None,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it shows, in a line.
    #[must_use]
    pub fn shows(&self) -> &str {
        &self.shows
    }

    /// What is expected of it.
    #[must_use]
    pub fn expect(&self) -> Expect {
        self.expect
    }

    /// How many operations all participants do, as far as the scenario says so.
    #[must_use]
    pub fn operations(&self) -> usize {
        self.operations
    }

    /// How many processes it takes: the participants, and what runs afterwards.
    pub(super) fn lanes(&self) -> usize {
        self.roles.len() + usize::from(self.afterwards)
    }

    /// The roles of the participants; those of one role run the same program.
    #[must_use]
    pub fn roles(&self) -> &[String] {
        &self.roles
    }

    /// What sentences call a participant.
    pub(super) fn who(&self, participant: usize) -> String {
        who(&self.roles, participant)
    }
}

/// What sentences call one of the participants that have these roles, or what runs after them.
pub(super) fn who(roles: &[String], participant: usize) -> String {
    if participant < roles.len() { format!("P{participant}") } else { "afterwards".to_owned() }
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scenario({}: {})", self.name, self.roles.join(", "))
    }
}

/// Builds a [`Scenario`] on a shared state `S`.
pub struct Builder<S> {
    programs: Programs<S>,
    name: String,
    shows: String,
    expect: Expect,
    operations: usize,
    time_passes: bool,
    judge: Option<Judge>,
}

impl<S: 'static> Builder<S> {
    /// Says in a line what the scenario shows.
    #[must_use]
    pub fn shows(mut self, line: &str) -> Self {
        line.clone_into(&mut self.shows);
        self
    }

    /// Says how many operations all participants do.
    #[must_use]
    pub fn operations(mut self, operations: usize) -> Self {
        self.operations = operations;
        self
    }

    /// Adds a participant, of the role `role`.
    ///
    /// It is a process, forked after the set-up: what it changes outside shared memory, nobody
    /// else sees. It must do the same whenever it reads the same, and may neither fork nor wait
    /// for anything but futexes and time. If it panics, the execution is a counterexample.
    #[must_use]
    pub fn participant(mut self, role: &str, program: impl Fn(&S, &Log<'_>) + 'static) -> Self {
        self.programs.roles.push((role.to_owned(), Box::new(program)));
        self
    }

    /// Adds what runs when all participants have ended or died, in a process of its own: the
    /// invariants of the shared state.
    #[must_use]
    pub fn afterwards(mut self, program: impl Fn(&S, &Log<'_>) + 'static) -> Self {
        self.programs.afterwards = Some(Box::new(program));
        self
    }

    /// Adds what judges the history of every execution.
    #[must_use]
    pub fn judged(mut self, judge: impl Fn(&History) -> Result<(), String> + 'static) -> Self {
        self.judge = Some(Rc::new(judge));
        self
    }

    /// Gives words of the shared state the names that a timeline shows.
    #[must_use]
    pub fn words(mut self, words: impl Fn(&S) -> Vec<Word> + 'static) -> Self {
        self.programs.words = Box::new(words);
        self
    }

    /// Says that waits end by time here. Without this, and without deaths, an execution in which
    /// only time helps has lost a wake-up.
    #[must_use]
    pub fn time_passes(mut self) -> Self {
        self.time_passes = true;
        self
    }

    /// Says that the scenario shows a bug, which is expected to be found.
    #[must_use]
    pub fn fails(mut self) -> Self {
        self.expect = Expect::Fails;
        self
    }

    /// Ends the description.
    ///
    /// # Panics
    ///
    /// It has no participant, or more than four.
    #[must_use]
    pub fn build(self) -> Scenario {
        let roles: Vec<_> = self.programs.roles.iter().map(|(role, _)| role.clone()).collect();
        let accepted = 1..=MOST_PARTICIPANTS;
        assert!(accepted.contains(&roles.len()), "a scenario has {accepted:?} participants");
        Scenario {
            name: self.name,
            shows: self.shows,
            expect: self.expect,
            operations: self.operations,
            time_passes: self.time_passes,
            roles,
            afterwards: self.programs.afterwards.is_some(),
            judge: self.judge,
            play: Rc::new(self.programs),
        }
    }
}

impl<S> fmt::Debug for Builder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Builder({})", self.name)
    }
}

/// What the participants run, and on what.
struct Programs<S> {
    set_up: Box<dyn Fn() -> S>,
    roles: Vec<(String, Program<S>)>,
    afterwards: Option<Program<S>>,
    words: Names<S>,
}

/// The programs with their shared state.
struct Staged<S> {
    shared: S,
    programs: Rc<Programs<S>>,
}

impl<S: 'static> Play for Programs<S> {
    fn set_up(self: Rc<Self>) -> Box<dyn Stage> {
        Box::new(Staged { shared: (self.set_up)(), programs: self })
    }
}

impl<S> Stage for Staged<S> {
    fn run(&self, participant: usize, log: &Log<'_>) {
        match self.programs.roles.get(participant) {
            Some((_, program)) => program(&self.shared, log),
            None => {
                let program = self.programs.afterwards.as_ref();
                program.expect("only what there is is run")(&self.shared, log);
            }
        }
    }

    fn words(&self) -> Vec<Word> {
        (self.programs.words)(&self.shared)
    }
}
