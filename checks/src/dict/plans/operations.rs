//! The operations of a plan, one by one: what each would do, and what it has seen and done.

use std::cell::Cell;
use std::thread;
use std::time::{Duration, Instant};

use forkstep::{Dict, DictReadError, DictWriteError};

use super::entry::Entry;
use super::journal::MOST_OF_ONE;
use super::participant::{Attempt, Worker};
use super::planted::Planted;
use super::record::{Record, State};
use crate::linearizability::Sees;
use crate::plans::item::{Item, NAMED};

type Ended = Result<Entry, String>;

const PRESENT: Sees<State> = Sees::Other(State::Absent);
const ABSENT: Sees<State> = Sees::Just(State::Absent);

impl Worker<'_> {
    /// Looks at a key, and enters what `record` makes of the result.
    fn look<R>(
        &self,
        attempt: &Attempt<'_>,
        operation: impl FnOnce(&Dict<u8, Item>) -> Result<R, DictReadError>,
        sees: impl FnOnce(R) -> Result<Sees<State>, String>,
    ) -> Ended {
        let nothing = Record::nothing(attempt.key);
        let (result, response) = self.operate(attempt.step, nothing, operation);
        match result {
            Ok(result) => {
                self.lane().respond(nothing.seeing(sees(result)?), response);
                Ok(Entry::Read)
            }
            Err(error) => {
                self.lane().respond(nothing, response);
                self.refused_look(attempt, error)
            }
        }
    }

    /// Does what `intent` says, unless it is refused; enters what `record` makes of the result.
    fn write<R>(
        &self,
        attempt: &Attempt<'_>,
        intent: Record,
        operation: impl FnOnce(&Dict<u8, Item>) -> Result<R, DictWriteError>,
        record: impl FnOnce(R) -> Result<Record, String>,
    ) -> Ended {
        let (result, response) = self.operate(attempt.step, intent, operation);
        match result {
            Ok(result) => {
                self.lane().respond(record(result)?, response);
                Ok(Entry::Wrote)
            }
            Err(error) => {
                self.lane().respond(Record::nothing(attempt.key), response);
                self.refused(attempt, error)
            }
        }
    }

    pub(super) fn get(&self, attempt: &Attempt<'_>) -> Ended {
        let key = attempt.key;
        let (last, _) = self.last_seen(key);
        self.look(
            attempt,
            |dict| dict.get(&key),
            |value| match last {
                State::Named(_) if self.is_planted(Planted::RemembersReads) => Ok(Sees::Just(last)),
                _ => self.seen(key, value.as_ref()),
            },
        )
    }

    pub(super) fn contains_key(&self, attempt: &Attempt<'_>) -> Ended {
        let sees = |is_there| Ok(if is_there { PRESENT } else { ABSENT });
        self.look(attempt, |dict| dict.contains_key(&attempt.key), sees)
    }

    pub(super) fn insert(&self, attempt: &Attempt<'_>) -> Ended {
        let Attempt { key, value, state, .. } = attempt;
        let intent = Record::leaves(*key, *state);
        let insert = |dict: &Dict<u8, Item>| {
            if self.is_planted(Planted::TearsValues) && value.0.len() > NAMED {
                let mut half = value.clone();
                half.0.truncate(NAMED.max(value.0.len() / 2));
                dict.insert(key, &half)?;
                let_others_write(dict, *key, &Some(half));
            }
            dict.insert(key, value)
        };
        self.write(attempt, intent, insert, |is_new| {
            Ok(intent.seeing(if is_new { ABSENT } else { PRESENT }))
        })
    }

    pub(super) fn remove(&self, attempt: &Attempt<'_>) -> Ended {
        let key = attempt.key;
        let intent = Record::leaves(key, State::Absent);
        let remove = |dict: &Dict<u8, Item>| {
            if self.is_planted(Planted::PretendsToRemove) {
                return Ok(dict.contains_key(&key).unwrap_or(false));
            }
            dict.remove(&key)
        };
        self.write(attempt, intent, remove, |was_there| {
            Ok(intent.seeing(if was_there { PRESENT } else { ABSENT }))
        })
    }

    pub(super) fn take(&self, attempt: &Attempt<'_>) -> Ended {
        let key = attempt.key;
        let intent = Record::leaves(key, State::Absent);
        self.write(
            attempt,
            intent,
            |dict| dict.take(&key),
            |taken| Ok(intent.seeing(self.seen(key, taken.as_ref())?)),
        )
    }

    pub(super) fn update(&self, attempt: &Attempt<'_>) -> Ended {
        let Attempt { key, value, state, .. } = attempt;
        let intent = Record::leaves(*key, *state);
        let seen = Cell::new(None);
        let change = |old: Option<Item>| {
            seen.set(Some(self.seen(*key, old.as_ref())));
            self.stay_inside(attempt);
            value.clone()
        };
        let update = |dict: &Dict<u8, Item>| {
            if self.is_planted(Planted::UpdatesInTwoSteps) && !attempt.stays {
                let old = dict.get(key).unwrap_or(None);
                let new = change(old.clone());
                let_others_write(dict, *key, &old);
                return dict.insert(key, &new).map(|_| new);
            }
            dict.update(key, change)
        };
        self.write(attempt, intent, update, |new| {
            if new != *value {
                return Err("an update returned another value than it had written".to_owned());
            }
            Ok(intent.seeing(seen.take().ok_or("an update asked for no value")??))
        })
    }

    pub(super) fn compare_and_set(&self, attempt: &Attempt<'_>) -> Ended {
        let Attempt { key, value, state, .. } = attempt;
        let (expected, old) = self.last_seen(*key);
        let intent = Record::leaves(*key, *state).seeing(Sees::Just(expected));
        let set = |dict: &Dict<u8, Item>| {
            if self.is_planted(Planted::ComparesAndThenSets) {
                let is_old = dict.get(key).unwrap_or(None) == old;
                let_others_write(dict, *key, &old);
                return if is_old { dict.insert(key, value).map(|_| true) } else { Ok(false) };
            }
            dict.compare_and_set(key, old.as_ref(), value)
        };
        self.write(attempt, intent, set, |is_set| {
            Ok(if is_set { intent } else { Record::sees(*key, Sees::Other(expected)) })
        })
    }

    pub(super) fn get_or_insert_with(&self, attempt: &Attempt<'_>) -> Ended {
        let Attempt { key, value, state, .. } = attempt;
        let intent = Record::leaves(*key, *state).seeing(ABSENT);
        let asked = Cell::new(false);
        let make = || {
            asked.set(true);
            self.stay_inside(attempt);
            value.clone()
        };
        self.write(
            attempt,
            intent,
            |dict| dict.get_or_insert_with(key, make),
            |got| {
                let sees = self.seen(*key, Some(&got))?;
                match (asked.get(), sees == Sees::Just(*state)) {
                    (true, true) => Ok(intent),
                    (true, false) => Err("another value was returned than was made".to_owned()),
                    (false, _) => Ok(Record::sees(*key, sees)),
                }
            },
        )
    }

    pub(super) fn clear(&self, attempt: &Attempt<'_>) -> Ended {
        let all = Record { key: None, ..Record::leaves(0, State::Absent) };
        let clear = |dict: &Dict<u8, Item>| {
            if self.is_planted(Planted::SparesAKey) {
                return (1..self.shop.plan.keys).try_for_each(|key| dict.remove(&key).map(drop));
            }
            dict.clear()
        };
        let (result, response) = self.operate(attempt.step, all, clear);
        // Some of the shards may have been cleared.
        self.lane().respond(Record { in_doubt: result.is_err(), ..all }, response);
        match result {
            Ok(()) => Ok(Entry::Wrote),
            Err(error) => self.refused(attempt, error),
        }
    }

    pub(super) fn iter(&self, attempt: &Attempt<'_>) -> Ended {
        let keys = self.shop.plan.keys;
        let nothing = Record::nothing(0);
        let iter = |dict: &Dict<u8, Item>| dict.iter().collect::<Result<Vec<_>, _>>();
        let (result, response) = self.operate(attempt.step, nothing, iter);
        let found = match result {
            Ok(found) => found,
            Err(error) => {
                self.lane().respond(nothing, response);
                return self.refused_look(attempt, error);
            }
        };
        let mut records = Vec::new();
        for (key, value) in &found {
            if *key >= keys {
                return Err(format!("an iteration came to key {key}, which nobody has inserted"));
            }
            records.push(Record::sees(*key, Sees::Just(self.shop.state(Some(value))?)));
        }
        // A key that is removed and inserted again meanwhile may come more often than there is
        // room for.
        records.truncate(MOST_OF_ONE);
        let missing = (0..keys).filter(|key| found.iter().all(|(found, _)| found != key));
        records.extend(missing.map(|key| Record::sees(key, ABSENT)));
        records.truncate(MOST_OF_ONE);
        self.lane().respond_all(&records, response);
        Ok(Entry::Read)
    }

    pub(super) fn len(&self) -> Ended {
        let (len, keys) = (self.shop.dict.len(), self.shop.plan.keys);
        if len <= usize::from(keys) {
            return Ok(Entry::Read);
        }
        Err(format!("the length was {len}, with {keys} keys at most"))
    }
}

/// How long a planted bug keeps its window open.
const WINDOW: Duration = Duration::from_millis(3);

/// Waits until another participant has written the key, or has had the time for it: a window that
/// closes at once is seldom hit on a machine with much else to do.
fn let_others_write(dict: &Dict<u8, Item>, key: u8, old: &Option<Item>) {
    let start = Instant::now();
    while start.elapsed() < WINDOW && dict.get(&key).as_ref() == Ok(old) {
        thread::yield_now();
    }
}
