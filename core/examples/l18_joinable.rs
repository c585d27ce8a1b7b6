//! Three cooks and two eaters again. The eaters are daemons, who need not learn of an end: the main
//! process waits until the last dish is eaten.

use forkstep::{JoinableQueue, Process};

const COOKS: [(&str, &str); 3] = [("Da", "bun"), ("Zhong", "pork"), ("Xiao", "potato")];
const EATERS: [&str; 2] = ["Luo", "Shi"];
const DISHES: usize = 10;

fn cook(name: &str, food: &str, queue: &JoinableQueue<String>) {
    for number in 0..DISHES {
        queue.put(&format!("{food} {number}")).expect("the kitchen is open");
        println!("{name} has cooked {food} {number}");
    }
}

fn eat(name: &str, queue: &JoinableQueue<String>) {
    loop {
        let dish = queue.get().expect("the kitchen never closes");
        println!("{name} has eaten {}", *dish);
        dish.task_done().expect("it was this eater's dish");
    }
}

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let queue = JoinableQueue::new(5)?;
    for name in EATERS {
        Process::builder().name(name).daemon(true).start(|| eat(name, &queue))?;
    }
    let cooks = COOKS.map(|(name, food)| Process::start(|| cook(name, food, &queue)));
    for cook in cooks {
        cook?.join()?;
    }
    let joined = queue.join()?;
    println!("all {} dishes are eaten", joined.tasks);
    // The eaters wait for another dish; as daemons they end with this process.
    Ok(())
}
