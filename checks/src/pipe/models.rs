//! The pipe models: one or two participants on each end, one or two items.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use forkstep_model::pipe::{self, Receiver, RecvError, SendError, Sender};
use forkstep_model::sys::model::Run;

use crate::ledger::{Item, Ledger, allow};
use crate::scenario::Scenario;

/// What one participant does with its end, which it drops at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Sends that many items, unless it learns that the receiver is gone.
    Send(u8),
    /// Lets go of the end that sends, and waits for nothing.
    Close,
    /// Receives until the end of the file.
    Drain,
    /// Receives one item, or learns of the end of the file, and leaves.
    Recv,
    /// Polls before each receive, which then must not find the pipe empty.
    Poll,
    /// Polls, and leaves what there is to others.
    Look,
    /// Receives with a short time-out.
    RecvTimeout,
    /// Tries to receive.
    TryRecv,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Send(1) => "send",
            Self::Send(_) => "send twice",
            Self::Close => "close",
            Self::Drain => "drain",
            Self::Recv => "receive",
            Self::Poll => "poll and receive",
            Self::Look => "poll and leave",
            Self::RecvTimeout => "receive with a time-out",
            Self::TryRecv => "try to receive",
        }
    }

    fn sends(self) -> bool {
        matches!(self, Self::Send(_) | Self::Close)
    }
}

/// A pipe model: a role for each participant, and for how many items there is room.
#[derive(Clone, Debug)]
pub struct PipeModel {
    /// Who takes part.
    pub roles: Vec<Role>,
    /// How many items the pipe has room for.
    pub room: usize,
}

/// The handle of one participant: a clone of its end, which the model takes for a fork's copy.
#[derive(Debug)]
enum Handle {
    Sends(Sender<Item>),
    Receives(Receiver<Item>),
}

/// The handles and what the harness knows of an execution.
#[derive(Debug)]
pub struct Shared {
    handles: RefCell<Vec<Option<Handle>>>,
    ledger: Ledger,
    /// How many participants are there on each end, as far as the others must believe.
    senders: Cell<usize>,
    receivers: Cell<usize>,
    /// How many have received the end of the file.
    ends: Cell<usize>,
}

/// That a participant is there: dropped before it lets go of its end, and when it dies.
struct Present<'a>(&'a Cell<usize>);

impl Drop for Present<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl Scenario for PipeModel {
    type Shared = Shared;

    fn roles(&self) -> Vec<&'static str> {
        self.roles.iter().map(|role| role.name()).collect()
    }

    fn set_up(&self) -> Shared {
        // An item is two bytes, so a record takes 16.
        let (receiver, sender) = pipe::one_way(16 * self.room).expect("the model has memory");
        let handle = |role: &Role| {
            Some(match role.sends() {
                true => Handle::Sends(sender.clone()),
                false => Handle::Receives(receiver.clone()),
            })
        };
        let senders = self.roles.iter().filter(|role| role.sends()).count();
        Shared {
            handles: RefCell::new(self.roles.iter().map(handle).collect()),
            ledger: Ledger::new(self.roles.len()),
            senders: Cell::new(senders),
            receivers: Cell::new(self.roles.len() - senders),
            ends: Cell::new(0),
        }
    }

    fn run(&self, me: usize, shared: &Shared) {
        let handle = shared.handles.borrow_mut()[me].take();
        match handle.expect("each participant runs once") {
            Handle::Sends(sender) => shared.send(me, self.roles[me], &sender),
            Handle::Receives(receiver) => shared.receive(me, self.roles[me], &receiver),
        }
    }

    fn judge(&self, shared: &Shared, run: &Run) {
        shared.ledger.assert_in_order_and_once();
        let deaths = run.crashed.iter().filter(|crashed| **crashed).count();
        let lost = shared.ledger.under_way();
        if shared.ends.get() > 0 {
            // Who died in a receive may have taken one; end of file says that no other is left.
            let taken = shared.ledger.receiving();
            assert!(lost <= taken, "{lost} items are lost; {taken} receivers died in a receive");
        }
        let backstops = run.backstops.iter().copied().max().unwrap_or(0);
        assert!(backstops <= 2 * deaths, "{backstops} backstops for {deaths} deaths");
    }
}

/// Shorter than a backstop.
const SHORT: Duration = Duration::from_millis(10);
/// Longer than any execution.
const LONG: Duration = Duration::from_secs(3600);

impl Shared {
    fn send(&self, me: usize, role: Role, sender: &Sender<Item>) {
        let _present = Present(&self.senders);
        let items = if let Role::Send(items) = role { items } else { 0 };
        for number in 0..items {
            let sent = self.ledger.send(me, number, |item| sender.send(item));
            if !allow(sent, &[SendError::PeerGone]) {
                assert_eq!(self.receivers.get(), 0, "gone, and still there");
                return;
            }
        }
    }

    fn receive(&self, me: usize, role: Role, receiver: &Receiver<Item>) {
        let _present = Present(&self.receivers);
        let receive = || self.ledger.receive(me, || receiver.recv());
        match role {
            Role::Recv => {
                self.allow_end(receive());
            }
            Role::Look => assert!(receiver.poll(LONG), "there is an item, or there will be an end"),
            Role::RecvTimeout => {
                self.allow_empty(self.ledger.receive(me, || receiver.recv_timeout(SHORT)));
            }
            Role::TryRecv => self.allow_empty(self.ledger.receive(me, || receiver.try_recv())),
            Role::Poll => {
                while self.ends.get() == 0 {
                    assert!(receiver.poll(LONG), "there is an item, or there will be an end");
                    self.allow_end(self.ledger.receive(me, || receiver.try_recv()));
                }
            }
            _ => while self.allow_end(receive()) {},
        }
    }

    /// Takes note of an end of the file, which must not be said while somebody may send. Says
    /// whether there was none.
    fn allow_end(&self, received: Result<(), RecvError>) -> bool {
        let goes_on = allow(received, &[RecvError::Eof]);
        if !goes_on {
            assert_eq!(self.senders.get(), 0, "end of file, and a sender is there");
            self.ends.set(self.ends.get() + 1);
        }
        goes_on
    }

    fn allow_empty(&self, received: Result<(), RecvError>) {
        if received != Err(RecvError::Empty) {
            self.allow_end(received);
        }
    }
}
