//! Workload: participants look up and change the keys of one dict.

use std::hint::spin_loop;
use std::marker::PhantomData;
use std::slice;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::crew::{Between, Cores, Participant};
use crate::dicts::{BenchDict, Datum, Operations};
use crate::draws::{Draws, KEYS};
use crate::mapping::SharedBox;
use crate::paired::{Figure, fit};
use crate::populate;
use crate::shared_by::SharedBy;

/// A value carries a number that is its key's index up to multiples of this, until it is raised.
const SPACE: u64 = KEYS.next_power_of_two() as u64;

/// Operations of a block at least: before and after them every key is looked at.
const LEAST: u64 = 4096;

/// Says what the participants do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// They get keys that are there.
    Get,
    /// They insert keys that are there.
    Insert,
    /// They insert all keys into an empty dict, each its part of them.
    Fill,
    /// They add one to the value of a key.
    Update,
    /// They get nine times and insert once, of keys that are there.
    Mixed,
}

/// Says who does what: participants on cores 0 and 1 in turn, with keys drawn from all.
///
/// Each of them looks at every key before time counts, and a process has its page faults then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accesses {
    /// What they do.
    pub kind: Kind,
    /// How many they are.
    pub participants: usize,
}

/// Is a dict that is used block after block, and what has to be in it.
#[derive(Debug)]
pub struct Trial<K, V, D> {
    accesses: Accesses,
    dict: D,
    /// The number that the value of each key carries.
    expected: Vec<u64>,
    block: u64,
    items: PhantomData<(K, V)>,
}

impl<K: Datum, V: Datum, D: BenchDict<K, V>> Trial<K, V, D> {
    /// Makes a dict and fills it.
    ///
    /// # Errors
    ///
    /// Why the dict cannot be had.
    pub fn new(accesses: Accesses) -> Result<Self, String> {
        let dict = D::make(KEYS)?;
        let expected = (0..KEYS).map(|index| number(index, 0)).collect();
        dict.open(|dict| (0..KEYS).for_each(|index| insert::<K, V>(dict, index, 0, true)));
        Ok(Self { accesses, dict, expected, block: 0, items: PhantomData })
    }

    /// Finds how many operations fill a block.
    pub fn fit(&mut self) -> u64 {
        match self.accesses.kind {
            Kind::Fill => KEYS as u64,
            _ => fit(LEAST, |operations| self.run(operations)),
        }
    }

    /// Does that many operations, shared out evenly, and gives nanoseconds for each.
    ///
    /// # Panics
    ///
    /// When a get gives anything but what was put there, when a key or an update is lost, or when
    /// a participant fails.
    pub fn run(&mut self, operations: u64) -> Figure {
        self.block += 1;
        let (accesses, block) = (self.accesses, self.block);
        let each = (operations / accesses.participants as u64).max(1);
        let (before, looked) = (&self.expected, SharedBox::new(AtomicUsize::new(0)));
        let body = |dicts: &[D], participant: &Participant<'_>| {
            dicts[0].open(|dict| {
                if D::Shared::BETWEEN == Between::Processes {
                    populate::shared_pages();
                }
                check::<K, V>(dict, before);
                looked.fetch_add(1, Ordering::AcqRel);
                accesses.clear_for_fill::<K, V>(dict, &looked, participant);
                participant.start();
                accesses.participate::<K, V>(dict, participant.me, block, each);
                // Closing the dict does not count.
                participant.stop();
            });
        };
        let cores = Cores::in_turn(accesses.participants);
        let run = D::Shared::run(slice::from_ref(&self.dict), cores, body);
        accesses.account(&mut self.expected, block, each);
        self.dict.open(|dict| check::<K, V>(dict, &self.expected));
        let done = each * accesses.participants as u64;
        Figure { value: run.wall.as_nanos() as f64 / done as f64, waited: run.waited }
    }
}

impl Accesses {
    /// Empties the dict when all have looked at it.
    fn clear_for_fill<K: Datum, V: Datum>(
        self,
        dict: &impl Operations<K, V>,
        looked: &AtomicUsize,
        participant: &Participant<'_>,
    ) {
        if self.kind == Kind::Fill && participant.me == 0 {
            while looked.load(Ordering::Acquire) < self.participants {
                spin_loop();
            }
            dict.clear();
            assert!(dict.is_empty(), "a key is left in a dict that was cleared");
        }
    }

    fn participate<K: Datum, V: Datum>(
        self,
        dict: &impl Operations<K, V>,
        me: usize,
        block: u64,
        each: u64,
    ) {
        let mut drawn = Draws::new(me, block).take(each as usize);
        match self.kind {
            Kind::Get => drawn.for_each(|draw| get::<K, V>(dict, draw.index())),
            Kind::Insert => {
                drawn.for_each(|draw| insert::<K, V>(dict, draw.index(), block, false));
            }
            Kind::Fill => {
                let mut mine = (me..KEYS).step_by(self.participants);
                mine.by_ref().for_each(|index| insert::<K, V>(dict, index, block, true));
            }
            Kind::Update => drawn.for_each(|draw| dict.raise(&key(draw.index()))),
            Kind::Mixed => drawn.by_ref().for_each(|draw| match draw.is_one_of_ten() {
                true => insert::<K, V>(dict, draw.index(), block, false),
                false => get::<K, V>(dict, draw.index()),
            }),
        }
    }

    /// Does to the expected numbers what the participants have done to the dict.
    fn account(self, expected: &mut [u64], block: u64, each: u64) {
        let of_all =
            (0..self.participants).flat_map(|me| Draws::new(me, block).take(each as usize));
        match self.kind {
            Kind::Get => {}
            Kind::Fill => (0..KEYS).for_each(|index| expected[index] = number(index, block)),
            Kind::Update => of_all.for_each(|draw| expected[draw.index()] += 1),
            Kind::Insert | Kind::Mixed => of_all
                .filter(|draw| self.kind == Kind::Insert || draw.is_one_of_ten())
                .for_each(|draw| expected[draw.index()] = number(draw.index(), block)),
        }
    }
}

/// Gives the key of an index. Neighbours are far from each other, wherever keys are sorted.
#[inline]
fn key<K: Datum>(index: usize) -> K {
    K::of((index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// Gives the number that the value of a key carries which was inserted in a block.
#[inline]
fn number(index: usize, block: u64) -> u64 {
    block * SPACE + index as u64
}

#[inline]
fn get<K: Datum, V: Datum>(dict: &impl Operations<K, V>, index: usize) {
    let value = dict.get(&key(index)).expect("a key that is there");
    assert_eq!(value.number() % SPACE, index as u64, "the value of another key");
}

#[inline]
fn insert<K: Datum, V: Datum>(
    dict: &impl Operations<K, V>,
    index: usize,
    block: u64,
    expect_new: bool,
) {
    let is_new = dict.insert(&key(index), &V::of(number(index, block)));
    assert_eq!(is_new, expect_new, "whether the key was there");
}

/// Looks at every key, and at the sum of their numbers.
fn check<K: Datum, V: Datum>(dict: &impl Operations<K, V>, expected: &[u64]) {
    assert_eq!(dict.len(), expected.len(), "as many keys as were inserted");
    let numbers = (0..expected.len()).map(|index| dict.get(&key(index)).map(|it| it.number()));
    let mut sum = 0;
    for (found, &expected) in numbers.zip(expected) {
        sum += found.expect("a key that was inserted");
        assert_eq!(
            found,
            Some(expected),
            "a value is another one: a change was lost or came twice"
        );
    }
    assert_eq!(sum, expected.iter().sum::<u64>(), "the sum of all values");
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use super::*;
    use crate::dicts::{Bytes, RwLocked};
    use crate::shared_by::ByThreads;

    const KINDS: [Kind; 5] = [Kind::Get, Kind::Insert, Kind::Fill, Kind::Update, Kind::Mixed];

    fn run<D: BenchDict<u64, u64>>(kind: Kind) {
        let mut trial = Trial::<u64, u64, D>::new(Accesses { kind, participants: 2 });
        let trial = trial.as_mut().expect("a dict");
        for _ in 0..2 {
            assert!(trial.run(KEYS as u64).value > 0.0);
        }
    }

    #[test]
    fn nothing_is_lost_in_any_kind() {
        KINDS.into_iter().for_each(run::<RwLocked<u64, u64>>);
        let accesses = Accesses { kind: Kind::Update, participants: 1 };
        let trial = Trial::<Bytes<64>, Bytes<256>, RwLocked<_, _>>::new(accesses);
        assert!(trial.expect("a dict").run(100).value > 0.0);
    }

    /// Forgets all changes of the key that is changed first.
    struct Forgetful {
        map: RwLocked<u64, u64>,
        key: OnceLock<u64>,
    }

    impl Forgetful {
        fn forgets(&self, key: u64) -> bool {
            *self.key.get_or_init(|| key) == key
        }
    }

    impl BenchDict<u64, u64> for Forgetful {
        type Shared = ByThreads;
        type Opened<'a> = Self;
        const NAME: &'static str = "forgetful";

        fn make(keys: usize) -> Result<Self, String> {
            Ok(Self { map: BenchDict::make(keys)?, key: OnceLock::new() })
        }

        fn open<R>(&self, body: impl FnOnce(&Self) -> R) -> R {
            body(self)
        }
    }

    impl Operations<u64, u64> for Forgetful {
        fn get(&self, key: &u64) -> Option<u64> {
            self.map.get(key)
        }

        fn insert(&self, key: &u64, value: &u64) -> bool {
            let is_change = self.map.get(key).is_some();
            !(is_change && self.forgets(*key)) && self.map.insert(key, value)
        }

        fn raise(&self, key: &u64) {
            if !self.forgets(*key) {
                self.map.raise(key);
            }
        }

        fn clear(&self) {
            self.map.clear();
        }

        fn len(&self) -> usize {
            self.map.len()
        }
    }

    #[test]
    #[should_panic(expected = "a change was lost")]
    fn a_lost_update_is_noticed() {
        run::<Forgetful>(Kind::Update);
    }

    #[test]
    #[should_panic(expected = "a change was lost")]
    fn a_lost_insert_is_noticed() {
        run::<Forgetful>(Kind::Insert);
    }
}
