//! What one process of a plan does.

use forkstep::atomic::Ordering;
use forkstep::{GetError, PutError, Queue};

use super::entry::Entry;
use super::plan::{Plan, Step};
use super::planted::Planted;
use crate::plans::board::read;
use crate::plans::item::{Item, NAMED, Name};
use crate::plans::participant::{AtWork, PutDone, Then, sleep_for_ever};
use crate::plans::program::{How, Participant};

/// A participant at work on the queue.
pub(super) struct Worker<'a> {
    pub(super) plan: &'a Plan,
    pub(super) queue: &'a Queue<Item>,
    pub(super) at_work: AtWork<'a>,
    pub(super) planted: Planted,
}

impl Worker<'_> {
    /// Goes through the whole program.
    ///
    /// # Errors
    ///
    /// What the queue did wrong.
    pub(super) fn live(&self, program: &Participant<Step>) -> Result<(), String> {
        let produces = self.at_work.index < self.plan.producers.len();
        self.at_work.attempts(
            program,
            |step| step.before.pass(),
            |step, number| if produces { self.put(step, number) } else { self.get(step) },
        )
    }

    fn put(&self, step: &Step, number: u16) -> Result<(Entry, Then), String> {
        let name = Name { producer: self.at_work.index as u8, number };
        let length = self.plan.length(name).ok_or("an item that is not planned")?;
        let item = self.planted_item(name, length);
        let put = || {
            let put = self.put_as(step, &item);
            if self.planted == Planted::PutsTwice {
                // Whether there is room for a second one does not matter.
                let _ = self.put_as(step, &item);
            }
            put
        };
        Ok(match self.at_work.put(step.how, name, length, self.plan.longest(), put)? {
            PutDone::Put => (Entry::Put, Then::GoOn),
            PutDone::Refused(then) => (Entry::Refused, then),
        })
    }

    fn planted_item(&self, name: Name, length: usize) -> Item {
        let Name { producer, number } = name;
        match self.planted {
            Planted::SwapsItems => Item::new(Name { producer, number: number ^ 1 }, length),
            Planted::SpoilsItems => {
                let mut item = Item::new(name, length);
                if let Some(byte) = item.0.get_mut(NAMED) {
                    *byte ^= 1;
                }
                item
            }
            _ => Item::new(name, length),
        }
    }

    fn put_as(&self, step: &Step, item: &Item) -> Result<(), PutError> {
        if self.planted == Planted::PretendsToPut {
            return Ok(());
        }
        let queue = self.queue;
        let wait = || if step.as_bytes { queue.put_bytes(&item.0) } else { queue.put(item) };
        let within = |timeout| queue.put_timeout(item, timeout);
        self.at_work.call(step.how, wait, || queue.try_put(item), within)
    }

    fn get_as(&self, step: &Step) -> Result<Item, GetError> {
        let queue = self.queue;
        let wait = || if step.as_bytes { queue.get_bytes().map(Item) } else { queue.get() };
        let within = |timeout| queue.get_timeout(timeout);
        self.at_work.call(step.how, wait, || queue.try_get(), within)
    }

    fn get(&self, step: &Step) -> Result<(Entry, Then), String> {
        let board = self.at_work.board;
        let (drained, closed) = (read(&board.drained) != 0, read(&board.closed) != 0);
        let got = self.get_as(step);
        if self.planted == Planted::NeverEnds && got.is_ok() {
            sleep_for_ever();
        }
        match got {
            Ok(_) if self.planted == Planted::LosesItems => Ok((Entry::Refused, Then::GoOn)),
            Ok(item) => {
                let name = item.verify(|name| self.plan.length(name))?;
                let entry = name.map_or(Entry::GotEmpty, Entry::Got);
                let after = drained.then(|| Err(format!("{entry:?} after closed and empty")));
                after.unwrap_or(Ok((entry, Then::GoOn)))
            }
            Err(GetError::Closed) if read(&board.closing) != 0 => {
                board.drained.store(1, Ordering::Release);
                Ok((Entry::Refused, Then::End))
            }
            // Who is not let in until its time is up cannot know that the queue is closed.
            Err(GetError::Empty) if matches!(step.how, How::Try) && closed => {
                Err("empty, and closed, but that is not said".to_owned())
            }
            Err(GetError::Empty) if step.how.ends() => Ok((Entry::Refused, Then::GoOn)),
            Err(error) => Err(format!("get by {:?}: {error}", step.how)),
        }
    }
}
