//! Real processes, one shared access at a time.
//!
//! The participants of a [`Scenario`] are forked processes that run the shipped code. The shared
//! memory of the scenario is out of their reach, so every access to it stops the process in front
//! of the access, and a [`Machine`] decides who goes on, who dies, and when time passes. What the
//! kernel would do for them with futexes, robust lists and clocks it does itself, so nobody ever
//! waits for real.
//!
//! # How a process is stepped
//!
//! The set-up of a scenario runs in the tracer. A *template* is forked from it, which maps all
//! shared memory a second time, at a fixed distance, and then closes the first mapping
//! (`PROT_NONE`). Participants are forked from the template. An access is a SIGSEGV stop; the
//! tracer decodes the instruction, and runs a copy of it whose displacement is larger by that
//! distance. So every access is seen, from whatever instruction and with whatever address, and none
//! has to be known beforehand: no pass that looks for sites first, no breakpoints that miss a path.
//! A stop costs 8.9 us, a breakpoint 8.2 (one processor; a single step 19.6). System calls stop by
//! a seccomp filter; the clock of the vDSO by a breakpoint; changes of a robust list's head, which
//! only the kernel sees and only at a death, by debug registers.
//!
//! - Thread ids are answered by the tracer, so that lock words are the same in every execution.
//! - An instruction that changes memory without a lock prefix is two steps: on several processors
//!   somebody can come between. Compilers make such instructions of a load, an addition and a
//!   store. An access of more than eight bytes is one step all the same: copies, which nobody may
//!   rely upon.
//! - Time passes only when nobody can go on. If then only time helps although nobody has died, a
//!   wake-up was lost.
//! - Who comes back to the same registers and the same private memory, while nothing shared has
//!   changed, spins, and takes no more steps until something does.
//!
//! # What is not gone through twice
//!
//! A participant is deterministic: what it does follows from what it has read. So the state of an
//! execution is the content of shared memory, what each participant has learnt so far (a hash),
//! who sleeps in which order, and which operations were over before which began. A state that
//! is reached again, with as many preemptions and deaths left, is left at once. That covers what
//! partial-order reductions cover, and two deaths that nobody can tell apart as well; the litmus
//! programs are explored without it too, and give the same outcomes. States are told apart by 128
//! bits.
//!
//! To go back to an earlier state, participants get back their registers and the pages that they
//! have written to, and shared memory is undone; only the dead are forked anew.
//!
//! # What is not seen
//!
//! Orders that only weaker memory than sequential consistency allows; participants that fork, start
//! threads or wait in other system calls than those of futexes and clocks; pipes therefore.

mod bounds;
mod clock;
mod counterexample;
mod critical;
mod death;
mod explore;
mod explorer;
mod filter;
mod free;
mod history;
mod instruction;
mod journal;
pub mod kernel;
pub mod kill;
mod machine;
mod mappings;
mod memory;
mod participant;
mod pinned;
mod replay;
mod rewind;
mod robust;
mod said;
mod scenario;
pub mod scenarios;
mod schedule;
mod shrink;
mod site;
mod spec;
mod spin;
mod state;
mod step;
mod template;
mod timeline;
mod trace;
mod trampoline;
mod verdict;
mod walk;
mod words;

pub use bounds::Limits;
pub use counterexample::Counterexample;
pub use explore::{Report, Strategy, explore};
pub use explorer::{Explorer, Figures, Outcome, Sight};
pub use free::{Stress, stress};
pub use history::{Call, History};
pub use journal::Log;
pub use machine::{Choice, Machine};
pub use replay::replay;
pub use scenario::{Builder, Expect, Scenario};
pub use schedule::{
    Follower, Key, ParseError, Recorder, Schedule, Segment, Stand, Unfollowed, Until,
};
pub use site::{Site, Sites};
pub use spec::SequentialSpec;
pub use timeline::Timeline;
pub use trace::{Access, Action, Event, Point, Value, What, Word};
pub use walk::draw_one;
