//! Schedules of real executions: written down, and followed again.

use super::bounds::Limits;
use super::counterexample::Counterexample;
use super::machine::{Choice, Machine};
use super::participant::{Grain, Standing};
use super::scenario::Scenario;
use super::schedule::{Follower, Key, Recorder, Schedule, Segment, Stand, Until};
use super::site::Sites;
use super::trace::{Action, Point, Word};

/// What gives places their names.
struct Places<'a> {
    sites: &'a Sites,
    words: Vec<Word>,
}

impl Machine<'_> {
    /// Runs an execution of these choices from the beginning, as they were made on this machine,
    /// and writes it down.
    ///
    /// # Errors
    ///
    /// The kernel refuses a process, or a choice is not possible.
    pub fn write_down(
        &mut self,
        choices: &[Choice],
        sites: &Sites,
    ) -> Result<Vec<Segment>, String> {
        self.showing(sites, |machine| machine.written_down(choices, sites))
    }

    fn written_down(&mut self, choices: &[Choice], sites: &Sites) -> Result<Vec<Segment>, String> {
        self.begin_again()?;
        let places = Places { sites, words: self.words() };
        let mut recorder = Recorder::new();
        for choice in choices {
            if !self.can(*choice) {
                return Err(format!("{choice:?} is not possible"));
            }
            self.take(*choice);
            let (stand, source) = match choice {
                Choice::Step(index) => places.stand(&self.participants[*index].standing),
                Choice::Crash(_) | Choice::Time => (Stand::Dead, String::new()),
            };
            recorder.note(*choice, stand, &source);
        }
        Ok(recorder.finish())
    }

    /// Runs an execution that was written down, from the beginning, perhaps by another program;
    /// returns its choices.
    ///
    /// # Errors
    ///
    /// The kernel refuses a process, or the execution cannot be followed: which segment, and why.
    pub fn follow(&mut self, segments: &[Segment], sites: &Sites) -> Result<Vec<Choice>, String> {
        self.set_grain(grain_of(segments));
        self.showing(sites, |machine| machine.followed(segments, sites))
    }

    fn followed(&mut self, segments: &[Segment], sites: &Sites) -> Result<Vec<Choice>, String> {
        self.begin_again()?;
        let places = Places { sites, words: self.words() };
        let mut follower = Follower::new(segments.to_vec());
        let mut choices = Vec::new();
        loop {
            let all = self.participants.iter();
            let stands: Vec<_> = all.map(|one| places.stand(&one.standing).0).collect();
            let next = follower.next(&stands).map_err(|error| error.to_string())?;
            let Some(choice) = next else { return Ok(choices) };
            if !self.can(choice) {
                return Err(follower.refused(&format!("{choice:?} is not possible")).to_string());
            }
            self.take(choice);
            choices.push(choice);
        }
    }
}

/// Repeats a schedule on a scenario, from the beginning; `None` if nothing is wrong with it now.
///
/// # Errors
///
/// The schedule does not fit any more: which segment, and why; or the kernel refuses what stepping
/// needs.
pub fn replay(
    scenario: &Scenario,
    schedule: &Schedule,
    sites: &Sites,
) -> Result<Option<Counterexample>, String> {
    let mut machine = Machine::new(scenario)?;
    let choices = machine.follow(&schedule.segments, sites)?;
    let limits = Limits { crashes: schedule.crashes, ..Limits::default() };
    Counterexample::run(&mut machine, &limits, &choices, sites)
}

/// What counted as a step: changes of robust lists do where somebody dies.
fn grain_of(segments: &[Segment]) -> Grain {
    let needs_lists = |segment: &Segment| match segment {
        Segment::Crash(_) => true,
        Segment::Run { until: Until::Hit { key, .. }, .. } => key.action == Action::RobustList,
        Segment::Run { .. } | Segment::Time => false,
    };
    if segments.iter().any(needs_lists) { Grain::RobustLists } else { Grain::Accesses }
}

impl Places<'_> {
    /// Where a participant is, and where that is in the source.
    fn stand(&self, standing: &Standing) -> (Stand, String) {
        match standing {
            Standing::At(point) => self.key(point),
            Standing::Asleep(_) => (Stand::Asleep, String::new()),
            Standing::Ended(_) => (Stand::Ended, String::new()),
            Standing::Dead => (Stand::Dead, String::new()),
        }
    }

    fn key(&self, point: &Point) -> (Stand, String) {
        let site = self.sites.find(point.at, point.caller);
        let key = Key::of(point, &self.words, site.as_deref());
        (Stand::At(key), site.map_or_else(String::new, |site| site.to_string()))
    }
}
