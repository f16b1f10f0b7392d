//! Tally: who found the words of this sitting's lines, and how long they were waited for.
//!
//! Owns: the count of lines, shares, and waits by nearest rank. Refuses to know: clocks, where lines come from beyond their records
//! (`voices`), and how the numbers are shown. A wait runs from the player's deed to the first accepted sentence.

use crate::voices::LineRecord;

/// Lines that are kept; beyond it the oldest go, and the numbers tell of those that are left.
pub const LINES_MAX: usize = 4000;
/// Lines that a picture of the last ones shows.
pub const RECENT_MAX: usize = 40;
/// The rank that nearly every wait stays below, in percent.
const MOST_PERCENT: usize = 95;
const _: () = assert!(RECENT_MAX <= LINES_MAX && MOST_PERCENT <= 100);

/// How a line came by its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// The mind's first try was right.
    AtOnce,
    /// A later try of the mind was right.
    Retried,
    /// Written: the mind tried, and no try was right.
    Refused,
    /// Written: no mind was there, or none answered in time.
    Written,
}

impl Came {
    /// In the order in which they are told.
    pub const ALL: [Came; 4] = [Came::AtOnce, Came::Retried, Came::Refused, Came::Written];

    /// Whether the words are a mind's.
    pub fn is_mind(self) -> bool {
        matches!(self, Came::AtOnce | Came::Retried)
    }

    fn of(record: &LineRecord) -> Came {
        // Every accepted try has its cost, and a written line that a mind was asked for is marked.
        let is_mind = !record.fallback && !record.costs.is_empty();
        match (is_mind, record.refused.is_empty()) {
            (true, true) => Came::AtOnce,
            (true, false) => Came::Retried,
            (false, false) => Came::Refused,
            (false, true) => Came::Written,
        }
    }
}

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// How it came by its words.
    pub came: Came,
    /// Tries that were refused.
    pub refused: usize,
    /// How long it was waited for.
    pub wait_ms: u64,
}

/// How long lines are waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// Half of them come within it.
    pub half_ms: u64,
    /// 95 of 100 come within it.
    pub most_ms: u64,
}

/// The lines of one sitting: from the start of the program to its end, whatever is played.
#[derive(Debug, Default)]
pub struct Tally {
    lines: Vec<Line>,
}

impl Tally {
    /// Counts a line.
    pub fn take(&mut self, record: &LineRecord) {
        if self.lines.len() >= LINES_MAX {
            self.lines.remove(0);
        }
        let (came, refused) = (Came::of(record), record.refused.len());
        self.lines.push(Line { came, refused, wait_ms: record.millis_ms });
    }

    /// Lines so far.
    pub fn lines(&self) -> usize {
        self.lines.len()
    }

    /// Lines that came so.
    pub fn count(&self, came: Came) -> usize {
        self.lines.iter().filter(|line| line.came == came).count()
    }

    /// Their share of all lines in whole percent; none while there is no line.
    pub fn percent(&self, came: Came) -> Option<usize> {
        let all = self.lines.len();
        (self.count(came) * 100 + all / 2).checked_div(all)
    }

    /// Tries that were refused.
    pub fn refusals(&self) -> usize {
        self.lines.iter().map(|line| line.refused).sum()
    }

    /// How long lines are waited for, of those alone that a mind found or of all; none while there is no such line.
    pub fn waits(&self, minds_only: bool) -> Option<Waits> {
        let counted = self.lines.iter().filter(|line| !minds_only || line.came.is_mind());
        let mut waits_ms: Vec<u64> = counted.map(|line| line.wait_ms).collect();
        waits_ms.sort_unstable();
        let half_ms = nearest_rank(&waits_ms, 50)?;
        Some(Waits { half_ms, most_ms: nearest_rank(&waits_ms, MOST_PERCENT)? })
    }

    /// The last lines, oldest first.
    pub fn recent(&self) -> &[Line] {
        &self.lines[self.lines.len().saturating_sub(RECENT_MAX)..]
    }
}

/// The least of sorted values that so many percent, 1 to 100, are not above.
fn nearest_rank(sorted: &[u64], percent: usize) -> Option<u64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voices::Cost;

    /// A line as `voices` records it: tries that came back, tries that were refused, and whether a written line was spoken after all.
    fn record(tries: usize, refused: usize, fallback: bool, millis_ms: u64) -> LineRecord {
        LineRecord {
            refused: vec![(String::new(), Vec::new()); refused],
            costs: vec![Cost::default(); tries],
            fallback,
            millis_ms,
            ..LineRecord::default()
        }
    }

    fn tally(records: &[LineRecord]) -> Tally {
        let mut tally = Tally::default();
        records.iter().for_each(|record| tally.take(record));
        tally
    }

    #[test]
    fn a_rank_is_the_nearest_one_and_never_between_two_values() {
        let check = |values: &[u64], half: Option<u64>, most: Option<u64>| {
            assert_eq!((nearest_rank(values, 50), nearest_rank(values, 95)), (half, most), "{values:?}");
        };
        check(&[], None, None);
        check(&[7], Some(7), Some(7));
        check(&[1, 9], Some(1), Some(9));
        check(&[1, 2, 9], Some(2), Some(9));
        let hundred: Vec<u64> = (1..=100).collect();
        check(&hundred, Some(50), Some(95));
        check(&hundred[..20], Some(10), Some(19));
        assert_eq!(nearest_rank(&hundred, 100), Some(100));
    }

    #[test]
    fn a_line_is_counted_by_who_found_its_words() {
        let check = |record: LineRecord, came: Came| assert_eq!(Came::of(&record), came, "{record:?}");
        check(record(1, 0, false, 0), Came::AtOnce);
        check(record(2, 1, false, 0), Came::Retried);
        check(record(3, 3, true, 0), Came::Refused);
        // One try was refused, and the next did not come back in time.
        check(record(1, 1, true, 0), Came::Refused);
        check(record(0, 0, true, 0), Came::Written);
        // Nobody could be asked at all.
        check(record(0, 0, false, 0), Came::Written);
    }

    #[test]
    fn shares_tries_and_waits_add_up() {
        let empty = Tally::default();
        assert_eq!((empty.lines(), empty.percent(Came::AtOnce), empty.waits(false)), (0, None, None));
        let tally = tally(&[
            record(1, 0, false, 800),
            record(1, 0, false, 1200),
            record(2, 1, false, 3000),
            record(3, 3, true, 9000),
            record(0, 0, true, 0),
            record(0, 0, true, 0),
        ]);
        assert_eq!(Came::ALL.map(|came| tally.count(came)), [2, 1, 1, 2]);
        assert_eq!(Came::ALL.map(|came| tally.percent(came)), [Some(33), Some(17), Some(17), Some(33)]);
        assert_eq!((tally.lines(), tally.refusals()), (6, 4));
        assert_eq!(tally.waits(true), Some(Waits { half_ms: 1200, most_ms: 3000 }));
        assert_eq!(tally.waits(false), Some(Waits { half_ms: 800, most_ms: 9000 }));
    }

    #[test]
    fn written_lines_alone_say_nothing_about_a_mind() {
        let tally = tally(&[record(0, 0, true, 0)]);
        assert_eq!(tally.waits(true), None);
        assert_eq!(tally.waits(false), Some(Waits { half_ms: 0, most_ms: 0 }));
        assert_eq!(tally.percent(Came::Written), Some(100));
    }

    #[test]
    fn only_so_many_lines_are_kept_and_fewer_shown() {
        let mut tally = Tally::default();
        (0..LINES_MAX as u64 + 5).for_each(|i| tally.take(&record(1, 0, false, i)));
        assert_eq!((tally.lines(), tally.recent().len()), (LINES_MAX, RECENT_MAX));
        assert_eq!(tally.recent().last().map(|line| line.wait_ms), Some(LINES_MAX as u64 + 4));
        assert_eq!(tally.waits(false).map(|waits| waits.half_ms), Some(4 + LINES_MAX as u64 / 2));
    }
}
