//! Measures forkstep beside its peers, in one run and on pinned cores.
//!
//! `locks` puts every lock behind one trait, `pair` runs two participants (forked processes or
//! threads) at the same time, `paired` alternates the candidates and compares them. The other
//! modules are workloads: each of them gives one figure per block and checks that no update
//! was lost.
//!
//! The benches bring a mapping and atomics of their own, so that a change in forkstep's region
//! cannot move the figures of the peers.

#![allow(clippy::disallowed_types, reason = "peers and stopwatches stand outside the seam")]

pub mod contest;
pub mod free;
pub mod handoff;
pub mod locks;
pub mod mapping;
pub mod pair;
pub mod paired;
pub mod picture;
pub mod pthread;
pub mod spin;
pub mod summary;
pub mod tasks;
