//! How fast stepped processes are explored and killed, and what a step is spent on. One run of less
//! than a minute. Processes are stepped on x86-64 alone: elsewhere there is nothing to measure.

#[cfg(target_arch = "x86_64")]
#[path = "stepped/tables.rs"]
mod tables;

fn main() {
    // `cargo bench` passes this flag; a run that only lists or tests the benches has none.
    if std::env::args().any(|argument| argument == "--bench") {
        #[cfg(target_arch = "x86_64")]
        tables::print();
    }
}
