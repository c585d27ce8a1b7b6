//! The model backend: every interleaving of a scenario under loom, up to a preemption bound.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::{Arc, Mutex, Once};

use forkstep_model::sys::model::{self, Ended, Event, Plan, Run};

use crate::scenario::Scenario;

/// What bounds an exploration.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How many preemptions an execution may have; `None`: any number.
    pub preemptions: Option<usize>,
    /// After how many executions to give up as UNFINISHED.
    pub executions: usize,
}

/// The longest execution, in scheduling points: beyond it, it is taken for a livelock.
const MAX_BRANCHES: usize = 10_000;

/// What an exploration did, when it finished.
#[derive(Clone, Debug, Default)]
pub struct Explored {
    /// Executions run.
    pub executions: usize,
    /// For each participant, the most shared steps in one execution.
    pub steps: Vec<usize>,
    /// For each participant, the most waits that would sleep in one execution.
    pub waits: Vec<usize>,
    /// For each crash of the plan, whether any execution reached it.
    pub crashed: Vec<bool>,
    /// Whether any execution reached the planned interruption or time-out.
    pub wait_fault: bool,
    /// The most backstops of one participant in one execution.
    pub backstops: usize,
}

impl Explored {
    fn of(run: Run) -> Self {
        Self {
            executions: 1,
            backstops: run.backstops.iter().copied().max().unwrap_or(0),
            steps: run.steps,
            waits: run.waits,
            crashed: run.crashed,
            wait_fault: run.interrupted || run.timed_out,
        }
    }

    /// Adds what another exploration of the same scenario did.
    pub fn merge(&mut self, other: &Self) {
        self.executions += other.executions;
        raise_all(&mut self.steps, &other.steps);
        raise_all(&mut self.waits, &other.waits);
        self.crashed.resize(other.crashed.len(), false);
        for (seen, now) in self.crashed.iter_mut().zip(&other.crashed) {
            *seen |= now;
        }
        self.wait_fault |= other.wait_fault;
        self.backstops = self.backstops.max(other.backstops);
    }
}

fn raise_all(most: &mut Vec<usize>, now: &[usize]) {
    most.resize(now.len(), 0);
    for (most, now) in most.iter_mut().zip(now) {
        *most = (*most).max(*now);
    }
}

/// Why an exploration did not end well.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The bound on executions was reached; nothing is known of the rest.
    Unfinished {
        /// Executions run.
        executions: usize,
    },
    /// An execution broke an invariant.
    Counterexample(Box<Counterexample>),
}

/// An execution that broke an invariant.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// What is wrong.
    pub message: String,
    /// What went wrong on purpose in it.
    pub plan: Plan,
    /// Which participant ran as loom's main thread, and the others in the order of their start.
    pub order: Vec<usize>,
    /// In which execution it was found, counted from 1.
    pub execution: usize,
    /// What happened.
    pub trace: Vec<Event>,
}

/// The payload that stops loom when the bound on executions is reached.
struct OutOfExecutions;

thread_local! {
    static EXPLORING: Cell<bool> = const { Cell::new(false) };
    static MESSAGE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Explores `scenario` with what `plan` says goes wrong, `order[0]` running as loom's main thread.
///
/// # Errors
///
/// [`Failure::Counterexample`] for the first execution that panics, deadlocks or does not end;
/// [`Failure::Unfinished`] if the bound on executions comes first. loom by itself would call an
/// exploration that it gave up a success.
///
/// # Panics
///
/// Never: a panic inside the scenario is its counterexample.
pub fn explore<S: Scenario>(
    scenario: &Arc<S>,
    plan: &Plan,
    order: &[usize],
    bounds: Bounds,
) -> Result<Explored, Failure> {
    install_panic_hook();
    let explored = Arc::new(Mutex::new(Explored::default()));
    let execution = {
        let (scenario, explored) = (Arc::clone(scenario), Arc::clone(&explored));
        let (plan, order) = (plan.clone(), order.to_vec());
        move || {
            let so_far = explored.lock().unwrap_or_else(|e| e.into_inner()).executions;
            if so_far >= bounds.executions {
                model::set_aborted(true);
                resume_unwind(Box::new(OutOfExecutions));
            }
            let run = execute(&scenario, &plan, &order);
            explored.lock().unwrap_or_else(|e| e.into_inner()).merge(&Explored::of(run));
        }
    };
    EXPLORING.set(true);
    let result = catch_unwind(AssertUnwindSafe(|| builder(bounds).check(execution)));
    EXPLORING.set(false);
    let explored = explored.lock().unwrap_or_else(|e| e.into_inner()).clone();
    match result {
        Ok(()) => Ok(explored),
        Err(payload) if payload.is::<OutOfExecutions>() => {
            Err(Failure::Unfinished { executions: explored.executions })
        }
        Err(_) => Err(Failure::Counterexample(Box::new(Counterexample {
            message: MESSAGE.take().unwrap_or_else(|| "a panic without a message".to_owned()),
            plan: plan.clone(),
            order: order.to_vec(),
            execution: explored.executions + 1,
            trace: model::trace_so_far(),
        }))),
    }
}

/// loom's own settings, none of them left to its environment variables.
fn builder(bounds: Bounds) -> loom::model::Builder {
    let mut builder = loom::model::Builder::new();
    builder.max_branches = MAX_BRANCHES;
    builder.preemption_bound = bounds.preemptions;
    builder.max_permutations = None;
    builder.max_duration = None;
    builder.checkpoint_file = None;
    builder.location = false;
    builder.log = false;
    builder
}

/// One execution: set-up, all participants, the final judgement.
fn execute<S: Scenario>(scenario: &Arc<S>, plan: &Plan, order: &[usize]) -> Run {
    model::start(plan.clone());
    let shared = Rc::new(scenario.set_up());
    let (main, others) = order.split_first().expect("a scenario has participants");
    let threads: Vec<_> = others
        .iter()
        .map(|&participant| {
            let (scenario, shared) = (Arc::clone(scenario), Rc::clone(&shared));
            loom::thread::spawn(move || enter(&*scenario, participant, &shared))
        })
        .collect();
    enter(&**scenario, *main, &shared);
    for thread in threads {
        thread.join().expect("a participant's panic ends the exploration");
    }
    let run = model::finish();
    scenario.judge(&shared, &run);
    run
}

fn enter<S: Scenario>(scenario: &S, participant: usize, shared: &S::Shared) {
    let _: Ended = model::participant(participant, || scenario.run(participant, shared));
}

/// Keeps the message of a panic inside an exploration instead of printing it, and stops all model
/// operations before unwinding runs destructors.
fn install_panic_hook() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        // Shuttle puts up its own hook at its first run and reports every later panic of the
        // process as one of its tasks'; ours has to come after it.
        shuttle::check_dfs(|| {}, Some(1));
        let printing = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !EXPLORING.get() {
                return printing(info);
            }
            if !model::aborted() {
                model::set_aborted(true);
                MESSAGE.set(Some(message(info)));
            }
        }));
    });
}

fn message(info: &std::panic::PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
    if text.starts_with("deadlock; threads") {
        return "deadlock: every participant that has not ended sleeps, and nobody will wake it"
            .to_owned();
    }
    if text.starts_with("Model exceeded maximum number of branches") {
        return format!("livelock: an execution of more than {MAX_BRANCHES} scheduling points");
    }
    text
}
