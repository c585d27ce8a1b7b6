//! Lines the queues up for one workload, those that can be had.

use crate::flow::Flow;
use crate::paired::{Candidate, alternate};
use crate::queues::BenchQueue;
use crate::shared_by::SharedBy;
use crate::summary::Section;

/// Collects the candidates that send items of `N` bytes through a queue.
#[derive(Debug)]
pub struct Lineup<'a, const N: usize> {
    flow: Flow,
    candidates: Vec<Candidate<'a>>,
    absent: Vec<(String, String)>,
    remarks: Vec<String>,
}

impl<'a, const N: usize> Lineup<'a, N> {
    /// Starts without a candidate.
    pub fn new(flow: Flow) -> Self {
        let (candidates, absent, remarks) = (Vec::new(), Vec::new(), Vec::new());
        Self { flow, candidates, absent, remarks }
    }

    /// Adds a queue, or the reason why it cannot be had.
    #[must_use]
    pub fn with<Q: BenchQueue<N> + 'a>(mut self) -> Self {
        if self.flow.consumers > 1 && !Q::SEVERAL_CONSUMERS {
            return self.without::<Q>("it has one consumer");
        }
        let queue = match Q::make(self.flow.capacity) {
            Ok(queue) => queue,
            Err(why) => return self.without::<Q>(&why),
        };
        let (flow, items) = (self.flow, self.flow.fit(&queue));
        self.candidates.push(Candidate::new(queue.label(), move || flow.run(&queue, items)));
        self.remarks.extend(Q::REMARK.map(str::to_owned));
        self
    }

    fn without<Q: BenchQueue<N>>(mut self, why: &str) -> Self {
        let label = format!("{}, {}", Q::NAME, Q::Shared::BETWEEN.name());
        self.absent.push((label, why.to_owned()));
        self
    }

    /// Measures the candidates in turn.
    pub fn measure(self, rounds: usize) -> Section {
        let Self { flow: Flow { producers, consumers, capacity }, .. } = self;
        Section {
            title: format!("{N} bytes, {producers} to {consumers}, capacity {capacity}"),
            series: alternate(rounds, self.candidates),
            absent: self.absent,
            remarks: self.remarks,
            ..Section::default()
        }
    }
}
