//! Raw figures of all rounds, and what follows from them: medians, ratios, a table.
//!
//! Owns: the statistics and their shape in JSON and on the screen. Refuses to know: where figures come from. Medians, because
//! other programs only ever slow a round down, and one bad round should not tell the story.

use super::budget::Bound;
use super::cases::Figures;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The side whose figures come first.
pub const OURS: &str = "ours";
/// The side that they are compared with.
pub const THEIRS: &str = "theirs";

/// The middle of the values, or the mean of the two in the middle; none without values.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let is_even = sorted.len().is_multiple_of(2);
    Some(if is_even { f64::midpoint(sorted[sorted.len() / 2 - 1], upper) } else { upper })
}

/// The value at a quantile of sorted values, by nearest rank; 0 without values.
pub fn quantile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0.0)
}

/// Ours over theirs; none where there is nothing to divide by.
pub fn ratio(ours: Option<f64>, theirs: Option<f64>) -> Option<f64> {
    let (ours, theirs) = (ours?, theirs?);
    (theirs > 0.0).then(|| ours / theirs)
}

/// All rounds of all cases.
#[derive(Debug, Default)]
pub struct Tally {
    // Cases in the order in which they first came.
    order: Vec<String>,
    rounds: BTreeMap<(String, &'static str), Vec<Figures>>,
    bounds: BTreeMap<String, Bound>,
}

impl Tally {
    /// Notes one round of a case on one side.
    pub fn add(&mut self, case: &str, side: &'static str, figures: Figures) {
        if !self.order.iter().any(|known| known == case) {
            self.order.push(case.to_owned());
        }
        self.rounds.entry((case.to_owned(), side)).or_default().push(figures);
    }

    /// Notes how fast a case can be at most.
    pub fn bind(&mut self, case: &str, bound: Bound) {
        self.bounds.insert(case.to_owned(), bound);
    }

    /// The median of a figure.
    pub fn median(&self, case: &str, side: &'static str, figure: &str) -> Option<f64> {
        let rounds = self.rounds.get(&(case.to_owned(), side))?;
        median(&rounds.iter().filter_map(|round| round.get(figure).copied()).collect::<Vec<_>>())
    }

    /// The names of a case's figures.
    fn names(&self, case: &str) -> Vec<&'static str> {
        let rounds = self.rounds.get(&(case.to_owned(), OURS)).and_then(|rounds| rounds.first());
        rounds.map(|figures| figures.keys().copied().collect()).unwrap_or_default()
    }

    /// Raw rounds, medians and ratios of every case.
    pub fn json(&self) -> Value {
        self.order.iter().map(|case| self.case_json(case)).collect()
    }

    fn case_json(&self, case: &str) -> Value {
        let mut object = Map::new();
        object.insert("case".to_owned(), json!(case));
        for side in [OURS, THEIRS] {
            let Some(rounds) = self.rounds.get(&(case.to_owned(), side)) else { continue };
            let medians: Map<String, Value> = self
                .names(case)
                .into_iter()
                .map(|name| (name.to_owned(), json!(self.median(case, side, name))))
                .collect();
            object.insert(side.to_owned(), json!({ "rounds": rounds, "medians": medians }));
        }
        let ratios: Map<String, Value> = self
            .names(case)
            .into_iter()
            .filter_map(|name| {
                let of = |side| self.median(case, side, name);
                ratio(of(OURS), of(THEIRS)).map(|ratio| (name.to_owned(), json!(ratio)))
            })
            .collect();
        object.insert("ours_over_theirs".to_owned(), Value::Object(ratios));
        if let Some(bound) = self.bounds.get(case) {
            let [ours, theirs] = [OURS, THEIRS].map(|side| self.median(case, side, bound.figure));
            object.insert("budget".to_owned(), bound.json(ours, theirs));
            object.insert("bound_tok_s".to_owned(), json!(bound.tok_s));
            object.insert("share".to_owned(), json!(ratio(ours, Some(bound.tok_s))));
        }
        Value::Object(object)
    }

    /// A table for people, one line for each figure; rates with the machine's bound and the share of it that ours reached.
    pub fn table(&self) -> String {
        let line = |[case, name, ours, theirs, ratio, bound, share]: [&str; 7]| {
            format!("{case:<28} {name:<18} {ours:>10} {theirs:>10} {ratio:>8} {bound:>10} {share:>7}\n")
        };
        let mut text = line(["case", "median of", OURS, THEIRS, "ratio", "bound", "share"]);
        for case in &self.order {
            for name in self.names(case) {
                let of = |side| self.median(case, side, name);
                let bound = self.bounds.get(case).filter(|bound| bound.figure == name);
                let bound = bound.map(|bound| bound.tok_s);
                let shown = |value: Option<f64>| value.map_or("-".to_owned(), number);
                text.push_str(&line([
                    case,
                    name,
                    &shown(of(OURS)),
                    &shown(of(THEIRS)),
                    &ratio(of(OURS), of(THEIRS)).map_or("-".to_owned(), |ratio| format!("{ratio:.2}x")),
                    &shown(bound),
                    &ratio(of(OURS), bound).map_or("-".to_owned(), |share| format!("{:.0} %", share * 100.0)),
                ]));
            }
        }
        text
    }
}

/// One decimal, or as many as a small value needs.
fn number(value: f64) -> String {
    if value.abs() < 1.0 { format!("{value:.4}") } else { format!("{value:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_stands_in_the_middle() {
        for (values, expected) in [
            (vec![], None),
            (vec![3.0], Some(3.0)),
            (vec![9.0, 1.0], Some(5.0)),
            (vec![100.0, 1.0, 2.0], Some(2.0)),
            (vec![4.0, 1.0, 3.0, 2.0], Some(2.5)),
        ] {
            assert_eq!(median(&values), expected, "{values:?}");
        }
    }

    #[test]
    fn quantiles_are_values_that_occurred() {
        let sorted: Vec<f64> = (1..=20).map(f64::from).collect();
        for (percent, expected) in [(0, 1.0), (50, 10.0), (95, 19.0), (100, 20.0)] {
            assert_eq!(quantile(&sorted, percent), expected);
        }
        assert_eq!(quantile(&[7.0], 95), 7.0);
        assert_eq!(quantile(&[], 95), 0.0);
    }

    #[test]
    fn a_ratio_needs_both_sides() {
        assert_eq!(ratio(Some(6.0), Some(2.0)), Some(3.0));
        assert_eq!(ratio(Some(6.0), None), None);
        assert_eq!(ratio(Some(6.0), Some(0.0)), None);
    }

    #[test]
    fn medians_are_compared_and_not_rounds() {
        let mut tally = Tally::default();
        for (ours, theirs) in [(10.0, 4.0), (90.0, 5.0), (20.0, 50.0)] {
            tally.add("decode", OURS, Figures::from([("decode_tok_s", ours)]));
            tally.add("decode", THEIRS, Figures::from([("decode_tok_s", theirs)]));
        }
        let json = tally.json();
        assert_eq!(json[0]["ours"]["medians"]["decode_tok_s"], 20.0);
        assert_eq!(json[0]["ours_over_theirs"]["decode_tok_s"], 4.0);
        assert_eq!(json[0]["theirs"]["rounds"].as_array().unwrap().len(), 3);
        assert!(tally.table().contains("4.00x"), "{}", tally.table());
    }

    #[test]
    fn without_the_other_side_there_is_no_ratio() {
        let mut tally = Tally::default();
        tally.add("decode", OURS, Figures::from([("decode_tok_s", 1.0)]));
        assert_eq!(tally.json()[0]["ours_over_theirs"], json!({}));
        assert!(tally.json()[0].get("theirs").is_none());
    }
}
