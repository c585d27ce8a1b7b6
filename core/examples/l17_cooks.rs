//! Three cooks and two eaters, decoupled by a queue. How do the eaters learn that all is eaten?

use forkstep::{GetError, Process, Queue};

const COOKS: [(&str, &str); 3] = [("Da", "bun"), ("Zhong", "pork"), ("Xiao", "potato")];
const EATERS: [&str; 2] = ["Luo", "Shi"];
const DISHES: usize = 10;

type Anything = Box<dyn std::error::Error>;

fn cook(name: &str, food: &str, queue: &Queue<Option<String>>) {
    for number in 0..DISHES {
        let dish = Some(format!("{food} {number}"));
        queue.put(&dish).expect("the kitchen is open");
        println!("{name} has cooked {food} {number}");
    }
}

fn eat(name: &str, queue: &Queue<Option<String>>) {
    loop {
        match queue.get() {
            Ok(Some(dish)) => println!("{name} has eaten {dish}"),
            Ok(None) => return println!("{name} has got an end mark"),
            Err(GetError::Closed) => return println!("{name} has found the queue closed"),
            Err(error) => panic!("{error}"),
        }
    }
}

fn dinner(
    end: impl FnOnce(&Queue<Option<String>>) -> Result<(), Anything>,
) -> Result<(), Anything> {
    let queue = Queue::new(5)?;
    let cooks = COOKS.map(|(name, food)| Process::start(|| cook(name, food, &queue)));
    let eaters = EATERS.map(|name| Process::start(|| eat(name, &queue)));
    for cook in cooks {
        cook?.join()?;
    }
    end(&queue)?;
    for eater in eaters {
        eater?.join()?;
    }
    Ok(())
}

pub(crate) fn main() -> Result<(), Anything> {
    // As with other queues: one mark for each eater, or one of them waits for ever.
    dinner(|queue| EATERS.iter().try_for_each(|_| Ok(queue.put(&None)?)))?;
    println!("the first dinner is over");
    // Closing tells them all, however many there are.
    dinner(|queue| Ok(queue.close()?))?;
    println!("the second dinner is over");
    Ok(())
}
