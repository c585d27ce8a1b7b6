//! Who called a function, told from the registers and the stack of a stopped process.
//!
//! The compiler describes for each instruction of the program where its function keeps what it
//! will give back to its caller (`.eh_frame`, as for the unwinding of panics), so this needs no
//! frame pointers and no help from the process.

use addr2line::gimli::{
    BaseAddresses, CfaRule, EhFrame, EhFrameHdr, EndianSlice, NativeEndian, RegisterRule,
    UnwindContext, UnwindSection, X86_64,
};
use object::read::ReadCache;
use object::{Object as _, ObjectSection as _};

use super::image::PROGRAM;

/// How many registers the descriptions speak of: the general ones, and the return address.
const REGISTERS: usize = 17;
/// Where the return address and the stack pointer stand among them.
const RETURN: usize = X86_64::RA.0 as usize;
const STACK: usize = X86_64::RSP.0 as usize;
/// The bytes of a word.
const WORD: u8 = 8;

/// One function on its way: what the registers hold in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    registers: [u64; REGISTERS],
    /// Where it stands, as the process counts.
    pub(super) at: u64,
}

/// What the compiler says of the program's functions.
pub(super) struct Unwinder {
    frames: Vec<u8>,
    index: Vec<u8>,
    bases: BaseAddresses,
}

impl Frame {
    /// The innermost function of a stopped process.
    pub(super) fn innermost(r: &libc::user_regs_struct) -> Self {
        // In the order of the System V ABI for x86-64, figure 3.36.
        let registers = [
            r.rax, r.rdx, r.rcx, r.rbx, r.rsi, r.rdi, r.rbp, r.rsp, r.r8, r.r9, r.r10, r.r11,
            r.r12, r.r13, r.r14, r.r15, r.rip,
        ];
        Self { registers, at: r.rip }
    }

    /// The caller of a function that keeps nothing on the stack.
    pub(super) fn caller_of_leaf(self, read: &dyn Fn(u64) -> Option<u64>) -> Option<Self> {
        let mut registers = self.registers;
        let at = read(registers[STACK])?;
        registers[STACK] += u64::from(WORD);
        Some(Self { registers, at })
    }
}

impl Unwinder {
    /// Reads what the file of the program says.
    pub(super) fn of_this_program() -> Option<Self> {
        let file = ReadCache::new(std::fs::File::open(PROGRAM).ok()?);
        let file = object::File::parse(&file).ok()?;
        let (frames, index) =
            (file.section_by_name(".eh_frame")?, file.section_by_name(".eh_frame_hdr")?);
        let bases = BaseAddresses::default()
            .set_eh_frame(frames.address())
            .set_eh_frame_hdr(index.address());
        let bytes = |section: object::Section<'_, '_, _>| Some(section.data().ok()?.to_vec());
        Some(Self { frames: bytes(frames)?, index: bytes(index)?, bases })
    }

    /// The caller of a function that stands at `address`, as the file counts; `None` where that is
    /// not described. Its place is behind the call.
    pub(super) fn caller(
        &self,
        frame: Frame,
        address: u64,
        read: &dyn Fn(u64) -> Option<u64>,
    ) -> Option<Frame> {
        let frames = EhFrame::from(EndianSlice::new(&self.frames, NativeEndian));
        let index = EhFrameHdr::from(EndianSlice::new(&self.index, NativeEndian));
        let index = index.parse(&self.bases, WORD).ok()?;
        let mut context = UnwindContext::new();
        let table = index.table()?;
        let cie = EhFrame::cie_from_offset;
        let row = table.unwind_info_for_address(&frames, &self.bases, &mut context, address, cie);
        let row = row.ok()?;
        let CfaRule::RegisterAndOffset { register, offset } = *row.cfa() else { return None };
        let base = *frame.registers.get(usize::from(register.0))?;
        let canonical = base.wrapping_add_signed(offset);
        let mut registers = frame.registers;
        for (register, rule) in row.registers() {
            let value = registers.get_mut(usize::from(register.0))?;
            match rule {
                RegisterRule::Offset(n) => *value = read(canonical.wrapping_add_signed(*n))?,
                RegisterRule::ValOffset(n) => *value = canonical.wrapping_add_signed(*n),
                RegisterRule::SameValue | RegisterRule::Undefined => {}
                _ => return None,
            }
        }
        registers[STACK] = canonical;
        Some(Frame { registers, at: registers[RETURN] })
    }
}
