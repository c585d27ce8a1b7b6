//! Who looks at the same for ever.
//!
//! A participant that comes back to a state in which it has been, while nothing that it shares has
//! changed since, will come back to it again and again: it is deterministic. Its state is its
//! registers and its private memory. So nothing is lost if it takes no step until something
//! changes; a loop that counts its turns, and will end, is in a new state in each.

use std::collections::HashMap;

use super::machine::Machine;
use super::memory::hash_of;

/// The states that a participant has been in since the last change of shared memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns {
    /// The hash of shared memory.
    memory: u128,
    /// By the hash of the registers: what had been learnt, and the hash of private memory if
    /// the registers have come back before.
    seen: HashMap<u128, (u128, Option<u128>)>,
}

impl Machine<'_> {
    /// Notes the state that a participant has come to, and whether it has come back.
    pub(super) fn note_turn(&mut self, index: usize) {
        let memory = self.memory.hash();
        let participant = &mut self.participants[index];
        let turns = &mut participant.turns;
        if turns.memory != memory {
            *turns = Turns { memory, seen: HashMap::new() };
        }
        let registers = hash_of(&general(&participant.registers));
        let learnt = participant.learnt;
        let Some((_, private)) = participant.turns.seen.get(&registers).copied() else {
            participant.turns.seen.insert(registers, (learnt, None));
            return;
        };
        let now = self.private_memory(index);
        let participant = &mut self.participants[index];
        if private.is_some() && private == now {
            participant.spins_at = Some(memory);
            let (before, _) = participant.turns.seen[&registers];
            participant.learnt = before;
        } else {
            participant.turns.seen.insert(registers, (learnt, now));
        }
    }

    /// A hash of all that the participant has written to and nobody else has.
    fn private_memory(&mut self, index: usize) -> Option<u128> {
        self.note_pages(index).ok()?;
        let process = self.participants[index].process.as_ref()?;
        let mut bytes = [0; 4096];
        self.hot_pages(index).try_fold(0, |hash, page| {
            process.read(page, &mut bytes).ok()?;
            Some(hash ^ hash_of(&(page, bytes)))
        })
    }
}

fn general(registers: &libc::user_regs_struct) -> [u64; 18] {
    let r = registers;
    [
        r.r15, r.r14, r.r13, r.r12, r.rbp, r.rbx, r.r11, r.r10, r.r9, r.r8, r.rax, r.rcx, r.rdx,
        r.rsi, r.rdi, r.rip, r.rsp, r.eflags,
    ]
}
