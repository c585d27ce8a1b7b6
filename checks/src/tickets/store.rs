//! Where the stock is kept: in a file, as the notes do, or in shared memory.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use forkstep::atomic::{AtomicU64, Ordering};
use forkstep::{Offset, Region};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::SaleError;

/// What `db.json` holds.
#[derive(Deserialize, Serialize)]
struct Db {
    count: u32,
}

/// The stock of a sale.
pub(super) enum Stock {
    /// The path of `db.json`, in a folder that goes away with this value.
    File { path: PathBuf, _folder: TempDir },
    /// One word.
    Memory { region: Region, word: Offset<AtomicU64> },
}

impl Stock {
    pub(super) fn in_file(tickets: u32) -> Result<Self, SaleError> {
        let folder = tempfile::Builder::new().prefix("forkstep-tickets-").tempdir()?;
        let path = folder.path().join("db.json");
        write_db(&path, tickets)?;
        Ok(Self::File { path, _folder: folder })
    }

    pub(super) fn in_memory(region: &Region, tickets: u32) -> Result<Self, SaleError> {
        let word = region.place(AtomicU64::new(tickets.into()))?;
        Ok(Self::Memory { region: region.clone(), word })
    }

    /// Reads the stock; `None` if what is there is no number of tickets: an unguarded buyer has
    /// truncated the file and not yet written it, or was killed in between.
    pub(super) fn read(&self) -> Option<u32> {
        match self {
            Self::File { path, .. } => {
                let file = File::open(path).ok()?;
                serde_json::from_reader(file).ok().map(|db: Db| db.count)
            }
            Self::Memory { region, word } => {
                u32::try_from(region.get(*word).ok()?.load(Ordering::Relaxed)).ok()
            }
        }
    }

    pub(super) fn write(&self, left: u32) -> Result<(), SaleError> {
        match self {
            Self::File { path, .. } => write_db(path, left)?,
            Self::Memory { region, word } => {
                region.get(*word)?.store(left.into(), Ordering::Relaxed);
            }
        }
        Ok(())
    }
}

/// Truncates, then writes: two steps, as `open(..., "wt")` and `json.dump` are.
fn write_db(path: &Path, count: u32) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    file.write_all(serde_json::to_string(&Db { count })?.as_bytes())
}

/// Measures one read and one write of each store: the median of `rounds`.
///
/// # Errors
///
/// If a store cannot be made or used.
pub fn compare_stores(rounds: usize) -> Result<(Duration, Duration), SaleError> {
    let region = Region::anonymous(64)?;
    let (file, memory) = (Stock::in_file(1)?, Stock::in_memory(&region, 1)?);
    let time = |stock: &Stock| -> Result<Duration, SaleError> {
        let start = Instant::now();
        let left = stock.read().ok_or(SaleError::Unreadable)?;
        stock.write(left)?;
        Ok(start.elapsed())
    };
    let mut times = [Vec::with_capacity(rounds), Vec::with_capacity(rounds)];
    for _ in 0..rounds.max(1) {
        times[0].push(time(&file)?);
        times[1].push(time(&memory)?);
    }
    let [file, memory] = times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2]
    });
    Ok((file, memory))
}
