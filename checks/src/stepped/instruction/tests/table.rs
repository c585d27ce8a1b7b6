//! Instructions as compilers emit them at shared memory, and what they use.

use super::execution::{Area, Ground, State};
use super::{Access, DIRECTION};

/// An instruction, what it uses with the registers of [`State::new`], and how it is executed.
pub(super) struct Case {
    pub(super) text: &'static str,
    pub(super) code: &'static [u8],
    /// Each use: where, counted from the start of its area, and how long.
    pub(super) uses: &'static [(Access, Area, i64, u64)],
    /// Executed behind it: what brings to light what it has done.
    pub(super) then: &'static [u8],
    with: With,
}

/// What is special.
#[derive(Clone, Copy)]
enum With {
    Nothing,
    /// The first operand of a copy is private memory, or the second.
    ToPrivate,
    FromPrivate,
    Backwards,
    NoTimes,
    Avx,
    Avx512,
}

impl Case {
    /// The registers that it starts with.
    pub(super) fn state(&self, ground: &Ground, flags: u64) -> State {
        let mut state = State::new(ground);
        let private = ground.address(Area::Private);
        let registers = &mut state.general;
        registers.eflags = flags;
        match self.with {
            With::ToPrivate => registers.rdi = private + 1024,
            With::FromPrivate => registers.rsi = private + 512,
            With::Backwards => registers.eflags |= DIRECTION,
            With::NoTimes => registers.rcx = 0,
            With::Nothing | With::Avx | With::Avx512 => {}
        }
        state
    }

    /// Whether this processor knows it.
    pub(super) fn can_run(&self) -> bool {
        match self.with {
            With::Avx => is_x86_feature_detected!("avx"),
            With::Avx512 => is_x86_feature_detected!("avx512f"),
            _ => true,
        }
    }
}

/// The bytes that the assembler makes of a text.
macro_rules! code {
    ($text:literal) => {{
        let (start, end): (*const u8, *const u8);
        // SAFETY: the text is put where data lies, and executed is only what takes its address.
        unsafe {
            std::arch::asm!(
                ".pushsection .rodata", "2:", $text, "3:", ".popsection",
                "lea {start}, [rip + 2b]", "lea {end}, [rip + 3b]",
                start = out(reg) start, end = out(reg) end, options(nomem, nostack),
            );
        }
        // SAFETY: the bytes between the two labels, which never change.
        unsafe { std::slice::from_raw_parts(start, end.addr() - start.addr()) }
    }};
}

macro_rules! case {
    ($text:literal, [$($access:ident $area:ident $offset:literal $len:literal),*]) => {
        case!($text, [$($access $area $offset $len),*], Nothing)
    };
    ($text:literal, [$($access:ident $area:ident $offset:literal $len:literal),*], $with:ident) => {
        case!($text, [$($access $area $offset $len),*], $with, "")
    };
    (
        $text:literal, [$($access:ident $area:ident $offset:literal $len:literal),*],
        $with:ident, $then:literal
    ) => {
        Case {
            text: $text,
            code: code!($text),
            uses: &[$((Access::$access, Area::$area, $offset, $len)),*],
            then: code!($then),
            with: With::$with,
        }
    };
}

/// All of them.
pub(super) fn cases() -> Vec<Case> {
    [loads_and_stores(), arithmetic(), atomics(), vectors(), strings()]
        .into_iter()
        .flatten()
        .collect()
}

/// Moves of 1, 2, 4 and 8 bytes, in all forms of addresses.
fn loads_and_stores() -> Vec<Case> {
    vec![
        case!("mov al, [rbx]", [Read Here 256 1]),
        case!("mov ah, [rbx + 1]", [Read Here 257 1]),
        case!("mov ax, [rbx + 2]", [Read Here 258 2]),
        case!("mov eax, [rbx + 4]", [Read Here 260 4]),
        case!("mov rax, [rbx + 8]", [Read Here 264 8]),
        case!("mov r9, [rbx + 0x300]", [Read Here 1024 8]),
        case!("mov r9d, [rbx - 0x40]", [Read Here 192 4]),
        case!("mov rax, [rbx + rcx*8 + 16]", [Read Here 312 8]),
        case!("mov eax, [rbx + rcx*4 + 0x200]", [Read Here 788 4]),
        case!("mov ax, [rcx + rbx]", [Read Here 261 2]),
        case!("mov rax, [rcx*4 + r12]", [Read Here 148 8]),
        case!("mov rax, [rbx*1 + 8]", [Read Here 264 8]),
        case!("mov [rbx], dl", [Write Here 256 1]),
        case!("mov [rbx + 1], dh", [Write Here 257 1]),
        case!("mov [rbx + 2], dx", [Write Here 258 2]),
        case!("mov [rbx + 4], edx", [Write Here 260 4]),
        case!("mov [rbx + 8], rdx", [Write Here 264 8]),
        case!("mov [r12], r8", [Write Here 128 8]),
        case!("mov [r13], r8d", [Write Here 192 4]),
        case!("mov [rbp], r15b", [Write Here 384 1]),
        case!("mov [rbx + rcx*2 + 0x10], dx", [Write Here 282 2]),
        case!("mov [rbx + rcx*8 + 0x400], r8", [Write Here 1320 8]),
        case!("mov byte ptr [rbx], 0x7f", [Write Here 256 1]),
        case!("mov word ptr [rbx + rcx], 0x1234", [Write Here 261 2]),
        case!("mov dword ptr [rbx + 0x180], -1", [Write Here 640 4]),
        case!("mov qword ptr [r12 + rcx*8 + 0x180], 0x12345678", [Write Here 552 8]),
        case!("movzx eax, byte ptr [rbx]", [Read Here 256 1]),
        case!("movzx r9d, word ptr [rbx + 6]", [Read Here 262 2]),
        case!("movsx rax, byte ptr [rbx + 3]", [Read Here 259 1]),
        case!("movsxd rax, dword ptr [rbx + 4]", [Read Here 260 4]),
        case!("movnti [rbx], rdx", [Write Here 256 8]),
        case!("cmove rax, [rbx]", [Read Here 256 8]),
        case!("sete [rbx]", [Write Here 256 1]),
    ]
}

/// What reads or changes memory and says so in the flags.
fn arithmetic() -> Vec<Case> {
    vec![
        case!("cmp dword ptr [rbx], 7", [Read Here 256 4]),
        case!("cmp byte ptr [rbx + rcx], 0", [Read Here 261 1]),
        case!("cmp [rbx], rax", [Read Here 256 8]),
        case!("cmp rax, [rbx + 8]", [Read Here 264 8]),
        case!("test [rbx], edx", [Read Here 256 4]),
        case!("test byte ptr [rbx + 0x90], 0x80", [Read Here 400 1]),
        case!("bt dword ptr [rbx], 3", [Read Here 256 4]),
        case!("add rax, [rbx]", [Read Here 256 8]),
        case!("sbb eax, [rbx]", [Read Here 256 4]),
        case!("imul rax, [rbx + 16]", [Read Here 272 8]),
        case!("mul qword ptr [rbx]", [Read Here 256 8]),
        case!("popcnt rax, [rbx]", [Read Here 256 8]),
        case!("inc dword ptr [rbx]", [ReadModifyWrite Here 256 4]),
        case!("dec qword ptr [rbx + rcx*8]", [ReadModifyWrite Here 296 8]),
        case!("add [rbx], rdx", [ReadModifyWrite Here 256 8]),
        case!("add dword ptr [rbx + 0x84], 0x12345", [ReadModifyWrite Here 388 4]),
        case!("adc [rbx], dl", [ReadModifyWrite Here 256 1]),
        case!("sub word ptr [rbx + 2], 9", [ReadModifyWrite Here 258 2]),
        case!("and [rbx], edx", [ReadModifyWrite Here 256 4]),
        case!("or byte ptr [rbx], 0x40", [ReadModifyWrite Here 256 1]),
        case!("xor [r13 + rcx*4 + 4], r8d", [ReadModifyWrite Here 216 4]),
        case!("not qword ptr [rbx]", [ReadModifyWrite Here 256 8]),
        case!("neg dword ptr [rbx]", [ReadModifyWrite Here 256 4]),
        case!("shl qword ptr [rbx], cl", [ReadModifyWrite Here 256 8]),
        case!("sar byte ptr [rbx], 1", [ReadModifyWrite Here 256 1]),
        case!("rcl dword ptr [rbx], 3", [ReadModifyWrite Here 256 4]),
    ]
}

/// Changes in one step.
fn atomics() -> Vec<Case> {
    vec![
        case!("xchg [rbx], rax", [ReadModifyWrite Here 256 8]),
        case!("xchg [rbx + rcx], dl", [ReadModifyWrite Here 261 1]),
        case!("xchg [rbx + 0x204], edx", [ReadModifyWrite Here 772 4]),
        case!("lock cmpxchg [rbx], rdx", [ReadModifyWrite Here 256 8]),
        case!("lock cmpxchg [rbx], edx", [ReadModifyWrite Here 256 4]),
        case!("lock cmpxchg [rbx], dx", [ReadModifyWrite Here 256 2]),
        case!("lock cmpxchg [rbx], dl", [ReadModifyWrite Here 256 1]),
        case!("lock cmpxchg [rbx + 8], r8", [ReadModifyWrite Here 264 8]),
        case!("lock cmpxchg [rbx + rcx*4 + 0x100], r8d", [ReadModifyWrite Here 532 4]),
        case!("lock cmpxchg16b [rbx + 16]", [ReadModifyWrite Here 272 16]),
        case!("lock xadd [rbx], rdx", [ReadModifyWrite Here 256 8]),
        case!("lock xadd [r12 + rcx*8], r8d", [ReadModifyWrite Here 168 4]),
        case!("xadd [rbx], dx", [ReadModifyWrite Here 256 2]),
        case!("lock or [rbx], edx", [ReadModifyWrite Here 256 4]),
        case!("lock or dword ptr [rbx], 0x40000000", [ReadModifyWrite Here 256 4]),
        case!("lock and dword ptr [rbx], 0x3fffffff", [ReadModifyWrite Here 256 4]),
        case!("lock and [rbx + rcx], dl", [ReadModifyWrite Here 261 1]),
        case!("lock xor qword ptr [rbx], -1", [ReadModifyWrite Here 256 8]),
        case!("lock add qword ptr [rbx + 0x80], 1", [ReadModifyWrite Here 384 8]),
        case!("lock sub [rbx], rdx", [ReadModifyWrite Here 256 8]),
        case!("lock inc qword ptr [rbx]", [ReadModifyWrite Here 256 8]),
        case!("lock dec dword ptr [rbx + 4]", [ReadModifyWrite Here 260 4]),
        case!("lock bts dword ptr [rbx], 31", [ReadModifyWrite Here 256 4]),
        case!("lock btr qword ptr [rbx], rcx", [ReadModifyWrite Here 256 8]),
    ]
}

/// Copies and sums of 4 to 64 bytes.
fn vectors() -> Vec<Case> {
    vec![
        case!("movd xmm0, [rbx]", [Read Here 256 4]),
        case!("movq [rbx + 8], xmm0", [Write Here 264 8]),
        case!("movaps xmm0, [rbx]", [Read Here 256 16]),
        case!("movaps [rbx + 16], xmm1", [Write Here 272 16]),
        case!("movups xmm1, [rbx + rcx]", [Read Here 261 16]),
        case!("movups [rbx + rcx*8 + 0x101], xmm0", [Write Here 553 16]),
        case!("movdqu [rbx - 1], xmm0", [Write Here 255 16]),
        case!("movhps [rbx], xmm0", [Write Here 256 8]),
        case!("paddd xmm0, [rbx + 0x40]", [Read Here 320 16]),
        case!("pcmpeqb xmm1, [rbx]", [Read Here 256 16]),
        case!("ucomisd xmm0, [rbx]", [Read Here 256 8]),
        case!("cvtsi2sd xmm0, qword ptr [rbx]", [Read Here 256 8]),
        case!("vmovdqu xmm0, [rbx + 3]", [Read Here 259 16], Avx),
        case!("vmovdqu [r13 + rcx*2], xmm1", [Write Here 202 16], Avx),
        case!(
            "vmovdqu ymm0, [rbx + 0x21]",
            [Read Here 289 32], Avx, "vextractf128 xmm1, ymm0, 1\nvzeroupper"),
        case!("vmovdqu [rbx + 0x20], ymm0", [Write Here 288 32], Avx),
        case!(
            "vmovaps ymm0, [rbx]",
            [Read Here 256 32], Avx, "vextractf128 xmm1, ymm0, 1\nvzeroupper"),
        case!("vmovdqu64 [rbx + 0x40], zmm0", [Write Here 320 64], Avx512),
    ]
}

/// Copies and fills, one or as many as rcx says, and what uses the stack as well.
fn strings() -> Vec<Case> {
    vec![
        case!("movsb", [Read Here 512 1, Write Here 1024 1]),
        case!("movsq", [Read Here 512 8, Write Private 1024 8], ToPrivate),
        case!("movsd", [Read Private 512 4, Write Here 1024 4], FromPrivate),
        case!("rep movsb", [Read Here 512 5, Write Here 1024 5]),
        case!("rep movsb", [Read Here 512 5, Write Private 1024 5], ToPrivate),
        case!("rep movsb", [Read Private 512 5, Write Here 1024 5], FromPrivate),
        case!("rep movsq", [Read Here 512 40, Write Here 1024 40]),
        case!("rep movsq", [Read Here 512 40, Write Private 1024 40], ToPrivate),
        case!("rep movsq", [Read Private 512 40, Write Here 1024 40], FromPrivate),
        case!("rep movsq", [Read Here 480 40, Write Here 992 40], Backwards),
        case!("rep movsb", [], NoTimes),
        case!("stosb", [Write Here 1024 1]),
        case!("rep stosb", [Write Here 1024 5]),
        case!("rep stosq", [Write Here 1024 40]),
        case!("rep stosd", [Write Here 1008 20], Backwards),
        case!("lodsq", [Read Here 512 8]),
        case!("scasb", [Read Here 1024 1]),
        case!("cmpsq", [Read Here 512 8, Read Private 1024 8], ToPrivate),
        case!("push qword ptr [rbx]", [Read Here 256 8, Write Private 2040 8]),
        case!("push qword ptr [rbx + rcx*8 + 0x100]", [Read Here 552 8, Write Private 2040 8]),
        case!("pop qword ptr [rbx + 8]", [Write Here 264 8, Read Private 2048 8]),
    ]
}

/// Instructions that use memory in ways that are not moved.
pub(super) fn refused() -> [(&'static str, &'static [u8]); 5] {
    [
        ("relative to itself", code!("mov rax, [rip + 64]")),
        ("at a fixed address", code!("mov eax, [0x12345678]")),
        ("a call", code!("call [rbx]")),
        ("many addresses", code!("vpgatherdd xmm0, [rbx + xmm1*4], xmm2")),
        ("too far", code!("mov rax, [rbx + 0x7f000000]")),
    ]
}

/// Instructions that name an address and do not go there.
pub(super) fn unused() -> [(&'static str, &'static [u8]); 3] {
    [
        ("an address", code!("lea rax, [rbx + rcx*8]")),
        ("a hint", code!("prefetcht0 [rbx]")),
        ("nothing", code!("nop dword ptr [rbx + 0]")),
    ]
}
