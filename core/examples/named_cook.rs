//! A cook who shares a table with an eater in another program. Start both, in any order; kill
//! either, and start it again: the other goes on, and the dishes on the table are still there.
//!
//! ```console
//! cargo run --example named_cook &
//! cargo run --example named_eater
//! ```

use forkstep::{PutError, Queue};

/// Who cooked it, and the how many-th of that cook it is.
type Dish = (u32, u64);

/// Cooks so many dishes, or until somebody closes the table.
pub(crate) fn cook(table: &str, dishes: u64) -> Result<(), Box<dyn std::error::Error>> {
    let mut table = Queue::<Dish>::open_or_create(table, 8)?;
    let cook = std::process::id();
    for number in 0..dishes {
        match table.put(&(cook, number)) {
            Ok(()) => println!("cook {cook} has cooked dish {number}"),
            Err(PutError::Closed) => break,
            Err(error) => return Err(error.into()),
        }
    }
    // Whoever made the table may have been killed: then its name is ours to take away.
    let is_ours = table.adopt()?;
    println!("cook {cook} goes home{}", if is_ours { " and clears the table away" } else { "" });
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    cook("kitchen", 50)
}
