//! Executes single instructions with given registers, at two places of the same memory.

use std::arch::naked_asm;
use std::mem::offset_of;
use std::num::NonZeroUsize;
use std::ptr::NonNull;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous, munmap};

/// The bytes of each area.
pub(super) const AREA: usize = 4096;
/// Where the code of the moved instruction lies.
const ELSEWHERE: usize = 1024;

/// Memory that an instruction uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Area {
    /// Where it stands for shared memory.
    Here,
    /// Where a moved instruction finds that.
    There,
    /// Stack, and whatever else is not shared.
    Private,
}

/// What registers hold, before and after.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct State {
    pub(super) general: libc::user_regs_struct,
    pub(super) vectors: [[u8; 16]; 2],
}

/// Areas and code.
pub(super) struct Ground {
    base: NonNull<u8>,
    size: NonZeroUsize,
    distance: i64,
}

impl Ground {
    /// `Here` and `There` lie so far from each other.
    pub(super) fn new(distance: i64) -> Ground {
        let size = NonZeroUsize::new(distance.unsigned_abs() as usize + 3 * AREA).expect("large");
        let all = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE | ProtFlags::PROT_EXEC;
        let flags = MapFlags::MAP_PRIVATE | MapFlags::MAP_NORESERVE;
        // SAFETY: a new mapping at an address of the kernel's choice aliases nothing.
        let base = unsafe { mmap_anonymous(None, size, all, flags) };
        let mut ground = Ground { base: base.expect("memory").cast(), size, distance };
        ground.fill();
        ground
    }

    pub(super) fn distance(&self) -> i64 {
        self.distance
    }

    pub(super) fn address(&self, area: Area) -> u64 {
        self.at(area).addr().get() as u64
    }

    /// Where the code of the original lies.
    pub(super) fn original(&self) -> u64 {
        self.code().addr().get() as u64
    }

    /// Where that of the moved one lies.
    pub(super) fn elsewhere(&self) -> u64 {
        self.original() + ELSEWHERE as u64
    }

    /// The lowest area is code and private memory comes next; then the nearer of the two views.
    fn at(&self, area: Area) -> NonNull<u8> {
        let far = self.distance.unsigned_abs() as usize;
        let from_first = match area {
            Area::Private => AREA,
            Area::Here if self.distance < 0 => 2 * AREA + far,
            Area::There if self.distance > 0 => 2 * AREA + far,
            Area::Here | Area::There => 2 * AREA,
        };
        // SAFETY: the mapping has three areas, and the distance between two of them.
        unsafe { self.base.add(from_first) }
    }

    fn code(&self) -> NonNull<u8> {
        self.base
    }

    /// Gives all areas the content with which each instruction starts.
    pub(super) fn fill(&mut self) {
        let content: Vec<_> = (0..AREA).map(byte).collect();
        for area in [Area::Here, Area::There, Area::Private] {
            self.put(self.at(area), &content);
        }
    }

    pub(super) fn content(&self, area: Area) -> Vec<u8> {
        // SAFETY: an area of this mapping, which nobody writes to meanwhile.
        unsafe { std::slice::from_raw_parts(self.at(area).as_ptr(), AREA) }.to_vec()
    }

    /// Puts an instruction where the original lies, and behind it what comes next in both cases.
    pub(super) fn put_original(&mut self, instruction: &[u8], then: &[u8]) {
        // jmp [rip]
        let jump = [0xff, 0x25, 0, 0, 0, 0];
        let back = (come_back as *const () as u64).to_le_bytes();
        self.put(self.code(), &[instruction, then, &jump, &back].concat());
    }

    pub(super) fn put_elsewhere(&mut self, code: &[u8]) {
        // SAFETY: the area of code is larger.
        let place = unsafe { self.code().add(ELSEWHERE) };
        self.put(place, code);
    }

    fn put(&mut self, to: NonNull<u8>, bytes: &[u8]) {
        // SAFETY: `to` has room for an area, or for some instructions, in this mapping.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), to.as_ptr(), bytes.len()) };
    }

    /// Executes the code at `at`, which ends by going back.
    pub(super) fn run(&self, at: u64, state: &mut State) {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _turn = ONE_AT_A_TIME.lock();
        CODE.store(at, Ordering::SeqCst);
        // SAFETY: the code is one instruction that uses the areas of this mapping, and goes back.
        unsafe { go(state) };
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        // SAFETY: the mapping is this value's own.
        unsafe { munmap(self.base.cast(), self.size.get()) }.expect("an own mapping");
    }
}

impl State {
    /// Registers that lead into the areas, or hold numbers.
    pub(super) fn new(ground: &Ground) -> State {
        // SAFETY: numbers, of which zero is one.
        let mut r: libc::user_regs_struct = unsafe { std::mem::zeroed() };
        let here = ground.address(Area::Here);
        (r.rbx, r.rbp, r.rsi, r.rdi) = (here + 256, here + 384, here + 512, here + 1024);
        (r.r12, r.r13, r.rsp) = (here + 128, here + 192, ground.address(Area::Private) + 2048);
        // An index and a count; and what stands at rbx, for comparisons that find it.
        (r.rcx, r.rdx, r.r8) = (5, 0x8182_8384_8586_8788, 0x0102_0304_0506_0708);
        r.rax = u64::from_le_bytes(std::array::from_fn(|at| byte(256 + at)));
        (r.r9, r.r10, r.r11) = (9, 10, 11);
        // The second half of a comparison of 16 bytes has other registers than the first.
        (r.r14, r.r15) = (14, u64::MAX);
        let vectors = [0, 1].map(|number| std::array::from_fn(|at| byte(number * 64 + at + 7)));
        State { general: r, vectors }
    }
}

fn byte(at: usize) -> u8 {
    (at * 37 + at / 256 + 11) as u8
}

/// The stack to come back to; while an instruction is executed, and that of it afterwards.
static STACK: AtomicU64 = AtomicU64::new(0);
static CODE: AtomicU64 = AtomicU64::new(0);

macro_rules! general {
    ($name:ident) => {
        offset_of!(State, general) + offset_of!(libc::user_regs_struct, $name)
    };
}

macro_rules! with_registers {
    ($($line:literal),* $(,)?) => {
        naked_asm!(
            $($line),*,
            stack = sym STACK, code = sym CODE,
            rax = const general!(rax), rbx = const general!(rbx), rcx = const general!(rcx),
            rdx = const general!(rdx), rsi = const general!(rsi), rdi = const general!(rdi),
            rbp = const general!(rbp), rsp = const general!(rsp), r8 = const general!(r8),
            r9 = const general!(r9), r10 = const general!(r10), r11 = const general!(r11),
            r12 = const general!(r12), r13 = const general!(r13), r14 = const general!(r14),
            r15 = const general!(r15), flags = const general!(eflags),
            xmm0 = const offset_of!(State, vectors), xmm1 = const offset_of!(State, vectors) + 16,
        )
    };
}

/// Loads the registers and goes to `CODE`, from which `come_back` returns.
///
/// # Safety
///
/// The code uses memory as it may, and ends by a jump to `come_back`.
#[unsafe(naked)]
unsafe extern "sysv64" fn go(_: *mut State) {
    with_registers!(
        "push rbx",
        "push rbp",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "push rdi",
        "mov [rip + {stack}], rsp",
        "push qword ptr [rdi + {flags}]",
        "popfq",
        "movups xmm0, [rdi + {xmm0}]",
        "movups xmm1, [rdi + {xmm1}]",
        "mov rax, [rdi + {rax}]",
        "mov rbx, [rdi + {rbx}]",
        "mov rcx, [rdi + {rcx}]",
        "mov rdx, [rdi + {rdx}]",
        "mov rsi, [rdi + {rsi}]",
        "mov rbp, [rdi + {rbp}]",
        "mov rsp, [rdi + {rsp}]",
        "mov r8, [rdi + {r8}]",
        "mov r9, [rdi + {r9}]",
        "mov r10, [rdi + {r10}]",
        "mov r11, [rdi + {r11}]",
        "mov r12, [rdi + {r12}]",
        "mov r13, [rdi + {r13}]",
        "mov r14, [rdi + {r14}]",
        "mov r15, [rdi + {r15}]",
        "mov rdi, [rdi + {rdi}]",
        "jmp [rip + {code}]",
    )
}

/// Stores the registers and returns from `go`.
///
/// # Safety
///
/// Jumped to, by what `go` has gone to.
#[unsafe(naked)]
unsafe extern "sysv64" fn come_back() {
    with_registers!(
        "xchg [rip + {stack}], rsp",
        "push rdi",
        "mov rdi, [rsp + 8]",
        "mov [rdi + {rax}], rax",
        "pop rax",
        "mov [rdi + {rdi}], rax",
        "pushfq",
        "pop rax",
        "mov [rdi + {flags}], rax",
        "mov rax, [rip + {stack}]",
        "mov [rdi + {rsp}], rax",
        "movups [rdi + {xmm0}], xmm0",
        "movups [rdi + {xmm1}], xmm1",
        "mov [rdi + {rbx}], rbx",
        "mov [rdi + {rcx}], rcx",
        "mov [rdi + {rdx}], rdx",
        "mov [rdi + {rsi}], rsi",
        "mov [rdi + {rbp}], rbp",
        "mov [rdi + {r8}], r8",
        "mov [rdi + {r9}], r9",
        "mov [rdi + {r10}], r10",
        "mov [rdi + {r11}], r11",
        "mov [rdi + {r12}], r12",
        "mov [rdi + {r13}], r13",
        "mov [rdi + {r14}], r14",
        "mov [rdi + {r15}], r15",
        "cld",
        "pop rdi",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbp",
        "pop rbx",
        "ret",
        "/* {code} */",
    )
}
