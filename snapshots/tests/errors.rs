//! What errors say.

use forkstep::array::{ArrayError, GuardError, OutOfBounds};
use forkstep::pipe::{RecvError, SendError};
use forkstep::process::{JoinError, SignalError, StartError};
use forkstep::value::{LockError, LockTimeoutError, NotHeld, TryLockError};
use forkstep::{AcquireError, AcquireTimeoutError, Lock, Region, RegionError, TryAcquireError};

#[test]
fn errors_say_what_was_wrong_and_what_is_accepted() {
    let lock = Lock::new().expect("the machine has memory");
    let held = lock.acquire().expect("the lock is free");
    let again = lock.acquire().expect_err("held by this thread");
    let texts = [
        ("region of nothing", Region::anonymous(0).expect_err("refused").to_string()),
        ("absurd region", Region::anonymous(usize::MAX).expect_err("refused").to_string()),
        ("region beyond memory", Region::anonymous(1 << 45).expect_err("refused").to_string()),
        ("full region", RegionError::Full { needed: 64, left: 8 }.to_string()),
        ("lock held", again.to_string()),
        ("try", TryAcquireError::WouldBlock.to_string()),
        ("time-out", AcquireTimeoutError::TimedOut.to_string()),
        ("not recoverable", AcquireError::NotRecoverable.to_string()),
        ("too many locks", AcquireError::TooManyLocks.to_string()),
        ("corrupt", AcquireError::Corrupt.to_string()),
        ("unsupported", AcquireError::Unsupported.to_string()),
        ("threads", StartError::MultiThreaded { threads: 3 }.to_string()),
        ("daemon", StartError::DaemonMayNotStart.to_string()),
        ("join oneself", JoinError::WouldDeadlock.to_string()),
        ("join a stranger", JoinError::NotParent.to_string()),
        ("signal a stranger", SignalError::NotParent.to_string()),
        ("send to nobody", SendError::PeerGone.to_string()),
        ("send on a closed end", SendError::Closed.to_string()),
        ("send too much", SendError::TooLarge { len: 57, max: 56 }.to_string()),
        ("receive from nobody", RecvError::Eof.to_string()),
        ("receive on a closed end", RecvError::Closed.to_string()),
        ("receive in time", RecvError::Empty.to_string()),
    ];
    drop(held);
    let text: Vec<_> = texts.iter().map(|(what, text)| format!("{what}: {text}")).collect();
    insta::assert_snapshot!("errors", text.join("\n"));
}

#[test]
fn errors_of_values_and_arrays() {
    let beyond = OutOfBounds { index: 3, len: 3 };
    let texts = [
        ("value held", LockError::WouldDeadlock.to_string()),
        ("value, too many locks", LockError::TooManyLocks.to_string()),
        ("value corrupt", LockError::Corrupt.to_string()),
        ("value unsupported", LockError::Unsupported.to_string()),
        ("value in time", LockTimeoutError::TimedOut.to_string()),
        ("value in time, held", LockTimeoutError::Lock(LockError::WouldDeadlock).to_string()),
        ("value at once", TryLockError::WouldBlock.to_string()),
        ("guard of another process", NotHeld.to_string()),
        ("element", beyond.to_string()),
        ("element to write", ArrayError::OutOfBounds(beyond).to_string()),
        ("array held", ArrayError::Lock(LockError::WouldDeadlock).to_string()),
        ("array guard of another process", GuardError::NotHeld.to_string()),
    ];
    let text: Vec<_> = texts.iter().map(|(what, text)| format!("{what}: {text}")).collect();
    insta::assert_snapshot!("errors_of_values", text.join("\n"));
}
