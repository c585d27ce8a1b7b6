//! A queue for three items, step by step: full, empty, first in, first out.

use std::time::Duration;

use forkstep::{Process, Queue};

const MOMENT: Duration = Duration::from_millis(20);

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let queue = Queue::new(3)?;
    for item in ["a", "b", "c"] {
        queue.put(&item.to_owned())?;
        println!("put {item}: {} of {}", queue.len(), queue.capacity());
    }
    let item = "d".to_owned();
    println!("try to put d: {}", queue.try_put(&item).unwrap_err());
    println!("put d within a moment: {}", queue.put_timeout(&item, MOMENT).unwrap_err());

    // A put that waits for room, in another process.
    let producer = Process::start(|| queue.put(&item).map_err(|error| error.to_string()))?;
    println!("get {}: there is room for d", queue.get()?);
    producer.join()?;
    for _ in 0..3 {
        println!("get {}: {} left", queue.get()?, queue.len());
    }
    println!("try to get: {}", queue.try_get().unwrap_err());
    println!("get within a moment: {}", queue.get_timeout(MOMENT).unwrap_err());

    // A get that waits for an item, in another process.
    let consumer = Process::start(|| match queue.get() {
        Ok(item) => println!("get {item}: it was worth the wait"),
        Err(error) => println!("get: {error}"),
    })?;
    queue.put(&"e".to_owned())?;
    consumer.join()?;

    queue.put(&"f".to_owned())?;
    queue.close()?;
    println!("put g: {}", queue.put(&"g".to_owned()).unwrap_err());
    println!("get {}", queue.get()?);
    println!("get: {}", queue.get().unwrap_err());
    Ok(())
}
