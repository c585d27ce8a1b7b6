//! Alternates the candidates within one run and compares them pair by pair.

use std::fmt;

/// Is one of the things compared: `block` runs it once and gives a figure.
pub struct Candidate<'a> {
    label: String,
    block: Box<dyn FnMut() -> f64 + 'a>,
}

impl fmt::Debug for Candidate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Candidate").field(&self.label).finish()
    }
}

impl<'a> Candidate<'a> {
    /// Names a candidate and its block.
    pub fn new(label: impl Into<String>, block: impl FnMut() -> f64 + 'a) -> Self {
        Self { label: label.into(), block: Box::new(block) }
    }
}

/// Holds the figures of one candidate, in the order of the blocks.
#[derive(Debug, Clone)]
pub struct Series {
    /// What the tables call the candidate.
    pub label: String,
    figures: Vec<f64>,
}

/// Compares two series: the ratio of the medians, and the ratios of the single pairs.
#[derive(Debug, Clone, Copy)]
pub struct Ratio {
    /// Median of the one over median of the other.
    pub of_medians: f64,
    /// Smallest ratio of two blocks that ran in the same pass.
    pub lowest: f64,
    /// Greatest ratio of two blocks that ran in the same pass.
    pub highest: f64,
}

/// Runs every candidate forwards and then backwards (A B B A), `rounds` times.
///
/// A drift of the machine then falls on all candidates alike. One round comes first and does
/// not count: it warms caches and clocks.
pub fn alternate(rounds: usize, mut candidates: Vec<Candidate<'_>>) -> Vec<Series> {
    let empty = |c: &Candidate<'_>| Series { label: c.label.clone(), figures: Vec::new() };
    let mut series: Vec<Series> = candidates.iter().map(empty).collect();
    for round in 0..=rounds {
        let forwards = 0..candidates.len();
        for at in forwards.clone().chain(forwards.rev()) {
            let figure = (candidates[at].block)();
            if round > 0 {
                series[at].figures.push(figure);
            }
        }
    }
    series
}

impl Series {
    /// Gives the median of the block figures.
    ///
    /// # Panics
    ///
    /// When there is no figure.
    pub fn median(&self) -> f64 {
        quantile(&self.figures, 0.5)
    }

    /// Compares this series with `other`, which ran beside it.
    ///
    /// # Panics
    ///
    /// When there is no figure, or when the two did not run side by side.
    pub fn ratio_to(&self, other: &Series) -> Ratio {
        assert_eq!(self.figures.len(), other.figures.len(), "series of one run");
        let pairs = self.figures.iter().zip(&other.figures).map(|(mine, its)| mine / its);
        let pairs: Vec<f64> = pairs.collect();
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
                figure
            })
        };
        let series = alternate(1, vec![noted("a", 1.0), noted("b", 4.0)]);
        assert_eq!(*order.borrow(), "abbaabba");
        assert_eq!(series[0].ratio_to(&series[1]).of_medians, 0.25);
    }

    #[test]
    fn a_ratio_spans_its_pairs() {
        let series = |figures: &[f64]| Series { label: String::new(), figures: figures.to_vec() };
        let ratio = series(&[1.0, 2.0, 9.0]).ratio_to(&series(&[2.0, 2.0, 3.0]));
        assert_eq!((ratio.of_medians, ratio.lowest, ratio.highest), (1.0, 0.5, 3.0));
    }

    #[test]
    fn quantiles_are_figures_of_the_series() {
        let figures: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(quantile(&figures, 0.0), 1.0);
        assert_eq!(quantile(&figures, 0.99), 99.0);
        assert_eq!(quantile(&figures, 1.0), 100.0);
    }
}
