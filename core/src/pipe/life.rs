//! Who is there: this end, and the other.

use crate::queue::ByteQueue;
use crate::region::RegionError;
use crate::sys::CallError;
use crate::sys::life::{self, Hold, Watch};

/// Holds an end, and sees whether somebody holds the other one.
#[derive(Clone, Debug)]
pub(super) struct Life {
    /// Dropped before what stands behind it, which looks whether it was the last.
    hold: Hold,
    farewell: Farewell,
    peer: Watch,
}

impl Life {
    /// The lives of two ends, given what each sends on.
    pub(super) fn pair(sends: [Option<ByteQueue>; 2]) -> Result<[Self; 2], RegionError> {
        let os = |CallError { call, errno }| RegionError::Os { call, errno };
        let lines = [life::line().map_err(os)?, life::line().map_err(os)?];
        let watches = [lines[0].1.clone(), lines[1].1.clone()];
        let [(hold, own), (other_hold, others_own)] = lines;
        let [peer, other_peer] = [watches[1].clone(), watches[0].clone()];
        let [sends, others_sends] = sends;
        Ok([
            Self { hold, farewell: Farewell { own, sends }, peer },
            Self {
                hold: other_hold,
                farewell: Farewell { own: others_own, sends: others_sends },
                peer: other_peer,
            },
        ])
    }

    /// Whether this process has not closed the end.
    pub(super) fn is_open(&self) -> bool {
        self.hold.is_open()
    }

    /// Lets go of the end in this process.
    pub(super) fn close(&self) {
        self.hold.close();
        self.farewell.say();
    }

    /// Whether nobody holds the other end any more.
    pub(super) fn peer_is_gone(&self) -> bool {
        self.peer.is_gone()
    }
}

/// Wakes those who wait for this end to send, when it is gone: invariant 3.
#[derive(Clone, Debug)]
struct Farewell {
    own: Watch,
    /// What the end sends on, if it sends.
    sends: Option<ByteQueue>,
}

impl Farewell {
    fn say(&self) {
        // Looked at after letting go: of several who let go at once, the last one finds it gone.
        // CRASH: gone, and the queue is open; who waits finds out at the backstop.
        let Some(sends) = self.sends.as_ref().filter(|_| self.own.is_gone()) else { return };
        if !sends.is_closed() {
            // A thread that may take no more locks leaves it to the backstop. Nobody is in the way:
            // only those who hold this end ever have the lock.
            let _ = sends.close();
        }
    }
}

impl Drop for Farewell {
    fn drop(&mut self) {
        self.say();
    }
}
