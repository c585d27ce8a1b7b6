//! What one process of a plan does.

use std::thread;
use std::time::{Duration, Instant};

use forkstep::atomic::Ordering;
use forkstep::{GetError, PutError, Queue};

use super::board::{Board, Entry, Seat, Stage, read, write};
use super::item::{Item, Name};
use super::plan::{How, Participant, Plan, Step};
use super::planted::Planted;
use crate::plans::pause::nanoseconds;

/// A participant at work.
pub(super) struct AtWork<'a> {
    pub(super) plan: &'a Plan,
    pub(super) queue: &'a Queue<Item>,
    pub(super) board: &'a Board,
    pub(super) index: usize,
    /// Zero of all times on the board.
    pub(super) start: Instant,
    pub(super) planted: Planted,
}

/// Whether there is anything left to do.
enum Then {
    GoOn,
    End,
}

impl<'a> AtWork<'a> {
    fn seat(&self) -> &'a Seat {
        &self.board.seats[self.index]
    }

    /// Goes through the whole program.
    ///
    /// # Errors
    ///
    /// What the queue did wrong.
    pub(super) fn live(&self) -> Result<(), String> {
        while read(&self.board.go) == 0 {
            thread::yield_now();
        }
        let producers = self.plan.producers.len();
        match self.index.checked_sub(producers) {
            None => self.attempts(&self.plan.producers[self.index], |step, n| self.put(step, n)),
            Some(at) => self.attempts(&self.plan.consumers[at], |step, _| self.get(step)),
        }
    }

    fn attempts(
        &self,
        program: &Participant,
        attempt: impl Fn(&Step, u16) -> Result<(Entry, Then), String>,
    ) -> Result<(), String> {
        let steps = program.steps.iter().cycle();
        for (number, step) in (0..program.attempts).zip(steps) {
            step.before.pass();
            self.seat().begin();
            let (entry, then) = attempt(step, number)?;
            let last = program.last_attempt() == Some(number);
            self.seat().enter(entry, if last { Stage::Awaiting } else { Stage::Outside });
            self.note_recovery();
            if last {
                sleep_for_ever();
            }
            if let Then::End = then {
                break;
            }
        }
        Ok(())
    }

    fn put(&self, step: &Step, number: u16) -> Result<(Entry, Then), String> {
        let name = Name { producer: self.index as u8, number };
        let length = self.plan.length(self.index, number);
        let item = self.planted_item(name, length);
        let closed = read(&self.board.closed) != 0;
        let put = self.put_as(step.how, &item);
        if self.planted == Planted::PutsTwice {
            // Whether there is room for a second one does not matter.
            let _ = self.put_as(step.how, &item);
        }
        let max = self.plan.longest();
        match put {
            Ok(()) if closed => Err(format!("{name} was put after the queue was closed")),
            Ok(()) if length > max => Err(format!("{name} was put, of {length} bytes")),
            Ok(()) => Ok((Entry::Put, Then::GoOn)),
            Err(PutError::TooLarge { .. }) if length > max => {
                let exact = put == Err(PutError::TooLarge { len: length, max });
                if exact { Ok((Entry::Refused, Then::GoOn)) } else { Err(format!("{put:?}")) }
            }
            Err(PutError::Closed) if read(&self.board.closing) != 0 => {
                Ok((Entry::Refused, Then::End))
            }
            Err(PutError::Full) if waits_not_for_ever(step.how) => Ok((Entry::Refused, Then::GoOn)),
            Err(error) => Err(format!("put of {name}, {length} bytes, by {:?}: {error}", step.how)),
        }
    }

    fn planted_item(&self, name: Name, length: usize) -> Item {
        let Name { producer, number } = name;
        match self.planted {
            Planted::SwapsItems => Item::new(Name { producer, number: number ^ 1 }, length),
            Planted::SpoilsItems => {
                let mut item = Item::new(name, length);
                if let Some(byte) = item.0.get_mut(super::item::NAMED) {
                    *byte ^= 1;
                }
                item
            }
            _ => Item::new(name, length),
        }
    }

    fn put_as(&self, how: How, item: &Item) -> Result<(), PutError> {
        match how {
            _ if self.planted == Planted::PretendsToPut => Ok(()),
            How::Bytes => self.queue.put_bytes(&item.0),
            How::Value => self.queue.put(item),
            How::Try => self.queue.try_put(item),
            How::Timeout(timeout) => self.timed(timeout, || self.queue.put_timeout(item, timeout)),
        }
    }

    fn get(&self, step: &Step) -> Result<(Entry, Then), String> {
        let drained = read(&self.board.drained) != 0;
        let closed = read(&self.board.closed) != 0;
        let got = match step.how {
            How::Bytes => self.queue.get_bytes().map(Item),
            How::Value => self.queue.get(),
            How::Try => self.queue.try_get(),
            How::Timeout(timeout) => self.timed(timeout, || self.queue.get_timeout(timeout)),
        };
        if self.planted == Planted::NeverEnds && got.is_ok() {
            sleep_for_ever();
        }
        match got {
            Ok(_) if self.planted == Planted::LosesItems => Ok((Entry::Refused, Then::GoOn)),
            Ok(item) => {
                let name = check(self.plan, &item)?;
                let entry = name.map_or(Entry::GotEmpty, Entry::Got);
                let after = drained.then(|| Err(format!("{entry:?} after closed and empty")));
                after.unwrap_or(Ok((entry, Then::GoOn)))
            }
            Err(GetError::Closed) if read(&self.board.closing) != 0 => {
                write(&self.board.drained, 1);
                Ok((Entry::Refused, Then::End))
            }
            // Who is not let in until its time is up cannot know that the queue is closed.
            Err(GetError::Empty) if matches!(step.how, How::Try) && closed => {
                Err("empty, and closed, but that is not said".to_owned())
            }
            Err(GetError::Empty) if waits_not_for_ever(step.how) => {
                Ok((Entry::Refused, Then::GoOn))
            }
            Err(error) => Err(format!("get by {:?}: {error}", step.how)),
        }
    }

    fn timed<R>(&self, timeout: Duration, call: impl FnOnce() -> R) -> R {
        let start = Instant::now();
        let result = call();
        let overrun = nanoseconds(start.elapsed().saturating_sub(timeout));
        self.seat().longest_overrun.fetch_max(overrun, Ordering::Relaxed);
        result
    }

    /// Notes how long after a kill this return, the first since, has come.
    fn note_recovery(&self) {
        let killed_at = &self.board.killed_at;
        if read(killed_at) != 0 {
            let at = killed_at.swap(0, Ordering::Relaxed);
            let recovery = nanoseconds(self.start.elapsed()).saturating_sub(at);
            if at != 0 {
                self.seat().longest_recovery.fetch_max(recovery, Ordering::Relaxed);
            }
        }
    }
}

/// Until somebody kills this process.
fn sleep_for_ever() -> ! {
    loop {
        thread::park();
    }
}

fn waits_not_for_ever(how: How) -> bool {
    matches!(how, How::Try | How::Timeout(_))
}

/// Checks every byte of an item that was got.
///
/// # Errors
///
/// It is no item of the plan, or spoilt.
pub(super) fn check(plan: &Plan, item: &Item) -> Result<Option<Name>, String> {
    let Some(name) = item.name()? else { return Ok(None) };
    let producer = usize::from(name.producer);
    let planned = plan.producers.get(producer).is_some_and(|p| name.number < p.attempts);
    if !planned {
        return Err(format!("{name} is nobody's"));
    }
    let expected = Item::new(name, plan.length(producer, name.number));
    if *item == expected {
        return Ok(Some(name));
    }
    let (got, expected) = (&item.0, &expected.0);
    let at = got.iter().zip(expected).position(|(a, b)| a != b);
    Err(format!("{name} is spoilt: {} of {} bytes, differs at {at:?}", got.len(), expected.len()))
}
