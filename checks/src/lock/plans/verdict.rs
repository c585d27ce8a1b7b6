//! Judges the ledger that an execution has left.

use std::time::Duration;

use super::board::{Board, SEATS, read};

/// What a participant held when it was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Death {
    Holding,
    NotHolding,
    /// It was about to take or to release the lock; or it had taken it, and may have died with a
    /// report in hand that it had not yet entered. Either way it adds one report or none.
    Either,
}

/// What an execution adds to the figures.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) kills: usize,
    pub(super) kills_while_holding: usize,
    pub(super) kills_in_doubt: usize,
    pub(super) owner_died: usize,
    pub(super) longest_recovery: Duration,
    pub(super) longest_overrun: Duration,
}

/// A generous bound on what one scheduling delay can be.
const OVERRUN: Duration = Duration::from_millis(200);
/// A generous bound on a backstop and what follows.
const RECOVERY: Duration = Duration::from_secs(2);

/// Judges the end of an execution; `deaths` has an entry for each participant.
///
/// # Errors
///
/// What is wrong.
pub(super) fn judge(board: &Board, deaths: &[Option<Death>]) -> Result<Tally, String> {
    let tally = tally(board, deaths);
    judge_data(board)?;
    judge_reports(board, deaths, &tally)?;
    if tally.longest_overrun > OVERRUN {
        return Err(format!("a deadline was overrun by {:?}", tally.longest_overrun));
    }
    if tally.longest_recovery > RECOVERY {
        return Err(format!("nobody went on for {:?} after a kill", tally.longest_recovery));
    }
    Ok(tally)
}

fn tally(board: &Board, deaths: &[Option<Death>]) -> Tally {
    let count = |kind| deaths.iter().filter(|death| **death == Some(kind)).count();
    let longest = |of: fn(&super::board::Seat) -> u64| {
        Duration::from_nanos(board.seats.iter().map(of).max().unwrap_or(0))
    };
    Tally {
        kills: deaths.iter().flatten().count(),
        kills_while_holding: count(Death::Holding),
        kills_in_doubt: count(Death::Either),
        owner_died: board.reports.iter().map(read).sum::<u64>() as usize,
        longest_recovery: longest(|seat| read(&seat.longest_recovery)),
        longest_overrun: longest(|seat| read(&seat.longest_overrun)),
    }
}

/// No increment is torn, lost or made up.
fn judge_data(board: &Board) -> Result<(), String> {
    let (first, second) = (read(&board.data.first), read(&board.data.second));
    if first != second {
        return Err(format!("torn at the end: {first}, {second}"));
    }
    let finished = board.seats.iter().map(|seat| read(&seat.finished)).sum::<u64>();
    let begun = board.seats.iter().map(|seat| read(&seat.begun)).sum::<u64>();
    if !(finished..=begun).contains(&first) {
        return Err(format!("lost or made-up increments: {first} of {finished} to {begun}"));
    }
    Ok(())
}

/// Exactly one owner died for each participant that was killed while it held the lock.
fn judge_reports(board: &Board, deaths: &[Option<Death>], tally: &Tally) -> Result<(), String> {
    let (certain, in_doubt) = (tally.kills_while_holding, tally.kills_in_doubt);
    let reports: Vec<u64> = board.reports.iter().map(read).collect();
    let wrong = |what: &str| {
        Err(format!("{what}: reports by name {reports:?} (last: unnamed), deaths {deaths:?}"))
    };
    if !(certain..=certain + in_doubt).contains(&tally.owner_died) {
        return wrong("owner died is not reported exactly once for each");
    }
    for (index, death) in deaths.iter().enumerate() {
        match (death, reports[index]) {
            (None | Some(Death::NotHolding), 1..) => {
                return wrong(&format!("owner died names P{index}, which did not hold the lock"));
            }
            // Who dies between taking over and leaving its name is reported as the one before.
            (_, 2..) if in_doubt == 0 => {
                return wrong(&format!("owner died names P{index} more than once"));
            }
            _ => {}
        }
    }
    match reports[SEATS] {
        unnamed if unnamed > (certain + in_doubt) as u64 => wrong("unnamed reports"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use forkstep::atomic::Ordering;

    use super::*;

    fn judged(reports: [u64; SEATS + 1], deaths: &[Option<Death>]) -> Result<Tally, String> {
        let board = Board::default();
        for (word, reported) in board.reports.iter().zip(reports) {
            word.store(reported, Ordering::Relaxed);
        }
        judge(&board, deaths)
    }

    #[test]
    fn a_death_while_holding_is_reported_once() {
        let deaths = [Some(Death::NotHolding), None, Some(Death::Holding), Some(Death::Holding)];
        judged([0, 0, 1, 1, 0], &deaths).unwrap();
        judged([0, 0, 1, 0, 1], &deaths).unwrap();
        judged([0, 0, 0, 1, 0], &deaths).unwrap_err();
        judged([0, 0, 2, 1, 0], &deaths).unwrap_err();
        judged([1, 0, 1, 0, 0], &deaths).unwrap_err();
    }

    /// P3 was given the lock of P2, and died before it had entered the report of that.
    #[test]
    fn a_report_may_die_with_the_one_that_was_given_it() {
        let deaths = [None, None, Some(Death::Holding), Some(Death::Either)];
        judged([0, 0, 0, 1, 0], &deaths).unwrap();
        judged([0, 0, 1, 1, 0], &deaths).unwrap();
        judged([0; SEATS + 1], &deaths).unwrap_err();
    }
}
