//! The processes of one execution, as their parent sees them: started, watched, and ended.

use std::io::{PipeReader, PipeWriter, Read as _, Write as _};
use std::time::Duration;

use forkstep::process::{ExitStatus, Process};

use super::processes::{self, Sight};

/// The exit code of a participant that has said what is wrong.
const COMPLAINED: u8 = 1;

/// Why an execution is broken off.
pub(crate) enum Trouble {
    /// A participant has said what is wrong.
    Complained,
    Other(String),
}

/// The participants at work. Dropping ends them all.
pub(crate) struct Crew {
    processes: Vec<Process>,
    /// How each has ended.
    ends: Vec<Option<ExitStatus>>,
    /// Where they say what is wrong.
    complaints: PipeReader,
    /// The other end of that, until all is said.
    writer: Option<PipeWriter>,
}

impl Crew {
    /// Makes a crew of nobody.
    ///
    /// # Errors
    ///
    /// The kernel gives no pipe.
    pub(crate) fn new() -> Result<Self, String> {
        let (complaints, writer) = std::io::pipe().map_err(|e| e.to_string())?;
        Ok(Self { processes: Vec::new(), ends: Vec::new(), complaints, writer: Some(writer) })
    }

    /// Starts that many participants, of which each does `live` with its number.
    ///
    /// # Errors
    ///
    /// The kernel gives no process or no pipe.
    pub(crate) fn start(
        participants: usize,
        live: impl Fn(usize) -> Result<(), String>,
    ) -> Result<Self, String> {
        let mut crew = Self::new()?;
        (0..participants).try_for_each(|index| crew.add(|| live(index)))?;
        Ok(crew)
    }

    /// Starts another participant, which does `live`.
    ///
    /// # Errors
    ///
    /// The kernel gives no process, or the execution is over.
    pub(crate) fn add(&mut self, live: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
        let index = self.processes.len();
        let mut writer = self.writer.as_ref().ok_or("the execution is over")?;
        // A daemon, so that nobody is left if this process is killed.
        let builder = Process::builder().name(format!("P{index}")).daemon(true);
        let process = builder.start(|| match live() {
            Ok(()) => 0_u8,
            // A line is shorter than what a pipe takes at once; if it is lost, the exit code still
            // says that something is wrong.
            Err(what) => writeln!(writer, "P{index}: {what}").map_or(2, |()| COMPLAINED),
        });
        self.processes.push(process.map_err(|e| e.to_string())?);
        self.ends.push(None);
        Ok(())
    }

    pub(crate) fn process(&self, index: usize) -> &Process {
        &self.processes[index]
    }

    pub(crate) fn processes(&self) -> &[Process] {
        &self.processes
    }

    /// Notes who has ended; says whether somebody has not.
    ///
    /// # Errors
    ///
    /// Somebody complained, or has ended in another way than those that are doomed may.
    pub(crate) fn look_for_ends(
        &mut self,
        doomed: impl Fn(usize) -> bool,
    ) -> Result<bool, Trouble> {
        for (index, process) in self.processes.iter().enumerate() {
            if self.ends[index].is_none() && !process.is_alive() {
                let status = process.join().map_err(|e| Trouble::Other(e.to_string()))?;
                self.ends[index] = Some(status);
                match status {
                    ExitStatus::Exited(0) => {}
                    ExitStatus::Killed(9) if doomed(index) => {}
                    ExitStatus::Exited(code) if code == i32::from(COMPLAINED) => {
                        return Err(Trouble::Complained);
                    }
                    _ => return Err(Trouble::Other(format!("P{index} ended with {status}"))),
                }
            }
        }
        Ok(self.ends.contains(&None))
    }

    pub(crate) fn is_running(&self, index: usize) -> bool {
        self.ends[index].is_none()
    }

    pub(crate) fn was_killed(&self, index: usize) -> bool {
        self.ends[index] == Some(ExitStatus::Killed(9))
    }

    /// The numbers of those that have not ended.
    pub(crate) fn running(&self) -> impl Iterator<Item = usize> {
        (0..self.ends.len()).filter(|index| self.is_running(*index))
    }

    /// As [`processes::wait_for_an_end`], of those that have not ended.
    pub(crate) fn wait_for_an_end(&self, timeout: Duration) {
        let others = self.running().map(|index| &self.processes[index]);
        processes::wait_for_an_end(others, timeout);
    }

    /// Kills whoever still runs and reaps them all.
    pub(crate) fn end_all(&mut self) {
        for (process, end) in self.processes.iter().zip(&mut self.ends) {
            if end.is_none() {
                // Neither fails for a child of one's own; and what they would say is that all is
                // wrong, which the caller is about to say.
                let _ = process.kill();
                *end = process.join().ok();
            }
        }
    }

    /// Fails with what the first participant to complain has said; all must have ended.
    pub(crate) fn no_complaints(&mut self) -> Result<(), String> {
        let mut text = String::new();
        self.writer = None;
        self.complaints.read_to_string(&mut text).map_err(|error| error.to_string())?;
        text.lines().next().map_or(Ok(()), |line| Err(line.to_owned()))
    }

    /// Says who has not ended.
    pub(crate) fn names_of_running(&self) -> String {
        self.running().map(|index| format!("P{index}")).collect::<Vec<_>>().join(", ")
    }

    /// Says what the kernel, or its end, shows of a participant.
    pub(crate) fn state(&self, index: usize) -> String {
        let pid = self.processes[index].pid();
        match self.ends[index] {
            Some(status) => format!("P{index} (process {pid}): {status}"),
            None => format!("P{index} (process {pid}): {}", Sight::of(pid)),
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.end_all();
    }
}
