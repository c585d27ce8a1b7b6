//! The names of what lies in shared memory, for those who watch others use it.

/// Part of an object in shared memory: a word that means something of its own, or an area.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NamedWord {
    /// As a reader of the source would call it: `lock.word`, `queue.put.lock.word`, `queue.ring`.
    pub name: String,
    /// Where it begins, in this process and in those forked from it.
    pub address: usize,
    /// How many bytes it has.
    pub len: usize,
}

/// Names the words of an object in shared memory.
///
/// The names say which field of the source a word is, so they change with the source: they are for
/// timelines and debuggers, not to be stored. Nothing is read or written for them, so it does not
/// matter whether another process uses the object meanwhile, or has died in it.
///
/// # Examples
///
/// ```
/// use forkstep::{Lock, inspect::Words};
///
/// let lock = Lock::new()?;
/// let names: Vec<_> = lock.words().into_iter().map(|word| word.name).collect();
/// assert_eq!(names[0], "lock.word");
/// # Ok::<(), forkstep::RegionError>(())
/// ```
pub trait Words {
    /// Returns the words, in no particular order; they do not overlap.
    fn words(&self) -> Vec<NamedWord>;
}

impl NamedWord {
    /// Names what lies where `at` does.
    pub(crate) fn of<T: ?Sized>(name: impl Into<String>, at: &T) -> Self {
        Self::area(name, std::ptr::from_ref(at).addr(), size_of_val(at))
    }

    /// Names `len` bytes.
    pub(crate) fn area(name: impl Into<String>, address: usize, len: usize) -> Self {
        Self { name: name.into(), address, len }
    }
}

/// The words of a part, as those of the whole that it is `prefix` of.
pub(crate) fn within(prefix: &str, words: Vec<NamedWord>) -> impl Iterator<Item = NamedWord> {
    words.into_iter().map(move |word| NamedWord { name: format!("{prefix}.{}", word.name), ..word })
}
