//! A sale to real processes.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use forkstep::process::{JoinError, Process, SignalError, StartError};
use forkstep::{OffsetError, RegionError};

use super::body::buyer;
use super::shop::RealShop;
use super::{Guard, Report, Sale};

/// Why a sale could not be held.
#[derive(Debug)]
pub enum SaleError {
    /// Shared memory could not be had.
    Region(RegionError),
    /// A word of the shop is not where it was placed.
    Offset(OffsetError),
    /// A buyer could not be started.
    Start(StartError),
    /// A buyer could not be waited for.
    Join(JoinError),
    /// A buyer could not be killed.
    Kill(SignalError),
    /// The file store failed.
    Io(std::io::Error),
    /// The stock is not a number of tickets, although all buyers have ended.
    Unreadable,
    /// A buyer that nobody killed did not end well.
    BuyerFailed {
        /// Which one.
        buyer: usize,
        /// Its exit code; negative: a signal.
        code: i32,
    },
    /// A buyer did not end in time: it hangs.
    Stuck {
        /// Which one.
        buyer: usize,
        /// What the lock's word said.
        after: Duration,
    },
}

impl fmt::Display for SaleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Region(error) => error.fmt(f),
            Self::Offset(error) => error.fmt(f),
            Self::Start(error) => error.fmt(f),
            Self::Join(error) => error.fmt(f),
            Self::Kill(error) => error.fmt(f),
            Self::Io(error) => write!(f, "the file store: {error}"),
            Self::Unreadable => write!(f, "the stock is unreadable after all buyers have ended"),
            Self::BuyerFailed { buyer, code } => write!(f, "buyer {buyer} ended with {code}"),
            Self::Stuck { buyer, after } => write!(f, "buyer {buyer} did not end in {after:?}"),
        }
    }
}

impl std::error::Error for SaleError {}

macro_rules! from_error {
    ($($error:ty => $variant:ident),+ $(,)?) => {$(
        impl From<$error> for SaleError {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        }
    )+};
}
from_error! {
    RegionError => Region,
    OffsetError => Offset,
    StartError => Start,
    JoinError => Join,
    SignalError => Kill,
    std::io::Error => Io,
}

/// Longer than any sale: each buyer pays for at most three seconds of the notes.
const STUCK: Duration = Duration::from_secs(60);

/// Numbers that differ from run to run: when who is killed, how long who pays.
struct Chance {
    keys: RandomState,
    drawn: u64,
}

impl Chance {
    fn new() -> Self {
        Self { keys: RandomState::new(), drawn: 0 }
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.drawn += 1;
        self.keys.hash_one(self.drawn) % limit.max(1)
    }
}

/// Sells the tickets to forked buyers and reports what came out.
///
/// Must be called from a process of one thread. No buyer outlives the call.
///
/// # Errors
///
/// [`SaleError`] if the sale could not be held, or if a buyer hangs or fails that nobody killed.
pub fn sell(sale: Sale) -> Result<Report, SaleError> {
    let mut chance = Chance::new();
    let seconds = (0..sale.buyers).map(|_| 1 + chance.below(3) as u32).collect();
    let shop = RealShop::open(sale, seconds)?;
    let victims = draw_victims(sale, &mut chance);
    let start = Instant::now();
    let killed = match sale.guard {
        Guard::Join => one_by_one(&shop, sale, &victims)?,
        Guard::None | Guard::Lock => all_at_once(&shop, sale, victims)?,
    };
    let elapsed = start.elapsed();
    let (sold, left) = (shop.sold(), shop.left().ok_or(SaleError::Unreadable)?);
    Ok(Report {
        guard: sale.guard,
        store: sale.store,
        tickets: sale.tickets,
        buyers: sale.buyers,
        killed,
        sold,
        left,
        oversold: sold.saturating_sub(sale.tickets),
        search_overlap_max: shop.overlap(),
        elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
    })
}

/// Which buyers are killed, and how long after the start.
fn draw_victims(sale: Sale, chance: &mut Chance) -> Vec<(usize, Duration)> {
    let mut buyers: Vec<usize> = (0..sale.buyers as usize).collect();
    let span = match sale.guard {
        Guard::Lock => 20 * u64::from(sale.buyers.min(sale.tickets.max(1))),
        Guard::None | Guard::Join => 30,
    };
    let mut victims: Vec<_> = (0..sale.kill)
        .map(|_| {
            let buyer = buyers.swap_remove(chance.below(buyers.len() as u64) as usize);
            (buyer, Duration::from_micros(chance.below(1000 * span)))
        })
        .collect();
    victims.sort_by_key(|(_, after)| *after);
    victims
}

fn start_buyer(shop: &RealShop, number: usize) -> Result<Process, StartError> {
    let name = format!("buyer {number}");
    Process::builder().name(name).daemon(true).start(|| buyer(shop, number))
}

/// The notes' lock version: all start, then all are joined.
fn all_at_once(
    shop: &RealShop,
    sale: Sale,
    victims: Vec<(usize, Duration)>,
) -> Result<u32, SaleError> {
    let crowd = Crowd::start(shop, sale)?;
    let start = Instant::now();
    let mut killed = 0;
    for (number, after) in victims {
        killed += u32::from(crowd.kill_at(shop, number, start + after)?);
    }
    for (number, process) in crowd.0.iter().enumerate() {
        finish(process, number)?;
    }
    Ok(killed)
}

/// The notes' join version: each buyer ends before the next starts.
fn one_by_one(
    shop: &RealShop,
    sale: Sale,
    victims: &[(usize, Duration)],
) -> Result<u32, SaleError> {
    let mut killed = 0;
    for number in 0..sale.buyers as usize {
        let crowd = Crowd(vec![start_buyer(shop, number)?]);
        let victim = victims.iter().find(|(victim, _)| *victim == number);
        if let Some((_, after)) = victim {
            killed += u32::from(crowd.kill(shop, 0, number, Instant::now() + *after)?);
        }
        finish(&crowd.0[0], number)?;
    }
    Ok(killed)
}

/// Buyers that are running; those that still run when it is dropped are killed and reaped.
struct Crowd(Vec<Process>);

impl Crowd {
    fn start(shop: &RealShop, sale: Sale) -> Result<Self, SaleError> {
        let mut crowd = Self(Vec::with_capacity(sale.buyers as usize));
        for number in 0..sale.buyers as usize {
            crowd.0.push(start_buyer(shop, number)?);
        }
        Ok(crowd)
    }

    fn kill_at(&self, shop: &RealShop, number: usize, at: Instant) -> Result<bool, SaleError> {
        self.kill(shop, number, number, at)
    }

    /// Kills a buyer at that moment, unless it ends before; says whether it was killed.
    fn kill(
        &self,
        shop: &RealShop,
        index: usize,
        buyer: usize,
        at: Instant,
    ) -> Result<bool, SaleError> {
        let process = &self.0[index];
        let left = at.saturating_duration_since(Instant::now());
        if process.join_timeout(left)?.is_some() {
            return Ok(false);
        }
        process.kill()?;
        let status = process.join()?;
        // It may have ended on its own between the look and the kill.
        let killed = status.code() == -9;
        if killed {
            shop.bury(buyer);
        }
        Ok(killed)
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        for process in &self.0 {
            // What has ended cannot be killed, and needs not to be.
            if process.is_alive() && process.kill().is_ok() {
                let _ = process.join();
            }
        }
    }
}

fn finish(process: &Process, buyer: usize) -> Result<(), SaleError> {
    match process.join_timeout(STUCK)? {
        None => Err(SaleError::Stuck { buyer, after: STUCK }),
        Some(status) if matches!(status.code(), 0 | -9) => Ok(()),
        Some(status) => Err(SaleError::BuyerFailed { buyer, code: status.code() }),
    }
}
