//! Kills participants at every instruction.
//!
//! Between two effects that others can see, the moment of a death makes no difference: not to the
//! survivors, and not to the kernel, which looks at the victim's robust list. So it is enough to
//! kill once in each such *class*: in front of every access to shared memory and every system
//! call, and behind every change of the robust list. Of these, two deaths that leave the same
//! shared memory, the same robust list and the same survivors are one class. How many instructions
//! that stands for is counted, and [`every_instruction`] kills at each of them to see that the
//! classes are all there is.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use super::bounds::{Limits, Spent};
use super::explore::Report;
use super::explorer::{Figures, Outcome};
use super::machine::{Choice, Machine};
use super::memory::hash_of;
use super::participant::Grain;
use super::scenario::Scenario;
use super::trace::{Event, What};

/// How many participants die in one execution: the second one in the repair of what the first one
/// has left.
const DEPTH: usize = 2;
/// What a participant does when it is in no operation.
const BETWEEN: &str = "between operations";

/// What the deaths in one operation came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Operation {
    /// Who does it.
    pub role: String,
    /// The operation.
    pub operation: String,
    /// How many instructions it takes if nobody is in the way.
    pub instructions: u64,
    /// How many classes of deaths there are, if nobody has died before.
    pub classes: u64,
    /// How often somebody was killed in it.
    pub kills: u64,
    /// After how many of these a survivor found that an owner had died.
    pub recoveries: u64,
    /// The most steps that the survivors took until each had ended its operation.
    pub longest_recovery_steps: u64,
    /// The longest that they slept meanwhile, in nanoseconds of their clock.
    pub longest_recovery_ns: u64,
}

/// What killing came to.
#[derive(Clone, Debug)]
pub struct Killed {
    /// Whether the survivors went on rightly after every death, and what was done.
    pub report: Report,
    /// By participant and operation.
    pub operations: Vec<Operation>,
}

type Tally = BTreeMap<(usize, String), Operation>;

/// Kills each participant of a scenario once in every class of deaths, and each survivor in every
/// class of what follows; who is not killed runs without preemption. Every participant is the first
/// to go once.
///
/// This process must have one thread: it forks.
///
/// # Errors
///
/// The kernel refuses what stepping needs; the text says what.
pub fn kill(
    scenario: &Scenario,
    budget: Option<Duration>,
    watch: &mut dyn FnMut(Figures),
) -> Result<Killed, String> {
    let start = Instant::now();
    let mut machine = Machine::new(scenario)?;
    let tally = count_instructions(&mut machine)?;
    let limits = Limits { preemptions: None, crashes: DEPTH, budget, ..Limits::default() };
    let (met, figures) = (HashSet::new(), Figures::default());
    let mut killer = Killer { tally, met, figures, watch, start };
    let mut outcome = Outcome::Holds;
    for first in 0..scenario.roles().len() {
        machine.set_grain(limits.grain());
        machine.begin_again()?;
        let spent = Spent { last: Some(first), ..Spent::default() };
        outcome = killer.run(&mut machine, &limits, spent)?;
        if outcome != Outcome::Holds {
            break;
        }
    }
    let Killer { tally, met, figures, .. } = killer;
    let figures = Figures { states: met.len(), ..figures };
    let bound = "one death in every class, and one in what follows; no preemption".to_owned();
    let report = Report::of(&mut machine, &limits, outcome, bound, figures, start)?;
    let operations = tally.into_iter().map(|((participant, operation), told)| {
        let role = format!("P{participant} {}", scenario.roles()[participant]);
        Operation { role, operation, ..told }
    });
    Ok(Killed { report, operations: operations.collect() })
}

/// What has been killed so far.
struct Killer<'w> {
    tally: Tally,
    /// The classes, by what a death leaves to survivors and kernel.
    met: HashSet<u128>,
    figures: Figures,
    watch: &'w mut dyn FnMut(Figures),
    start: Instant,
}

impl Killer<'_> {
    /// Lets the participants run to their ends from where the machine stands; in front of each step
    /// kills each of them, if that is a new class and somebody more may die, and lets the survivors
    /// run to theirs.
    fn run(
        &mut self,
        machine: &mut Machine<'_>,
        limits: &Limits,
        mut spent: Spent,
    ) -> Result<Outcome, String> {
        let alone = Limits { crashes: 0, ..limits.clone() };
        loop {
            let choices = alone.choices(machine, spent);
            if let Some(wrong) = alone.wrong(machine, choices.is_empty()) {
                let choices = machine.choices().to_vec();
                return Ok(Outcome::Violated { choices, wrong });
            }
            if spent.crashes < limits.crashes {
                for victim in 0..machine.scenario.roles().len() {
                    let outcome = self.kill(machine, limits, spent, victim)?;
                    if outcome != Outcome::Holds {
                        return Ok(outcome);
                    }
                }
            }
            self.figures.depth = self.figures.depth.max(machine.choices().len());
            let Some((choice, next)) = choices.last().copied() else { break };
            machine.take(choice);
            self.figures.steps += 1;
            spent = next;
        }
        self.figures.executions += 1;
        note_recovery(&mut self.tally, machine.trace());
        (self.watch)(self.figures);
        Ok(limits.used_up(self.start).map_or(Outcome::Holds, Outcome::Unfinished))
    }

    /// Kills one participant, if that is a new class, sees what follows, and comes back.
    fn kill(
        &mut self,
        machine: &mut Machine<'_>,
        limits: &Limits,
        spent: Spent,
        victim: usize,
    ) -> Result<Outcome, String> {
        let crash = Choice::Crash(victim);
        let class = hash_of(&(machine.state_after_crash(victim), spent.crashes));
        if !machine.can(crash) || !self.met.insert(class) {
            return Ok(Outcome::Holds);
        }
        let mut save = machine.save()?;
        let told = self.tally.entry((victim, current(machine.trace(), victim))).or_default();
        told.kills += 1;
        told.classes += u64::from(spent.crashes == 0);
        machine.take(crash);
        self.figures.crashes += 1;
        let after = spent.after(crash, spent.last);
        let outcome = self.run(machine, limits, after)?;
        if outcome == Outcome::Holds {
            machine.restore(&mut save)?;
        }
        Ok(outcome)
    }
}

/// The operation that a participant is in at the end of `trace`.
fn current(trace: &[Event], participant: usize) -> String {
    let own = trace.iter().rev().filter(|event| event.participant == Some(participant));
    let last = own.map(|event| &event.what).find_map(|what| match what {
        What::Invocation(operation) => Some(operation.clone()),
        What::Response(_) => Some(BETWEEN.to_owned()),
        _ => None,
    });
    last.unwrap_or_else(|| BETWEEN.to_owned())
}

/// Looks at what followed the last death of an execution.
fn note_recovery(tally: &mut Tally, trace: &[Event]) {
    let Some(death) = trace.iter().rposition(|event| event.what == What::Crash) else { return };
    let Some(victim) = trace[death].participant else { return };
    let operation = current(&trace[..death], victim);
    let told = tally.entry((victim, operation)).or_default();
    let owner_died =
        |event: &Event| matches!(event.what, What::Robust { old, new, .. } if old != new);
    told.recoveries += u64::from(trace[death..].iter().any(owner_died));
    let time = |events: &[Event]| {
        let times = events.iter().rev().find_map(|event| match event.what {
            What::Time { now, .. } => Some(now),
            _ => None,
        });
        times.unwrap_or(super::machine::BEGINNING)
    };
    // Until every survivor has ended the operation that it was in, or its first one.
    let ends = |event: &&Event| matches!(event.what, What::Response(_) | What::End(_));
    let last = trace[death..].iter().rposition(|event| ends(&event)).unwrap_or(0);
    let after = &trace[death..=death + last];
    let step = |event: &&Event| {
        matches!(event.what, What::Access { .. } | What::Wait { .. } | What::Wake { .. })
    };
    let steps = after.iter().filter(step).count() as u64;
    told.longest_recovery_steps = told.longest_recovery_steps.max(steps);
    let slept = time(&trace[..=death + last]) - time(&trace[..death]);
    told.longest_recovery_ns = told.longest_recovery_ns.max(slept);
}

/// Runs the participants one after the other, an instruction at a time.
fn count_instructions(machine: &mut Machine<'_>) -> Result<Tally, String> {
    let mut tally = Tally::new();
    machine.set_grain(Grain::Instructions);
    machine.begin_again()?;
    let limits = Limits { preemptions: Some(0), ..Limits::default() };
    let mut spent = Spent::default();
    let participants = machine.scenario.roles.len();
    while let Some((choice, next)) = limits.choices(machine, spent).pop() {
        if let Choice::Step(index) = choice
            && index < participants
        {
            let operation = current(machine.trace(), index);
            tally.entry((index, operation)).or_default().instructions += 1;
        }
        machine.take(choice);
        spent = next;
    }
    Ok(tally)
}

/// What killing at every single instruction came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EveryInstruction {
    /// At how many instructions the victim was killed.
    pub instructions: u64,
    /// How many different states that led to.
    pub states: usize,
    /// How many of these no class leads to.
    pub missed: usize,
    /// How many classes there are of which no instruction is one.
    pub idle: usize,
}

/// Kills one participant, running alone, at every single instruction, lets the others run on, and
/// compares what each death leads to with what the classes lead to.
///
/// # Errors
///
/// The kernel refuses what stepping needs; or an execution is wrong: the text says how.
pub fn every_instruction(scenario: &Scenario, victim: usize) -> Result<EveryInstruction, String> {
    let mut machine = Machine::new(scenario)?;
    let (_, classes) = deaths(&mut machine, victim, Grain::RobustLists)?;
    let (instructions, states) = deaths(&mut machine, victim, Grain::Instructions)?;
    let missed = states.difference(&classes).count();
    let idle = classes.difference(&states).count();
    Ok(EveryInstruction { instructions, states: states.len(), missed, idle })
}

/// Lets the victim run alone, kills it in front of each of its steps, and returns how many there
/// were and the states that its deaths ended in.
fn deaths(
    machine: &mut Machine<'_>,
    victim: usize,
    grain: Grain,
) -> Result<(u64, HashSet<u128>), String> {
    let limits = Limits { preemptions: Some(0), crashes: 1, ..Limits::default() };
    let mut ends = HashSet::new();
    machine.set_grain(grain);
    machine.begin_again()?;
    let mut steps = 0;
    while machine.can(Choice::Crash(victim)) {
        let found = machine.found_by_kernel(victim);
        let mut save = machine.save()?;
        machine.take(Choice::Crash(victim));
        // The survivors are not watched so closely.
        machine.grain = Grain::Accesses;
        run_out(machine, &limits)?;
        machine.grain = grain;
        ends.insert(hash_of(&(found, machine.left())));
        machine.restore(&mut save)?;
        if !machine.can(Choice::Step(victim)) {
            return Err(format!("P{victim} cannot go on alone"));
        }
        machine.take(Choice::Step(victim));
        steps += 1;
    }
    // A death behind the last step is an end like any other.
    let found = machine.found_by_kernel(victim);
    run_out(machine, &limits)?;
    ends.insert(hash_of(&(found, machine.left())));
    Ok((steps, ends))
}

/// Lets the survivors run to their ends, without preemption.
fn run_out(machine: &mut Machine<'_>, limits: &Limits) -> Result<(), String> {
    let limits = Limits { crashes: 0, ..limits.clone() };
    let mut spent = Spent::default();
    loop {
        let choices = limits.choices(machine, spent);
        if let Some(wrong) = limits.wrong(machine, choices.is_empty()) {
            return Err(wrong);
        }
        let Some((choice, next)) = choices.last().copied() else { return Ok(()) };
        machine.take(choice);
        spent = next;
    }
}
