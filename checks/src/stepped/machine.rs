//! An execution: the participants, what they share, and what the kernel would do for them.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use super::alarm::Alarm;
use super::instruction::Decoded;
use super::kernel::Kernel;
use super::mappings::mappings;
use super::memory::SharedMemory;
use super::participant::{Grain, Participant, Standing, Surroundings};
use super::pinned::Pinned;
use super::rewind::{Hot, Save};
use super::robust;
use super::scenario::Scenario;
use super::site::Sites;
use super::template::Template;
use super::trace::{Action, Event, Point, What, Word};
use crate::ptrace::{Gone, Running};

/// What the clock of all executions begins with: one second, so that it is none of the values that
/// programs take for "never".
pub(super) const BEGINNING: u64 = 1_000_000_000;

/// What can happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Choice {
    /// A participant takes a step.
    Step(usize),
    /// A participant is killed.
    Crash(usize),
    /// Nobody can go on: time passes until somebody's wait ends.
    Time,
}

/// Runs a scenario's participants as real processes, one step at a time.
#[derive(Debug)]
pub struct Machine<'s> {
    pub(super) scenario: &'s Scenario,
    pub(super) template: Template,
    pub(super) memory: SharedMemory,
    pub(super) kernel: Kernel,
    pub(super) participants: Vec<Participant>,
    pub(super) trace: Vec<Event>,
    pub(super) choices: Vec<Choice>,
    /// What is wrong with this execution.
    pub(super) wrong: Option<String>,
    /// A hash of which operations were over before which began.
    pub(super) precedence: u128,
    pub(super) hot: Hot,
    /// What counts as a step.
    pub(super) grain: Grain,
    /// The state before the first choice, if it was kept.
    pub(super) beginning: Option<Save>,
    pub(super) decoded: HashMap<u64, Rc<Decoded>>,
    code: Range<u64>,
    /// What finds callers, while executions are run to be shown.
    sites: Option<Sites>,
    /// Where the processors of this thread are restored from.
    _pinned: Pinned,
    _alarm: Alarm,
}

impl<'s> Machine<'s> {
    /// Sets a scenario up and starts its participants.
    ///
    /// # Errors
    ///
    /// The kernel refuses what stepping needs; the text says what.
    pub fn new(scenario: &'s Scenario) -> Result<Self, String> {
        alone()?;
        let pinned = Pinned::to_one_processor();
        let alarm = Alarm::new();
        let template = Template::start(scenario)?;
        let hot = Hot::new(template.id(), scenario.lanes())?;
        let memory = SharedMemory::new(template.ranges.clone());
        let mut machine = Self {
            scenario,
            template,
            memory,
            kernel: Kernel::new(BEGINNING),
            participants: Vec::new(),
            trace: Vec::new(),
            choices: Vec::new(),
            wrong: None,
            precedence: 0,
            hot,
            grain: Grain::Accesses,
            beginning: None,
            decoded: HashMap::new(),
            code: own_code()?,
            sites: None,
            _pinned: pinned,
            _alarm: alarm,
        };
        machine.begin()?;
        Ok(machine)
    }

    /// Says what counts as a step, from the next execution on.
    pub(super) fn set_grain(&mut self, grain: Grain) {
        if self.grain != grain {
            self.grain = grain;
            self.beginning = None;
        }
    }

    /// Lets `run` run executions that are to be shown or written down: events and points get the
    /// callers that say most to a reader. To find them takes time, so exploring does without, and
    /// no state of the one way is gone back to in the other.
    pub(super) fn showing<T>(&mut self, sites: &Sites, run: impl FnOnce(&mut Self) -> T) -> T {
        self.sites = Some(sites.clone());
        self.beginning = None;
        let shown = run(self);
        self.sites = None;
        self.beginning = None;
        shown
    }

    /// Ends the execution and begins the next one, from the same shared state.
    ///
    /// # Errors
    ///
    /// The kernel gives no processes.
    pub(super) fn begin(&mut self) -> Result<(), String> {
        self.end();
        self.memory.undo(0);
        self.kernel = Kernel::new(BEGINNING);
        self.trace.clear();
        self.choices.clear();
        self.wrong = None;
        self.precedence = 0;
        let count = self.scenario.lanes();
        self.participants = (0..count).map(Participant::new).collect();
        for index in 0..count {
            self.template.journal.cut(index, 0);
            self.revive(index)?;
            self.hear(index);
            if let Standing::Ended(end) = self.participants[index].standing {
                self.ended(index, end);
            }
        }
        Ok(())
    }

    /// Forks the process of a participant and lets it run to its first step.
    pub(super) fn revive(&mut self, index: usize) -> Result<(), String> {
        let stopped = self.template.fork(index)?;
        let gone = |_| "a participant is gone".to_owned();
        if self.grain == Grain::RobustLists {
            robust::watch(&stopped)?;
        }
        // What runs afterwards begins when all others are over, with what it says as well; and of
        // who may die, a death before everything is one too.
        let afterwards = index >= self.scenario.roles.len();
        if afterwards || self.grain == Grain::RobustLists {
            return self.participants[index].stand_at_start(stopped).map_err(gone);
        }
        let running = self.grain.resume(stopped).map_err(gone)?;
        self.run(index, running);
        Ok(())
    }

    /// Kills all processes of the execution.
    fn end(&mut self) {
        for participant in &mut self.participants {
            if let Some(process) = participant.process.take() {
                process.kill();
            }
        }
    }

    /// Whether somebody can take this choice now.
    #[must_use]
    pub fn can(&self, choice: Choice) -> bool {
        match choice {
            Choice::Step(index) => self.is_ready(index),
            Choice::Crash(index) => {
                index < self.scenario.roles.len() && self.participants[index].is_alive()
            }
            Choice::Time => {
                let ready = (0..self.participants.len()).any(|index| self.is_ready(index));
                !ready && self.kernel.next_end().is_some()
            }
        }
    }

    /// Whether the next step of a participant is one that nobody else can see.
    pub(super) fn is_hidden(&self, index: usize) -> bool {
        self.point(index).is_some_and(|point| point.action == Action::RobustList)
    }

    fn is_ready(&self, index: usize) -> bool {
        let others_are_over = || !self.participants[..index].iter().any(Participant::is_alive);
        let turn = index < self.scenario.roles.len() || others_are_over();
        let spins = self.participants[index].spins_at == Some(self.memory.hash());
        turn && !spins && matches!(self.participants[index].standing, Standing::At(_))
    }

    /// Whether every participant has ended or died.
    #[must_use]
    pub fn is_over(&self) -> bool {
        !self.participants.iter().any(Participant::is_alive)
    }

    /// What is wrong with this execution, as far as it went.
    #[must_use]
    pub fn wrong(&self) -> Option<&str> {
        self.wrong.as_deref()
    }

    /// In front of what a participant stands, if it is alive.
    #[must_use]
    pub fn point(&self, index: usize) -> Option<Point> {
        match self.participants[index].standing {
            Standing::At(point) | Standing::Asleep(point) => Some(point),
            Standing::Ended(_) | Standing::Dead => None,
        }
    }

    /// What happened so far.
    #[must_use]
    pub fn trace(&self) -> &[Event] {
        &self.trace
    }

    /// What was chosen so far.
    #[must_use]
    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// The names of shared words.
    #[must_use]
    pub fn words(&self) -> Vec<Word> {
        self.template.stage.words()
    }

    /// How many participants there are, with what runs afterwards.
    #[must_use]
    pub fn participants(&self) -> usize {
        self.participants.len()
    }

    /// Makes a choice happen.
    ///
    /// # Panics
    ///
    /// It cannot: [`can`](Self::can) says so.
    pub fn take(&mut self, choice: Choice) {
        assert!(self.can(choice), "{choice:?} is possible");
        self.choices.push(choice);
        match choice {
            Choice::Step(index) => self.step(index),
            Choice::Crash(index) => self.crash(index),
            Choice::Time => self.pass_time(),
        }
    }

    fn pass_time(&mut self) {
        let Some(then) = self.kernel.next_end() else { return };
        let words: Vec<_> = self.kernel.sleepers().to_vec();
        let over = self.kernel.pass_until(then);
        let what = What::Time { now: then, over: over.clone() };
        self.trace.push(Event { participant: None, at: 0, caller: 0, what });
        for index in over {
            let on_word = words.iter().any(|s| s.participant == index && s.word.is_some());
            let result = if on_word { -i64::from(libc::ETIMEDOUT) } else { 0 };
            self.return_from_call(index, result);
        }
    }

    /// Lets a system call of a participant return, and the participant run to its next step.
    pub(super) fn return_from_call(&mut self, index: usize, result: i64) {
        let participant = &mut self.participants[index];
        participant.kept = None;
        participant.learn(result);
        let Some(process) = participant.process.take() else { return };
        let running = participant.answer(process, result, self.grain);
        self.go_on(index, running, |_| ());
    }

    /// Lets a participant run to its next step; `tell` notes what it has done to get there.
    pub(super) fn go_on(
        &mut self,
        index: usize,
        running: Result<Running, Gone>,
        tell: impl FnOnce(&mut Self),
    ) {
        match running {
            Ok(running) => self.run(index, running),
            Err(Gone(end)) => {
                self.participants[index].standing = Standing::Ended(end);
            }
        }
        tell(self);
        self.hear(index);
        if let Standing::Ended(end) = self.participants[index].standing {
            self.ended(index, end);
        }
    }

    fn run(&mut self, index: usize, running: Running) {
        let mut around = Surroundings {
            memory: &self.memory,
            decoded: &mut self.decoded,
            clock: self.template.clock,
            now: self.kernel.now(),
            code: self.code.clone(),
            grain: self.grain,
            trampolines: self.template.trampolines.range(),
            sites: self.sites.as_ref(),
        };
        if let Some(wrong) = self.participants[index].run(running, &mut around) {
            self.wrong.get_or_insert(format!("{}: {wrong}", self.scenario.who(index)));
        }
    }

    pub(super) fn happened(&mut self, index: usize, point: Point, what: What) {
        let Point { at, caller, .. } = point;
        self.trace.push(Event { participant: Some(index), at, caller, what });
    }

    pub(super) fn happened_to(&mut self, index: usize, what: What) {
        self.trace.push(Event { participant: Some(index), at: 0, caller: 0, what });
    }
}

impl Drop for Machine<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

/// Whether this process has one thread, as fork needs.
fn alone() -> Result<(), String> {
    let path = "/proc/self/task";
    let threads = std::fs::read_dir(path).map_err(|error| format!("{path}: {error}"))?.count();
    if threads == 1 {
        return Ok(());
    }
    Err(format!("stepping forks: this process has {threads} threads, and one is accepted"))
}

/// Where this program's own code lies.
fn own_code() -> Result<Range<u64>, String> {
    let exe = std::env::current_exe().map_err(|error| format!("/proc/self/exe: {error}"))?;
    let all = mappings("self")?;
    let own = all.iter().filter(|mapping| exe.to_str() == Some(mapping.name.as_str()));
    let ends = own.map(|mapping| (mapping.start, mapping.end));
    let whole = ends.reduce(|all, next| (all.0.min(next.0), all.1.max(next.1)));
    whole.map(|(start, end)| start..end).ok_or_else(|| "this program is not mapped".to_owned())
}
