//! From segments to choices.

use std::fmt;

use super::super::machine::Choice;
use super::{Segment, Stand, Until};

/// Makes the choices that a schedule says, in an execution that need not be the one that it was
/// written from.
#[derive(Clone, Debug)]
pub struct Follower {
    segments: Vec<Segment>,
    /// The number of the segment that is followed.
    current: usize,
    /// Whether its participant has made a step in it.
    begun: bool,
    /// How often its participant came to where it ends.
    hits: usize,
}

/// Why a schedule cannot be followed any further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfollowed {
    /// Which of the segments, from 1.
    pub number: usize,
    /// What it says.
    pub segment: String,
    /// Why that cannot be.
    pub why: String,
}

impl fmt::Display for Unfollowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, segment, why } = self;
        write!(f, "segment {number} (`{segment}`) cannot be followed: {why}")
    }
}

impl std::error::Error for Unfollowed {}

impl Follower {
    /// Begins where nobody has made a step.
    #[must_use]
    pub fn new(segments: Vec<Segment>) -> Self {
        Self { segments, current: 0, begun: false, hits: 0 }
    }

    /// What happens next, if the participants stand there, by their numbers; `None` when all
    /// segments are behind. To be asked once before each choice, which is then made.
    ///
    /// # Errors
    ///
    /// [`Unfollowed`]: the execution has become another one.
    pub fn next(&mut self, stands: &[Stand]) -> Result<Option<Choice>, Unfollowed> {
        while let Some(segment) = self.segments.get(self.current) {
            let choice = match segment {
                Segment::Time => Choice::Time,
                Segment::Crash(participant) => {
                    let stand = self.stand(stands, *participant)?;
                    if matches!(stand, Stand::Ended | Stand::Dead) {
                        return Err(self.unfollowed(format!("P{participant} {stand}")));
                    }
                    Choice::Crash(*participant)
                }
                Segment::Run { participant, until } => {
                    let (participant, stand) = (*participant, self.stand(stands, *participant)?);
                    if self.begun && Self::is_there(until, stand, &mut self.hits) {
                        self.go_on();
                        continue;
                    }
                    if !matches!(stand, Stand::At(_)) {
                        return Err(self.unfollowed(self.stopped(participant, until, stand)));
                    }
                    self.begun = true;
                    return Ok(Some(Choice::Step(participant)));
                }
            };
            self.go_on();
            return Ok(Some(choice));
        }
        Ok(None)
    }

    /// Says that the last choice could not be made.
    pub(in super::super) fn refused(&self, why: &str) -> Unfollowed {
        // A crash or time is a whole segment: it is behind already.
        let number = if self.begun { self.current } else { self.current.saturating_sub(1) };
        Unfollowed {
            number: number + 1,
            segment: self.segments.get(number).map_or_else(String::new, Segment::to_string),
            why: why.to_owned(),
        }
    }

    /// Whether a participant that has just made a step has come to where its segment ends.
    fn is_there(until: &Until, stand: &Stand, hits: &mut usize) -> bool {
        match (until, stand) {
            (Until::Hit { key, hit, .. }, Stand::At(here)) if here == key => {
                *hits += 1;
                *hits == *hit
            }
            (Until::Asleep, Stand::Asleep) | (Until::Ended, Stand::Ended | Stand::Dead) => true,
            _ => false,
        }
    }

    fn go_on(&mut self) {
        self.current += 1;
        self.begun = false;
        self.hits = 0;
    }

    fn stand<'s>(&self, stands: &'s [Stand], participant: usize) -> Result<&'s Stand, Unfollowed> {
        let none = || format!("there are {} participants, and no P{participant}", stands.len());
        stands.get(participant).ok_or_else(|| self.unfollowed(none()))
    }

    fn stopped(&self, participant: usize, until: &Until, stand: &Stand) -> String {
        let when = if self.begun { "before that" } else { "already" };
        let why = format!("P{participant} {stand} {when}");
        match until {
            Until::Hit { hit, .. } if self.begun => {
                format!("{why}, after {} of {hit} hits", self.hits)
            }
            _ => why,
        }
    }

    fn unfollowed(&self, why: String) -> Unfollowed {
        let segment = self.segments[self.current].to_string();
        Unfollowed { number: self.current + 1, segment, why }
    }
}
