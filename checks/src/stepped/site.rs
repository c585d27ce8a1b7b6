//! Where in the source an instruction comes from.
//!
//! The tracer and its tracees are forks of one program, so an address means the same in all of
//! them, and the program's own debug information says what.

mod image;
mod name;
mod path;
mod unwind;

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use addr2line::Loader;

use self::image::Image;
use self::unwind::{Frame, Unwinder};
use super::trace::Event;

/// A place in the source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Site {
    /// The function, in short: `LockWord::take`.
    pub function: String,
    /// The file, from the root of its package's repository on.
    pub file: String,
    /// The line in it.
    pub line: u32,
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// How many callers are looked through for one that says something.
const DEEPEST: usize = 32;

/// The sites of this very program's instructions.
///
/// An atomic access is an instruction of the standard library that was inlined into forkstep's
/// seam, and the seam into what a reader wants to see: of the functions that an instruction belongs
/// to, the innermost is told that is neither the standard library's, nor a dependency's, nor the
/// seam's. Where nothing is inlined, the instruction belongs to the standard library alone, and who
/// called that is told instead.
///
/// The debug information is read when the first site is asked for, and what it says is kept; clones
/// share it.
#[derive(Clone)]
pub struct Sites {
    image: Image,
    loader: Rc<OnceCell<Option<Loader>>>,
    unwinder: Rc<OnceCell<Option<Unwinder>>>,
    known: Rc<RefCell<HashMap<u64, Option<Known>>>>,
}

#[derive(Clone)]
struct Known {
    site: Rc<Site>,
    is_own: bool,
}

impl Sites {
    /// Finds where this program's code lies.
    ///
    /// # Errors
    ///
    /// The kernel does not say.
    pub fn of_this_program() -> Result<Self, String> {
        Ok(Self {
            image: Image::of_this_program()?,
            loader: Rc::default(),
            unwinder: Rc::default(),
            known: Rc::default(),
        })
    }

    /// The site of an event, if it is the doing of an instruction.
    #[must_use]
    pub fn of_event(&self, event: &Event) -> Option<Rc<Site>> {
        self.find(event.at, event.caller)
    }

    /// Where in the source an event's instruction stands, as a timeline says it; empty if nobody
    /// knows.
    #[must_use]
    pub fn source(&self, event: &Event) -> String {
        self.of_event(event).map_or_else(String::new, |site| site.to_string())
    }

    /// The site of the instruction at `at`, in a function that was called from in front of `caller`
    /// (0 where nobody knows). `None` if neither is known to the debug information.
    #[must_use]
    pub fn find(&self, at: u64, caller: u64) -> Option<Rc<Site>> {
        let here = self.known(at);
        if let Some(Known { site, is_own: true }) = here {
            return Some(site);
        }
        // What is behind a call may be another line, or another function.
        let call = (caller != 0).then(|| self.known(caller - 1)).flatten();
        call.or(here).map(|known| known.site)
    }

    /// Whether the instruction belongs to a function that says something to the reader: one of
    /// forkstep or of its user, and not of the seam. If not, whoever called it is worth finding.
    #[must_use]
    pub fn is_own(&self, at: u64) -> bool {
        self.known(at).is_some_and(|known| known.is_own)
    }

    /// The address behind the call by which the innermost function that says something to the
    /// reader asked for what a stopped process is about to do: for [`find`](Self::find), as
    /// `caller`. 0 if the process stands in such a function, or none is found.
    ///
    /// `read` reads a word of the process.
    #[must_use]
    pub fn own_caller(
        &self,
        registers: &libc::user_regs_struct,
        read: impl Fn(u64) -> Option<u64>,
    ) -> u64 {
        let mut frame = Frame::innermost(registers);
        if self.is_own(frame.at) {
            return 0;
        }
        for _ in 0..DEEPEST {
            match self.caller(frame, &read) {
                // What is behind a call may belong to another function.
                Some(next) if self.is_own(next.at - 1) => return next.at,
                Some(next) => frame = next,
                None => return 0,
            }
        }
        0
    }

    fn caller(&self, frame: Frame, read: &dyn Fn(u64) -> Option<u64>) -> Option<Frame> {
        let next = match self.image.in_file(frame.at) {
            Some(address) => {
                let unwinder = self.unwinder.get_or_init(Unwinder::of_this_program).as_ref()?;
                unwinder.caller(frame, address, read)?
            }
            // A copy or a system call of the C library: it keeps nothing on the stack.
            None => frame.caller_of_leaf(read)?,
        };
        self.image.in_file(next.at).map(|_| next)
    }

    fn known(&self, at: u64) -> Option<Known> {
        let in_file = self.image.in_file(at)?;
        let mut known = self.known.borrow_mut();
        known.entry(at).or_insert_with(|| self.look(in_file)).clone()
    }

    /// Looks an address up, as the file counts.
    fn look(&self, address: u64) -> Option<Known> {
        let loader = self.loader.get_or_init(|| Loader::new(image::PROGRAM).ok()).as_ref()?;
        let mut frames = loader.find_frames(address).ok()?;
        let mut best: Option<Known> = None;
        while let Ok(Some(frame)) = frames.next() {
            let Some((file, line)) = frame.location.and_then(|at| Some((at.file?, at.line?)))
            else {
                continue;
            };
            let is_own = path::is_own(file);
            if is_own || best.is_none() {
                let function =
                    frame.function.and_then(|name| Some(name::short(&name.demangle().ok()?)));
                let function = function.unwrap_or_default();
                let site = Rc::new(Site { function, file: path::short(file), line });
                best = Some(Known { site, is_own });
            }
            if is_own {
                break;
            }
        }
        best
    }
}

impl fmt::Debug for Sites {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sites({} known)", self.known.borrow().len())
    }
}

#[cfg(test)]
mod tests;
