//! Which executions a scenario is judged by: every order of its roles, and every fault that the
//! check asks for, at every place where it can happen.

use std::collections::BTreeSet;
use std::sync::Arc;

use forkstep_model::sys::model::{Crash, Plan, WaitFault};

use crate::backend::model::{Bounds, Explored, Failure, explore};
use crate::scenario::Scenario;

/// What goes wrong in a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// How many participants die in one execution: 0, 1 or 2.
    pub crashes: usize,
    /// Whether each wait in turn is interrupted.
    pub interrupts: bool,
    /// Whether each wait in turn runs out of time.
    pub time_outs: bool,
    /// Whether some execution with a crash is expected to need a backstop.
    pub needs_backstop: bool,
}

/// What a check did, when nothing was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Executions, over all orders and plans.
    pub executions: usize,
    /// The most shared steps of each distinct role, added up.
    pub shared_steps: usize,
    /// Places at which one participant was crashed: distinct roles, each at each of its steps.
    pub crash_points: usize,
    /// Places at which a second one was crashed after the first.
    pub second_crash_points: usize,
    /// Waits that were interrupted or timed out.
    pub wait_faults: usize,
    /// The most backstops of one participant in one execution.
    pub backstops: usize,
}

/// Explores a scenario under every order of its roles, then with each fault asked for.
///
/// Without crashes no backstop fires, so that a lost wake-up is a deadlock. Orders in which only
/// participants of the same role and fate change places are explored once.
///
/// # Errors
///
/// The first [`Failure`] found.
pub fn check<S: Scenario>(
    scenario: &Arc<S>,
    faults: Faults,
    bounds: Bounds,
    progress: &mut dyn FnMut(usize),
) -> Result<Checked, Failure> {
    let roles = scenario.roles();
    let mut check = Check {
        scenario,
        bounds,
        roles,
        seen: BTreeSet::new(),
        done: Checked::default(),
        progress,
    };
    let quiet = Plan { participants: check.roles.len(), ..Plan::default() };
    let explored = check.all_orders(&quiet)?;
    check.done.shared_steps = check.distinct().into_iter().map(|p| check.most(p, &explored)).sum();
    if faults.interrupts {
        check.wait_faults(&quiet, |plan, fault| plan.interrupt = Some(fault))?;
    }
    if faults.time_outs {
        check.wait_faults(&quiet, |plan, fault| plan.time_out = Some(fault))?;
    }
    if faults.crashes > 0 {
        check.crashes(&Plan { backstop: true, ..quiet }, faults.crashes)?;
    }
    Ok(check.done)
}

struct Check<'a, S> {
    scenario: &'a Arc<S>,
    bounds: Bounds,
    roles: Vec<&'static str>,
    /// Orders that were explored, as roles with their fates.
    seen: BTreeSet<Vec<(&'static str, String)>>,
    done: Checked,
    progress: &'a mut dyn FnMut(usize),
}

impl<S: Scenario> Check<'_, S> {
    /// The first participant of each role.
    fn distinct(&self) -> Vec<usize> {
        let new = |&p: &usize| !self.roles[..p].contains(&self.roles[p]);
        (0..self.roles.len()).filter(new).collect()
    }

    /// The most shared steps of anybody in this participant's role.
    fn most(&self, participant: usize, explored: &Explored) -> usize {
        let same = |p: &usize| self.roles[*p] == self.roles[participant];
        (0..self.roles.len()).filter(same).map(|p| explored.steps[p]).max().unwrap_or(0)
    }

    /// Explores every order that differs; the result is the union.
    fn all_orders(&mut self, plan: &Plan) -> Result<Explored, Failure> {
        let mut union = Explored::default();
        for order in permutations(self.roles.len()) {
            let key = order.iter().map(|&p| (self.roles[p], fate(plan, p))).collect();
            if !self.seen.insert(key) {
                continue;
            }
            let left = self.bounds.executions.saturating_sub(self.done.executions);
            let bounds = Bounds { executions: left, ..self.bounds };
            let explored =
                explore(self.scenario, plan, &order, bounds).map_err(|f| self.counted(f))?;
            self.done.executions += explored.executions;
            self.done.backstops = self.done.backstops.max(explored.backstops);
            union.merge(&explored);
            (self.progress)(self.done.executions);
        }
        Ok(union)
    }

    /// A search that was given up has run what its earlier explorations ran, too.
    fn counted(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Unfinished { executions } => {
                Failure::Unfinished { executions: self.done.executions + executions }
            }
            found @ Failure::Counterexample(_) => found,
        }
    }

    fn wait_faults(
        &mut self,
        quiet: &Plan,
        set: impl Fn(&mut Plan, WaitFault),
    ) -> Result<(), Failure> {
        for participant in self.distinct() {
            for wait in 1.. {
                let mut plan = quiet.clone();
                set(&mut plan, WaitFault { participant, wait });
                if !self.all_orders(&plan)?.wait_fault {
                    break;
                }
                self.done.wait_faults += 1;
            }
        }
        Ok(())
    }

    fn crashes(&mut self, quiet: &Plan, depth: usize) -> Result<(), Failure> {
        for participant in self.distinct() {
            for step in 1.. {
                let plan = Plan { crashes: vec![Crash { participant, step }], ..quiet.clone() };
                if !self.all_orders(&plan)?.crashed[0] {
                    break;
                }
                self.done.crash_points += 1;
                if depth > 1 {
                    self.second_crashes(&plan)?;
                }
            }
        }
        Ok(())
    }

    /// After one death, every other participant dies too, at each of its steps: the one that
    /// repairs among them.
    fn second_crashes(&mut self, first: &Plan) -> Result<(), Failure> {
        for participant in (0..self.roles.len()).filter(|p| *p != first.crashes[0].participant) {
            for step in 1.. {
                let mut plan = first.clone();
                plan.crashes.push(Crash { participant, step });
                let explored = self.all_orders(&plan)?;
                // Nothing explored: the same fates under another name, already done.
                if explored.executions == 0 || !explored.crashed[1] {
                    break;
                }
                self.done.second_crash_points += 1;
            }
        }
        Ok(())
    }
}

/// What the plan holds for one participant.
fn fate(plan: &Plan, participant: usize) -> String {
    let crashes: Vec<_> =
        plan.crashes.iter().filter(|c| c.participant == participant).map(|c| c.step).collect();
    let wait = |fault: Option<WaitFault>| {
        fault.filter(|fault| fault.participant == participant).map(|fault| fault.wait)
    };
    let (interrupt, time_out) = (wait(plan.interrupt), wait(plan.time_out));
    format!("{crashes:?} {interrupt:?} {time_out:?} {}", plan.backstop)
}

/// All orders of the numbers below `n`, in lexical order.
fn permutations(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![vec![]];
    }
    let mut all = Vec::new();
    for first in 0..n {
        for rest in permutations(n - 1) {
            let rest = rest.into_iter().map(|p| if p >= first { p + 1 } else { p });
            all.push(std::iter::once(first).chain(rest).collect());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::permutations;

    #[test]
    fn all_orders_of_three_are_six() {
        let all = permutations(3);
        assert_eq!(all.len(), 6);
        assert_eq!(all[0], [0, 1, 2]);
        assert_eq!(all[5], [2, 1, 0]);
    }
}
