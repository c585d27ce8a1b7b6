//! Reading, and writing later what was made of it.

use forkstep::atomic::{AtomicU32, Ordering::Relaxed};

use super::{Bug, Classic, Mended};
use crate::stepped::scenarios::words::Words;
use crate::stepped::{Log, Scenario};

const ONLY: usize = 0;

type One = Words<AtomicU32, 1>;

/// Found with one preemption: between the read and the write.
pub(super) fn lost_update() -> Classic {
    Classic::new("lost-update", 1, |version, name| {
        let (add, shows): (fn(&One), _) = match version {
            Bug => (add_in_two_steps, "a number is read and then written: an addition is lost"),
            Mended => (add_in_one_step, "a number is added to in one step: no addition is lost"),
        };
        let add = move |number: &One, log: &Log<'_>| log.call("add", || add(number));
        Scenario::builder(name, || Words::new(["number"]))
            .shows(shows)
            .operations(2)
            .participant("add", add)
            .participant("add", add)
            .afterwards(|number, log| match number[ONLY].load(Relaxed) {
                2 => {}
                sum => log.fail(&format!("two additions make {sum}")),
            })
            .words(One::named)
    })
}

fn add_in_two_steps(number: &One) {
    let old = number[ONLY].load(Relaxed);
    number[ONLY].store(old + 1, Relaxed);
}

fn add_in_one_step(number: &One) {
    number[ONLY].fetch_add(1, Relaxed);
}

/// Found with one preemption: between the check and the act.
pub(super) fn check_then_act() -> Classic {
    Classic::new("check-then-act", 1, |version, name| {
        let (take, shows): (fn(&One) -> bool, _) = match version {
            Bug => (check_and_take, "who finds one left takes it, if it is still there or not"),
            Mended => (take_as_checked, "who finds one left takes it only if it is still there"),
        };
        let take = move |stock: &One, log: &Log<'_>| {
            log.call("take", || take(stock));
        };
        Scenario::builder(name, one_in_stock)
            .shows(shows)
            .operations(2)
            .participant("take", take)
            .participant("take", take)
            .afterwards(|stock, log| match stock[ONLY].load(Relaxed) as i32 {
                0 => {}
                left => log.fail(&format!("of one, {left} are left after all have come")),
            })
            .words(One::named)
    })
}

fn one_in_stock() -> One {
    let stock = One::new(["stock"]);
    stock[ONLY].store(1, Relaxed);
    stock
}

fn check_and_take(stock: &One) -> bool {
    let is_there = stock[ONLY].load(Relaxed) > 0;
    if is_there {
        stock[ONLY].fetch_sub(1, Relaxed);
    }
    is_there
}

fn take_as_checked(stock: &One) -> bool {
    let mut left = stock[ONLY].load(Relaxed);
    while left > 0 {
        match stock[ONLY].compare_exchange(left, left - 1, Relaxed, Relaxed) {
            Ok(_) => return true,
            Err(now) => left = now,
        }
    }
    false
}
