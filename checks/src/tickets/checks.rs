//! What `forkstep check tickets` runs.

use super::model::ModelSale;
use super::{Guard, Sale, Store, sell};
use crate::backend::model::Bounds;
use crate::check::{Check, InModel, Level, Outcome, Progress, explore};
use crate::crash::Faults;
use crate::report::Verdict;

/// More executions than any of the sales needs.
const GIVE_UP_AFTER: usize = 5_000_000;

/// All checks of the ticket sale.
#[must_use]
pub fn all(level: Level) -> Vec<Check> {
    let rounds = [2, 20][level as usize];
    vec![
        of_model(
            "sold under the lock: never oversold, none lost, any one crash",
            ModelSale { tickets: 1, buyers: 2, guard: Guard::Lock },
            [Some(3), None][level as usize],
        ),
        of_model(
            "three buyers, two tickets, under the lock, any one crash",
            ModelSale { tickets: 2, buyers: 3, guard: Guard::Lock },
            Some([1, 3][level as usize]),
        ),
        Check {
            subject: "tickets",
            property: "sold without a guard: the overselling is found",
            engine: "loom",
            bound: "2 participants, no preemption bound, up to the first counterexample".to_owned(),
            not_covered: "other counterexamples than the first",
            run: Box::new(naive),
        },
        Check {
            subject: "tickets",
            property: "real buyers, some killed: lock and join are exact",
            engine: "processes",
            bound: format!("{rounds} sales of each guard and store, 10 buyers, 0 and 5 killed"),
            not_covered: "schedules that the machine did not happen to run",
            run: Box::new(move |progress| on_processes(rounds, progress)),
        },
    ]
}

fn of_model(property: &'static str, sale: ModelSale, preemptions: Option<usize>) -> Check {
    let check = InModel {
        subject: "tickets",
        property,
        size: format!("{} participants", sale.buyers),
        preemptions,
        executions: GIVE_UP_AFTER,
        faults: Faults { crashes: 1, ..Faults::default() },
        not_covered: "the file store, more buyers",
    };
    check.of(sale)
}

/// The sale that must fail, for the check that the engine can see it.
#[must_use]
pub fn naive_sale(progress: Progress<'_>) -> Outcome {
    let sale = ModelSale { tickets: 1, buyers: 2, guard: Guard::None };
    let bounds = Bounds { preemptions: None, executions: GIVE_UP_AFTER };
    explore(sale, Faults::default(), bounds, progress)
}

fn naive(progress: Progress<'_>) -> Outcome {
    let found = naive_sale(progress);
    let oversold = found.details.as_deref().is_some_and(|text| text.contains("oversold: 2"));
    if found.verdict == Verdict::Violated && oversold {
        Outcome::holds(found.executions, 0)
    } else {
        Outcome::violated(found.executions, "the naive sale was not seen to oversell".to_owned())
    }
}

fn on_processes(rounds: usize, progress: Progress<'_>) -> Outcome {
    let (mut sales, mut kills) = (0, 0);
    for _ in 0..rounds {
        for guard in [Guard::Lock, Guard::Join] {
            for store in [Store::File, Store::Memory] {
                for kill in [0, 5] {
                    let report = match sell(Sale { tickets: 3, buyers: 10, guard, store, kill }) {
                        Ok(report) => report,
                        Err(error) => return Outcome::violated(sales, error.to_string()),
                    };
                    sales += 1;
                    kills += report.killed as usize;
                    if !report.is_exact() {
                        return Outcome::violated(sales, format!("not exact: {report:?}"));
                    }
                    progress(sales);
                }
            }
        }
    }
    Outcome::holds(sales, kills)
}
