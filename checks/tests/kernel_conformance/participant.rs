//! A process that takes single steps on order, on a robust list of its own.

#![allow(unsafe_code, reason = "robust lists and futexes by hand, without the seam under test")]
#![allow(clippy::disallowed_methods, reason = "futex(2) and get_robust_list(2) have no wrapper")]

use std::io::{PipeReader, PipeWriter, Read as _, Write as _};
use std::ptr;
use std::time::Duration;

use forkstep::atomic::{AtomicU32, Ordering};

use crate::layout::{EDGE, Place};
use crate::page::Page;
use crate::script::{Act, Reply, Value};

/// Stands for the head of the list in an order, where offsets of places in the page stand.
const HOME: u32 = u32::MAX;

/// The head of the list, as set_robust_list(2) lays it out.
#[repr(C)]
struct Head {
    first: u64,
    futex_offset: i64,
    pending: u64,
}

/// An order on its way: what to do, where, and with which values.
pub(crate) fn encode(act: Act, tids: &[u32], limit: Duration) -> [u8; 16] {
    let bits = |value: Value| value.bits(tids);
    let place = |to: Place| to.offset().map_or(HOME, |offset| offset as u32);
    let millis = limit.as_millis() as u32;
    let (kind, word, expected, new) = match act {
        Act::Store(word, new) => (0, word, 0, bits(new)),
        Act::Exchange { word, expected, new } => (1, word, bits(expected), bits(new)),
        Act::Wait { word, expected, limited } => {
            (2, word, bits(expected), if limited { millis } else { 0 })
        }
        Act::Wake(word, most) => (3, word, most, 0),
        Act::Begin(word) => (4, 0, place(Place::Node(word)), 0),
        Act::BeginAt(at) => (4, 0, place(at), 0),
        Act::End => (5, 0, 0, 0),
        Act::Link(word) => (6, word, 0, 0),
        Act::Unlink(word) => (7, word, 0, 0),
        Act::Lead { from: None, to } => (8, 0, place(to), 0),
        Act::Lead { from: Some(word), to } => (9, word, place(to), 0),
        Act::Pass | Act::Die => unreachable!("nobody is asked for that"),
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
        Act::Wait { limited: true, .. } if number == -i64::from(libc::ETIMEDOUT) => Reply::TimedOut,
        Act::Wait { .. } => {
            assert_eq!(number, -i64::from(libc::EAGAIN), "a wait failed in another way");
            Reply::Mismatch
        }
        Act::Wake(..) => Reply::Woke(number.try_into().expect("a count")),
        _ => Reply::Done,
    }
}

/// Follows orders until there are no more or the process is killed.
pub(crate) fn live(page: Page, orders: PipeReader, answers: PipeWriter) -> ! {
    // SAFETY: takes integers and touches no memory.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    let head = head();
    let mut order = [0; 16];
    while (&orders).read_exact(&mut order).is_ok() {
        let field = |at: usize| u32::from_le_bytes(std::array::from_fn(|i| order[4 * at + i]));
        let reply = follow(head, page, [field(0), field(1), field(2), field(3)]);
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

fn follow(head: *mut Head, page: Page, [kind, word, expected, new]: [u32; 4]) -> i64 {
    let (acquire, failure) = (Ordering::SeqCst, Ordering::SeqCst);
    let number = word as usize;
    let word = page.word(number);
    match kind {
        0 => i64::from(word.swap(new, acquire)),
        1 => match word.compare_exchange(expected, new, acquire, failure) {
            Ok(found) | Err(found) => i64::from(found),
        },
        2 => futex(word, libc::FUTEX_WAIT, expected, new),
        3 => futex(word, libc::FUTEX_WAKE, expected, 0),
        4 => set(head, |to| to.pending = pointer(head, page, expected)),
        5 => set(head, |to| to.pending = 0),
        6 => set(head, |to| {
            page.next(number).store(to.first, Ordering::SeqCst);
            to.first = page.node(number);
        }),
        7 => set(head, |to| unlink(to, page, number)),
        8 => set(head, |to| to.first = pointer(head, page, expected)),
        9 => {
            page.next(number).store(pointer(head, page, expected), Ordering::SeqCst);
            0
        }
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

fn pointer(head: *mut Head, page: Page, place: u32) -> u64 {
    if place == HOME { head.addr() as u64 } else { page.address(place as usize) }
}

/// Takes the word out of the list, in which it is.
fn unlink(head: &mut Head, page: Page, word: usize) {
    let next = page.next(word).load(Ordering::SeqCst);
    let node = page.node(word);
    if head.first == node {
        head.first = next;
        return;
    }
    let leads_here = |other: &usize| page.next(*other).load(Ordering::SeqCst) == node;
    let linked = |other: &usize| is_linked(head, page, page.node(*other));
    let before = (0..EDGE).filter(linked).find(leads_here).expect("the node is in the list");
    page.next(before).store(next, Ordering::SeqCst);
}

/// Whether the list, which is whole, has this node.
fn is_linked(head: &Head, page: Page, node: u64) -> bool {
    let mut at = head.first;
    while at != node {
        let Some(word) = (0..EDGE).find(|word| page.node(*word) == at) else { return false };
        at = page.next(word).load(Ordering::SeqCst);
    }
    true
}

/// Calls futex(2) on a process-shared word, with a time limit in milliseconds if there is one;
/// minus the error number if it fails.
fn futex(word: &AtomicU32, operation: i32, value: u32, millis: u32) -> i64 {
    let (seconds, rest) = (millis / 1000, millis % 1000);
    let limit = libc::timespec { tv_sec: seconds.into(), tv_nsec: (rest * 1_000_000).into() };
    let limit = if millis == 0 { ptr::null() } else { &raw const limit };
    let at = ptr::from_ref(word);
    // SAFETY: the word is mapped, and the time limit is null or outlives the call.
    let result = unsafe { libc::syscall(libc::SYS_futex, at, operation, value, limit) };
    let error = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    if result < 0 { -i64::from(error) } else { result }
}
