//! The robust list that our locks share with glibc's robust mutexes, on real processes.

#[path = "robust_list/corrupt.rs"]
mod corrupt;
#[path = "robust_list/death.rs"]
mod death;
#[path = "robust_list/fork.rs"]
mod fork;
#[path = "robust_list/held.rs"]
mod held;
#[path = "robust_list/leak.rs"]
mod leak;
#[path = "robust_list/limit.rs"]
mod limit;
#[path = "robust_list/mutex.rs"]
mod mutex;
#[path = "robust_list/order.rs"]
mod order;
#[path = "robust_list/stranded.rs"]
mod stranded;

use std::process::ExitCode;

fn main() -> ExitCode {
    let topics = [
        order::trials(),
        stranded::trials(),
        limit::trials(),
        corrupt::trials(),
        leak::trials(),
        fork::trials(),
    ];
    forkstep_checks::watchdog::run(topics.into_iter().flatten().collect())
}
