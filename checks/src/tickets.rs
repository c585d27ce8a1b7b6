//! The ticket sale of the lecture notes (lessons L10 and L22): buyers search at the same time and
//! buy from one stock. Without a guard tickets are oversold; with a lock around the purchase, or
//! with each buyer joined before the next starts, they are not.
//!
//! A purchase reads the stock, pays, writes its name into the ledger and writes the stock back. The
//! ledger entry is the commit: what it says survives every death, and the stock is repaired from
//! it.

pub(crate) mod body;
pub mod checks;
pub mod model;
mod sale;
mod shop;
mod store;

use std::fmt;

use serde::Serialize;

pub use sale::{SaleError, sell};
pub use store::compare_stores;

/// What keeps two buyers from selling the same ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Guard {
    /// Nothing.
    None,
    /// A lock around the purchase; the searches overlap.
    Lock,
    /// Each buyer ends before the next starts; nothing overlaps.
    Join,
}

/// Where the stock is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Store {
    /// In `db.json`, truncated and written anew by every buyer, as in the notes.
    File,
    /// In one word of shared memory.
    Memory,
}

/// What is sold to whom.
#[derive(Clone, Copy, Debug)]
pub struct Sale {
    /// How many tickets there are.
    pub tickets: u32,
    /// How many buyers; each wants one.
    pub buyers: u32,
    /// What guards the stock.
    pub guard: Guard,
    /// Where it is kept.
    pub store: Store,
    /// How many buyers are killed, each at a random moment.
    pub kill: u32,
}

/// How a sale went.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What guarded the stock.
    pub guard: Guard,
    /// Where it was kept.
    pub store: Store,
    /// How many tickets there were.
    pub tickets: u32,
    /// How many buyers there were.
    pub buyers: u32,
    /// How many of them were killed before they had ended.
    pub killed: u32,
    /// Tickets in the ledger.
    pub sold: u32,
    /// Tickets in the stock at the end.
    pub left: u32,
    /// How many more were sold than there were.
    pub oversold: u32,
    /// The largest number of searches at one time.
    pub search_overlap_max: u32,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

impl Report {
    /// Whether no ticket was oversold and none was lost.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.oversold == 0 && self.sold + self.left == self.tickets
    }

    /// The head of the table that [`fmt::Display`] prints the rows of.
    pub const HEAD: &str = "guard  store   tickets buyers killed   sold   left oversold \
        searches at once    elapsed";
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let guard = format!("{:?}", self.guard).to_lowercase();
        let store = format!("{:?}", self.store).to_lowercase();
        let Self { tickets, buyers, killed, sold, left, oversold, .. } = self;
        write!(
            f,
            "{guard:<6} {store:<7} {tickets:>7} {buyers:>6} {killed:>6} {sold:>6} {left:>6} "
        )?;
        let Self { search_overlap_max, elapsed_ms, .. } = self;
        write!(f, "{oversold:>8} {search_overlap_max:>16} {elapsed_ms:>7} ms")
    }
}
