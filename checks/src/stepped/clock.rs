//! The clock of participants: it stands where the tracer says.
//!
//! Programs read CLOCK_MONOTONIC through the vDSO, without a system call. A breakpoint at the
//! function's entry stops them there, and the tracer answers in its place. Source: vdso(7).

#![allow(unsafe_code, reason = "reads the vDSO's image, which is mapped in every process")]

use object::{Object as _, ObjectSymbol as _};

use super::instruction::BREAKPOINT;
use super::mappings::Mapping;
use crate::ptrace::{Gone, Stopped};

/// Where the vDSO's `clock_gettime` begins.
///
/// # Errors
///
/// This kernel has none.
pub(super) fn entry(mapped: &[Mapping]) -> Result<u64, String> {
    let vdso = mapped.iter().find(|mapping| mapping.name == "[vdso]");
    let vdso = vdso.ok_or("this kernel gives its processes no vDSO")?;
    let len = (vdso.end - vdso.start) as usize;
    // SAFETY: the vDSO is mapped for reading in every process, and never changes.
    let image = unsafe { std::slice::from_raw_parts(vdso.start as *const u8, len) };
    let file = object::File::parse(image).map_err(|error| format!("the vDSO: {error}"))?;
    let symbol = file.dynamic_symbols().find(|symbol| symbol.name() == Ok("__vdso_clock_gettime"));
    let symbol = symbol.ok_or("the vDSO has no clock_gettime")?;
    Ok(vdso.start + symbol.address())
}

/// Plants the breakpoint.
///
/// # Errors
///
/// The kernel refuses, or the process is gone.
pub(super) fn plant(process: &Stopped, entry: u64) -> Result<(), String> {
    let refused = |errno| format!("a breakpoint in the vDSO: {errno}");
    let code = process.peek(entry).map_err(refused)?;
    process.poke(entry, code & !0xff | i64::from(BREAKPOINT)).map_err(refused)
}

/// Returns from the function in the tracee's place: the time is `now`.
///
/// # Errors
///
/// It is gone.
pub(super) fn answer(
    process: &Stopped,
    mut registers: libc::user_regs_struct,
    now: u64,
) -> Result<(), Gone> {
    let time = [now / 1_000_000_000, now % 1_000_000_000];
    let bytes: Vec<u8> = time.into_iter().flat_map(u64::to_le_bytes).collect();
    let mut back = [0; 8];
    // A caller without a stack, or with a bad pointer, finds out by itself.
    let wrote = process.write(registers.rsi, &bytes).is_ok();
    if process.read(registers.rsp, &mut back).is_ok() {
        registers.rip = u64::from_le_bytes(back);
        registers.rsp += 8;
    }
    registers.rax = if wrote { 0 } else { (-i64::from(libc::EFAULT)) as u64 };
    process.set_general(registers)
}
