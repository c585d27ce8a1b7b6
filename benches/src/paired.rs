//! Alternates the candidates within one run and compares them pair by pair.

use std::fmt;

/// How often a block may run until nothing disturbs it.
const TRIES: usize = 5;
/// A participant that slept waits a moment for its core in the quietest of blocks.
const QUIET: f64 = 0.1;

/// Is what one block gives.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    /// The figure itself.
    pub value: f64,
    /// Part of the block in which a participant was ready but something else had its core.
    pub waited: f64,
}

/// Is one of the things compared: `block` runs it once and gives a figure.
pub struct Candidate<'a> {
    label: String,
    block: Box<dyn FnMut() -> Figure + 'a>,
}

impl fmt::Debug for Candidate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Candidate").field(&self.label).finish()
    }
}

impl<'a> Candidate<'a> {
    /// Names a candidate and its block.
    pub fn new(label: impl Into<String>, block: impl FnMut() -> Figure + 'a) -> Self {
        Self { label: label.into(), block: Box::new(block) }
    }

    /// Runs the block until nothing disturbs it, or gives the least disturbed one.
    ///
    /// The participants are alone on their cores but for what does not belong to the bench. Where
    /// that stops one of them, the others go on without it: a figure of something else.
    fn quiet_block(&mut self) -> Figure {
        let mut best = (self.block)();
        for _ in 1..TRIES {
            if best.waited < QUIET {
                break;
            }
            let again = (self.block)();
            if again.waited < best.waited {
                best = again;
            }
        }
        best
    }
}

/// Holds the figures of one candidate, in the order of the blocks.
#[derive(Debug, Clone)]
pub struct Series {
    /// What the tables call the candidate.
    pub label: String,
    figures: Vec<f64>,
    /// Blocks that something else disturbed at every try.
    pub disturbed: usize,
}

/// Compares two series: the ratio of the medians, and the ratios of the single pairs.
#[derive(Debug, Clone, Copy)]
pub struct Ratio {
    /// Median of the one over median of the other.
    pub of_medians: f64,
    /// Smallest ratio of two blocks that were compared.
    pub lowest: f64,
    /// Greatest ratio of two blocks that were compared.
    pub highest: f64,
}

/// Runs every candidate forwards and then backwards (A B B A), `rounds` times.
///
/// A drift of the machine then falls on all candidates alike. One round comes first and does
/// not count: it warms caches and clocks.
pub fn alternate(rounds: usize, mut candidates: Vec<Candidate<'_>>) -> Vec<Series> {
    let empty =
        |c: &Candidate<'_>| Series { label: c.label.clone(), figures: Vec::new(), disturbed: 0 };
    let mut series: Vec<Series> = candidates.iter().map(empty).collect();
    for round in 0..=rounds {
        let forwards = 0..candidates.len();
        for at in forwards.clone().chain(forwards.rev()) {
            let figure = candidates[at].quiet_block();
            if round > 0 {
                series[at].figures.push(figure.value);
                series[at].disturbed += usize::from(figure.waited >= QUIET);
            }
        }
    }
    series
}

/// How long a block lasts, about.
const BLOCK_NANOS: f64 = 4e6;
/// A block of this length tells how many operations fill one.
const ENOUGH_NANOS: f64 = 1e6;

/// Finds how many operations fill a block, `least` or more; `block` gives nanoseconds for each.
///
/// The fastest of some blocks tells, because everything else only slows them down.
pub fn fit(least: u64, mut block: impl FnMut(u64) -> Figure) -> u64 {
    let mut operations = least;
    loop {
        let nanos = (0..TRIES).map(|_| block(operations).value).fold(f64::INFINITY, f64::min);
        if nanos * operations as f64 >= ENOUGH_NANOS {
            return least.max((BLOCK_NANOS / nanos) as u64);
        }
        operations *= 4;
    }
}

impl Series {
    /// Holds figures of something that cannot take its turn with the others.
    pub fn measured_apart(label: impl Into<String>, figures: Vec<f64>) -> Self {
        Self { label: label.into(), figures, disturbed: 0 }
    }

    /// Gives the median of the block figures.
    ///
    /// # Panics
    ///
    /// When there is no figure.
    pub fn median(&self) -> f64 {
        quantile(&self.figures, 0.5)
    }

    /// Says whether more than a tenth of the blocks were disturbed, so that the figures tell more
    /// about the rest of the machine than about the candidate.
    pub fn is_noisy(&self) -> bool {
        10 * self.disturbed > self.figures.len()
    }

    /// Compares this series with `other`: block by block if it ran beside it, and otherwise each
    /// block with each.
    ///
    /// # Panics
    ///
    /// When there is no figure.
    pub fn ratio_to(&self, other: &Series) -> Ratio {
        let side_by_side = self.figures.len() == other.figures.len();
        let pairs: Vec<f64> = if side_by_side {
            self.figures.iter().zip(&other.figures).map(|(mine, its)| mine / its).collect()
        } else {
            let with_each = |mine: f64| other.figures.iter().map(move |its| mine / its);
            self.figures.iter().flat_map(|&mine| with_each(mine)).collect()
        };
        Ratio {
            of_medians: self.median() / other.median(),
            lowest: quantile(&pairs, 0.0),
            highest: quantile(&pairs, 1.0),
        }
    }
}

/// Gives the figure below which the share `at` (0 to 1) of all figures lies.
///
/// # Panics
///
/// When there is no figure, or when one is not a number.
pub fn quantile(figures: &[f64], at: f64) -> f64 {
    assert!(!figures.is_empty(), "a quantile of something");
    let mut sorted = figures.to_vec();
    sorted.sort_by(|a, b| a.partial_cmp(b).expect("figures are numbers"));
    let index = (at * (sorted.len() - 1) as f64).round() as usize;
    sorted[index]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_run_forwards_and_then_backwards() {
        let order = std::cell::RefCell::new(String::new());
        let noted = |name: &'static str, figure: f64| {
            let order = &order;
            Candidate::new(name, move || {
                order.borrow_mut().push_str(name);
                Figure { value: figure, waited: 0.0 }
            })
        };
        let series = alternate(1, vec![noted("a", 1.0), noted("b", 4.0)]);
        assert_eq!(*order.borrow(), "abbaabba");
        assert_eq!(series[0].ratio_to(&series[1]).of_medians, 0.25);
    }

    #[test]
    fn a_disturbed_block_runs_again() {
        let mut waited = [0.5, 0.2, 0.9, 0.0].into_iter().cycle();
        let figure = || Figure { value: 1.0, waited: waited.next().expect("a cycle") };
        let quiet = Candidate::new("quiet at the fourth try", figure);
        let never = Candidate::new("never quiet", || Figure { value: 1.0, waited: 0.5 });
        let series = alternate(1, vec![quiet, never]);
        assert_eq!([series[0].disturbed, series[1].disturbed], [0, 2]);
        assert_eq!([series[0].is_noisy(), series[1].is_noisy()], [false, true]);
    }

    #[test]
    fn operations_fill_a_block() {
        let block = |nanos: f64| {
            let mut disturbed = [true, false].into_iter().cycle();
            move |_| {
                let slower = if disturbed.next() == Some(true) { 1e3 } else { 1.0 };
                Figure { value: nanos * slower, waited: 0.0 }
            }
        };
        assert_eq!((fit(64, block(100.0)), fit(64, block(1e6))), (40_000, 64));
    }

    #[test]
    fn a_ratio_spans_its_pairs() {
        let series = |figures: &[f64]| Series::measured_apart("", figures.to_vec());
        let mine = series(&[1.0, 2.0, 9.0]);
        let ratio = mine.ratio_to(&series(&[2.0, 2.0, 3.0]));
        assert_eq!((ratio.of_medians, ratio.lowest, ratio.highest), (1.0, 0.5, 3.0));
        let apart = mine.ratio_to(&series(&[2.0]));
        assert_eq!((apart.of_medians, apart.lowest, apart.highest), (1.0, 0.5, 4.5));
    }

    #[test]
    fn quantiles_are_figures_of_the_series() {
        let figures: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(quantile(&figures, 0.0), 1.0);
        assert_eq!(quantile(&figures, 0.99), 99.0);
        assert_eq!(quantile(&figures, 1.0), 100.0);
    }
}
