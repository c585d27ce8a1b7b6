//! How long a thread was ready to run while something else had its core.

use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};

/// What a wake-up may take on a core that nothing else uses, with room to spare: a core that has
/// nothing to do sleeps too, more deeply so in a virtual machine.
const WAKE_UP: Duration = Duration::from_micros(100);

/// Is the kernel's account of the calling thread at one moment.
#[derive(Debug, Clone, Copy)]
pub struct CoreWait {
    waited: Duration,
    sleeps: u32,
}

impl CoreWait {
    /// Reads the account.
    ///
    /// # Panics
    ///
    /// When the kernel keeps no such account.
    pub fn read() -> Self {
        // Time on a core, time waiting for one, number of turns: sched-stats in the kernel's tree.
        let account = std::fs::read_to_string("/proc/thread-self/schedstat").expect("an account");
        let waited = account.split_whitespace().nth(1).and_then(|field| field.parse().ok());
        let waited = Duration::from_nanos(waited.expect("nanoseconds in the second field"));
        let usage = getrusage(UsageWho::RUSAGE_THREAD).expect("an account");
        Self { waited, sleeps: usage.voluntary_context_switches() as u32 }
    }

    /// Gives the wait since `before`, as far as wake-ups from sleep do not explain it.
    #[must_use]
    pub fn since(self, before: Self) -> Duration {
        let wake_ups = WAKE_UP * (self.sleeps - before.sleeps);
        (self.waited - before.waited).saturating_sub(wake_ups)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wake_ups_explain_a_part_of_the_wait() {
        let account = |micros, sleeps| CoreWait { waited: Duration::from_micros(micros), sleeps };
        assert_eq!(account(1000, 7).since(account(300, 3)), Duration::from_micros(300));
        assert_eq!(account(300, 9).since(account(300, 3)), Duration::ZERO);
    }
}
