//! The table of programs.

use forkstep_model::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};

use super::{Litmus, Memory, Outcome, Thread};

const X: usize = 0;
const Y: usize = 1;
const Z: usize = 2;

/// All litmus programs.
#[must_use]
pub fn table() -> &'static [Litmus] {
    TABLE
}

macro_rules! litmus {
    (waits $($rest:tt)+) => { Litmus { waits: true, ..litmus!($($rest)+) } };
    ($name:literal, $words:literal, [$($thread:expr),+ $(,)?],
     sequential $sequential:expr, weak $weak:expr, forbidden $forbidden:expr) => {
        Litmus {
            name: $name,
            words: $words,
            waits: false,
            threads: &[$($thread as Thread),+],
            sequential: &$sequential,
            weak: &$weak,
            forbidden: &$forbidden,
        }
    };
}

static TABLE: &[Litmus] = &[
    litmus!("store buffering", 2,
        [|m| { m.store(X, 1, Relaxed); vec![m.load(Y, Relaxed)] },
         |m| { m.store(Y, 1, Relaxed); vec![m.load(X, Relaxed)] }],
        sequential [&[0, 1], &[1, 0], &[1, 1]], weak [&[0, 0]], forbidden []),
    litmus!("store buffering, SeqCst fences", 2,
        [|m| { m.store(X, 1, Relaxed); m.fence(SeqCst); vec![m.load(Y, Relaxed)] },
         |m| { m.store(Y, 1, Relaxed); m.fence(SeqCst); vec![m.load(X, Relaxed)] }],
        sequential [&[0, 1], &[1, 0], &[1, 1]], weak [], forbidden [&[0, 0]]),
    litmus!("message passing, relaxed", 2,
        [|m| { m.store(X, 1, Relaxed); m.store(Y, 1, Relaxed); vec![] },
         |m| vec![m.load(Y, Relaxed), m.load(X, Relaxed)]],
        sequential [&[0, 0], &[0, 1], &[1, 1]], weak [&[1, 0]], forbidden []),
    litmus!("message passing, release and acquire", 2,
        [|m| { m.store(X, 1, Relaxed); m.store(Y, 1, Release); vec![] },
         |m| vec![m.load(Y, Acquire), m.load(X, Relaxed)]],
        sequential [&[0, 0], &[0, 1], &[1, 1]], weak [], forbidden [&[1, 0]]),
    litmus!("message passing, fences", 2,
        [|m| { m.store(X, 1, Relaxed); m.fence(Release); m.store(Y, 1, Relaxed); vec![] },
         |m| { let y = m.load(Y, Relaxed); m.fence(Acquire); vec![y, m.load(X, Relaxed)] }],
        sequential [&[0, 0], &[0, 1], &[1, 1]], weak [], forbidden [&[1, 0]]),
    // The first thread's fence is too late to help; loom has to look in front of it.
    litmus!("message passing, a fence too late", 2,
        [|m| { m.store(X, 1, Relaxed); m.store(Y, 1, Relaxed); m.fence(SeqCst); vec![] },
         |m| { let y = m.load(Y, Relaxed); m.fence(SeqCst); vec![y, m.load(X, Relaxed)] }],
        sequential [&[0, 0], &[0, 1], &[1, 1]], weak [&[1, 0]], forbidden []),
    litmus!("coherence of two reads", 1,
        [|m| { m.store(X, 1, Relaxed); vec![] },
         |m| vec![m.load(X, Relaxed), m.load(X, Relaxed)]],
        sequential [&[0, 0], &[0, 1], &[1, 1]], weak [], forbidden [&[1, 0]]),
    // The order of relaxed accesses to different words is free, but loom has each load read from
    // stores that have run: the outcome 1, 1, which C11 allows, stays unseen. A limit of loom.
    litmus!("load buffering", 2,
        [|m| { let x = m.load(X, Relaxed); m.store(Y, 1, Relaxed); vec![x] },
         |m| { let y = m.load(Y, Relaxed); m.store(X, 1, Relaxed); vec![y] }],
        sequential [&[0, 0], &[0, 1], &[1, 0]], weak [], forbidden []),
    litmus!("a later load hides an earlier reader", 1,
        [|m| vec![m.load(X, Relaxed)],
         |m| { let x = m.load(X, Relaxed); m.store(X, 1, Relaxed); vec![x] }],
        sequential [&[0, 0], &[1, 0]], weak [], forbidden [&[0, 1], &[1, 1]]),
    litmus!("two readers and a writer", 1,
        [|m| vec![m.load(X, Relaxed)], |m| vec![m.load(X, Relaxed)],
         |m| { m.store(X, 1, Relaxed); vec![] }],
        sequential [&[0, 0], &[0, 1], &[1, 0], &[1, 1]], weak [], forbidden []),
    litmus!("look, then lock", 1, [look_then_lock, look_then_lock],
        sequential [&[0, 0, 0, 1], &[0, 1, 0, 0], &[0, 1, 1, 0], &[1, 0, 0, 1]],
        weak [], forbidden [&[0, 1, 0, 1]]),
    litmus!("lock race", 1,
        [|m| vec![u64::from(m.exchange(X, 0, 1, Acquire))],
         |m| vec![u64::from(m.exchange(X, 0, 2, Acquire))]],
        sequential [&[0, 1], &[1, 0]], weak [], forbidden [&[0, 0], &[1, 1]]),
    litmus!("lost update", 1,
        [|m| { let x = m.load(X, Relaxed); m.store(X, x + 1, Relaxed); vec![x] },
         |m| { let x = m.load(X, Relaxed); m.store(X, x + 1, Relaxed); vec![x] }],
        sequential [&[0, 0], &[0, 1], &[1, 0]], weak [], forbidden [&[1, 1]]),
    litmus!("atomic update", 1,
        [|m| vec![m.add(X, 1, Relaxed)], |m| vec![m.add(X, 1, Relaxed)]],
        sequential [&[0, 1], &[1, 0]], weak [], forbidden [&[0, 0], &[1, 1]]),
    litmus!("release sequence", 2,
        [|m| { m.store(X, 1, Relaxed); m.store(Y, 1, Release); vec![] },
         |m| { m.exchange(Y, 1, 2, Relaxed); vec![] },
         |m| { let y = m.load(Y, Acquire); vec![y, if y == 2 { m.load(X, Relaxed) } else { 9 }] }],
        sequential [&[0, 9], &[1, 9], &[2, 1]], weak [], forbidden [&[2, 0]]),
    litmus!("write to read causality", 2,
        [|m| { m.store(X, 1, Relaxed); vec![] },
         |m| { let x = m.load(X, Acquire); m.store(Y, x, Release); vec![] },
         |m| { let y = m.load(Y, Acquire); vec![y, m.load(X, Relaxed)] }],
        sequential [&[0, 0], &[0, 1], &[1, 1]], weak [], forbidden [&[1, 0]]),
    litmus!("ring of one, one producer, one consumer", 3, [produce, consume],
        sequential [&[1, 7], &[1, 0]], weak [], forbidden [&[1, 9]]),
    litmus!(waits "spin until set", 2,
        [|m| { m.store(X, 5, Relaxed); m.store(Y, 1, Release); vec![] },
         |m| { while m.load(Y, Acquire) == 0 { m.yield_now() } vec![m.load(X, Relaxed)] }],
        sequential [&[5]], weak [], forbidden [&[0]]),
    litmus!(waits "futex park", 1,
        [|m| { m.add(X, 1, Release); m.futex_wake_all(X); vec![] },
         |m| { while m.load(X, Acquire) == 0 { m.futex_wait(X, 0) } vec![m.load(X, Relaxed)] }],
        sequential [&[1]], weak [], forbidden [&[0]]),
    litmus!(waits "futex ping-pong", 2,
        [|m| { m.add(X, 1, Release); m.futex_wake_all(X);
               while m.load(Y, Acquire) == 0 { m.futex_wait(Y, 0) } vec![m.load(Y, Relaxed)] },
         |m| { while m.load(X, Acquire) == 0 { m.futex_wait(X, 0) }
               m.add(Y, 1, Release); m.futex_wake_all(Y); vec![] }],
        sequential [&[1]], weak [], forbidden [&[0]]),
];

/// Looks whether the lock is free and tries to take it in any case: returns both answers.
fn look_then_lock(m: &dyn Memory) -> Outcome {
    let seen = m.load(X, Relaxed);
    vec![seen, u64::from(m.exchange(X, 0, 1, Acquire))]
}

/// Puts 7 into the slot Z if the ring is empty: X is the tail, Y the head.
fn produce(m: &dyn Memory) -> Outcome {
    if m.load(X, Relaxed) != m.load(Y, Acquire) {
        return vec![0];
    }
    m.store(Z, 7, Relaxed);
    m.store(X, 1, Release);
    vec![1]
}

/// Takes what is in the slot, if the ring is not empty.
fn consume(m: &dyn Memory) -> Outcome {
    if m.load(X, Acquire) == m.load(Y, Relaxed) {
        return vec![0];
    }
    let value = m.load(Z, Relaxed);
    m.store(Y, 1, Release);
    vec![if value == 7 { 7 } else { 9 }]
}
