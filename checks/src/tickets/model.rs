//! The same sale under loom.

use forkstep_model::atomic::{AtomicU32, Ordering};
use forkstep_model::sys::model::{self, Run};
use forkstep_model::{AcquireError, Guard as LockGuard, Lock};

use super::Guard;
use super::body::{Shop, buyer};
use crate::scenario::Scenario;

/// A sale of few tickets to few buyers, every interleaving of which is looked at.
#[derive(Clone, Copy, Debug)]
pub struct ModelSale {
    /// How many tickets there are.
    pub tickets: u32,
    /// How many buyers.
    pub buyers: usize,
    /// What guards the stock.
    pub guard: Guard,
}

/// The shop of a model: the stock is a word of shared memory.
#[derive(Debug)]
pub struct ModelShop {
    sale: ModelSale,
    lock: Lock,
    stock: AtomicU32,
    ledger: Vec<AtomicU32>,
}

impl ModelShop {
    /// Reads by a read-modify-write, which sees the newest value as a reader of a file does: the
    /// naive sale must fail by the order of its steps, not by weak memory.
    fn newest_stock(&self) -> u32 {
        self.stock.fetch_max(0, Ordering::Relaxed)
    }

    fn sold(&self) -> u32 {
        self.ledger.iter().map(|entry| entry.load(Ordering::Relaxed)).sum()
    }
}

impl Shop for ModelShop {
    type Guard<'a> = Option<LockGuard<'a>>;

    fn search(&self, _buyer: usize) {
        let left = self.newest_stock();
        model::note(format!("finds {left} tickets"));
    }

    fn stock(&self, _buyer: usize) -> Option<u32> {
        Some(self.newest_stock())
    }

    fn set_stock(&self, left: u32) {
        self.stock.swap(left, Ordering::Relaxed);
    }

    fn pay(&self, _buyer: usize) {
        model::note("pays");
    }

    fn enter_sale(&self, buyer: usize) {
        self.ledger[buyer].store(1, Ordering::Relaxed);
    }

    fn enter(&self) -> Option<LockGuard<'_>> {
        if self.sale.guard != Guard::Lock {
            return None;
        }
        match self.lock.acquire() {
            Ok(guard) => Some(guard),
            Err(AcquireError::OwnerDied(guard)) => {
                self.set_stock(self.sale.tickets - self.sold());
                Some(guard.mark_consistent())
            }
            Err(error) => panic!("the lock of the shop: {error}"),
        }
    }
}

impl Scenario for ModelSale {
    type Shared = ModelShop;

    fn roles(&self) -> Vec<&'static str> {
        // Each writes its own line of the ledger, which makes no difference to the others.
        vec!["buyer"; self.buyers]
    }

    fn set_up(&self) -> ModelShop {
        let names = ["ledger of P0", "ledger of P1", "ledger of P2"];
        ModelShop {
            sale: *self,
            lock: Lock::new().expect("the model has memory"),
            stock: AtomicU32::named(self.tickets, "tickets"),
            ledger: (0..self.buyers).map(|n| AtomicU32::named(0, names[n])).collect(),
        }
    }

    fn run(&self, participant: usize, shop: &ModelShop) {
        buyer(shop, participant);
    }

    fn judge(&self, shop: &ModelShop, _run: &Run) {
        let guard = shop.enter();
        let (sold, left) = (shop.sold(), shop.newest_stock());
        drop(guard);
        let tickets = self.tickets;
        assert!(sold <= tickets, "oversold: {sold} buyers have a ticket, and there were {tickets}");
        assert_eq!(sold + left, tickets, "lost: {sold} sold and {left} left of {tickets}");
    }
}
