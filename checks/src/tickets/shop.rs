//! The shop of real processes.

use std::time::{Duration, Instant};

use forkstep::atomic::{AtomicU64, Ordering};
use forkstep::{AcquireError, Guard as LockGuard, Lock, Offset, Region};

use super::body::Shop;
use super::store::Stock;
use super::{Guard, Sale, SaleError, Store};

/// A second of the notes.
const SECOND: Duration = Duration::from_millis(8);

/// What all buyers of a sale share; inherited by fork.
pub(super) struct RealShop {
    sale: Sale,
    lock: Lock,
    stock: Stock,
    region: Region,
    /// For each buyer: 1 once it has bought a ticket. The commit of a purchase.
    ledger: Vec<Offset<AtomicU64>>,
    /// For each buyer: 1 while it searches.
    searching: Vec<Offset<AtomicU64>>,
    /// For each buyer: 1 once it has read the stock to buy from it.
    looked: Vec<Offset<AtomicU64>>,
    overlap: Offset<AtomicU64>,
    /// For each buyer: how many seconds it takes to pay.
    seconds: Vec<u32>,
}

impl RealShop {
    /// Opens a shop; `seconds` says how long each buyer takes to pay.
    pub(super) fn open(sale: Sale, seconds: Vec<u32>) -> Result<Self, SaleError> {
        let buyers = sale.buyers as usize;
        let region = Region::anonymous(64 * 4 + 24 * (buyers + 1))?;
        let lock = Lock::new_in(&region)?;
        let words = |count: usize| {
            (0..count).map(|_| region.place(AtomicU64::new(0))).collect::<Result<Vec<_>, _>>()
        };
        let (ledger, searching, looked) = (words(buyers)?, words(buyers)?, words(buyers)?);
        let overlap = region.place(AtomicU64::new(0))?;
        let stock = match sale.store {
            Store::File => Stock::in_file(sale.tickets)?,
            Store::Memory => Stock::in_memory(&region, sale.tickets)?,
        };
        Ok(Self { sale, lock, stock, region, ledger, searching, looked, overlap, seconds })
    }

    fn word(&self, offset: Offset<AtomicU64>) -> &AtomicU64 {
        self.region.get(offset).expect("the shop placed the word itself")
    }

    fn sum(&self, words: &[Offset<AtomicU64>]) -> u64 {
        words.iter().map(|offset| self.word(*offset).load(Ordering::Relaxed)).sum()
    }

    /// How many tickets the ledger says are sold.
    pub(super) fn sold(&self) -> u32 {
        u32::try_from(self.sum(&self.ledger)).unwrap_or(u32::MAX)
    }

    /// The largest number of searches at one time.
    pub(super) fn overlap(&self) -> u32 {
        u32::try_from(self.word(self.overlap).load(Ordering::Relaxed)).unwrap_or(u32::MAX)
    }

    /// What is in the stock when all buyers have ended.
    pub(super) fn left(&self) -> Option<u32> {
        let _guard = self.enter();
        self.stock.read()
    }

    /// Clears away after a buyer that was killed; everything of it that the ledger does not know.
    pub(super) fn bury(&self, buyer: usize) {
        self.word(self.searching[buyer]).store(0, Ordering::Relaxed);
        // Nobody needs to wait for it any more.
        self.word(self.looked[buyer]).store(1, Ordering::Relaxed);
        if self.sale.guard == Guard::Join {
            // Nobody else runs, so no lock is needed to repair what it left.
            self.repair();
        }
    }

    /// Waits until every buyer has read the stock, so that what happens without a guard does not
    /// depend on how fast the machine starts processes: in the notes, too, all come in while the
    /// first one pays.
    fn await_all_looks(&self) {
        let all = u64::from(self.sale.buyers);
        let give_up = Instant::now() + SECOND * 1000;
        while self.sum(&self.looked) < all && Instant::now() < give_up {
            std::thread::sleep(SECOND / 8);
        }
    }

    /// Writes the stock as the ledger says that it must be; can be begun anew at any moment.
    fn repair(&self) {
        let left = self.sale.tickets.saturating_sub(self.sold());
        self.stock.write(left).expect("the stock was there when the sale began");
    }
}

impl Shop for RealShop {
    type Guard<'a> = Option<LockGuard<'a>>;

    fn search(&self, buyer: usize) {
        let mine = self.word(self.searching[buyer]);
        mine.store(1, Ordering::Relaxed);
        let now = self.sum(&self.searching);
        self.word(self.overlap).fetch_max(now, Ordering::Relaxed);
        std::thread::sleep(SECOND);
        // Shown to the buyer, who does nothing with it: it is old when it is read.
        let _left = self.stock.read();
        mine.store(0, Ordering::Relaxed);
    }

    fn stock(&self, buyer: usize) -> Option<u32> {
        let stock = self.stock.read();
        self.word(self.looked[buyer]).store(1, Ordering::Relaxed);
        stock
    }

    fn set_stock(&self, left: u32) {
        self.stock.write(left).expect("the stock was there when the sale began");
    }

    fn pay(&self, buyer: usize) {
        std::thread::sleep(SECOND * self.seconds[buyer]);
        if self.sale.guard == Guard::None {
            self.await_all_looks();
        }
    }

    fn enter_sale(&self, buyer: usize) {
        self.word(self.ledger[buyer]).store(1, Ordering::Relaxed);
    }

    fn enter(&self) -> Option<LockGuard<'_>> {
        if self.sale.guard != Guard::Lock {
            return None;
        }
        match self.lock.acquire() {
            Ok(guard) => Some(guard),
            Err(AcquireError::OwnerDied(guard)) => {
                self.repair();
                Some(guard.mark_consistent())
            }
            Err(error) => panic!("the lock of the shop: {error}"),
        }
    }
}
