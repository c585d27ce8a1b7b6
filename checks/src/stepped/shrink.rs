//! Makes a schedule smaller that is still wrong.
//!
//! A schedule is a list of segments, each of one participant. Tried are: a segment left out, two
//! segments of one participant joined, a death left out, and the end cut off. What becomes
//! impossible by that is left out, and what is missing at the end is filled up without preemption.
//! A try is kept if the execution is wrong in the same way and the schedule is smaller: fewer
//! deaths, then fewer preemptions, then fewer steps.

use std::time::{Duration, Instant};

use super::bounds::Limits;
use super::machine::{Choice, Machine};
use super::walk::{Given, Walked, walk};

/// How many schedules are tried at most.
const MOST_TRIES: usize = 2_000;
/// How long is tried: an execution that does not end takes as long as its limit allows.
const LONGEST: Duration = Duration::from_secs(5);

/// The smallest schedule found that is wrong as this one is.
///
/// # Errors
///
/// The kernel refuses a process.
pub(super) fn shrink(
    machine: &mut Machine<'_>,
    limits: &Limits,
    choices: &[Choice],
    wrong: &str,
) -> Result<Vec<Choice>, String> {
    let limits = limits.lifted(machine);
    let mut best = walk(machine, &limits, &mut Given::exactly(choices))?;
    let mut tries = 0;
    let start = Instant::now();
    loop {
        let mut better = None;
        for candidate in candidates(&best.choices) {
            tries += 1;
            if tries > MOST_TRIES || start.elapsed() > LONGEST {
                return Ok(best.choices);
            }
            let walked = walk(machine, &limits, &mut Given::leniently(&candidate))?;
            let same = walked.wrong.as_deref().is_some_and(|other| kind(other) == kind(wrong));
            if same && size(&walked) < size(&best) {
                better = Some(walked);
                break;
            }
        }
        match better {
            Some(walked) => best = walked,
            None => return Ok(best.choices),
        }
    }
}

/// How one is wrong, without the names and numbers that a smaller schedule may change.
fn kind(wrong: &str) -> String {
    let told = wrong.chars().filter(|c| !c.is_ascii_digit());
    let told: String = told.collect();
    match told.split_once(':') {
        // Who says so, and the first words of what.
        Some((who, what)) => {
            format!("{who}:{}", what.split_ascii_whitespace().take(3).collect::<String>())
        }
        None => told.split_ascii_whitespace().take(4).collect(),
    }
}

fn size(walked: &Walked) -> (usize, usize, usize) {
    (walked.spent.crashes, walked.spent.preemptions, walked.choices.len())
}

fn candidates(choices: &[Choice]) -> Vec<Vec<Choice>> {
    let segments: Vec<&[Choice]> = choices.chunk_by(|a, b| a == b).collect();
    let without = |left_out: usize| {
        let kept = segments.iter().enumerate().filter(|(index, _)| *index != left_out);
        kept.flat_map(|(_, segment)| segment.iter().copied()).collect::<Vec<_>>()
    };
    let joined = |first: usize| {
        let same = |index: &usize| segments[*index].first() == segments[first].first();
        let next = (first + 1..segments.len()).find(same)?;
        let mut order: Vec<_> = (0..segments.len()).collect();
        let moved = order.remove(next);
        order.insert(first + 1, moved);
        let all = order.into_iter().flat_map(|index| segments[index].iter().copied());
        Some(all.collect::<Vec<_>>())
    };
    let all = 0..segments.len();
    let shorter = (1..segments.len()).map(|kept| segments[..kept].concat());
    all.clone().map(without).chain(all.filter_map(joined)).chain(shorter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_leave_out_join_and_cut() {
        let step = Choice::Step;
        let all = candidates(&[step(0), step(1), step(1), step(0)]);
        assert!(all.contains(&vec![step(1), step(1), step(0)]));
        assert!(all.contains(&vec![step(0), step(0), step(1), step(1)]));
        assert!(all.contains(&vec![step(0)]));
    }

    #[test]
    fn the_way_of_being_wrong_has_no_numbers() {
        assert_eq!(kind("P1: two additions make 1"), kind("P0: two additions make 0"));
        assert_ne!(kind("deadlock: P0 sleeps on x"), kind("lost wake-up: P0 is woken"));
    }
}
