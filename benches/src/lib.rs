//! Measures forkstep beside its peers, in one run and on pinned cores.
//!
//! `locks`, `queues` and `dicts` put the peers behind one trait each, `crew` runs participants
//! (forked processes or threads) at the same time, `paired` alternates the candidates and compares
//! them. The other modules are workloads: each of them gives one figure per block and checks that
//! no update and no item was lost.
//!
//! The benches bring a mapping and atomics of their own, so that a change in forkstep's region
//! cannot move the figures of the peers.

#![allow(clippy::disallowed_types, reason = "peers and stopwatches stand outside the seam")]

pub mod accesses;
pub mod contest;
pub mod core_wait;
pub mod crew;
pub mod dict_lineup;
pub mod dicts;
pub mod draws;
pub mod flow;
pub mod free;
pub mod handoff;
pub mod lineup;
pub mod locks;
pub mod mapping;
pub mod paired;
pub mod picture;
pub mod ping_pong;
pub mod populate;
pub mod pthread;
pub mod python;

pub mod queues;
pub mod round_trip;
pub mod scratch;
pub mod shared_by;
pub mod spin;
pub mod summary;
pub mod tasks;
