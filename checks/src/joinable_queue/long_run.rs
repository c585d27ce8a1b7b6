//! The long run: many tasks through one queue, while a consumer is killed every few moments and
//! another takes its place.

use std::fmt;
use std::time::{Duration, Instant};

use forkstep::atomic::{AtomicU64, Ordering};
use forkstep::{JoinError, JoinableQueue, Joined, Region};

use crate::backend::crew::{Crew, Trouble};
use crate::plans::pause::spin;

/// How many tasks a thorough run has.
pub const FULL: u32 = 100_000;
/// How many a quick one has.
pub const QUICK: u32 = 10_000;

const CONSUMERS: usize = 4;
const BETWEEN_KILLS: Duration = Duration::from_millis(50);
/// How long a consumer works on a task.
const WORK: Duration = Duration::from_micros(100);
/// No run takes longer than this and so much for each task, on however busy a machine.
const LIMIT: Duration = Duration::from_secs(60);
const LIMIT_FOR_A_TASK: Duration = Duration::from_millis(5);

/// What a long run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LongRun {
    /// How many tasks were put.
    pub tasks: usize,
    /// How many were done by a `task_done` that returned and whose consumer lived to note it.
    pub done: usize,
    /// How many were done by a consumer that was killed before it could note that.
    pub done_by_the_dead: usize,
    /// How many consumers were killed.
    pub kills: usize,
    /// How many deliveries were not the first of their task.
    pub redeliveries: usize,
    /// From the first put to the return of the join.
    pub time: Duration,
}

impl fmt::Display for LongRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tasks, done, done_by_the_dead, kills, redeliveries, time } = self;
        write!(f, "{tasks} tasks, {done} done, {done_by_the_dead} more by consumers killed in ")?;
        write!(f, "task_done, {kills} kills, {redeliveries} redeliveries, {time:.2?}")
    }
}

/// What is known of each task, in a word of shared memory that outlives whoever writes it: how
/// often its delivery was noted, how often somebody was about to say that it is done, and how often
/// that had returned.
struct Ledger<'a>(Vec<&'a AtomicU64>);

const DELIVERED: u64 = 1;
const FINISHING: u64 = 1 << 20;
const DONE: u64 = 1 << 40;
const COUNT: u64 = (1 << 20) - 1;

/// Puts that many tasks, has them done by four consumers of which one is killed every 50 ms and
/// replaced, joins, and judges. Calls `progress` with how many are done.
///
/// The caller must have one thread only.
///
/// # Errors
///
/// What was wrong, in words.
pub fn run(tasks: u32, progress: &mut dyn FnMut(usize)) -> Result<LongRun, String> {
    let bytes = tasks as usize * size_of::<AtomicU64>() + 256;
    let region = Region::anonymous(bytes).map_err(|e| e.to_string())?;
    let word = |_| region.place_ref(AtomicU64::new(0)).map_err(|e| e.to_string());
    let ledger = Ledger((0..tasks).map(word).collect::<Result<_, _>>()?);
    // So many kills never hit the same task.
    let builder = JoinableQueue::builder(64).max_deliveries(1000);
    let queue = builder.build().map_err(|e| e.to_string())?;
    let start = Instant::now();
    let mut works =
        Works { queue: &queue, ledger: &ledger, crew: Crew::new()?, killed: Vec::new() };
    works.crew.add(|| (0..tasks).try_for_each(|n| queue.put(&n).map_err(|e| e.to_string())))?;
    works.killed.push(false);
    (0..CONSUMERS).try_for_each(|_| works.start_a_consumer())?;
    let joined = works.kill_until_joined(tasks, start, progress);
    let time = start.elapsed();
    works.end(joined)?;
    let kills = works.killed.iter().filter(|killed| **killed).count();
    ledger.judge(LongRun { kills, time, ..LongRun::default() })
}

/// The queue, who works on it, and who was killed.
struct Works<'a> {
    queue: &'a JoinableQueue<u32>,
    ledger: &'a Ledger<'a>,
    crew: Crew,
    killed: Vec<bool>,
}

impl Works<'_> {
    fn start_a_consumer(&mut self) -> Result<(), String> {
        self.killed.push(false);
        self.crew.add(|| {
            while let Ok(task) = self.queue.get() {
                let word = self.ledger.0[*task as usize];
                word.fetch_add(DELIVERED, Ordering::Relaxed);
                spin(WORK);
                word.fetch_add(FINISHING, Ordering::Relaxed);
                task.task_done().map_err(|error| error.to_string())?;
                word.fetch_add(DONE, Ordering::Relaxed);
            }
            if self.queue.is_closed() { Ok(()) } else { Err("get ends before the close".into()) }
        })
    }

    /// Kills and replaces consumers in turn until all tasks are put and done; returns what the join
    /// says then.
    fn kill_until_joined(
        &mut self,
        tasks: u32,
        start: Instant,
        progress: &mut dyn FnMut(usize),
    ) -> Result<Joined, Trouble> {
        let deadline = start + LIMIT + tasks * LIMIT_FOR_A_TASK;
        let mut next_kill = start + BETWEEN_KILLS;
        loop {
            let left = next_kill.saturating_duration_since(Instant::now());
            match self.queue.join_timeout(left) {
                Ok(joined) if joined.tasks == u64::from(tasks) => return Ok(joined),
                // All that was put so far is done: the producer is slower than the consumers.
                Ok(_) => self.crew.wait_for_an_end(Duration::from_millis(1)),
                Err(JoinError::TimedOut(_)) => {}
                Err(error) => return Err(Trouble::Other(format!("join: {error}"))),
            }
            if Instant::now() >= deadline {
                let text = format!("hung: {:?}, waited for {}", self.queue.unfinished(), {
                    self.crew.names_of_running()
                });
                return Err(Trouble::Other(text));
            }
            self.crew.look_for_ends(|index| self.killed[index])?;
            if Instant::now() >= next_kill {
                self.kill_one().map_err(Trouble::Other)?;
                next_kill += BETWEEN_KILLS;
                progress(self.ledger.count_done());
            }
        }
    }

    /// Kills the consumer that was started first, and starts another.
    fn kill_one(&mut self) -> Result<(), String> {
        let victim = self.crew.running().find(|index| *index != 0 && !self.killed[*index]);
        let victim = victim.ok_or("no consumer is left")?;
        self.killed[victim] = true;
        self.crew.process(victim).kill().map_err(|error| error.to_string())?;
        self.start_a_consumer()
    }

    /// Ends all processes, and says what was wrong.
    fn end(&mut self, joined: Result<Joined, Trouble>) -> Result<(), String> {
        let ended = joined.and_then(|joined| {
            self.queue.close().map_err(|error| Trouble::Other(error.to_string()))?;
            let deadline = Instant::now() + LIMIT;
            while self.crew.look_for_ends(|index| self.killed[index])? {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    let names = self.crew.names_of_running();
                    return Err(Trouble::Other(format!("closed, but {names} did not end")));
                }
                self.crew.wait_for_an_end(left);
            }
            Ok(joined)
        });
        self.crew.end_all();
        let joined = match ended {
            Ok(joined) => Some(joined),
            Err(Trouble::Other(what)) => return Err(what),
            Err(Trouble::Complained) => None,
        };
        self.crew.no_complaints()?;
        match joined {
            Some(Joined { dead_letters: 0, .. }) => Ok(()),
            other => Err(format!("the end of the run: {other:?}")),
        }
    }
}

impl Ledger<'_> {
    fn count_done(&self) -> usize {
        self.0.iter().filter(|word| word.load(Ordering::Relaxed) >= DONE).count()
    }

    /// Each task is done once, and worked on again only after a kill.
    fn judge(&self, run: LongRun) -> Result<LongRun, String> {
        let mut run = LongRun { tasks: self.0.len(), ..run };
        for (task, word) in self.0.iter().enumerate() {
            let word = word.load(Ordering::Relaxed);
            let (delivered, finishing) = (word & COUNT, word >> 20 & COUNT);
            match (word / DONE, finishing, delivered) {
                (1, ..) => run.done += 1,
                (0, 1.., _) => run.done_by_the_dead += 1,
                (done, ..) => {
                    return Err(format!("task {task}: delivered {delivered} times, done {done}"));
                }
            }
            run.redeliveries += delivered.saturating_sub(1) as usize;
        }
        // A task comes again only if its consumer was killed, and each of those had one at most.
        if run.done_by_the_dead + run.redeliveries > run.kills {
            return Err(format!("more than the kills explain: {run}"));
        }
        Ok(run)
    }
}
