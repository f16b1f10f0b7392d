//! Time: minutes, and the half-hour slots in which villagers speak of the evening.
//!
//! Owns: `Minute` (the tick), `Slot` (the half-hour of testimony) and how a slot is said and read.
//! Refuses to know: the machine's clock.

use rkyv::{Archive, Deserialize, Serialize};

/// One tick: a minute since midnight before the evening of the theft (day 0). Day 1 is the day of the investigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Archive, Serialize, Deserialize)]
#[rkyv(derive(Debug, PartialEq, Eq, PartialOrd, Ord), attr(allow(missing_docs)))]
pub struct Minute(pub u32);

/// Minutes in a day.
pub const DAY_MIN: u32 = 24 * 60;
/// First minute of the evening that is simulated (day 0, 16:00).
pub const EVENING_START: Minute = Minute(16 * 60);
/// Number of half-hour slots in the evening: 16:00 to 22:00.
pub const SLOTS: u8 = 12;
/// Minutes in a slot.
pub const SLOT_MIN: u32 = 30;
/// The investigation begins (day 1, 08:00).
pub const MORNING: Minute = Minute(DAY_MIN + 8 * 60);
/// The investigation must end (day 1, 20:00): without the ember the village freezes.
pub const DEADLINE: Minute = Minute(DAY_MIN + 20 * 60);

/// A half-hour of the evening, 0 (16:00) to `SLOTS - 1` (21:30). What villagers and the player call "at half past seven".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Archive, Serialize, Deserialize)]
#[rkyv(derive(Debug, PartialEq, Eq, PartialOrd, Ord), attr(allow(missing_docs)))]
pub struct Slot(pub u8);

impl Slot {
    /// Every slot of the evening in order.
    pub fn all() -> impl DoubleEndedIterator<Item = Slot> + Clone {
        (0..SLOTS).map(Slot)
    }
    /// The slot's first minute on day 0.
    pub fn start(self) -> Minute {
        Minute(EVENING_START.0 + u32::from(self.0) * SLOT_MIN)
    }
    /// The slot that holds a minute of day 0's evening.
    pub fn of(minute: Minute) -> Option<Slot> {
        let since = minute.0.checked_sub(EVENING_START.0)?;
        let slot = u8::try_from(since / SLOT_MIN).ok()?;
        (slot < SLOTS).then_some(Slot(slot))
    }
    /// The time as it is said: "half past seven", "seven".
    pub fn words(self) -> String {
        let minute = self.start().0;
        // 12 for midnight and noon.
        let hour = SMALL_WORDS[((minute / 60 + 11) % 12 + 1) as usize];
        if minute.is_multiple_of(60) { hour.to_string() } else { format!("half past {hour}") }
    }
    /// The time as it is written on a board or in JSON: "19:30".
    pub fn clock(self) -> String {
        self.start().clock()
    }
    /// Reads "19:30" or "19:00" back.
    pub fn parse_clock(text: &str) -> Option<Slot> {
        let (hour, minute) = text.split_once(':')?;
        let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
        if hour >= 24 || (minute != 0 && minute != 30) {
            return None;
        }
        Slot::of(Minute(hour * 60 + minute))
    }
    /// The slot before, if it is still in the evening.
    pub fn before(self) -> Option<Slot> {
        self.0.checked_sub(1).map(Slot)
    }
    /// The slot after, if it is still in the evening.
    pub fn after(self) -> Option<Slot> {
        (self.0 + 1 < SLOTS).then_some(Slot(self.0 + 1))
    }
}

impl Minute {
    /// "HH:MM" of this minute's day.
    pub fn clock(self) -> String {
        let minute = self.0 % DAY_MIN;
        format!("{:02}:{:02}", minute / 60, minute % 60)
    }
    /// The minute `minutes` later.
    pub fn plus(self, minutes: u32) -> Minute {
        Minute(self.0 + minutes)
    }
}

/// Numbers under twenty in words, by value.
pub(crate) const SMALL_WORDS: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
/// Whole tens in words, by their tens digit; the first two have none of their own.
pub(crate) const TENS_WORDS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// A whole number in words, as villagers say it (0 to 99; larger numbers in digits).
pub fn number_words(number: u32) -> String {
    match number {
        0 => "no".to_string(),
        1..20 => SMALL_WORDS[number as usize].to_string(),
        20..100 if number.is_multiple_of(10) => TENS_WORDS[(number / 10) as usize].to_string(),
        20..100 => format!("{}-{}", TENS_WORDS[(number / 10) as usize], SMALL_WORDS[(number % 10) as usize]),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_say_and_read_their_time() {
        assert_eq!(Slot(0).words(), "four");
        assert_eq!(Slot(7).words(), "half past seven");
        assert_eq!(Slot(7).clock(), "19:30");
        for slot in Slot::all() {
            assert_eq!(Slot::parse_clock(&slot.clock()), Some(slot));
            assert_eq!(Slot::of(slot.start().plus(SLOT_MIN - 1)), Some(slot));
        }
        assert_eq!(Slot::parse_clock("22:00"), None);
        assert_eq!(Slot::parse_clock("19:15"), None);
        assert_eq!(Slot(0).before(), None);
        assert_eq!(number_words(47), "forty-seven");
    }
}
