//! What a queue of tasks does, one operation at a time.

use super::joinable_queue::{Answer, Ask};
use crate::stepped::SequentialSpec;

/// A task is queued, then leased, then done; a lease that is given back, or whose owner died, makes
/// it an orphan, which the next consumer gets. Of an orphan of a dead consumer it is promised only
/// that nobody goes away empty-handed while there is one, so what is queued may come before it.
pub(super) struct Tasks {
    /// How many tasks may be queued.
    pub(super) items: usize,
    /// How many may be there that are not done.
    pub(super) slots: usize,
    /// Those that are queued at the start.
    pub(super) stock: Vec<u8>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct State {
    queued: Vec<u8>,
    leased: Vec<Leased>,
    /// Tasks that were leased, and how often each was delivered.
    orphans: Vec<(u8, u32)>,
    puts: u64,
    closed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Leased {
    owner: usize,
    task: u8,
    deliveries: u32,
}

impl State {
    /// How many tasks are not done.
    fn unfinished(&self) -> usize {
        self.queued.len() + self.leased.len() + self.orphans.len()
    }

    fn put(&self, task: u8) -> Self {
        let mut after = self.clone();
        after.queued.push(task);
        after.puts += 1;
        after
    }

    /// What a get may come to.
    fn get(&self, owner: usize) -> Vec<(Self, Answer)> {
        let mut outcomes = Vec::new();
        for at in 0..self.orphans.len() {
            let mut after = self.clone();
            let (task, deliveries) = after.orphans.remove(at);
            outcomes.push(after.lend(Leased { owner, task, deliveries: deliveries + 1 }));
        }
        if !self.queued.is_empty() {
            let mut after = self.clone();
            let task = after.queued.remove(0);
            outcomes.push(after.lend(Leased { owner, task, deliveries: 1 }));
        }
        if outcomes.is_empty() {
            let others = self.leased.iter().any(|lease| lease.owner != owner);
            let over = self.closed && !others;
            outcomes.push((self.clone(), if over { Answer::Closed } else { Answer::Empty }));
        }
        outcomes
    }

    fn lend(mut self, lease: Leased) -> (Self, Answer) {
        self.leased.push(lease);
        let Leased { task, deliveries, .. } = lease;
        (self, Answer::Leased { task, deliveries })
    }

    /// Without the participant's lease of a task, and how often that was delivered.
    fn without(&self, owner: usize, task: u8) -> Option<(Self, u32)> {
        let is_it = |lease: &Leased| lease.owner == owner && lease.task == task;
        let at = self.leased.iter().position(is_it)?;
        let mut after = self.clone();
        let lease = after.leased.remove(at);
        Some((after, lease.deliveries))
    }
}

impl SequentialSpec for Tasks {
    type State = State;
    type Operation = Ask;
    type Answer = Answer;

    fn start(&self) -> State {
        let puts = self.stock.len() as u64;
        State { queued: self.stock.clone(), puts, ..State::default() }
    }

    fn apply(&self, state: &State, participant: usize, ask: &Ask) -> Vec<(State, Answer)> {
        let here = || state.clone();
        match *ask {
            Ask::Put(_) if state.closed => vec![(here(), Answer::Closed)],
            Ask::Put(task)
                if state.queued.len() < self.items && state.unfinished() < self.slots =>
            {
                vec![(state.put(task), Answer::Done)]
            }
            Ask::Put(_) => vec![(here(), Answer::Full)],
            Ask::Get => state.get(participant),
            Ask::End(task) => {
                let ended = state.without(participant, task);
                ended.map(|(after, _)| (after, Answer::Done)).into_iter().collect()
            }
            Ask::GiveBack(task) => {
                let orphaned = state.without(participant, task).map(|(mut after, deliveries)| {
                    after.orphans.push((task, deliveries));
                    (after, Answer::Done)
                });
                orphaned.into_iter().collect()
            }
            Ask::Join if state.unfinished() == 0 => vec![(here(), Answer::Joined(state.puts))],
            Ask::Join => vec![(here(), Answer::TimedOut)],
            Ask::Close => vec![(State { closed: true, ..here() }, Answer::Done)],
        }
    }

    fn died(&self, state: &State, participant: usize) -> State {
        let mut after = state.clone();
        let orphaned = after.leased.extract_if(.., |lease| lease.owner == participant);
        after.orphans.extend(orphaned.map(|lease| (lease.task, lease.deliveries)));
        after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: Tasks = Tasks { items: 1, slots: 2, stock: Vec::new() };

    /// What it leaves, if it can only come to this.
    fn after(state: &State, participant: usize, ask: Ask, answer: Answer) -> State {
        let [(after, given)] = &TWO.apply(state, participant, &ask)[..] else {
            panic!("{ask:?} has one outcome in {state:?}");
        };
        assert_eq!(*given, answer, "{ask:?} in {state:?}");
        after.clone()
    }

    fn leased(task: u8, deliveries: u32) -> Answer {
        Answer::Leased { task, deliveries }
    }

    #[test]
    fn the_task_of_a_dead_consumer_is_an_orphan() {
        let put = after(&TWO.start(), 0, Ask::Put(7), Answer::Done);
        let got = after(&put, 1, Ask::Get, leased(7, 1));
        assert_eq!(TWO.died(&got, 0), got, "nobody minds the producer's death");
        after(&got, 0, Ask::Get, Answer::Empty);
        let orphaned = TWO.died(&got, 1);
        after(&orphaned, 0, Ask::Join, Answer::TimedOut);
        assert!(TWO.apply(&orphaned, 1, &Ask::End(7)).is_empty(), "it is nobody's");
        let closed = after(&orphaned, 0, Ask::Close, Answer::Done);
        let again = after(&closed, 0, Ask::Get, leased(7, 2));
        after(&again, 1, Ask::Get, Answer::Empty);
        after(&again, 0, Ask::Get, Answer::Closed);
        let done = after(&again, 0, Ask::End(7), Answer::Done);
        after(&done, 1, Ask::Get, Answer::Closed);
        after(&done, 1, Ask::Join, Answer::Joined(1));
    }

    #[test]
    fn what_is_queued_may_come_before_an_orphan() {
        let put = after(&TWO.start(), 0, Ask::Put(7), Answer::Done);
        after(&put, 0, Ask::Put(8), Answer::Full);
        let got = after(&put, 1, Ask::Get, leased(7, 1));
        let both = after(&TWO.died(&got, 1), 0, Ask::Put(8), Answer::Done);
        let answers: Vec<_> = TWO.apply(&both, 0, &Ask::Get).into_iter().map(|(_, a)| a).collect();
        assert_eq!(answers, [leased(7, 2), leased(8, 1)]);
        let one = TWO.apply(&both, 0, &Ask::Get).remove(1).0;
        after(&one, 0, Ask::Put(9), Answer::Full);
    }
}
