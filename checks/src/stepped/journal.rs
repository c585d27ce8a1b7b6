//! What participants say of themselves, in memory that survives them.
//!
//! A lane for each participant, which it alone appends to; the tracer reads it whenever the
//! participant stands still, so the schedule itself orders what is said, and nothing here
//! synchronizes anybody. The lanes are no part of what is scheduled.

#![allow(unsafe_code, reason = "a mapping that is shared with forked children")]

use std::fmt::Debug;
use std::num::NonZeroUsize;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};

use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous, munmap};
use serde::Serialize;

/// The bytes of a lane: some thousand entries.
const LANE: usize = 64 * 1024;
/// In front of an entry: its kind and its length.
const FRONT: usize = 8;

/// What an entry says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An operation begins: encoded, and as text.
    Invocation = 1,
    /// It is over: its answer, encoded, and as text.
    Response = 2,
    /// Something worth a row.
    Note = 3,
    /// The participant has found that something is wrong.
    Failure = 4,
}

/// One entry of a lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    pub(super) encoded: Vec<u8>,
    pub(super) text: String,
}

/// The lanes of all participants.
#[derive(Debug)]
pub(super) struct Journal {
    base: NonNull<u8>,
    lanes: usize,
}

/// Where one participant says what it does: the operations it begins and the answers it gets.
#[derive(Debug)]
pub struct Log<'a> {
    journal: &'a Journal,
    lane: usize,
}

impl Journal {
    /// Makes so many lanes.
    ///
    /// # Errors
    ///
    /// The kernel gives no memory.
    pub(super) fn new(lanes: usize) -> Result<Self, String> {
        let size = NonZeroUsize::new(lanes * LANE).ok_or("a journal has lanes")?;
        let protection = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new mapping at an address of the kernel's choice aliases nothing.
        let base = unsafe { mmap_anonymous(None, size, protection, MapFlags::MAP_SHARED) };
        let base = base.map_err(|errno| format!("no memory for the journal: {errno}"))?.cast();
        Ok(Self { base, lanes })
    }

    pub(super) fn log(&self, lane: usize) -> Log<'_> {
        Log { journal: self, lane }
    }

    /// How many bytes of a lane are written.
    pub(super) fn written(&self, lane: usize) -> usize {
        self.length(lane).load(Ordering::Relaxed)
    }

    /// Forgets what was written behind the first `written` bytes.
    pub(super) fn cut(&self, lane: usize, written: usize) {
        self.length(lane).store(written, Ordering::Relaxed);
    }

    /// The entries of a lane from byte `from` on.
    pub(super) fn entries(&self, lane: usize, from: usize) -> Vec<Entry> {
        let mut left = &self.bytes(lane)[from..self.written(lane)];
        let mut entries = Vec::new();
        while let Some((front, rest)) = left.split_at_checked(FRONT) {
            let encoded = usize::from(u16::from_le_bytes([front[2], front[3]]));
            let text = u32::from_le_bytes([front[4], front[5], front[6], front[7]]) as usize;
            let (body, next) = rest.split_at(encoded + text);
            let kind = match front[0] {
                1 => Kind::Invocation,
                2 => Kind::Response,
                3 => Kind::Note,
                _ => Kind::Failure,
            };
            let text = String::from_utf8_lossy(&body[encoded..]).into_owned();
            entries.push(Entry { kind, encoded: body[..encoded].to_vec(), text });
            left = next;
        }
        entries
    }

    fn append(&self, lane: usize, kind: Kind, encoded: &[u8], text: &str) {
        let at = self.written(lane);
        let mut text = text.as_bytes();
        let room = LANE - size_of::<usize>() - at;
        if FRONT + encoded.len() + text.len() > room {
            // Only a failure is told at the end of a full lane, and cut short.
            text = b"the journal is full: a participant says more than 64 KiB";
            if FRONT + text.len() > room {
                return;
            }
            return self.write(lane, at, Kind::Failure, &[], text);
        }
        self.write(lane, at, kind, encoded, text);
    }

    fn write(&self, lane: usize, at: usize, kind: Kind, encoded: &[u8], text: &[u8]) {
        let mut front = [0; FRONT];
        front[0] = kind as u8;
        front[2..4].copy_from_slice(&(encoded.len() as u16).to_le_bytes());
        front[4..8].copy_from_slice(&(text.len() as u32).to_le_bytes());
        let mut to = self.start(lane) + at;
        for part in [&front[..], encoded, text] {
            // SAFETY: `append` has seen that the lane has room; only this participant appends, and
            // the tracer reads only behind the length that is stored below.
            unsafe { std::ptr::copy_nonoverlapping(part.as_ptr(), to as *mut u8, part.len()) };
            to += part.len();
        }
        self.length(lane).store(to - self.start(lane), Ordering::Release);
    }

    /// The address of the first byte of a lane's entries.
    fn start(&self, lane: usize) -> usize {
        assert!(lane < self.lanes, "there are {} lanes", self.lanes);
        self.base.as_ptr().addr() + lane * LANE + size_of::<usize>()
    }

    fn length(&self, lane: usize) -> &AtomicUsize {
        let at = self.start(lane) - size_of::<usize>();
        // SAFETY: the first word of a lane, aligned because the mapping and lanes are.
        unsafe { &*(at as *const AtomicUsize) }
    }

    fn bytes(&self, lane: usize) -> &[u8] {
        // SAFETY: the lane lies in the mapping; the tracer looks while the participant stands
        // still, so nothing is written meanwhile.
        unsafe {
            std::slice::from_raw_parts(self.start(lane) as *const u8, LANE - size_of::<usize>())
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // SAFETY: base and length are those of the mapping, and nothing borrows from it any more.
        let result = unsafe { munmap(self.base.cast(), self.lanes * LANE) };
        debug_assert_eq!(result, Ok(()), "munmap of an own mapping cannot fail");
    }
}

impl Log<'_> {
    /// Runs an operation and notes its invocation and its response.
    ///
    /// If the participant dies before the response, the operation is pending: it may or may not
    /// have happened.
    pub fn call<O, A>(&self, operation: O, run: impl FnOnce() -> A) -> A
    where
        O: Serialize + Debug,
        A: Serialize + Debug,
    {
        self.say(Kind::Invocation, &operation);
        let answer = run();
        self.say(Kind::Response, &answer);
        answer
    }

    /// Puts a row of text into the timeline.
    pub fn note(&self, text: &str) {
        self.journal.append(self.lane, Kind::Note, &[], text);
    }

    /// Says that something is wrong: the execution is a counterexample, and this is why.
    pub fn fail(&self, text: &str) {
        self.journal.append(self.lane, Kind::Failure, &[], text);
    }

    fn say(&self, kind: Kind, what: &(impl Serialize + Debug)) {
        match postcard::to_allocvec(what) {
            Ok(encoded) => self.journal.append(self.lane, kind, &encoded, &format!("{what:?}")),
            Err(error) => self.fail(&format!("{what:?} cannot be encoded: {error}")),
        }
    }
}
