//! What a scenario knows of items that are handed on: none twice, none from nowhere, in order.
//!
//! No object of loom's, so it orders nothing.

use std::cell::RefCell;
use std::fmt;

/// Who sent an item, and which of its items it is.
pub type Item = (u8, u8);

/// The items of one execution.
#[derive(Debug, Default)]
pub struct Ledger {
    accounts: RefCell<Accounts>,
}

#[derive(Debug, Default)]
struct Accounts {
    /// Items whose sending has begun.
    begun: Vec<Item>,
    /// Items whose sending has returned well.
    sent: Vec<Item>,
    /// What each participant has received, in its order.
    received: Vec<Vec<Item>>,
    /// Receives that have begun and not returned.
    receiving: usize,
}

impl Ledger {
    /// An empty one.
    #[must_use]
    pub fn new(participants: usize) -> Self {
        let received = vec![Vec::new(); participants];
        Self { accounts: RefCell::new(Accounts { received, ..Accounts::default() }) }
    }

    /// Sends an item of this participant.
    ///
    /// # Errors
    ///
    /// Those of `send`.
    pub fn send<E>(
        &self,
        me: usize,
        number: u8,
        send: impl FnOnce(&Item) -> Result<(), E>,
    ) -> Result<(), E> {
        let item = (me as u8, number);
        self.accounts.borrow_mut().begun.push(item);
        send(&item)?;
        self.accounts.borrow_mut().sent.push(item);
        Ok(())
    }

    /// Receives an item as this participant.
    ///
    /// # Errors
    ///
    /// Those of `receive`.
    pub fn receive<E>(
        &self,
        me: usize,
        receive: impl FnOnce() -> Result<Item, E>,
    ) -> Result<(), E> {
        self.accounts.borrow_mut().receiving += 1;
        let received = receive();
        let mut accounts = self.accounts.borrow_mut();
        accounts.receiving -= 1;
        accounts.received[me].push(received?);
        Ok(())
    }

    /// How many items were sent and not received so far.
    #[must_use]
    pub fn under_way(&self) -> usize {
        let accounts = self.accounts.borrow();
        let arrived = |item| accounts.received.iter().flatten().any(|other| other == item);
        accounts.sent.iter().filter(|item| !arrived(*item)).count()
    }

    /// How many receives have begun and not returned: once all have ended, those that died in one.
    #[must_use]
    pub fn receiving(&self) -> usize {
        self.accounts.borrow().receiving
    }

    /// Judges what was received.
    ///
    /// # Panics
    ///
    /// An item came twice, from nowhere, or before an earlier one of its sender.
    pub fn assert_in_order_and_once(&self) {
        let accounts = self.accounts.borrow();
        let all: Vec<&Item> = accounts.received.iter().flatten().collect();
        for (n, item) in all.iter().enumerate() {
            assert!(accounts.begun.contains(item), "{item:?} was never sent");
            assert!(!all[..n].contains(item), "{item:?} came twice");
        }
        for received in &accounts.received {
            for (n, (sender, number)) in received.iter().enumerate() {
                let mut later = received[n..].iter().filter(|item| item.0 == *sender);
                assert!(later.all(|item| item.1 >= *number), "out of order: {received:?}");
            }
        }
    }
}

/// Lets a result through that is good, or one of those allowed; says whether it was good.
///
/// # Panics
///
/// Another error.
pub fn allow<E: fmt::Debug + PartialEq>(result: Result<(), E>, allowed: &[E]) -> bool {
    match result {
        Ok(()) => true,
        Err(error) => {
            assert!(allowed.contains(&error), "{error:?}");
            false
        }
    }
}
