//! How participants pass the time between their operations, and how that is measured.

use std::hint;
use std::thread;
use std::time::{Duration, Instant};

use proptest::prelude::{Just, Strategy, prop_oneof};

#[derive(Clone, Copy, Debug)]
pub(crate) enum Pause {
    None,
    Spin(Duration),
    Yield,
    Sleep(Duration),
}

impl Pause {
    /// Lets the time pass.
    pub(crate) fn pass(self) {
        match self {
            Self::None => {}
            Self::Spin(duration) => spin(duration),
            Self::Yield => thread::yield_now(),
            Self::Sleep(duration) => thread::sleep(duration),
        }
    }
}

/// Draws short pauses, without a sleep.
pub(crate) fn pauses() -> impl Strategy<Value = Pause> {
    prop_oneof![
        2 => Just(Pause::None),
        4 => (1_u64..=20).prop_map(|us| Pause::Spin(Duration::from_micros(us))),
        1 => Just(Pause::Yield),
    ]
}

/// That many thousandths of `whole`.
pub(crate) fn share(whole: u16, thousandths: u16) -> u16 {
    u16::try_from(u32::from(whole) * u32::from(thousandths) / 1000).unwrap_or(whole)
}

/// Keeps the processor busy for so long.
pub(crate) fn spin(duration: Duration) {
    let start = Instant::now();
    while start.elapsed() < duration {
        hint::spin_loop();
    }
}

pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
