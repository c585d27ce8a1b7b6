//! Looking at what a name leads to, from outside, without a word to those who use it.

use std::fmt;

use serde::Serialize;

use crate::dict::Dict;
use crate::joinable_queue::JoinableQueue;
use crate::list::List;
use crate::lock::Lock;
use crate::named::{Kind, NameError, Opened};
use crate::queue::Queue;
use crate::simple_queue::SimpleQueue;
use crate::value::Looked;

pub use crate::dict::{DictSight, ShardSight};
pub use crate::joinable_queue::TasksSight;
pub use crate::lock::{LockSight, LockState};
pub use crate::queue::QueueSight;
pub use crate::value::ValuesSight;
pub use crate::words::{NamedWord, Words};

/// What was seen of a region that has a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Inspection {
    /// The name.
    pub name: String,
    /// What it leads to.
    pub kind: Kind,
    /// The length of its file.
    pub bytes: u64,
    /// Whether a process lives that owns the name.
    pub owned: bool,
    /// What is in it.
    #[serde(flatten)]
    pub sight: Sight,
}

/// What was seen of an object in shared memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Sight {
    /// Of a lock.
    Lock(LockSight),
    /// Of a queue, simple or not.
    Queue(QueueSight),
    /// Of a queue of tasks.
    Tasks(TasksSight),
    /// Of a dict or a list.
    Dict(DictSight),
    /// Of a value or an array.
    Values(ValuesSight),
}

/// Looks at what a name leads to: how full it is, who holds which lock, who works on which task.
///
/// The memory is mapped for reading alone, so nothing there can be changed by that, and nobody is
/// waited for or stopped: also what a process has left that was killed or is stopped can be seen.
/// Others go on meanwhile, so numbers that are seen one after the other may not fit together.
///
/// # Errors
///
/// [`NameError`], `AlreadyExists` excepted.
///
/// # Examples
///
/// ```
/// use forkstep::{Lock, inspect::{Sight, inspect}};
///
/// # let name = &format!("doc.inspect.{}", std::process::id());
/// let lock = Lock::create(name)?;
/// let guard = lock.acquire().expect("nobody holds it");
/// // In another program, or by `forkstep inspect`:
/// let Sight::Lock(sight) = inspect(name)?.sight else { panic!("it is a lock") };
/// assert_eq!(sight.owner.map(|owner| owner.pid()), Some(std::process::id()));
/// # drop(guard);
/// # Ok::<(), forkstep::NameError>(())
/// ```
pub fn inspect(name: &str) -> Result<Inspection, NameError> {
    let opened = Opened::to_look(name)?;
    // What the items are does not matter: none is looked at.
    let sight = match opened.kind() {
        Kind::Lock => Sight::Lock(opened.find::<Lock>()?.sight()),
        Kind::Queue => Sight::Queue(opened.find::<Queue<()>>()?.sight()),
        Kind::SimpleQueue => Sight::Queue(opened.find::<SimpleQueue<()>>()?.sight()),
        Kind::Dict => Sight::Dict(opened.find::<Dict<(), ()>>()?.sight()),
        Kind::List => Sight::Dict(opened.find::<List<()>>()?.sight()),
        Kind::Value => Sight::Values(opened.find::<Looked<false>>()?.sight()),
        Kind::Array => Sight::Values(opened.find::<Looked<true>>()?.sight()),
        Kind::JoinableQueue => Sight::Tasks(opened.find::<JoinableQueue<()>>()?.sight()),
    };
    Ok(Inspection {
        name: name.to_owned(),
        kind: opened.kind(),
        bytes: opened.bytes(),
        owned: opened.is_owned()?,
        sight,
    })
}

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, kind, bytes, owned, sight } = self;
        writeln!(f, "name       {name}")?;
        writeln!(f, "kind       {kind}")?;
        writeln!(f, "memory     {bytes} bytes")?;
        writeln!(f, "owner      {}", if *owned { "alive" } else { "none alive" })?;
        match sight {
            Sight::Lock(sight) => write!(f, "lock       {sight}"),
            Sight::Queue(sight) => sight.fmt(f),
            Sight::Tasks(sight) => sight.fmt(f),
            Sight::Values(sight) => sight.fmt(f),
            Sight::Dict(sight) => sight.fmt(f),
        }
    }
}
