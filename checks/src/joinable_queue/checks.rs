//! What `forkstep check joinable-queue` runs.

use super::long_run;
use super::models::TasksModel;
use super::plans::{Planted, check_plans};
use super::role::Role;
use crate::check::{Check, Level, Outcome};
use crate::named::Named;

fn named(property: &'static str, bound: usize, roles: &[Role], prefilled: u8) -> Named<TasksModel> {
    let roles = roles.to_vec();
    let model =
        TasksModel { roles, items: 2, leases: 1, max_deliveries: 3, prefilled, closed: false };
    Named::new(property, bound, model)
}

impl Named<TasksModel> {
    fn items(mut self, items: usize) -> Self {
        self.model.items = items;
        self
    }

    fn deliveries(mut self, most: u32) -> Self {
        self.model.max_deliveries = most;
        self
    }

    fn closed(mut self) -> Self {
        self.model.closed = true;
        self
    }
}

fn models() -> Vec<Named<TasksModel>> {
    use Role::{
        Close, GiveBack, GiveTwoBack, HoldTwo, Join, JoinPatiently, Put, PutAndAsk, PutPatiently,
        PutUntilClosed, TryWork, Work, WorkOn, WorkTimeout, WorkTimeoutAndPut, WorkUntilClosed,
    };
    let patiently = JoinPatiently;
    let until_closed = WorkUntilClosed;
    vec![
        named("put and work, any one crash", 1, &[PutPatiently(1), WorkOn], 0).crashes(1),
        named("put and work twice: in order, exactly once", 1, &[Put(2), Work(2)], 0),
        named("room for one", 1, &[Put(2), Work(2)], 0).items(1),
        named("room for one, any one crash", 0, &[PutPatiently(2), WorkOn], 0).items(1).crashes(1),
        named("a get makes room", 1, &[Put(2), HoldTwo], 0).items(1),
        named("task_done makes room", 1, &[Put(2), HoldTwo], 2),
        named("what one worker has seen another takes", 1, &[Put(1), Work(1), Work(1)], 1),
        named("a dead consumer's task is done by the other", 1, &[WorkOn, WorkOn], 1).crashes(1),
        named("two die with two tasks", 0, &[WorkOn, WorkOn], 2).crashes(2),
        named("a task given back wakes the other consumer", 1, &[GiveBack, Work(1)], 1),
        named("given back, any one crash", 1, &[GiveBack, WorkOn], 1).crashes(1),
        named("two given back come first, in order", 0, &[GiveTwoBack, TryWork], 3).items(3),
        named("join returns when the last task is done", 2, &[Work(1), Join], 1),
        named("join, any one crash", 1, &[WorkOn, patiently], 1).crashes(1),
        named("join waits for what is put before", 1, &[Put(1), Work(2), Join], 1),
        named("join with two workers, any one crash", 0, &[WorkOn, WorkOn, patiently], 1)
            .crashes(1),
        named("given back too often: join reports it", 1, &[GiveBack, Join], 1).deliveries(1),
        named("given back too often, any two crashes", 0, &[GiveBack, WorkOn], 1)
            .deliveries(1)
            .crashes(2),
        named("died too often, any two crashes", 0, &[WorkOn, patiently], 1)
            .deliveries(1)
            .crashes(2),
        named("closed while a getter waits", 2, &[until_closed, Close], 0),
        named("closed while a producer waits", 2, &[PutUntilClosed, Close], 1).items(1),
        named("closed when all is done", 0, &[until_closed, until_closed, Close], 1),
        named("closed, any one crash", 1, &[until_closed, until_closed], 1).closed().crashes(1),
        named("closed while one holds two", 1, &[HoldTwo, until_closed, Close], 3).items(3),
        named("tries never wait", 2, &[TryWork, TryWork], 1),
        named("a get that times out", 1, &[Put(1), WorkTimeout], 0).time_outs(),
        named(
            "a get that cannot enter passes its wake on",
            1,
            &[PutAndAsk, WorkTimeoutAndPut, Work(1)],
            0,
        )
        .time_outs(),
    ]
}

/// All checks of the queue of tasks.
#[must_use]
pub fn all(level: Level) -> Vec<Check> {
    let mut checks: Vec<Check> = models().into_iter().map(|named| of_model(named, level)).collect();
    checks.extend([on_processes(level), on_a_long_run(level)]);
    checks
}

fn on_processes(level: Level) -> Check {
    let property = "random plans with kills: each task done once or a dead letter, joins return";
    Check::of_plans("joinable-queue", property, 10, level, |plans, seed, progress| {
        check_plans(plans, seed, Planted::Nothing, progress)
            .map(|checked| (checked.plans, checked.kills))
    })
}

fn on_a_long_run(level: Level) -> Check {
    let tasks = [long_run::QUICK, long_run::FULL][level as usize];
    Check {
        subject: "joinable-queue",
        property: "a long run: each task done once although a consumer dies every 50 ms",
        engine: "processes",
        bound: format!("{tasks} tasks, 4 consumers"),
        not_covered: "windows of few nanoseconds, schedules that did not happen",
        run: Box::new(move |progress| match long_run::run(tasks, progress) {
            Ok(run) => Outcome::holds(run.tasks, run.kills).with_figures(run.to_string()),
            Err(text) => Outcome::violated(tasks as usize, text),
        }),
    }
}

fn of_model(named: Named<TasksModel>, level: Level) -> Check {
    let TasksModel { roles, items, leases, .. } = &named.model;
    let size = format!("{} participants, {items} items, {leases} more leases", roles.len());
    named.check("joinable-queue", size, "load buffering, more participants, longer tasks", level)
}
