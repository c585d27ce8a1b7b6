//! Which system calls of a participant stop it: all but those that concern itself alone.
//!
//! Source: seccomp(2). The filter is inherited by nobody: participants do not fork.

#![allow(unsafe_code, reason = "a seccomp filter has no safe wrapper")]

use libc::{sock_filter, sock_fprog};

/// Calls that are made at once, because nobody else can see them, and because what they change can
/// be taken back with the participant's private memory.
const PRIVATE: &[libc::c_long] = &[
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigaction,
    libc::SYS_sigaltstack,
    libc::SYS_madvise,
    libc::SYS_get_robust_list,
    libc::SYS_exit,
];

/// Where a filter finds the number of the call.
const NUMBER_AT: u32 = 0;

/// Makes the calling process stop in front of each system call that is not private.
///
/// # Errors
///
/// The kernel refuses.
pub(super) fn install() -> Result<(), String> {
    let mut program = vec![statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, NUMBER_AT)];
    let calls = PRIVATE.len();
    for (index, call) in PRIVATE.iter().enumerate() {
        // To the last instruction, which allows; otherwise to the next.
        let allow = (calls - index) as u8;
        let code = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
        program.push(sock_filter { code, jt: allow, jf: 0, k: *call as u32 });
    }
    program.push(statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_TRACE));
    program.push(statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW));
    let filter = sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
    // SAFETY: no pointers are passed.
    let result = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    refused("PR_SET_NO_NEW_PRIVS", result)?;
    // SAFETY: `filter` describes `program`, and both outlive the call, which copies them.
    let result =
        unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const filter) };
    refused("PR_SET_SECCOMP", result)
}

fn statement(code: u32, k: u32) -> sock_filter {
    sock_filter { code: code as u16, jt: 0, jf: 0, k }
}

fn refused(call: &str, result: libc::c_int) -> Result<(), String> {
    let error = std::io::Error::last_os_error();
    if result == 0 { Ok(()) } else { Err(format!("{call}: {error}")) }
}
