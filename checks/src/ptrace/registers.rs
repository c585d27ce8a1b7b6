//! The registers of a stopped tracee.

/// All registers of a thread: the general ones, and the floating point and vector ones as the bytes
/// that the kernel saves.
#[derive(Clone)]
pub struct Registers {
    /// The general registers, the instruction pointer and the flags among them.
    pub general: libc::user_regs_struct,
    /// What XSAVE keeps (NT_X86_XSTATE).
    pub vector: Vec<u8>,
}

impl std::fmt::Debug for Registers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Registers at {:#x}", self.general.rip)
    }
}
