//! The step behind which nothing can be right any more.

use super::bounds::Limits;
use super::explorer::{Explorer, Right};
use super::machine::{Choice, Machine};

/// How many steps are spent on a look at what can follow.
const MOST_STEPS: u64 = 20_000;

/// The index of the first choice behind which every continuation is wrong, deaths aside; `None` if
/// that was not found out.
///
/// Once nothing can be right it stays so, so the step is found by halving.
///
/// # Errors
///
/// The kernel refuses a process.
pub(super) fn critical_step(
    machine: &mut Machine<'_>,
    limits: &Limits,
    choices: &[Choice],
) -> Result<Option<usize>, String> {
    let limits = Limits { preemptions: None, crashes: 0, reduction: true, ..limits.clone() };
    let (mut right, mut doomed) = (0, choices.len());
    while right < doomed {
        let middle = usize::midpoint(right, doomed);
        machine.begin_again()?;
        choices[..middle].iter().for_each(|choice| machine.take(*choice));
        match Explorer::new(machine, limits.clone()).can_end_right(MOST_STEPS)? {
            Right::Yes => right = middle + 1,
            Right::No => doomed = middle,
            Right::Unknown => return Ok(None),
        }
    }
    Ok(right.checked_sub(1))
}
