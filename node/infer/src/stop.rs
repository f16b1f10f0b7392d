//! Owns the search for stop strings in text that arrives in pieces. Refuses to know tokens: it holds back exactly the text
//! that may still turn out to be the beginning of a stop string.

/// Finds stop strings across piece borders.
#[derive(Debug, Clone, Default)]
pub struct StopScanner {
    stops: Vec<String>,
    held: String,
}

/// What one piece led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// Text that can be shown now.
    pub text: String,
    /// The stop string that was found, by its place in the list; it and what follows it are dropped.
    pub stopped_by: Option<u16>,
}

impl StopScanner {
    /// A scanner for these strings; empty ones are ignored.
    pub fn new(stops: &[String]) -> Self {
        StopScanner { stops: stops.to_vec(), held: String::new() }
    }

    /// Adds a piece. The earliest stop string wins, and of several at one place the first in the list.
    pub fn push(&mut self, piece: &str) -> Scanned {
        self.held.push_str(piece);
        if let Some((at, stop)) = self.first_stop() {
            self.held.truncate(at);
            return Scanned { text: std::mem::take(&mut self.held), stopped_by: Some(stop) };
        }
        let held_from = self.held.len() - self.undecided_len();
        let kept = self.held.split_off(held_from);
        Scanned { text: std::mem::replace(&mut self.held, kept), stopped_by: None }
    }

    /// Where the first stop string begins, and which it is.
    fn first_stop(&self) -> Option<(usize, u16)> {
        let stops = self.stops.iter().zip(0u16..).filter(|(stop, _)| !stop.is_empty());
        stops.filter_map(|(stop, number)| self.held.find(stop.as_str()).map(|at| (at, number))).min()
    }

    /// Text still held back, when nothing follows any more.
    pub fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    /// Length in bytes of the longest end of the held text that begins a stop string.
    fn undecided_len(&self) -> usize {
        let longest = self
            .stops
            .iter()
            .map(|stop| stop.len().saturating_sub(1))
            .max()
            .unwrap_or(0)
            .min(self.held.len());
        (1..=longest)
            .rev()
            .filter(|len| self.held.is_char_boundary(self.held.len() - len))
            .find(|len| {
                let end = &self.held[self.held.len() - len..];
                self.stops.iter().any(|stop| stop.len() > *len && stop.starts_with(end))
            })
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `pieces`, expects `text` in all and whether it stopped.
    fn check(stops: &[&str], pieces: &[&str], text: &str, stopped: bool) {
        let stops: Vec<String> = stops.iter().map(|stop| (*stop).to_owned()).collect();
        let mut scanner = StopScanner::new(&stops);
        let mut all = String::new();
        for piece in pieces {
            let scanned = scanner.push(piece);
            all.push_str(&scanned.text);
            if scanned.stopped_by.is_some() {
                assert!(stopped, "stopped after {all:?}");
                assert_eq!(all, text);
                return;
            }
        }
        all.push_str(&scanner.finish());
        assert_eq!((all.as_str(), false), (text, stopped));
    }

    #[test]
    fn stops_are_found_across_borders() {
        check(&["END"], &["one E", "N", "D two"], "one ", true);
        check(&["END"], &["one E", "N", "x"], "one ENx", false);
        check(&["END"], &["one EN"], "one EN", false);
        check(&["\n\n"], &["a\n", "b\n", "\nc"], "a\nb", true);
        check(&["aab"], &["a", "a", "a", "b"], "a", true);
        check(&["ab", "b"], &["xa", "b"], "x", true);
        check(&["xyz", "y"], &["x", "y", "z"], "x", true);
        check(&["über"], &["hin", "ü", "ber"], "hin", true);
        check(&["é"], &["caf", "é", "s"], "caf", true);
        check(&[], &["free", " text"], "free text", false);
        check(&[""], &["free"], "free", false);
    }

    #[test]
    fn the_stop_string_is_named() {
        let stops = ["", "bc", "b", "a"].map(str::to_owned);
        let mut scanner = StopScanner::new(&stops);
        assert_eq!(scanner.push("xb").stopped_by, Some(2));
        assert_eq!(StopScanner::new(&stops).push("bc").stopped_by, Some(1), "the first of two at one place");
        assert_eq!(StopScanner::new(&stops).push("cab").stopped_by, Some(3), "the earliest");
        assert_eq!(StopScanner::new(&stops).push("xyz").stopped_by, None);
    }

    #[test]
    fn only_a_possible_beginning_is_held_back() {
        let mut scanner = StopScanner::new(&["<stop>".to_owned()]);
        assert_eq!(scanner.push("hello <").text, "hello ");
        assert_eq!(scanner.push("st").text, "");
        assert_eq!(scanner.push("ring> ").text, "<string> ");
        assert_eq!(scanner.finish(), "");
    }
}
