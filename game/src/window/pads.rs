//! Pads: what the hand holds last, and what the buttons of a gamepad are called on it.
//!
//! Owns: the makers whose names for buttons are known, those names, and the choice between keyboard and gamepad. Refuses to know: which
//! button does what (`keys`), what was touched (`hands`), and where a name is shown (`panels::hints`). Sources: the vendor numbers of
//! the USB-IF and what the makers print on their gamepads. Where nobody knows the maker, a button is called by where it lies.

use super::words::Words;
use bevy::input::gamepad::GamepadButton as G;

/// Whose names stand on a gamepad's buttons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Make {
    /// A below, B on the right: Microsoft's, and those made like them.
    Letters,
    /// Figures: Sony's.
    Figures,
    /// B below, A on the right: Nintendo's.
    Mirrored,
    /// Nobody knows.
    #[default]
    Unknown,
}

/// What the hand holds last: slips show its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Held {
    /// The keyboard, or the mouse beside it.
    #[default]
    Keys,
    /// A gamepad.
    Pad(Make),
}

/// Vendor numbers: Microsoft, Logitech, Valve, Sony, Nintendo.
const VENDORS: [(u16, Make); 5] = [
    (0x045e, Make::Letters),
    (0x046d, Make::Letters),
    (0x28de, Make::Letters),
    (0x054c, Make::Figures),
    (0x057e, Make::Mirrored),
];

/// What each button is called, in the order of [`Make`]; a name that is a message's key is said in the player's language.
const NAMES: [(G, [&str; 4]); 12] = [
    (G::South, ["A", "pad-cross", "B", "pad-at-south"]),
    (G::East, ["B", "pad-circle", "A", "pad-at-east"]),
    (G::West, ["X", "pad-square", "Y", "pad-at-west"]),
    (G::North, ["Y", "pad-triangle", "X", "pad-at-north"]),
    (G::LeftTrigger, ["LB", "L1", "L", "LB"]),
    (G::RightTrigger, ["RB", "R1", "R", "RB"]),
    (G::LeftTrigger2, ["LT", "L2", "ZL", "LT"]),
    (G::RightTrigger2, ["RT", "R2", "ZR", "RT"]),
    (G::Select, ["pad-select", "Share", "-", "pad-select"]),
    (G::Start, ["pad-start", "Options", "+", "pad-start"]),
    (G::LeftThumb, ["LS", "L3", "LS", "LS"]),
    (G::RightThumb, ["RS", "R3", "RS", "RS"]),
];

impl Make {
    /// The make of a vendor's gamepads.
    pub fn of(vendor: Option<u16>) -> Make {
        let known = VENDORS.iter().find(|row| Some(row.0) == vendor);
        known.map_or(Make::Unknown, |row| row.1)
    }

    /// What a button is called; `None` where every maker calls it the same.
    pub fn name(self, button: G, words: &Words) -> Option<String> {
        let name = NAMES.iter().find(|row| row.0 == button).map(|row| row.1[self as usize])?;
        Some(if name.starts_with("pad-") { words.say(name, &[]) } else { name.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Choice, Language};
    use crate::window::keys::{PADS, Stroke};

    const MAKES: [Make; 4] = [Make::Letters, Make::Figures, Make::Mirrored, Make::Unknown];

    #[test]
    fn the_same_place_has_every_makers_own_name() {
        let words = Words::default();
        let south = |vendor| Make::of(vendor).name(G::South, &words).unwrap();
        assert_eq!(south(Some(0x045e)), "A");
        assert_eq!(south(Some(0x054c)), "Cross");
        assert_eq!(south(Some(0x057e)), "B");
        assert_eq!(south(Some(0x1234)), "South");
        assert_eq!(south(None), "South");
    }

    #[test]
    fn every_button_has_a_short_name_of_its_own_in_every_language() {
        for (language, make) in Language::ALL.iter().flat_map(|l| MAKES.map(|make| (*l, make))) {
            let words = Words::new(language);
            let shown = PADS.map(|pad| Stroke::Pad(pad.0).short(&words, Held::Pad(make)));
            for (i, name) in shown.iter().enumerate() {
                assert!(!name.is_empty() && !name.starts_with("pad-"), "{language:?} {make:?}: {name}");
                assert!(!shown[..i].contains(name), "{language:?} {make:?}: {name} twice");
            }
        }
    }

    #[test]
    fn keys_keep_their_names_whatever_is_held() {
        let words = Words::default();
        let escape = Stroke::named("escape").unwrap();
        assert_eq!(escape.short(&words, Held::Pad(Make::Letters)), escape.shown(&words));
        assert_eq!(Stroke::Sign('m').short(&words, Held::Keys), "M");
    }
}
