//! One execution of a plan: starts the participants, kills, and judges.

use std::fmt::Debug;
use std::time::Duration;

use super::objects::Objects;
use super::participant::Worker;
use super::plan::Plan;
use super::planted::Planted;
use super::verdict::{End, Tally};
use crate::plans::board::Board;
use crate::plans::execution::{Execution, Parent, Soon, on_a_board};

/// The parent of the participants, who has nothing to do but to kill them.
struct Onlooker<'a>(&'a Objects);

impl Parent for Onlooker<'_> {
    fn act(&mut self, _: &mut Execution<'_>) -> Result<Soon, String> {
        Ok(Soon::AfterAnEnd)
    }

    fn object(&self) -> &dyn Debug {
        self.0
    }
}

/// Runs the plan once, for at most `limit`.
///
/// # Errors
///
/// What was wrong, in words.
pub(super) fn execute(plan: &Plan, planted: Planted, limit: Duration) -> Result<Tally, String> {
    on_a_board(|board| run(plan, board, planted, limit))
}

/// Nobody is left when this returns.
fn run(plan: &Plan, board: &Board, planted: Planted, limit: Duration) -> Result<Tally, String> {
    let objects = &Objects::new()?;
    let mut execution = Execution::new(board)?;
    for program in &plan.participants {
        execution.start(program, |at_work| Worker { objects, at_work, planted }.live(program))?;
    }
    execution.watch(&mut Onlooker(objects), limit)?;
    End { plan, board, objects, killed: execution.killed() }.judge()
}
