//! A cook who shares a table and a tally with an eater in another program. Start both, in any
//! order; kill either, and start it again: the other goes on, and the dishes are still there.
//!
//! ```console
//! cargo run --example named_cook &
//! cargo run --example named_eater
//! ```

use forkstep::{Dict, PutError, Queue};

/// Who cooked it, and the how many-th of that cook it is.
type Dish = (u32, u64);

/// Cooks so many dishes, or until somebody closes the table.
pub(crate) fn cook(kitchen: &str, dishes: u64) -> Result<(), Box<dyn std::error::Error>> {
    let mut table = Queue::<Dish>::open_or_create(kitchen, 8)?;
    let tally = format!("{kitchen}.tally");
    let mut tally = Dict::<String, u64>::builder(1 << 16).open_or_create(&tally)?;
    let cook = std::process::id();
    tally.insert("cook", &cook.into())?;
    for number in 0..dishes {
        match table.put(&(cook, number)) {
            Ok(()) => tally.update("cooked", |cooked| cooked.unwrap_or(0) + 1)?,
            Err(PutError::Closed) => break,
            Err(error) => return Err(error.into()),
        };
        println!("cook {cook} has cooked dish {number}");
    }
    // Whoever made them may have been killed: then their names are ours to take away.
    let is_ours = matches!((table.adopt(), tally.adopt()), (Ok(true), _) | (_, Ok(true)));
    println!("cook {cook} goes home{}", if is_ours { " and clears the table away" } else { "" });
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    cook("kitchen", 50)
}
