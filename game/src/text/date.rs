//! Dates: seconds since 1970 as a date and a time of day (UTC).
//!
//! Owns: that sum. Refuses to know: time zones and where the seconds come from. Source: Howard Hinnant's `civil_from_days`.

/// A moment of the Gregorian calendar, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Year.
    pub year: u16,
    /// Month from 1.
    pub month: u8,
    /// Day from 1.
    pub day: u8,
    /// Hour.
    pub hour: u8,
    /// Minute.
    pub minute: u8,
}

impl Moment {
    /// From seconds since 1970.
    pub fn of(since_1970_s: u64) -> Moment {
        let days = since_1970_s / 86_400 + 719_468;
        let of_day = since_1970_s % 86_400;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_index = (5 * day_of_year + 2) / 153;
        let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
        Moment {
            year: (year_of_era + era * 400 + u64::from(month <= 2)).min(9999) as u16,
            month: month as u8,
            day: (day_of_year - (153 * month_index + 2) / 5 + 1) as u8,
            hour: (of_day / 3_600) as u8,
            minute: (of_day / 60 % 60) as u8,
        }
    }

    /// "2026-01-31 14:05".
    pub fn words(self) -> String {
        let Moment { year, month, day, hour, minute } = self;
        format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments() {
        let check = |seconds: u64, expected: &str| assert_eq!(Moment::of(seconds).words(), expected);
        check(0, "1970-01-01 00:00");
        check(951_782_400, "2000-02-29 00:00");
        check(1_735_689_599, "2024-12-31 23:59");
    }
}
