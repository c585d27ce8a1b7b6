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

/// General registers of which nothing is known yet: all are 0.
#[must_use]
pub fn unknown() -> libc::user_regs_struct {
    libc::user_regs_struct {
        r15: 0,
        r14: 0,
        r13: 0,
        r12: 0,
        rbp: 0,
        rbx: 0,
        r11: 0,
        r10: 0,
        r9: 0,
        r8: 0,
        rax: 0,
        rcx: 0,
        rdx: 0,
        rsi: 0,
        rdi: 0,
        orig_rax: 0,
        rip: 0,
        cs: 0,
        eflags: 0,
        rsp: 0,
        ss: 0,
        fs_base: 0,
        gs_base: 0,
        ds: 0,
        es: 0,
        fs: 0,
        gs: 0,
    }
}
