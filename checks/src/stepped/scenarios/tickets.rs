//! The ticket sale of the lecture notes (lesson L10): what [`tickets`](crate::tickets) sells to
//! free processes, of one ticket to two buyers.

use forkstep::atomic::{AtomicU32, Ordering::Relaxed};
use forkstep::{AcquireError, Guard, Lock};

use super::words::Words;
use crate::stepped::scenario::Builder;
use crate::stepped::{Log, Scenario};
use crate::tickets::body::{Shop, buyer};

const TICKETS: u32 = 1;
const BUYERS: usize = 2;

/// Where the stock is; the ledger of each buyer comes behind it.
const STOCK: usize = 0;
const LEDGER: usize = 1;

/// The naive sale and the one with a lock.
pub(super) fn all() -> Vec<Scenario> {
    let naive = sale("tickets-naive", false)
        .shows("two buyers search and then buy the last ticket, without a lock: it is oversold")
        .fails();
    let locked = sale("tickets-lock", true)
        .shows("two buyers search at the same time, and buy the last ticket one by one");
    [naive, locked].map(Builder::build).into()
}

fn sale(name: &str, locked: bool) -> Builder<Sale> {
    let set_up = move || {
        let lock = locked.then(|| Lock::new().expect("there is memory for a page"));
        let words = Words::<AtomicU32, _>::new(["stock", "ledger of P0", "ledger of P1"]);
        words[STOCK].store(TICKETS, Relaxed);
        Sale { lock, words }
    };
    Scenario::builder(name, set_up)
        .operations(BUYERS)
        .participant("buyer", |sale, log| log.call("buy", || buyer(sale, 0)))
        .participant("buyer", |sale, log| log.call("buy", || buyer(sale, 1)))
        .afterwards(Sale::check)
        .words(|sale| sale.words.named())
}

struct Sale {
    lock: Option<Lock>,
    words: Words<AtomicU32, { 1 + BUYERS }>,
}

impl Sale {
    fn sold(&self) -> u32 {
        (0..BUYERS).map(|buyer| self.words[LEDGER + buyer].load(Relaxed)).sum()
    }

    /// No ticket is sold twice, and none is lost.
    fn check(&self, log: &Log<'_>) {
        let guard = self.enter();
        let (sold, left) = (self.sold(), self.words[STOCK].load(Relaxed));
        drop(guard);
        if sold > TICKETS {
            log.fail(&format!("oversold: {sold} buyers have a ticket, and there was {TICKETS}"));
        } else if sold + left != TICKETS {
            log.fail(&format!("lost: {sold} sold and {left} left of {TICKETS}"));
        }
    }
}

impl Shop for Sale {
    type Guard<'a> = Option<Guard<'a>>;

    fn search(&self, _buyer: usize) {
        // Shown to the buyer, who does nothing with it: it is old when it is read.
        let _left = self.words[STOCK].load(Relaxed);
    }

    fn stock(&self, _buyer: usize) -> Option<u32> {
        Some(self.words[STOCK].load(Relaxed))
    }

    fn set_stock(&self, left: u32) {
        self.words[STOCK].store(left, Relaxed);
    }

    fn pay(&self, _buyer: usize) {}

    fn enter_sale(&self, buyer: usize) {
        self.words[LEDGER + buyer].store(1, Relaxed);
    }

    fn enter(&self) -> Option<Guard<'_>> {
        match self.lock.as_ref()?.acquire() {
            Ok(guard) => Some(guard),
            Err(AcquireError::OwnerDied(guard)) => {
                self.set_stock(TICKETS.saturating_sub(self.sold()));
                Some(guard.mark_consistent())
            }
            Err(error) => panic!("the lock of the shop: {error}"),
        }
    }
}
