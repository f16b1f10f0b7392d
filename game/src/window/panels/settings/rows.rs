//! The rows of the settings screen: which there are, what they are called, and how a step changes them.
//!
//! Owns: that table. Refuses to know: how rows look (`draw`) and which is chosen.

use crate::settings::{
    Choice, FRAME_CAPS_FPS, Language, Quality, Settings, TEXT_PERCENT, TEXT_SPEED_PERCENT, UI_SCALE_PERCENT,
    VOLUME_PERCENT,
};
use crate::window::apply::{Chosen, preset};
use crate::window::keys::{Action, Bindings};
use crate::window::words::Words;
use std::ops::RangeInclusive;

/// Steps of percentages.
const STEP_PERCENT: u16 = 10;
const SPEED_STEP_PERCENT: u16 = 25;

/// The tabs, by their messages.
pub(super) const TABS: [&str; 5] =
    ["settings-graphics", "settings-interface", "settings-sound", "settings-window", "settings-keys"];

/// A row of the screen.
#[derive(Clone)]
pub(super) enum Row {
    Quality,
    Flag(&'static str, fn(&mut Settings) -> &mut bool),
    Percent(&'static str, RangeInclusive<u16>, u16, fn(&mut Settings) -> &mut u16),
    FrameCap,
    Language,
    FullScreen,
    Keys(Action),
    Reset,
}

/// The rows of a tab.
pub(super) fn rows(tab: usize) -> Vec<Row> {
    fn volume(name: &'static str, of: fn(&mut Settings) -> &mut u16) -> Row {
        Row::Percent(name, VOLUME_PERCENT, STEP_PERCENT, of)
    }
    let mut rows = match tab {
        0 => vec![
            Row::Quality,
            Row::Flag("settings-shadows", |s| &mut s.graphics.shadows),
            Row::Flag("settings-fog", |s| &mut s.graphics.fog),
            Row::Flag("settings-bloom", |s| &mut s.graphics.bloom),
            Row::Flag("settings-snow", |s| &mut s.graphics.snow),
            Row::FrameCap,
        ],
        1 => vec![
            Row::Percent("settings-ui-scale", UI_SCALE_PERCENT, STEP_PERCENT, |s| {
                &mut s.interface.ui_scale_percent
            }),
            Row::Percent("settings-text-size", TEXT_PERCENT, STEP_PERCENT, |s| &mut s.interface.text_percent),
            Row::Percent("settings-text-speed", TEXT_SPEED_PERCENT, SPEED_STEP_PERCENT, |s| {
                &mut s.interface.text_speed_percent
            }),
            Row::Flag("settings-high-contrast", |s| &mut s.interface.high_contrast),
            Row::Flag("settings-reduced-motion", |s| &mut s.interface.reduced_motion),
            Row::Flag("settings-safe-marks", |s| &mut s.interface.safe_marks),
            Row::Flag("settings-ambient-talk", |s| &mut s.interface.ambient_talk),
            Row::Language,
        ],
        2 => vec![
            volume("settings-volume-master", |s| &mut s.sound.master),
            volume("settings-volume-wind", |s| &mut s.sound.wind),
            volume("settings-volume-steps", |s| &mut s.sound.steps),
            volume("settings-volume-voices", |s| &mut s.sound.voices),
            volume("settings-volume-bell", |s| &mut s.sound.bell),
        ],
        3 => vec![Row::FullScreen, Row::Flag("settings-pause-unfocused", |s| &mut s.window.pause_unfocused)],
        _ => Action::all().map(Row::Keys).collect(),
    };
    rows.push(Row::Reset);
    rows
}

/// The next value of a list after `by` steps: around its end where it goes around, else no further.
pub(super) fn stepped(at: usize, by: i32, len: usize, around: bool) -> usize {
    let next = at as i32 + by;
    if around { next.rem_euclid(len as i32) as usize } else { next.clamp(0, len as i32 - 1) as usize }
}

pub(super) fn choose<T: Choice>(now: T, by: i32, around: bool) -> T {
    let at = T::ALL.iter().position(|value| *value == now).unwrap_or(0);
    T::ALL[stepped(at, by, T::ALL.len(), around)]
}

/// Changes a row's value by so many steps.
pub(super) fn change(row: &Row, settings: &mut Settings, by: i32, around: bool) {
    match row {
        Row::Quality => {
            let quality = choose::<Quality>(settings.graphics.quality, by, around);
            if quality != settings.graphics.quality {
                preset(&mut settings.graphics, quality);
            }
        }
        Row::Flag(_, of) => {
            let flag = of(settings);
            *flag = !*flag;
        }
        Row::Percent(_, range, step, of) if !around => {
            let value = of(settings);
            let next = i32::from(*value) + by * i32::from(*step);
            *value = next.clamp(i32::from(*range.start()), i32::from(*range.end())) as u16;
        }
        Row::FrameCap => {
            let cap = &mut settings.graphics.frame_cap;
            let at = FRAME_CAPS_FPS.iter().position(|fps| fps == cap).unwrap_or(0);
            *cap = FRAME_CAPS_FPS[stepped(at, by, FRAME_CAPS_FPS.len(), around)];
        }
        Row::Language => {
            settings.interface.language = choose::<Language>(settings.interface.language, by, true);
        }
        Row::Percent(..) | Row::FullScreen | Row::Keys(_) | Row::Reset => {}
    }
}

/// Gives a tab its usual values.
pub(super) fn reset(tab: usize, chosen: &mut Chosen) {
    let usual = Settings::default();
    let settings = &mut chosen.settings;
    match tab {
        0 => settings.graphics = usual.graphics,
        1 => settings.interface = usual.interface,
        2 => settings.sound = usual.sound,
        3 => settings.window = usual.window,
        _ => {
            chosen.bindings = Bindings::default();
            chosen.bindings.store(&mut settings.keys);
        }
    }
}

/// What a row is called, and what its value is called.
pub(super) fn said(row: &Row, settings: &mut Settings, words: &Words) -> (String, String) {
    match row {
        Row::Quality => {
            let value = format!("settings-quality-{}", settings.graphics.quality.name());
            (words.plain("settings-quality"), words.say(&value, &[]))
        }
        Row::Flag(name, of) => {
            let value = if *of(settings) { words.plain("common-on") } else { words.plain("common-off") };
            (words.say(name, &[]), value)
        }
        Row::Percent(name, _, _, of) => {
            let value = words.say("common-percent", &[("value", (*of(settings)).into())]);
            (words.say(name, &[]), value)
        }
        Row::FrameCap => {
            let value = match settings.graphics.frame_cap {
                0 => words.plain("settings-frame-cap-none"),
                cap => words.say("settings-frame-cap-value", &[("count", cap.into())]),
            };
            (words.plain("settings-frame-cap"), value)
        }
        Row::Language => {
            let own = Words::own_name(settings.interface.language);
            (words.plain("settings-language"), own.to_string())
        }
        Row::FullScreen => (words.plain("action-full-screen"), String::new()),
        Row::Keys(action) => (words.say(&action.message(), &[]), String::new()),
        Row::Reset => (words.plain("settings-reset"), String::new()),
    }
}
