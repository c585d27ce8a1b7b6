//! An eater who shares a table with a cook in another program; see `named_cook`.

use std::thread;
use std::time::Duration;

use forkstep::{GetError, Queue};

/// Who cooked it, and the how many-th of that cook it is.
type Dish = (u32, u64);

/// Eats, with a pause after each dish, until the table is closed, or until no dish comes any more
/// for as long as one has patience.
pub(crate) fn eat(
    table: &str,
    pause: Duration,
    patience: Duration,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut table = Queue::<Dish>::open_or_create(table, 8)?;
    let eater = std::process::id();
    loop {
        match table.get_timeout(patience) {
            Ok((cook, number)) => println!("eater {eater} has eaten dish {number} of cook {cook}"),
            Err(GetError::Empty | GetError::Closed) => break,
            Err(error) => return Err(error.into()),
        }
        thread::sleep(pause);
    }
    // Whoever made the table may have been killed: then its name is ours to take away.
    let is_ours = table.adopt()?;
    println!("eater {eater} goes home{}", if is_ours { " and clears the table away" } else { "" });
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    eat("kitchen", Duration::from_millis(100), Duration::from_secs(5))
}
