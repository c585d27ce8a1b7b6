//! Prints the paired figures as tables and says which goals are reached.

use std::fmt;

use crate::paired::{Ratio, Series};

/// Is a ratio that the design asks for.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    /// How the label of one's own series begins.
    pub of: &'static str,
    /// How the label of the peer begins.
    pub against: &'static str,
    /// Greatest ratio of the medians that reaches the goal.
    pub at_most: f64,
}

/// Holds one workload: a row for each series, with its ratios to those of some peers.
#[derive(Debug, Default)]
pub struct Section {
    /// Says what was measured.
    pub title: String,
    /// What was measured, side by side.
    pub series: Vec<Series>,
    /// What could not be measured, and why.
    pub absent: Vec<(String, String)>,
    /// What a reader of the figures has to know.
    pub remarks: Vec<String>,
    /// How the labels of the peers begin to which the others are compared.
    pub against: Vec<&'static str>,
    /// What the design asks for.
    pub goals: Vec<Goal>,
}

impl Section {
    /// Says for each goal whether it is reached, in a line of its own.
    pub fn verdicts(&self) -> Vec<String> {
        self.goals.iter().map(|goal| self.verdict(goal)).collect()
    }

    fn verdict(&self, goal: &Goal) -> String {
        let asked = format!("{} <= {}x {}", goal.of, goal.at_most, goal.against);
        let (Some(ours), Some(its)) = (self.find(goal.of), self.find(goal.against)) else {
            return format!("{asked}: not measured");
        };
        let ratio = ours.ratio_to(its).of_medians;
        let verdict = match ratio {
            _ if ours.is_noisy() || its.is_noisy() => "undecided: something else used the cores",
            ratio if ratio <= goal.at_most => "reached",
            _ => "missed",
        };
        format!("{asked}: {}x, {verdict}", digits(ratio))
    }

    fn find(&self, label: &str) -> Option<&Series> {
        self.series.iter().find(|one| one.label.starts_with(label))
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let peers: Vec<&Series> = self.against.iter().filter_map(|peer| self.find(peer)).collect();
        let heads: Vec<String> = peers.iter().map(|peer| format!("/ {}", peer.label)).collect();
        writeln!(f, "\n{}", self.title)?;
        row(f, "", "ns", &heads)?;
        for one in &self.series {
            let ratios: Vec<String> = peers.iter().map(|peer| shown(one.ratio_to(peer))).collect();
            row(f, &one.label, &format!("{:.1}", one.median()), &ratios)?;
        }
        for (label, why) in &self.absent {
            row(f, label, "-", &[format!("not possible: {why}")])?;
        }
        self.remarks.iter().try_for_each(|remark| writeln!(f, "  {remark}"))?;
        let disturbed: usize = self.series.iter().map(|one| one.disturbed).sum();
        if disturbed > 0 {
            writeln!(f, "  blocks that something else disturbed at every try: {disturbed}")?;
        }
        self.verdicts().iter().try_for_each(|verdict| writeln!(f, "  goal: {verdict}"))
    }
}

fn row(f: &mut fmt::Formatter<'_>, label: &str, ns: &str, rest: &[String]) -> fmt::Result {
    let rest: String = rest.iter().map(|text| format!("  {text:<31}")).collect();
    writeln!(f, "{}", format!("  {label:<34}{ns:>10}{rest}").trim_end())
}

fn shown(ratio: Ratio) -> String {
    let [middle, low, high] = [ratio.of_medians, ratio.lowest, ratio.highest].map(digits);
    format!("{middle} [{low} .. {high}]")
}

/// Shows three digits that mean something, for ratios near one and far from it.
fn digits(figure: f64) -> String {
    match figure {
        f if f < 0.1 => format!("{f:.4}"),
        f if f < 10.0 => format!("{f:.2}"),
        f => format!("{f:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paired::{Candidate, Figure, alternate};

    fn section(rows: [(&str, Figure); 2], goals: &[f64]) -> String {
        let candidates =
            rows.map(|(label, figure)| Candidate::new(label.to_owned(), move || figure));
        let goal = |&at_most| Goal { of: "ours", against: "theirs", at_most };
        let section = Section {
            title: "workload".to_owned(),
            series: alternate(1, candidates.into()),
            absent: vec![("another".to_owned(), "too long".to_owned())],
            against: vec!["theirs"],
            goals: goals.iter().map(goal).collect(),
            ..Section::default()
        };
        section.to_string()
    }

    fn figure(value: f64, waited: f64) -> Figure {
        Figure { value, waited }
    }

    #[test]
    fn a_goal_is_reached_at_the_limit_and_missed_above() {
        let rows = [("ours", figure(17.0, 0.0)), ("theirs, threads", figure(20.0, 0.0))];
        let text = section(rows, &[0.85, 0.84]);
        assert!(text.contains("0.85x, reached"), "{text}");
        assert!(text.contains("0.85x, missed"), "{text}");
        assert!(text.contains("ours") && text.contains("17.0"), "{text}");
        assert!(text.contains("not possible: too long"), "{text}");
    }

    #[test]
    fn no_verdict_comes_from_disturbed_blocks() {
        let rows = [("ours", figure(1.0, 0.0)), ("theirs", figure(1.0, 0.9))];
        let text = section(rows, &[1.0]);
        assert!(text.contains("undecided") && !text.contains("reached"), "{text}");
    }

    #[test]
    fn a_peer_that_is_absent_leaves_its_goal_open() {
        let rows = [("ours", figure(1.0, 0.0)), ("others", figure(1.0, 0.0))];
        assert!(section(rows, &[1.0]).contains("not measured"));
    }
}
