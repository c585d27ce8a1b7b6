//! Pipes between two ends, typed, that tell each end when the other is gone.
//!
//! What is sent arrives once, whole and in order, also where several processes use one end at
//! once: beneath each direction is a [`Queue`](crate::Queue), bounded by bytes. What `send`
//! returned for stays in the pipe, whatever happens to its sender.
//!
//! # When an end is gone
//!
//! An end is held by every process that has a handle of it. It is gone when the last of them has
//! dropped its handles, has closed the end, or has ended: by returning, by exec or by SIGKILL. The
//! kernel counts that, as it does for a pipe of its own. The other end then receives all that was
//! sent before, and after that [`RecvError::Eof`]; what it sends is refused with
//! [`SendError::PeerGone`]. Who waits learns of it at once if the last handle was dropped by a
//! sender, and within one [`BACKSTOP`](crate::BACKSTOP) otherwise.
//!
//! # What to do around a fork
//!
//! A fork copies all handles, so afterwards both processes hold both ends, and neither end is gone
//! before both have let go of it:
//!
//! - The child's end goes into the closure by value. `Process::start` drops it in the parent,
//!   and the closure in the child when it ends.
//! - The parent's end stays in variables of the parent, which nobody drops in the child. The child
//!   closes it first of all, by `close`, or it will never find its parent gone. So does every child
//!   that is started later and inherits it.
//!
//! A process must not close descriptors that it did not open: those of its ends are among them.
//!
//! # Examples
//!
//! ```
//! use forkstep::{Process, pipe};
//!
//! let (parents, childs) = pipe::duplex::<String, usize>(4096)?;
//! let child = Process::start(|| {
//!     parents.close(); // only here: the parent's stays open
//!     let end = childs; // by value: dropped in the parent
//!     while let Ok(word) = end.recv() {
//!         end.send(&word.len()).expect("the parent waits for it");
//!     }
//! })?;
//! parents.send(&"noodle".to_owned())?;
//! assert_eq!(parents.recv(), Ok(6));
//! drop(parents); // end of file for the child
//! assert!(child.join()?.success());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Invariants
//!
//! 1. Nobody sends once an end is gone: nobody has a handle of it, and a dead process's locks are
//!    free before its descriptors are closed.
//! 2. End of file is said when first the sender was found gone and then the queue empty: by 1, no
//!    item can come in between.
//! 3. An end's own queue is closed only when the end is gone, by whoever let go of it last. That is
//!    for the sake of those who wait: without it, they find out at their backstop.

mod end;
mod error;
mod life;
mod receiver;
mod sender;

pub use end::End;
pub use error::{RecvError, SendError};
pub use receiver::Receiver;
pub use sender::Sender;

use crate::queue::ByteQueue;
use crate::region::RegionError;
use life::Life;

fn queue(bytes: usize) -> Result<ByteQueue, RegionError> {
    ByteQueue::new(ByteQueue::MAX_ITEMS, bytes)
}

/// The two ends of a [`duplex`] pipe: what one sends, the other receives.
pub type Ends<S, R> = (End<S, R>, End<R, S>);

/// Makes a pipe of two ends that both send and receive: `S` one way, `R` the other.
///
/// Each direction has room for `bytes` bytes; an item takes 8 more than its encoding, rounded up to
/// 8.
///
/// # Errors
///
/// [`RegionError::Empty`] for 0 bytes; [`RegionError::TooLarge`] for more than 16 GiB;
/// [`RegionError::Os`] if no descriptor is left, of which a pipe takes four; otherwise those of
/// [`Region::anonymous`](crate::Region::anonymous).
pub fn duplex<S, R>(bytes: usize) -> Result<Ends<S, R>, RegionError> {
    let (there, back) = (queue(bytes)?, queue(bytes)?);
    let [one, other] = Life::pair([Some(there.clone()), Some(back.clone())])?;
    let left = (Sender::new(there.clone(), one.clone()), Receiver::new(back.clone(), one));
    let right = (Sender::new(back, other.clone()), Receiver::new(there, other));
    Ok((End::new(left), End::new(right)))
}

/// Makes a pipe of one direction, with room for `bytes` bytes as [`duplex`] counts them. The end
/// that receives is gone, and that which sends, as the two of a duplex pipe are.
///
/// # Errors
///
/// As for [`duplex`].
///
/// # Examples
///
/// ```
/// use forkstep::pipe::{self, RecvError};
///
/// let (receiver, sender) = pipe::one_way(4096)?;
/// sender.send(&1)?;
/// drop(sender);
/// assert_eq!(receiver.recv(), Ok(1));
/// assert_eq!(receiver.recv(), Err(RecvError::Eof));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn one_way<T>(bytes: usize) -> Result<(Receiver<T>, Sender<T>), RegionError> {
    let queue = queue(bytes)?;
    let [receives, sends] = Life::pair([None, Some(queue.clone())])?;
    Ok((Receiver::new(queue.clone(), receives), Sender::new(queue, sends)))
}
