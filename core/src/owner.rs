//! Who owns something in shared memory.

use serde::Serialize;

/// The thread that owns a lock: process and thread id, as numbered in the PID namespace of the
/// machine's processes that share the region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct OwnerId {
    pid: u32,
    tid: u32,
}

impl OwnerId {
    pub(crate) fn new(pid: u32, tid: u32) -> Self {
        Self { pid, tid }
    }

    /// The process id.
    #[must_use]
    pub fn pid(self) -> u32 {
        self.pid
    }

    /// The thread id; the same as the process id in a process of one thread.
    #[must_use]
    pub fn tid(self) -> u32 {
        self.tid
    }

    /// As it is kept beside a lock: 0 means nobody.
    pub(crate) fn to_bits(self) -> u64 {
        u64::from(self.pid) << 32 | u64::from(self.tid)
    }

    pub(crate) fn from_bits(bits: u64) -> Option<Self> {
        let owner = Self { pid: (bits >> 32) as u32, tid: bits as u32 };
        (bits != 0).then_some(owner)
    }
}

impl std::fmt::Display for OwnerId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "process {}", self.pid)?;
        if self.tid == self.pid { Ok(()) } else { write!(f, ", thread {}", self.tid) }
    }
}

#[cfg(test)]
mod tests {
    use super::OwnerId;

    #[test]
    fn an_owner_survives_its_bits_and_nobody_is_zero() {
        let owner = OwnerId::new(7, 9);
        assert_eq!(OwnerId::from_bits(owner.to_bits()), Some(owner));
        assert_eq!(OwnerId::from_bits(0), None);
        assert_eq!(owner.to_string(), "process 7, thread 9");
    }
}
