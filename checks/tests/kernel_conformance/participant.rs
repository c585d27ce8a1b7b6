//! A process that takes single steps on order, on a robust list of its own.

#![allow(unsafe_code, reason = "robust lists and futexes by hand, without the seam under test")]
#![allow(clippy::disallowed_methods, reason = "futex(2) and get_robust_list(2) have no wrapper")]

use std::io::{PipeReader, PipeWriter, Read as _, Write as _};
use std::ptr::{self, NonNull};

use forkstep::atomic::{AtomicU32, Ordering};

use crate::machine::RobustWord;
use crate::script::{Act, Reply, Value, WORDS};

/// The head of the list, as set_robust_list(2) lays it out.
#[repr(C)]
struct Head {
    first: u64,
    futex_offset: i64,
    pending: u64,
}

/// An order on its way: what to do, where, and with which values.
pub(crate) fn encode(act: Act, tids: &[u32]) -> [u8; 16] {
    let bits = |value: Value| value.bits(tids);
    let (kind, word, expected, new) = match act {
        Act::Store(word, new) => (0, word, 0, bits(new)),
        Act::Exchange { word, expected, new } => (1, word, bits(expected), bits(new)),
        Act::Wait { word, expected } => (2, word, bits(expected), 0),
        Act::WakeOne(word) => (3, word, 1, 0),
        Act::WakeAll(word) => (3, word, i32::MAX as u32, 0),
        Act::Begin(word) => (4, word, 0, 0),
        Act::End => (5, 0, 0, 0),
        Act::Link(word) => (6, word, 0, 0),
        Act::Unlink(word) => (7, word, 0, 0),
        Act::Die => unreachable!("nobody is asked to kill itself"),
    };
    let fields = [kind, word as u32, expected, new].map(u32::to_le_bytes);
    std::array::from_fn(|at| fields[at / 4][at % 4])
}

/// What an answer means.
pub(crate) fn decode(act: Act, reply: [u8; 8], tids: &[u32]) -> Reply {
    let number = i64::from_le_bytes(reply);
    match act {
        Act::Store(..) | Act::Exchange { .. } => Reply::Found(Value::of(number as u32, tids)),
        Act::Wait { .. } if number == 0 => Reply::Woken,
        Act::Wait { .. } => {
            assert_eq!(number, -i64::from(libc::EAGAIN), "a wait failed in another way");
            Reply::Mismatch
        }
        Act::WakeOne(_) | Act::WakeAll(_) => Reply::Woke(number.try_into().expect("a count")),
        _ => Reply::Done,
    }
}

/// Follows orders until there are no more or the process is killed.
pub(crate) fn live(
    words: &[NonNull<RobustWord>; WORDS],
    orders: PipeReader,
    answers: PipeWriter,
) -> ! {
    // SAFETY: takes integers and touches no memory.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    let head = head();
    let mut order = [0; 16];
    while (&orders).read_exact(&mut order).is_ok() {
        let field = |at: usize| u32::from_le_bytes(std::array::from_fn(|i| order[4 * at + i]));
        // SAFETY: the words are mapped in every process that shares them.
        let word = unsafe { words[field(1) as usize].as_ref() };
        let reply = follow(head, word, field(0), field(2), field(3));
        if (&answers).write_all(&reply.to_le_bytes()).is_err() {
            break;
        }
    }
    // SAFETY: _exit has no requirement.
    unsafe { libc::_exit(0) }
}

/// Finds the robust list that glibc has registered for this thread.
fn head() -> *mut Head {
    let mut head: *mut Head = ptr::null_mut();
    let mut length = 0_usize;
    // SAFETY: both pointers are valid; 0 means the calling thread.
    let result =
        unsafe { libc::syscall(libc::SYS_get_robust_list, 0, &raw mut head, &raw mut length) };
    assert_eq!((result, length), (0, size_of::<Head>()));
    head
}

fn follow(head: *mut Head, word: &RobustWord, kind: u32, expected: u32, new: u32) -> i64 {
    let (acquire, failure) = (Ordering::SeqCst, Ordering::SeqCst);
    match kind {
        0 => i64::from(word.word.swap(new, acquire)),
        1 => match word.word.compare_exchange(expected, new, acquire, failure) {
            Ok(found) | Err(found) => i64::from(found),
        },
        2 => futex(&word.word, libc::FUTEX_WAIT, expected),
        3 => futex(&word.word, libc::FUTEX_WAKE, expected),
        4 => set(head, |head| head.pending = node(word)),
        5 => set(head, |head| head.pending = 0),
        6 => set(head, |head| {
            word.next.store(head.first, Ordering::SeqCst);
            head.first = node(word);
        }),
        7 => set(head, |head| unlink(head, word)),
        other => unreachable!("no order has the number {other}"),
    }
}

/// Changes the head, which the kernel reads after this process's death only.
fn set(head: *mut Head, change: impl FnOnce(&mut Head)) -> i64 {
    // SAFETY: the kernel named it as this thread's list head, and nothing else here uses it.
    let mut copy = unsafe { head.read_volatile() };
    change(&mut copy);
    // SAFETY: as above.
    unsafe { head.write_volatile(copy) };
    0
}

fn node(word: &RobustWord) -> u64 {
    (&raw const word.next).addr() as u64
}

/// Takes the word out of the list; there are two words, so it is the first or the second.
fn unlink(head: &mut Head, word: &RobustWord) {
    let next = word.next.load(Ordering::SeqCst);
    if head.first == node(word) {
        head.first = next;
        return;
    }
    let first = ptr::with_exposed_provenance::<forkstep::atomic::AtomicU64>(head.first as usize);
    // SAFETY: the first node is another word of this region, linked by this process.
    unsafe { &*first }.store(next, Ordering::SeqCst);
}

/// Calls futex(2) on a process-shared word; minus the error number if it fails.
fn futex(word: &AtomicU32, operation: i32, value: u32) -> i64 {
    let (at, forever) = (ptr::from_ref(word), ptr::null::<libc::timespec>());
    // SAFETY: the word is mapped, and no time limit is given.
    let result = unsafe { libc::syscall(libc::SYS_futex, at, operation, value, forever) };
    let error = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    if result < 0 { -i64::from(error) } else { result }
}
