//! What one process of a plan does.

use std::time::Duration;

use forkstep::atomic::Ordering;
use forkstep::{GetError, JoinError, JoinableQueue, Joined, Lease, PutError};

use super::entry::{Delivery, Entry, Fate};
use super::marks::{MarkedTasks, Snapshot};
use super::plan::{Plan, Step};
use super::planted::Planted;
use crate::plans::board::{Board, Stage, read};
use crate::plans::item::{Item, Name};
use crate::plans::participant::{AtWork, PutDone, Then, sleep_for_ever};
use crate::plans::program::{How, Participant};

/// What all processes of an execution share.
#[derive(Clone, Copy)]
pub(super) struct Workshop<'a> {
    pub(super) plan: &'a Plan,
    pub(super) queue: &'a JoinableQueue<Item>,
    pub(super) marked: &'a MarkedTasks,
    pub(super) planted: Planted,
}

/// A participant at work on the queue.
pub(super) struct Worker<'a> {
    pub(super) shop: Workshop<'a>,
    pub(super) at_work: AtWork<'a>,
}

impl Workshop<'_> {
    /// Says what was delivered, after a look at every byte.
    ///
    /// # Errors
    ///
    /// It is no task of the plan, was spoilt, or came when none could come any more.
    pub(super) fn delivery(
        &self,
        lease: &Lease<'_, Item>,
        drained: bool,
    ) -> Result<Delivery, String> {
        let name = self.verify(lease)?;
        let (position, count) = (lease.number(), lease.deliveries());
        if drained {
            return Err(format!("{name} after closed and finished"));
        }
        if !(1..=self.plan.size.max_deliveries).contains(&count) {
            return Err(format!("{name} is delivered for the time {count}"));
        }
        if position >= self.plan.all_puts() * 2 {
            return Err(format!("{name} stands at {position} in the order of puts"));
        }
        if count > 1 {
            self.marked.finishing.unset(name);
        }
        Ok(Delivery { name, position: position as u16, count: count as u8, fate: Fate::Held })
    }

    /// As [`Item::verify`], for tasks, which all have a name.
    pub(super) fn verify(&self, item: &Item) -> Result<Name, String> {
        let name = item.verify(|name| self.plan.length(name))?;
        name.ok_or_else(|| "an empty task, which nobody puts".to_owned())
    }
}

impl Worker<'_> {
    /// Goes through the whole program.
    ///
    /// # Errors
    ///
    /// What the queue did wrong.
    pub(super) fn live(&self, program: &Participant<Step>) -> Result<(), String> {
        let index = self.at_work.index;
        let (consumes, joins) =
            (self.shop.plan.consumes(index), self.shop.plan.joiners().contains(&index));
        self.at_work.attempts(
            program,
            |step| step.before.pass(),
            |step, number| match (consumes, joins) {
                (true, _) => self.consume(program, step, number),
                (_, true) => self.join(step),
                _ => self.put(step, number),
            },
        )
    }

    fn board(&self) -> &Board {
        self.at_work.board
    }

    fn put(&self, step: &Step, number: u16) -> Result<(Entry, Then), String> {
        let Workshop { plan, planted, .. } = self.shop;
        let name = Name { producer: self.at_work.index as u8, number };
        let length = plan.length(name).ok_or("a task that is not planned")?;
        let item = Item::new(name, length);
        let put = || {
            let put = self.put_as(step.how, &item);
            if planted == Planted::PutsTwice {
                // Whether there is room for a second one does not matter.
                let _ = self.put_as(step.how, &item);
            }
            put
        };
        Ok(match self.at_work.put(step.how, name, length, plan.longest(), put)? {
            PutDone::Put => {
                self.shop.marked.put.set(name);
                (Entry::Put, Then::GoOn)
            }
            PutDone::Refused(then) => (Entry::Refused, then),
        })
    }

    fn put_as(&self, how: How, item: &Item) -> Result<(), PutError> {
        if self.shop.planted == Planted::PretendsToPut {
            return Ok(());
        }
        let queue = self.shop.queue;
        let within = |timeout| queue.put_timeout(item, timeout);
        self.at_work.call(how, || queue.put(item), || queue.try_put(item), within)
    }

    fn get_as(&self, how: How) -> Result<Lease<'_, Item>, GetError> {
        let queue = self.shop.queue;
        let within = |timeout| queue.get_timeout(timeout);
        self.at_work.call(how, || queue.get(), || queue.try_get(), within)
    }

    fn consume(
        &self,
        program: &Participant<Step>,
        step: &Step,
        number: u16,
    ) -> Result<(Entry, Then), String> {
        let drained = read(&self.board().drained) != 0;
        let got = self.get_as(step.how);
        if self.shop.planted == Planted::NeverEnds && got.is_ok() {
            sleep_for_ever();
        }
        match got {
            Ok(lease) => {
                let delivery = self.shop.delivery(&lease, drained)?;
                let delivery = self.work(program, step, number, lease, delivery)?;
                match self.shop.planted {
                    Planted::HidesTasks => Ok((Entry::Refused, Then::GoOn)),
                    _ => Ok((Entry::Got(delivery), Then::GoOn)),
                }
            }
            Err(GetError::Closed) if read(&self.board().closing) != 0 => {
                // Closed means that nobody will get anything any more: all is done.
                self.shop.marked.ended(&Snapshot::of(&self.shop.marked.put));
                self.board().drained.store(1, Ordering::Release);
                Ok((Entry::Refused, Then::End))
            }
            Err(GetError::Empty) if step.how.ends() => Ok((Entry::Refused, Then::GoOn)),
            Err(error) => Err(format!("get by {:?}: {error}", step.how)),
        }
    }

    /// Works on a task, and gives it back or says that it is done.
    fn work(
        &self,
        program: &Participant<Step>,
        step: &Step,
        number: u16,
        lease: Lease<'_, Item>,
        delivery: Delivery,
    ) -> Result<Delivery, String> {
        let seat = self.at_work.seat();
        let note = |fate, stage| {
            let delivery = Delivery { fate, ..delivery };
            seat.note(Entry::Got(delivery), stage);
            delivery
        };
        note(Fate::Held, Stage::Holding);
        if program.stays(Stage::Holding, number) {
            sleep_for_ever();
        }
        step.work.pass();
        if step.drops {
            let delivery = note(Fate::Dropped, Stage::Holding);
            drop(lease);
            return Ok(delivery);
        }
        self.shop.marked.finishing.set(delivery.name);
        note(Fate::Finishing, Stage::Finishing);
        let stays = program.stays(Stage::Finishing, number);
        if stays {
            // The killer takes its time too.
            step.work.pass();
        }
        match self.shop.planted {
            Planted::PretendsToBeDone => drop(lease),
            _ => lease.task_done().map_err(|error| format!("{}: {error}", delivery.name))?,
        }
        if stays {
            sleep_for_ever();
        }
        Ok(Delivery { fate: Fate::Done, ..delivery })
    }

    fn join(&self, step: &Step) -> Result<(Entry, Then), String> {
        let waited_for = Snapshot::of(&self.shop.marked.put);
        match self.join_as(step.how) {
            Ok(joined) => {
                self.judge_joined(&waited_for, joined)?;
                self.shop.marked.ended(&waited_for);
                Ok((Entry::Joined, Then::GoOn))
            }
            Err(JoinError::TimedOut(_)) if self.shop.planted == Planted::JoinsEarly => {
                self.shop.marked.ended(&waited_for);
                Ok((Entry::Joined, Then::GoOn))
            }
            Err(JoinError::TimedOut(status)) if step.how.ends() => {
                let Workshop { plan, .. } = self.shop;
                let too_often =
                    status.holdings.iter().find(|h| h.deliveries > plan.size.max_deliveries);
                match too_often {
                    Some(holding) => Err(format!("join says {holding:?}")),
                    None if status.queued > plan.size.items => Err(format!("join says {status}")),
                    None => Ok((Entry::Refused, Then::GoOn)),
                }
            }
            Err(error) => Err(format!("join by {:?}: {error}", step.how)),
        }
    }

    fn join_as(&self, how: How) -> Result<Joined, JoinError> {
        let queue = self.shop.queue;
        let within = |timeout| queue.join_timeout(timeout);
        self.at_work.call(how, || queue.join(), || within(Duration::ZERO), within)
    }

    /// What a join says was put lies between what had been put before and what has been begun.
    fn judge_joined(&self, before: &Snapshot, joined: Joined) -> Result<(), String> {
        let seats = &self.board().seats[..self.shop.plan.producers.len()];
        let begun = seats.iter().map(|seat| read(&seat.begun)).sum::<u64>();
        let doubled = if self.shop.planted == Planted::PutsTwice { 2 * begun } else { begun };
        if (before.count()..=doubled).contains(&joined.tasks) {
            return Ok(());
        }
        let before = before.count();
        Err(format!("join says {joined:?}; {before} had been put before, {begun} begun"))
    }
}
