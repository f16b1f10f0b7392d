//! Dates: seconds since 1970 as a date and a time of day, in UTC or as the machine's clock on the wall shows it.
//!
//! Owns: that sum, and the machine's time zone (the only file that reads it). Refuses to know: where the seconds come from.
//! Sources: Howard Hinnant's `civil_from_days`; RFC 9636 for zones, which `tz-rs` reads.

use tz::TimeZone;

/// How moments are told.
#[derive(Debug, Clone, Default)]
pub struct Zone(Option<TimeZone>);

impl Zone {
    /// UTC, and said so.
    pub fn utc() -> Zone {
        Zone(None)
    }

    /// The machine's own, of `TZ` or `/etc/localtime`; UTC where it has none that can be read.
    pub fn of_machine() -> Zone {
        Zone(TimeZone::local().ok())
    }

    /// "2026-01-31 14:05", with " UTC" behind it where that is what it is.
    pub fn words(&self, since_1970_s: u64) -> String {
        let local = |zone: &TimeZone| {
            let at = i64::try_from(since_1970_s).ok()?;
            let offset_s = zone.find_local_time_type(at).ok()?.ut_offset();
            since_1970_s.checked_add_signed(i64::from(offset_s))
        };
        match self.0.as_ref().and_then(local) {
            Some(local_s) => Moment::of(local_s).words(),
            None => format!("{} UTC", Moment::of(since_1970_s).words()),
        }
    }
}

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
    fn a_zone_is_told_with_its_summer_time_and_utc_says_so() {
        let berlin = Zone(Some(TimeZone::from_posix_tz("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()));
        let check = |zone: &Zone, seconds: u64, expected: &str| assert_eq!(zone.words(seconds), expected);
        check(&berlin, 1_769_860_800, "2026-01-31 13:00");
        check(&berlin, 1_782_907_200, "2026-07-01 14:00");
        check(&Zone::utc(), 1_782_907_200, "2026-07-01 12:00 UTC");
        let far = Zone(Some(TimeZone::from_posix_tz("FAR11").unwrap()));
        check(&far, 0, "1970-01-01 00:00 UTC");
        assert!(Zone::of_machine().words(1_782_907_200).starts_with("2026-0"));
    }

    #[test]
    fn known_moments() {
        let check = |seconds: u64, expected: &str| assert_eq!(Moment::of(seconds).words(), expected);
        check(0, "1970-01-01 00:00");
        check(951_782_400, "2000-02-29 00:00");
        check(1_735_689_599, "2024-12-31 23:59");
    }
}
