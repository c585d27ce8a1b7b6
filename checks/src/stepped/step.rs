//! What a step of a participant does.

use super::alarm::PATIENCE;
use super::kernel::Sleeper;
use super::machine::Machine;
use super::participant::{Grain, Standing};
use super::trace::{Access, Action, Point, What};
use crate::ptrace::End;

impl Machine<'_> {
    pub(super) fn step(&mut self, index: usize) {
        let Standing::At(point) = self.participants[index].standing else { return };
        self.participants[index].kept = None;
        self.note_invocation(index);
        match point.action {
            Action::Access(_) => self.access(index, point),
            Action::Wait => self.wait(index, point),
            Action::Wake => self.wake(index, point),
            Action::Sleep => self.sleep(index, point),
            Action::Call(number) => self.call(index, point, number),
            Action::RobustList => self.after_list_change(index, point),
        }
    }

    fn access(&mut self, index: usize, point: Point) {
        let Action::Access(access) = point.action else { return };
        let decoded = self.decoded[&point.at].clone();
        if decoded.is_split() && self.participants[index].read.is_none() {
            return self.first_half(index, point);
        }
        let participant = &mut self.participants[index];
        let uses = std::mem::take(&mut participant.uses);
        let moved: Vec<_> =
            uses.iter().map(|used| self.memory.contains(used.address, used.len)).collect();
        let shared: Vec<_> =
            uses.iter().zip(&moved).filter(|(_, moved)| **moved).map(|(used, _)| *used).collect();
        let before: Vec<_> =
            shared.iter().map(|used| self.memory.span(used.address, used.len)).collect();
        let len = shared.iter().find(|used| used.address == point.address).map_or(0, |u| u.len);
        let old = self.memory.value(point.address, len);
        if let Some(read) = participant.read.take() {
            // It goes on with what it has read, whatever has been written there since.
            self.memory.pretend(point.address, &read);
        }
        let distance = self.template.distance;
        // What follows may change its robust list: a death in between is another one.
        let stops = self.grain == Grain::RobustLists && access != Access::Read;
        let trampolines = &mut self.template.trampolines;
        let place = trampolines.of(point.at, &decoded, &uses, &moved, distance, stops);
        let process = participant.process.take();
        let (Ok(place), Some(process)) = (place, process) else {
            let who = self.scenario.who(index);
            self.wrong = Some(format!("{who} uses shared memory in a way not understood"));
            return;
        };
        let reads = shared.iter().filter(|used| used.access != Access::Write);
        let read: Vec<_> = reads.map(|used| self.memory.content(used.address, used.len)).collect();
        participant.learn((point.at, point.address, read));
        let running = process.jump(place);
        let running = running.and_then(|()| self.grain.resume(process));
        self.go_on(index, running, |machine| {
            let new = machine.memory.value(point.address, len);
            before.into_iter().for_each(|span| machine.memory.changed(span));
            let what = What::Access { access, address: point.address, old, new };
            machine.happened(index, point, what);
        });
        self.note_turn(index);
    }

    /// Reads what the instruction will write to in a step of its own.
    fn first_half(&mut self, index: usize, point: Point) {
        let participant = &mut self.participants[index];
        let used = participant.uses.iter().find(|used| used.address == point.address);
        let len = used.map_or(0, |used| used.len);
        let read = self.memory.content(point.address, len);
        participant.learn((point.at, point.address, &read));
        participant.read = Some(read);
        let action = Action::Access(Access::Write);
        participant.standing = Standing::At(Point { action, ..point });
        let old = self.memory.value(point.address, len);
        let (access, address) = (Access::Read, point.address);
        self.happened(index, point, What::Access { access, address, old, new: old });
    }

    fn wait(&mut self, index: usize, point: Point) {
        let registers = self.participants[index].registers;
        let address = point.address;
        let expected = registers.rdx as u32;
        let holds = self.memory.value(address, 4).number().unwrap_or(0) as u32;
        let sleeps = holds == expected;
        self.participants[index].learn((point.at, address, sleeps));
        self.happened(index, point, What::Wait { address, expected, sleeps });
        if sleeps {
            let absolute = registers.rsi as i32 & 0x7f == libc::FUTEX_WAIT_BITSET;
            let until = self.time_at(index, registers.r10, absolute);
            self.kernel.sleep(Sleeper { participant: index, word: Some(address), until });
            self.participants[index].standing = Standing::Asleep(point);
        } else {
            self.return_from_call(index, -i64::from(libc::EAGAIN));
        }
    }

    fn wake(&mut self, index: usize, point: Point) {
        let registers = self.participants[index].registers;
        let most = usize::try_from(registers.rdx as i32).unwrap_or(0);
        let woken = self.kernel.wake(point.address, most);
        self.participants[index].learn((point.at, point.address, woken.len()));
        let what = What::Wake { address: point.address, woken: woken.clone() };
        self.happened(index, point, what);
        self.return_from_call(index, woken.len() as i64);
        woken.into_iter().for_each(|woken| self.return_from_call(woken, 0));
    }

    fn sleep(&mut self, index: usize, point: Point) {
        let registers = self.participants[index].registers;
        let (absolute, time) = if registers.orig_rax as i64 == libc::SYS_nanosleep {
            (false, registers.rdi)
        } else {
            (registers.rsi as i32 & libc::TIMER_ABSTIME != 0, registers.rdx)
        };
        let until = self.time_at(index, time, absolute).unwrap_or(self.kernel.now());
        self.participants[index].learn((point.at, until));
        self.happened(index, point, What::Sleep { until });
        self.kernel.sleep(Sleeper { participant: index, word: None, until: Some(until) });
        self.participants[index].standing = Standing::Asleep(point);
    }

    fn call(&mut self, index: usize, point: Point, number: u64) {
        let participant = &mut self.participants[index];
        participant.tainted = true;
        let Some(process) = participant.process.take() else { return };
        let Ok((process, result)) = process.make_call(PATIENCE) else {
            participant.lost = true;
            let who = self.scenario.who(index);
            let what = format!("{who}: system call {number} does not return for {PATIENCE} s");
            self.wrong.get_or_insert(what);
            self.participants[index].standing = Standing::Ended(End::Killed(libc::SIGKILL));
            return self.happened(index, point, What::Call { number, result: 0 });
        };
        participant.learn((point.at, result));
        let running = self.grain.resume(process);
        self.go_on(index, running, |machine| {
            machine.happened(index, point, What::Call { number, result });
        });
    }

    fn after_list_change(&mut self, index: usize, point: Point) {
        let participant = &mut self.participants[index];
        // One function may change the list twice: it stands at the same place then, and further.
        participant.learn(point.at);
        let Some(process) = participant.process.take() else { return };
        let running = self.grain.resume(process);
        self.go_on(index, running, |machine| machine.happened(index, point, What::RobustList));
    }

    /// Reads a time that a participant gave to a system call.
    fn time_at(&self, index: usize, address: u64, absolute: bool) -> Option<u64> {
        let mut bytes = [0; 16];
        let process = self.participants[index].process.as_ref().filter(|_| address != 0)?;
        process.read(address, &mut bytes).ok()?;
        let (seconds, rest) = bytes.split_at(8);
        let number = |part: &[u8]| part.try_into().map(u64::from_le_bytes).unwrap_or(0);
        let time = number(seconds).saturating_mul(1_000_000_000).saturating_add(number(rest));
        Some(if absolute { time } else { self.kernel.now().saturating_add(time) })
    }
}
