//! All that is tested of stepped processes.

mod agreement;
mod classics;
mod command;
mod deaths;
mod explores;
mod hundred;
mod litmus;
mod lost;
mod registers;
mod replays;
mod sources;
mod tracing;
mod unlocked;

use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    let topics = [
        agreement::trials(),
        classics::trials(),
        command::trials(),
        deaths::trials(),
        explores::trials(),
        hundred::trials(),
        litmus::trials(),
        lost::trials(),
        registers::trials(),
        replays::trials(),
        sources::trials(),
        tracing::trials(),
        unlocked::trials(),
    ];
    topics.into_iter().flatten().collect()
}
