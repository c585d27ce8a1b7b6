//! What the types must say of themselves so that their regions can be corrupted and used.

use std::fmt::Debug;

use forkstep::{
    Array, Dict, JoinableQueue, List, Lock, NameError, Named, Queue, SimpleQueue, Value,
};

use super::body::execute;
use super::datum::Datum;
use super::script::Script;
use super::session::{Session, World};

/// A type whose objects can have a name.
pub(super) trait Specimen: Debug + Sized {
    /// Makes one; `size` is drawn.
    fn make(name: &str, size: u8) -> Result<Named<Self>, NameError>;

    /// Opens it.
    fn open(name: &str) -> Result<Named<Self>, NameError>;

    /// Puts something in it.
    fn fill(&self);

    /// Uses it by the operations of the session.
    fn exercise(&self, session: &mut Session<'_>);
}

/// One of the types.
pub(super) struct KindOfSpecimen {
    pub(super) name: &'static str,
    /// Executes a script with one of them, under this name.
    pub(super) execute: fn(&Script, &str, World<'_>),
}

/// All types. A script names one by its place here, so new ones stand last.
pub(super) const KINDS: &[KindOfSpecimen] = &[
    KindOfSpecimen { name: "lock", execute: execute::<Lock> },
    KindOfSpecimen { name: "queue", execute: execute::<Queue<Datum>> },
    KindOfSpecimen { name: "simple-queue", execute: execute::<SimpleQueue<Datum>> },
    KindOfSpecimen { name: "joinable-queue", execute: execute::<JoinableQueue<Datum>> },
    KindOfSpecimen { name: "dict", execute: execute::<Dict<u16, Datum>> },
    KindOfSpecimen { name: "list", execute: execute::<List<Datum>> },
    KindOfSpecimen { name: "value", execute: execute::<Value<[u64; 5]>> },
    KindOfSpecimen { name: "array", execute: execute::<Array<[u8; 20]>> },
];
