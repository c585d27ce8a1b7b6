//! The ticket sale to real processes: lessons L10 and L22.

use std::process::ExitCode;

use forkstep_checks::tickets::{Guard, Report, Sale, Store, compare_stores, sell};
use forkstep_checks::watchdog::{run, trial};

fn main() -> ExitCode {
    run(vec![
        trial("l10_without_a_guard_tickets_are_oversold", without_a_guard),
        trial("l10_under_the_lock_the_sale_is_exact_and_searches_overlap", under_the_lock),
        trial("l10_with_join_the_sale_is_exact_and_nothing_overlaps", with_join),
        trial("l10_killed_buyers_lose_and_oversell_nothing", killed_buyers),
        trial("l10_no_tickets_and_no_shortage_are_exact", the_edges),
        trial("l22_the_file_store_is_slower_than_shared_memory", the_file_is_slower),
    ])
}

const STORES: [Store; 2] = [Store::File, Store::Memory];

fn hold(tickets: u32, buyers: u32, guard: Guard, store: Store, kill: u32) -> Report {
    let report = sell(Sale { tickets, buyers, guard, store, kill }).expect("the sale is held");
    assert_eq!((report.tickets, report.buyers), (tickets, buyers));
    report
}

fn without_a_guard() {
    for store in STORES {
        let report = hold(3, 10, Guard::None, store, 0);
        assert!(report.oversold > 0, "all ten search before the first has paid: {report:?}");
    }
}

fn under_the_lock() {
    for store in STORES {
        let report = hold(3, 10, Guard::Lock, store, 0);
        assert_eq!((report.sold, report.left, report.oversold), (3, 0, 0), "{report:?}");
        assert!(report.search_overlap_max > 1, "the searches are not under the lock: {report:?}");
    }
}

fn with_join() {
    for store in STORES {
        let report = hold(3, 10, Guard::Join, store, 0);
        assert_eq!((report.sold, report.left, report.oversold), (3, 0, 0), "{report:?}");
        assert_eq!(report.search_overlap_max, 1, "one after the other: {report:?}");
    }
}

fn killed_buyers() {
    let mut killed = 0;
    for round in 0..5 {
        for guard in [Guard::Lock, Guard::Join] {
            for store in STORES {
                let report = hold(4, 8, guard, store, 1 + round);
                assert!(report.is_exact(), "{report:?}");
                killed += report.killed;
            }
        }
    }
    assert!(killed > 0, "some of sixty were still running when they were to be killed");
}

fn the_edges() {
    for guard in [Guard::Lock, Guard::Join] {
        assert_eq!(hold(0, 3, guard, Store::Memory, 0).sold, 0);
        let plenty = hold(9, 3, guard, Store::File, 0);
        assert_eq!((plenty.sold, plenty.left), (3, 6));
        assert!(hold(2, 3, guard, Store::Memory, 3).is_exact(), "also when all are to be killed");
    }
}

fn the_file_is_slower() {
    // Not a bound on speed: a file system call against a load and a store.
    let (file, memory) = compare_stores(101).expect("both stores work");
    assert!(file > memory, "file {file:?}, memory {memory:?}");
}
