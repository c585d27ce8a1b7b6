//! A struct that processes share: what the notes do with a manager's `Namespace`, without a manager
//! that could end before the others do.

use std::thread;

use forkstep::{Process, Value};
use zerocopy::{FromBytes, Immutable, IntoBytes};

/// Nothing but numbers, side by side without a gap.
#[derive(Clone, Copy, Debug, FromBytes, Immutable, IntoBytes)]
#[repr(C)]
struct Shop {
    name: [u8; 8],
    price: f64,
    stock: u32,
    sold: u32,
}

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Value::new(Shop { name: *b"Pingping", price: 2.5, stock: 100, sold: 0 })?;

    let renamed = Process::start(|| {
        let change = |shop| Shop { name: *b"Pingpong", price: 3.0, ..shop };
        shop.update(change).expect("the lock is free");
    })?;
    assert!(renamed.join()?.success());
    let Shop { name, price, .. } = shop.get();
    println!("a child has renamed it: {}, {price:.2}", String::from_utf8_lossy(&name));

    // Four sellers, none of whom sees another's half-done sale.
    let sell = || {
        for _ in 0..10 {
            let sale = |shop: Shop| Shop { stock: shop.stock - 1, sold: shop.sold + 1, ..shop };
            let after = shop.update(sale).expect("the lock is free at last");
            assert_eq!(after.stock + after.sold, 100);
        }
    };
    for seller in [0, 1, 2, 3].map(|_| Process::start(sell)) {
        assert!(seller?.join()?.success());
    }
    let Shop { stock, sold, .. } = shop.get();
    println!("sold {sold}, left {stock}");

    let killed = Process::start(|| {
        let mut guard = shop.lock().expect("the lock is free");
        guard.update(|shop| Shop { price: 9.0, ..shop }).expect("it is held");
        loop {
            thread::park();
        }
    })?;
    while shop.get().price != 9.0 {
        thread::yield_now();
    }
    killed.kill()?;
    println!("a child was {}, with the lock", killed.join()?);
    println!("what it had set is there: {:.2}", shop.get().price);
    shop.update(|shop| Shop { price: 1.0, ..shop })?;
    println!("and the lock is free: {:.2}", shop.get().price);
    Ok(())
}
