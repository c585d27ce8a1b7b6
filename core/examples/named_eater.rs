//! An eater who shares a table and a tally with a cook in another program; see `named_cook`.

use std::thread;
use std::time::Duration;

use forkstep::{Dict, GetError, Queue};

/// Who cooked it, and the how many-th of that cook it is.
type Dish = (u32, u64);

/// Eats, with a pause after each dish, until the table is closed, or until no dish comes any more
/// for as long as one has patience.
pub(crate) fn eat(
    kitchen: &str,
    pause: Duration,
    patience: Duration,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut table = Queue::<Dish>::open_or_create(kitchen, 8)?;
    let tally = format!("{kitchen}.tally");
    let mut tally = Dict::<String, u64>::builder(1 << 16).open_or_create(&tally)?;
    let eater = std::process::id();
    loop {
        let (cook, number) = match table.get_timeout(patience) {
            Ok(dish) => dish,
            Err(GetError::Empty | GetError::Closed) => break,
            Err(error) => return Err(error.into()),
        };
        tally.update("eaten", |eaten| eaten.unwrap_or(0) + 1)?;
        println!("eater {eater} has eaten dish {number} of cook {cook}");
        thread::sleep(pause);
    }
    let [cooked, eaten] = ["cooked", "eaten"].map(|key| tally.get(key));
    println!("cooked in all: {}, eaten: {}", cooked?.unwrap_or(0), eaten?.unwrap_or(0));
    // Whoever made them may have been killed: then their names are ours to take away.
    let is_ours = matches!((table.adopt(), tally.adopt()), (Ok(true), _) | (_, Ok(true)));
    println!("eater {eater} goes home{}", if is_ours { " and clears the table away" } else { "" });
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    eat("kitchen", Duration::from_millis(100), Duration::from_secs(5))
}
