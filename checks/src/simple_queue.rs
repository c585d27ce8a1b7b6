//! The subject `simple-queue`: the little that is not the queue's.

use std::time::Duration;

use forkstep_model::sys::model::Run;
use forkstep_model::{GetError, PutError, SimpleQueue};

use crate::check::{Check, Level};
use crate::ledger::{Item, Ledger, allow};
use crate::named::Named;
use crate::scenario::Scenario;

/// What one participant does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Puts two items, with a time-out that only a peer that died lets run out; then closes.
    PutAndClose,
    /// Gets until the queue is closed and empty, with such a time-out too.
    Drain,
}

/// A participant for each role, and for how many items there is room.
#[derive(Clone, Debug)]
pub struct SimpleQueueModel {
    /// Who takes part.
    pub roles: Vec<Role>,
    /// How many items the queue has room for.
    pub room: usize,
}

/// The queue and what the harness knows of an execution.
#[derive(Debug)]
pub struct Shared {
    queue: SimpleQueue<Item>,
    ledger: Ledger,
}

/// Longer than a backstop, and than two waits that each end at once.
const LONG: Duration = Duration::from_millis(60);

impl Scenario for SimpleQueueModel {
    type Shared = Shared;

    fn roles(&self) -> Vec<&'static str> {
        let name = |role: &Role| match role {
            Role::PutAndClose => "put twice and close",
            Role::Drain => "drain",
        };
        self.roles.iter().map(name).collect()
    }

    fn set_up(&self) -> Shared {
        // An item is two bytes, so a record takes 16.
        let queue = SimpleQueue::new(16 * self.room).expect("the model has memory");
        Shared { queue, ledger: Ledger::new(self.roles.len()) }
    }

    fn run(&self, me: usize, Shared { queue, ledger }: &Shared) {
        match self.roles[me] {
            Role::PutAndClose => {
                for number in 0..2 {
                    let put = ledger.send(me, number, |item| queue.put_timeout(item, LONG));
                    allow(put, &[PutError::Full]);
                }
                queue.close().expect("nobody is in the way for ever");
            }
            Role::Drain => {
                let ends = [GetError::Empty, GetError::Closed];
                while allow(ledger.receive(me, || queue.get_timeout(LONG)), &ends) {}
            }
        }
    }

    fn judge(&self, Shared { queue, ledger }: &Shared, run: &Run) {
        while ledger.receive(0, || queue.try_get()).is_ok() {}
        assert!(queue.is_empty(), "drained");
        ledger.assert_in_order_and_once();
        let (lost, taken) = (ledger.under_way(), ledger.receiving());
        assert!(lost <= taken, "{lost} items are lost; {taken} consumers died in a get");
        assert!(taken == 0 || run.crashed.contains(&true), "a get has not returned");
    }
}

/// All checks of the simple queue.
#[must_use]
pub fn checks(level: Level) -> Vec<Check> {
    let models =
        [("items up to the last byte, any one crash", 1), ("room for all, any one crash", 2)];
    let check = |(property, room)| {
        let model = SimpleQueueModel { roles: vec![Role::PutAndClose, Role::Drain], room };
        let size = format!("2 participants, room for {room} items");
        let not_covered = "load buffering, more participants, longer items";
        Named::new(property, 1, model).crashes(1).check("simple-queue", size, not_covered, level)
    };
    models.map(check).into()
}
