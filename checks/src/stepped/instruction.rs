//! What an instruction does to memory, and how it is made to do the same somewhere else.
//!
//! The participants' view of shared memory is closed, and each has a second, open view of it at a
//! fixed distance. An instruction that was stopped at the closed view is run once with its memory
//! operand moved by that distance, outside the program's code; nothing else of it changes.

use iced_x86::{
    Code, Decoder, DecoderOptions, Encoder, Instruction, InstructionInfoFactory, MemoryOperand,
    OpAccess, Register, UsedMemory,
};

use super::trace::Access;

/// No instruction is longer.
pub(super) const LONGEST: usize = 15;
/// The flag that makes string instructions go from high addresses to low ones.
const DIRECTION: u64 = 0x400;

/// The instruction `int3`.
pub(super) const BREAKPOINT: u8 = 0xcc;

/// An instruction of the program, with what it does to memory.
#[derive(Debug)]
pub(super) struct Decoded {
    instruction: Instruction,
    memory: Vec<UsedMemory>,
}

/// One use of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Use {
    pub(super) access: Access,
    pub(super) address: u64,
    pub(super) len: u64,
    /// The register that alone says where, for string instructions.
    pointer: Option<Register>,
}

impl Decoded {
    /// Decodes the first instruction of `bytes`, which stand at `address`.
    ///
    /// # Errors
    ///
    /// The bytes are no instruction.
    pub(super) fn new(bytes: &[u8], address: u64) -> Result<Self, String> {
        let mut decoder = Decoder::with_ip(64, bytes, address, DecoderOptions::NONE);
        let instruction = decoder.decode();
        if instruction.is_invalid() {
            return Err(format!("there is no instruction at {address:#x}: {bytes:02x?}"));
        }
        let memory = InstructionInfoFactory::new().info(&instruction).used_memory().to_vec();
        Ok(Self { instruction, memory })
    }

    /// What it uses of memory, if the registers are these.
    pub(super) fn uses(&self, registers: &libc::user_regs_struct) -> Vec<Use> {
        let is_string = self.instruction.is_string_instruction();
        let repeated = self.instruction.has_rep_prefix() || self.instruction.has_repne_prefix();
        let times = if is_string && repeated { registers.rcx } else { 1 };
        let backwards = is_string && registers.eflags & DIRECTION != 0;
        let each = self.memory.iter().filter(|_| times != 0).filter_map(|memory| {
            let first = memory.virtual_address(0, |register, _, _| value(registers, register))?;
            let pointer = is_string.then(|| memory.base());
            // Of what is repeated the whole length is not known without the registers.
            let one = if is_string { self.instruction.memory_size() } else { memory.memory_size() };
            let size = one.size() as u64;
            let len = times.saturating_mul(size);
            let lower = if backwards { len - size } else { 0 };
            let address = first.wrapping_sub(lower);
            Some(Use { access: access_of(memory.access())?, address, len, pointer })
        });
        each.collect()
    }

    /// Whether it reads memory and then writes it, with room for others in between: it has no lock
    /// prefix, and is no exchange, which needs none.
    ///
    /// Compilers make such an instruction of a load, an addition and a store. On one processor
    /// nobody comes between, on several somebody can.
    pub(super) fn is_split(&self) -> bool {
        let changes = |used: &UsedMemory| access_of(used.access()) == Some(Access::ReadModifyWrite);
        let locked = self.instruction.has_lock_prefix()
            || self.instruction.mnemonic() == iced_x86::Mnemonic::Xchg;
        self.memory.iter().any(changes) && !locked && !self.instruction.is_string_instruction()
    }

    /// The code that does the same at memory that lies `distance` further, for those uses that
    /// `moved` chooses, and then goes on behind the instruction, after a breakpoint if `stops`; to
    /// be put at `place`.
    ///
    /// # Errors
    ///
    /// The instruction cannot be moved.
    pub(super) fn moved(
        &self,
        distance: i64,
        moved: &[Use],
        place: u64,
        stops: bool,
    ) -> Result<Vec<u8>, String> {
        let next = self.instruction.next_ip();
        let mut code = Vec::new();
        if self.instruction.is_string_instruction() {
            let pointers: Vec<_> = moved.iter().filter_map(|used| used.pointer).collect();
            for pointer in &pointers {
                append(&mut code, &shift(*pointer, distance)?, place)?;
            }
            append(&mut code, &self.instruction, place)?;
            for pointer in &pointers {
                append(&mut code, &shift(*pointer, -distance)?, place)?;
            }
        } else {
            append(&mut code, &self.displaced(distance)?, place)?;
        }
        if stops {
            code.push(BREAKPOINT);
        }
        // jmp [rip]; the target: no register is needed.
        code.extend([0xff, 0x25, 0, 0, 0, 0]);
        code.extend(next.to_le_bytes());
        Ok(code)
    }

    fn displaced(&self, distance: i64) -> Result<Instruction, String> {
        let mut moved = self.instruction;
        let old = moved.memory_displacement64() as i64;
        let new = old.checked_add(distance).and_then(|new| i32::try_from(new).ok());
        let unmovable = || format!("`{:?}` is not understood at shared memory", moved.code());
        let can = !moved.is_ip_rel_memory_operand()
            && !moved.is_vsib()
            && (moved.memory_base(), moved.memory_index()) != (Register::None, Register::None)
            && moved.flow_control() == iced_x86::FlowControl::Next;
        let new = new.filter(|_| can).ok_or_else(unmovable)?;
        moved.set_memory_displacement64(new as u64);
        moved.set_memory_displ_size(8);
        Ok(moved)
    }
}

/// Adds `distance` to a pointer, leaving the flags alone.
fn shift(pointer: Register, distance: i64) -> Result<Instruction, String> {
    let to = MemoryOperand::with_base_displ(pointer, distance);
    Instruction::with2(Code::Lea_r64_m, pointer, to).map_err(|error| error.to_string())
}

fn append(code: &mut Vec<u8>, instruction: &Instruction, place: u64) -> Result<(), String> {
    let mut encoder = Encoder::new(64);
    let at = place + code.len() as u64;
    encoder.encode(instruction, at).map_err(|error| error.to_string())?;
    code.extend(encoder.take_buffer());
    Ok(())
}

fn access_of(access: OpAccess) -> Option<Access> {
    match access {
        OpAccess::Read | OpAccess::CondRead => Some(Access::Read),
        OpAccess::Write | OpAccess::CondWrite => Some(Access::Write),
        OpAccess::ReadWrite | OpAccess::ReadCondWrite => Some(Access::ReadModifyWrite),
        // An address that is computed and not used.
        OpAccess::None | OpAccess::NoMemAccess => None,
    }
}

/// What a register holds that can be part of an address.
fn value(registers: &libc::user_regs_struct, register: Register) -> Option<u64> {
    Some(match register {
        Register::RAX => registers.rax,
        Register::RBX => registers.rbx,
        Register::RCX => registers.rcx,
        Register::RDX => registers.rdx,
        Register::RSI => registers.rsi,
        Register::RDI => registers.rdi,
        Register::RBP => registers.rbp,
        Register::RSP => registers.rsp,
        Register::R8 => registers.r8,
        Register::R9 => registers.r9,
        Register::R10 => registers.r10,
        Register::R11 => registers.r11,
        Register::R12 => registers.r12,
        Register::R13 => registers.r13,
        Register::R14 => registers.r14,
        Register::R15 => registers.r15,
        Register::RIP => registers.rip,
        Register::FS => registers.fs_base,
        Register::GS => registers.gs_base,
        // Flat in 64-bit mode.
        Register::CS | Register::DS | Register::ES | Register::SS => 0,
        // Addresses of 32 bits (the prefix 67) are made by nobody here.
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
