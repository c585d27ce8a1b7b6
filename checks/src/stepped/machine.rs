//! An execution: the participants, what they share, and what the kernel would do for them.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

use super::history::History;
use super::instruction::Decoded;
use super::journal::Kind;
use super::kernel::{Kernel, Mark, RobustHead, Sleeper};
use super::mappings::mappings;
use super::memory::{SharedMemory, hash_of};
use super::participant::{Grain, Participant, Standing, Surroundings};
use super::rewind::{Hot, Save};
use super::robust;
use super::scenario::Scenario;
use super::template::Template;
use super::trace::{Access, Action, Event, Point, What, Word};
use crate::ptrace::{End, Gone, Running};

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
    grain: Grain,
    /// The state before the first choice, if it was kept.
    pub(super) beginning: Option<Save>,
    decoded: HashMap<u64, Rc<Decoded>>,
    code: Range<u64>,
    /// Where the processors of this thread are restored from.
    _pinned: Pinned,
}

impl<'s> Machine<'s> {
    /// Sets a scenario up and starts its participants.
    ///
    /// # Errors
    ///
    /// The kernel refuses what stepping needs; the text says what.
    pub fn new(scenario: &'s Scenario) -> Result<Self, String> {
        let pinned = Pinned::to_one_processor();
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
            _pinned: pinned,
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

    /// What counts as a step.
    pub(super) fn grain(&self) -> Grain {
        self.grain
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
        if self.grain == Grain::RobustLists {
            robust::watch(&stopped)?;
        }
        let gone = |_| "a participant is gone".to_owned();
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

    fn step(&mut self, index: usize) {
        let Standing::At(point) = self.participants[index].standing else { return };
        self.participants[index].kept = None;
        self.note_invocation(index);
        match point.action {
            Action::Access(_) => self.access(index, point),
            Action::Wait => self.wait(index, point),
            Action::Wake => self.wake(index, point),
            Action::Sleep => self.sleep(index, point),
            Action::Call(number) => self.call(index, point, number),
            Action::RobustList => self.after_list_change(index, point),
        }
    }

    fn access(&mut self, index: usize, point: Point) {
        let Action::Access(access) = point.action else { return };
        let participant = &mut self.participants[index];
        let uses = std::mem::take(&mut participant.uses);
        let moved: Vec<_> =
            uses.iter().map(|used| self.memory.contains(used.address, used.len)).collect();
        let shared: Vec<_> =
            uses.iter().zip(&moved).filter(|(_, moved)| **moved).map(|(used, _)| *used).collect();
        let before: Vec<_> =
            shared.iter().map(|used| self.memory.span(used.address, used.len)).collect();
        let len = shared.iter().find(|used| used.address == point.address).map_or(0, |u| u.len);
        let old = self.memory.value(point.address, len);
        let decoded = self.decoded[&point.at].clone();
        let distance = self.template.distance;
        let place = self.template.trampolines.of(point.at, &decoded, &uses, &moved, distance);
        let process = participant.process.take();
        let (Ok(place), Some(process)) = (place, process) else {
            self.wrong = Some(format!("P{index} uses shared memory in a way not understood"));
            return;
        };
        let reads = shared.iter().filter(|used| used.access != Access::Write);
        let read: Vec<_> = reads.map(|used| self.memory.content(used.address, used.len)).collect();
        participant.learn((point.at, point.address, read));
        let running = process.jump(place);
        let running = running.and_then(|()| self.grain.resume(process));
        self.go_on(index, running, |machine| {
            let new = machine.memory.value(point.address, len);
            before.into_iter().for_each(|span| machine.memory.changed(span));
            let what = What::Access { access, address: point.address, old, new };
            machine.happened(index, point, what);
        });
        self.note_turn(index);
    }

    fn wait(&mut self, index: usize, point: Point) {
        let registers = self.participants[index].registers;
        let address = point.address;
        let expected = registers.rdx as u32;
        let holds = self.memory.value(address, 4).number().unwrap_or(0) as u32;
        let sleeps = holds == expected;
        self.participants[index].learn((point.at, address, sleeps));
        self.happened(index, point, What::Wait { address, expected, sleeps });
        if sleeps {
            let absolute = registers.rsi as i32 & 0x7f == libc::FUTEX_WAIT_BITSET;
            let until = self.time_at(index, registers.r10, absolute);
            self.kernel.sleep(Sleeper { participant: index, word: Some(address), until });
            self.participants[index].standing = Standing::Asleep(point);
        } else {
            self.return_from_call(index, -i64::from(libc::EAGAIN));
        }
    }

    fn wake(&mut self, index: usize, point: Point) {
        let registers = self.participants[index].registers;
        let most = usize::try_from(registers.rdx as i32).unwrap_or(0);
        let woken = self.kernel.wake(point.address, most);
        self.participants[index].learn((point.at, point.address, woken.len()));
        let what = What::Wake { address: point.address, woken: woken.clone() };
        self.happened(index, point, what);
        self.return_from_call(index, woken.len() as i64);
        woken.into_iter().for_each(|woken| self.return_from_call(woken, 0));
    }

    fn sleep(&mut self, index: usize, point: Point) {
        let registers = self.participants[index].registers;
        let (absolute, time) = if registers.orig_rax as i64 == libc::SYS_nanosleep {
            (false, registers.rdi)
        } else {
            (registers.rsi as i32 & libc::TIMER_ABSTIME != 0, registers.rdx)
        };
        let until = self.time_at(index, time, absolute).unwrap_or(self.kernel.now());
        self.participants[index].learn((point.at, until));
        self.happened(index, point, What::Sleep { until });
        self.kernel.sleep(Sleeper { participant: index, word: None, until: Some(until) });
        self.participants[index].standing = Standing::Asleep(point);
    }

    fn call(&mut self, index: usize, point: Point, number: u64) {
        let participant = &mut self.participants[index];
        participant.tainted = true;
        let Some(process) = participant.process.take() else { return };
        let running = self.grain.resume(process);
        self.go_on(index, running, |machine| {
            machine.happened(index, point, What::Call { number, result: 0 });
        });
    }

    fn after_list_change(&mut self, index: usize, point: Point) {
        let participant = &mut self.participants[index];
        let Some(process) = participant.process.take() else { return };
        let running = self.grain.resume(process);
        self.go_on(index, running, |machine| machine.happened(index, point, What::RobustList));
    }

    fn crash(&mut self, index: usize) {
        let head = self.robust_head(index);
        self.participants[index].kept = None;
        self.happened_to(index, What::Crash);
        // Its pages are known no more when it is gone; if they cannot be, nothing goes back there.
        self.participants[index].tainted |= self.note_pages(index).is_err();
        if let Some(process) = self.participants[index].process.take() {
            process.kill();
        }
        self.participants[index].standing = Standing::Dead;
        self.bury(index, head);
    }

    /// Does what the kernel does when a participant is gone.
    fn bury(&mut self, index: usize, head: RobustHead) {
        let thread = self.participants[index].thread();
        let marks = self.kernel.bury(index, thread, head, &mut self.memory);
        for Mark { address, old, new, woken } in marks {
            self.happened_to(index, What::Robust { address, old, new, woken: woken.clone() });
            woken.into_iter().for_each(|woken| self.return_from_call(woken, 0));
        }
    }

    pub(super) fn robust_head(&self, index: usize) -> RobustHead {
        let process = self.participants[index].process.as_ref();
        process.map(robust::head).unwrap_or_default()
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
    fn return_from_call(&mut self, index: usize, result: i64) {
        let participant = &mut self.participants[index];
        participant.kept = None;
        participant.learn(result);
        let Some(process) = participant.process.take() else { return };
        let running = participant.answer(process, result, self.grain);
        self.go_on(index, running, |_| ());
    }

    /// Lets a participant run to its next step; `tell` notes what it has done to get there.
    fn go_on(
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

    fn ended(&mut self, index: usize, end: End) {
        self.happened_to(index, What::End(end));
        if end != End::Exited(0) && self.wrong.is_none() {
            self.wrong = Some(format!("P{index} ends with {end:?}"));
        }
        let head = self.robust_head(index);
        self.bury(index, head);
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
        };
        if let Some(wrong) = self.participants[index].run(running, &mut around) {
            self.wrong.get_or_insert(format!("P{index}: {wrong}"));
        }
    }

    /// Reads what a participant has said since it was last heard.
    fn hear(&mut self, index: usize) {
        let participant = &mut self.participants[index];
        let entries = self.template.journal.entries(index, participant.heard);
        participant.heard = self.template.journal.written(index);
        for entry in entries {
            let text = entry.text;
            let what = match entry.kind {
                Kind::Invocation => {
                    self.participants[index].invoked = true;
                    What::Invocation(text)
                }
                Kind::Response => {
                    self.note_invocation(index);
                    let participant = &mut self.participants[index];
                    participant.responses += 1;
                    participant.answered = hash_of(&(participant.answered, &text));
                    What::Response(text)
                }
                Kind::Note => What::Note(text),
                Kind::Failure => {
                    self.wrong.get_or_insert(format!("P{index}: {text}"));
                    What::Failure(text)
                }
            };
            self.happened_to(index, what);
        }
    }

    /// An operation begins with the first step that is taken for it: what a participant does
    /// before that nobody can see, so it may as well happen then.
    fn note_invocation(&mut self, index: usize) {
        if std::mem::take(&mut self.participants[index].invoked) {
            let over: Vec<_> = self.participants.iter().map(|p| p.responses).collect();
            self.precedence ^= hash_of(&(index, over));
        }
    }

    fn happened(&mut self, index: usize, point: Point, what: What) {
        let Point { at, caller, .. } = point;
        self.trace.push(Event { participant: Some(index), at, caller, what });
    }

    fn happened_to(&mut self, index: usize, what: What) {
        self.trace.push(Event { participant: Some(index), at: 0, caller: 0, what });
    }

    /// Reads a time that a participant gave to a system call.
    fn time_at(&self, index: usize, address: u64, absolute: bool) -> Option<u64> {
        let mut bytes = [0; 16];
        let process = self.participants[index].process.as_ref().filter(|_| address != 0)?;
        process.read(address, &mut bytes).ok()?;
        let (seconds, rest) = bytes.split_at(8);
        let number = |part: &[u8]| part.try_into().map(u64::from_le_bytes).unwrap_or(0);
        let time = number(seconds).saturating_mul(1_000_000_000).saturating_add(number(rest));
        Some(if absolute { time } else { self.kernel.now().saturating_add(time) })
    }

    /// The operations so far.
    #[must_use]
    pub fn history(&self) -> History {
        let lanes = (0..self.participants.len()).map(|lane| self.template.journal.entries(lane, 0));
        History::of(&self.trace, &lanes.collect::<Vec<_>>())
    }

    /// The same for states from which the same can follow: what is shared, what each participant
    /// has learnt, who sleeps, and which operations were over before which began.
    #[must_use]
    pub fn state(&self) -> u128 {
        let each = self.participants.iter().map(|p| (p.standing, self.known(p), p.answered));
        let each: Vec<_> = each.collect();
        hash_of(&(self.memory.hash(), &self.kernel, self.precedence, each))
    }

    /// As [`state`](Self::state), for the state that the death of a participant leads to.
    #[must_use]
    pub fn state_after_crash(&self, victim: usize) -> u128 {
        let others = self.participants.iter().filter(|p| p.index != victim);
        let others: Vec<_> = others.map(|p| (p.standing, self.known(p), p.answered)).collect();
        let answered = self.participants[victim].answered;
        let invoked = self.participants[victim].invoked;
        let head = self.robust_head(victim);
        let asleep = self.kernel.sleepers();
        hash_of(&(
            self.memory.hash(),
            asleep,
            self.precedence,
            others,
            (answered, invoked, victim),
            head,
        ))
    }

    /// Nobody asks any more what the dead knew.
    fn known(&self, participant: &Participant) -> u128 {
        if participant.is_alive() { participant.learnt } else { 0 }
    }
}

impl Drop for Machine<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

/// Keeps this thread, and all that are forked meanwhile, on one processor: handing over to a tracee
/// there takes a quarter of the time that it takes across processors.
#[derive(Debug)]
struct Pinned(Option<CpuSet>);

impl Pinned {
    fn to_one_processor() -> Self {
        let this = Pid::from_raw(0);
        let Ok(before) = sched_getaffinity(this) else { return Self(None) };
        let mut one = CpuSet::new();
        let last = (0..CpuSet::count()).rev().find(|cpu| before.is_set(*cpu).unwrap_or(false));
        let set = last.is_some_and(|cpu| one.set(cpu).is_ok());
        if set && sched_setaffinity(this, &one).is_ok() { Self(Some(before)) } else { Self(None) }
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            // What was allowed before is allowed now.
            let _ = sched_setaffinity(Pid::from_raw(0), before);
        }
    }
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
