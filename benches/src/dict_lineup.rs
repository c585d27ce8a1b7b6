//! Lines the dicts up for one workload, those that can be had.

use std::marker::PhantomData;

use crate::accesses::{Accesses, Trial};
use crate::dicts::{BenchDict, Datum};
use crate::paired::{Candidate, alternate};
use crate::summary::Section;

/// Collects the candidates with keys `K` and values `V`.
#[derive(Debug)]
pub struct DictLineup<'a, K, V> {
    accesses: Accesses,
    candidates: Vec<Candidate<'a>>,
    absent: Vec<(String, String)>,
    remarks: Vec<String>,
    items: PhantomData<(K, V)>,
}

impl<'a, K: Datum + 'a, V: Datum + 'a> DictLineup<'a, K, V> {
    /// Starts without a candidate.
    pub fn new(accesses: Accesses) -> Self {
        let (candidates, absent, remarks) = (Vec::new(), Vec::new(), Vec::new());
        Self { accesses, candidates, absent, remarks, items: PhantomData }
    }

    /// Adds a dict, or the reason why it cannot be had.
    #[must_use]
    pub fn with<D: BenchDict<K, V> + 'a>(mut self) -> Self {
        match Trial::<K, V, D>::new(self.accesses) {
            Ok(mut trial) => {
                let operations = trial.fit();
                self.candidates.push(Candidate::new(D::label(), move || trial.run(operations)));
                self.remarks.extend(D::REMARK.map(str::to_owned));
            }
            Err(why) => self.absent.push((D::label(), why)),
        }
        self
    }

    /// Measures the candidates in turn.
    pub fn measure(self, rounds: usize) -> Section {
        Section {
            series: alternate(rounds, self.candidates),
            absent: self.absent,
            remarks: self.remarks,
            ..Section::default()
        }
    }
}
