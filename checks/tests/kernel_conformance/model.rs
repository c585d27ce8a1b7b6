//! The model kernel: the same steps as coroutines of one execution, in the order of the script.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use forkstep_model::sys::model::{self, Plan, What};
use forkstep_model::sys::robust::{self, Links};
use forkstep_model::sys::{
    AtomicU32, Ordering, Until, WaitOutcome, futex_wait, futex_wake_all, futex_wake_one,
};

use crate::script::{Act, PARTICIPANTS, Reply, Seen, Step, Value, WORDS};

/// Thread ids in the model.
const TIDS: [u32; PARTICIPANTS] = [1, 2, 3, 4];

/// Far more turns than anything takes.
const MANY_TURNS: usize = 1000;

/// What one participant was told and has answered.
#[derive(Clone, Copy, Default)]
struct Desk {
    order: Option<Act>,
    reply: Option<Reply>,
    dead: bool,
}

struct Office {
    words: [AtomicU32; WORDS],
    links: [Links; WORDS],
    /// Where those wait who let time pass.
    bench: AtomicU32,
    desks: RefCell<[Desk; PARTICIPANTS]>,
}

/// Takes all steps in one execution; `None` for a step whose participant could not take it.
pub(crate) fn take_all(steps: &[Step]) -> Vec<Option<Seen>> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (steps, result) = (steps.to_vec(), Arc::clone(&seen));
    let mut builder = loom::model::Builder::new();
    builder.max_branches = 100_000;
    // loom looks at its bound only every so many executions, and stops before the one it names.
    builder.checkpoint_interval = 1;
    builder.max_permutations = Some(2);
    builder.check(move || {
        let all = execute(&steps);
        result.lock().expect("nobody panics with it").clone_from(&all);
    });
    let seen = seen.lock().expect("nobody panics with it");
    seen.clone()
}

fn execute(steps: &[Step]) -> Vec<Option<Seen>> {
    model::start(Plan { participants: PARTICIPANTS, ..Plan::default() });
    let office = Rc::new(Office {
        words: std::array::from_fn(|_| AtomicU32::new(0)),
        links: std::array::from_fn(|_| Links::new()),
        bench: AtomicU32::new(0),
        desks: RefCell::default(),
    });
    let threads: Vec<_> = (0..PARTICIPANTS)
        .map(|number| {
            let office = Rc::clone(&office);
            loom::thread::spawn(move || {
                model::participant(number, || office.work(number));
                let reply = Some(Reply::Dead);
                office.desks.borrow_mut()[number] = Desk { order: None, reply, dead: true };
            })
        })
        .collect();
    let seen = steps.iter().map(|step| office.take(*step)).collect();
    office.close();
    threads.into_iter().for_each(|thread| thread.join().expect("no participant panics"));
    model::finish();
    seen
}

impl Office {
    /// Follows orders until the one to die.
    fn work(&self, number: usize) {
        loop {
            let order = self.desks.borrow()[number].order;
            match order {
                None => model::yield_now(),
                Some(Act::Die) => return,
                Some(act) => {
                    let reply = self.follow(act);
                    let mut desks = self.desks.borrow_mut();
                    desks[number] = Desk { order: None, reply: Some(reply), dead: false };
                }
            }
        }
    }

    fn follow(&self, act: Act) -> Reply {
        match act {
            Act::Begin(_) | Act::End | Act::Link(_) | Act::Unlink(_) => {
                self.change_list(act);
                Reply::Done
            }
            Act::Pass => {
                self.wait(&self.bench, 0, false);
                Reply::Done
            }
            Act::Die => unreachable!("a death is the end of the participant"),
            act => self.use_word(act),
        }
    }

    fn change_list(&self, act: Act) {
        let me = robust::current().expect("the model supports robust lists");
        let (words, links) = (&self.words, &self.links);
        match act {
            Act::Begin(word) => me.begin(&words[word], &links[word]),
            Act::Link(word) => me.link(&words[word], &links[word]),
            Act::Unlink(word) => {
                me.unlink(&words[word], &links[word]);
            }
            _ => me.end(),
        }
    }

    fn use_word(&self, act: Act) -> Reply {
        let bits = |value: Value| value.bits(&TIDS);
        let found = |bits| Reply::Found(Value::of(bits, &TIDS));
        match act {
            Act::Store(word, new) => found(self.words[word].swap(bits(new), Ordering::SeqCst)),
            Act::Exchange { word, expected, new } => {
                let (expected, new) = (bits(expected), bits(new));
                let order = Ordering::SeqCst;
                match self.words[word].compare_exchange(expected, new, order, order) {
                    Ok(bits) | Err(bits) => found(bits),
                }
            }
            Act::Wait { word, expected, limited } => {
                self.wait(&self.words[word], bits(expected), limited)
            }
            Act::Wake(word, most) => {
                let wake = |_: &u32| futex_wake_one(&self.words[word]) == 1;
                Reply::Woke((0..most).take_while(wake).count())
            }
            _ => unreachable!("the others use no word"),
        }
    }

    /// A time limit is over when nobody can go on; all are over at the same time.
    fn wait(&self, word: &AtomicU32, expected: u32, limited: bool) -> Reply {
        let until = Until { ns: if limited { 1 } else { u64::MAX }, backstop: !limited };
        match futex_wait(word, expected, until) {
            WaitOutcome::Woken => Reply::Woken,
            WaitOutcome::Mismatch => Reply::Mismatch,
            WaitOutcome::TimedOut => Reply::TimedOut,
            other => panic!("nothing was planned to go wrong: {other:?}"),
        }
    }

    /// Takes a step and lets everybody run who can.
    fn take(&self, step: Step) -> Option<Seen> {
        if self.desks.borrow()[step.by].order.is_some() {
            return None;
        }
        if step.act == Act::Pass {
            self.let_time_pass();
        } else {
            self.desks.borrow_mut()[step.by].order = Some(step.act);
            self.let_run();
        }
        let mut desks = self.desks.borrow_mut();
        let replies = std::array::from_fn(|number| desks[number].reply.take());
        let asleep = desks.map(|desk| desk.order.is_some());
        drop(desks);
        Some(Seen { words: std::array::from_fn(|word| self.value(word)), asleep, replies })
    }

    /// Lets everybody sleep who does not, until the time limits of the others are over.
    fn let_time_pass(&self) {
        let limited = |desk: &&Desk| matches!(desk.order, Some(Act::Wait { limited: true, .. }));
        let mut awake = [false; PARTICIPANTS];
        for (desk, awake) in self.desks.borrow_mut().iter_mut().zip(&mut awake) {
            *awake = desk.order.is_none() && !desk.dead;
            desk.order = desk.order.or(awake.then_some(Act::Pass));
        }
        let mut turns = 0..MANY_TURNS;
        while self.desks.borrow().iter().any(|desk| limited(&desk)) {
            assert!(turns.next().is_some(), "a time limit is not over");
            model::yield_now();
        }
        futex_wake_all(&self.bench);
        self.let_run();
        for (desk, awake) in self.desks.borrow_mut().iter_mut().zip(awake) {
            desk.reply.take_if(|_| awake);
        }
    }

    /// Lets the others run until everybody has answered or sleeps.
    fn let_run(&self) {
        for _ in 0..MANY_TURNS {
            model::yield_now();
            if self.is_settled() {
                return;
            }
        }
        panic!("a participant neither answers nor sleeps");
    }

    /// Who was woken has still to return, even if a sleep is the last that was heard of it.
    fn is_settled(&self) -> bool {
        let trace = model::trace_so_far();
        let woken = trace.iter().map(|event| match event.what {
            What::Wake { woken, .. } => woken as i64,
            What::Return { outcome: WaitOutcome::Woken, .. } => -1,
            _ => 0,
        });
        let sleeps = |number| {
            let last = trace.iter().rfind(|event| event.participant == Some(number));
            last.is_some_and(|event| matches!(event.what, What::Sleep { .. }))
        };
        let desks = self.desks.borrow();
        let settled =
            (0..PARTICIPANTS).all(|number| desks[number].order.is_none() || sleeps(number));
        settled && woken.sum::<i64>() == 0
    }

    /// What the word holds now: a read-modify-write cannot see an old value.
    fn value(&self, word: usize) -> Value {
        Value::of(self.words[word].fetch_add(0, Ordering::SeqCst), &TIDS)
    }

    /// Ends everybody who is left.
    fn close(&self) {
        for word in &self.words {
            futex_wake_all(word);
        }
        self.let_run();
        self.desks.borrow_mut().iter_mut().for_each(|desk| desk.order = Some(Act::Die));
    }
}
