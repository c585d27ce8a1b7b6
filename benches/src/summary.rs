//! Prints the paired figures as tables and says which goals are reached.

use std::fmt::Write;

use crate::paired::{Ratio, Series};

/// Is a ratio that the design asks for: the first series against one of its peers.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    /// Index of the peer in the section.
    pub against: usize,
    /// Greatest ratio of the medians that reaches the goal.
    pub at_most: f64,
}

/// Formats one workload: a row for each series, with its ratios to the series `against`, then
/// the goals of the first series.
///
/// # Panics
///
/// When an index names no series.
pub fn section(title: &str, series: &[Series], against: &[usize], goals: &[Goal]) -> String {
    let mut text = format!("\n{title}\n  {:<32}{:>10}", "", "ns");
    for &peer in against {
        let _ = write!(text, "  {:<27}", format!("/ {}", series[peer].label));
    }
    for one in series {
        let _ = write!(text, "\n  {:<32}{:>10.1}", one.label, one.median());
        for &peer in against {
            let _ = write!(text, "  {:<27}", shown(one.ratio_to(&series[peer])));
        }
    }
    let disturbed: usize = series.iter().map(|one| one.disturbed).sum();
    if disturbed > 0 {
        let _ = write!(text, "\n  blocks that something else disturbed at every try: {disturbed}");
    }
    for goal in goals {
        let ratio = series[0].ratio_to(&series[goal.against]).of_medians;
        let verdict = match ratio {
            _ if series[0].is_noisy() || series[goal.against].is_noisy() => {
                "undecided: something else used the cores"
            }
            ratio if ratio <= goal.at_most => "reached",
            _ => "missed",
        };
        let _ = write!(
            text,
            "\n  goal: {} <= {:.2}x {}: {ratio:.2}x, {verdict}",
            series[0].label, goal.at_most, series[goal.against].label
        );
    }
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn shown(ratio: Ratio) -> String {
    // Three digits that mean something, for ratios near one and far from it.
    let digits = |figure: f64| match figure {
        f if f < 0.1 => format!("{f:.4}"),
        f if f < 10.0 => format!("{f:.2}"),
        f => format!("{f:.0}"),
    };
    let [middle, low, high] = [ratio.of_medians, ratio.lowest, ratio.highest].map(digits);
    format!("{middle} [{low} .. {high}]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paired::{Candidate, Figure, alternate};

    #[test]
    fn a_goal_is_reached_at_the_limit_and_missed_above() {
        let figures = [("ours", 17.0), ("theirs", 20.0)];
        let candidates = figures
            .map(|(label, ns)| Candidate::new(label, move || Figure { value: ns, waited: 0.0 }));
        let series = alternate(1, candidates.into());
        let goals = [Goal { against: 1, at_most: 0.85 }, Goal { against: 1, at_most: 0.84 }];
        let text = section("workload", &series, &[1], &goals);
        assert!(text.contains("0.85x, reached"), "{text}");
        assert!(text.contains("0.85x, missed"), "{text}");
        assert!(text.contains("ours") && text.contains("17.0"), "{text}");
    }
    #[test]
    fn no_verdict_comes_from_disturbed_blocks() {
        let block = |waited: f64| move || Figure { value: 1.0, waited };
        let candidates =
            vec![Candidate::new("ours", block(0.0)), Candidate::new("theirs", block(0.9))];
        let goals = [Goal { against: 1, at_most: 1.0 }];
        let text = section("workload", &alternate(1, candidates), &[1], &goals);
        assert!(text.contains("undecided") && !text.contains("reached"), "{text}");
    }
}
