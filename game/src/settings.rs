//! Settings: what the player has chosen for this machine, as one TOML file in the data directory.
//!
//! Owns: the settings' shape, limits and defaults, reading them field by field and writing them so that nothing is lost half-way.
//! Refuses to know: what any setting does, and which actions and keys there are (`window::keys`). A file that is wrong in one place
//! is wrong in that place only: the rest is taken, the place is named, and fields that nobody knows are kept for who does.

use crate::plain::plain;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use toml::{Table, Value};
use toml_text::{key_text, quoted, salvage, string_text, value_text};

mod toml_text;

/// The file's name in the data directory.
pub const FILE_NAME: &str = "settings.toml";
/// Where a file that could not be read at all is put when new settings take its place.
pub const ASIDE_NAME: &str = "settings.toml.old";
/// Largest file that is read.
pub const FILE_BYTES_MAX: usize = 64 * 1024;
/// Size of the whole interface, in percent.
pub const UI_SCALE_PERCENT: RangeInclusive<u16> = 100..=200;
/// Size of what is read, in percent of the interface's.
pub const TEXT_PERCENT: RangeInclusive<u16> = 100..=200;
/// Pace of sentences, in percent.
pub const TEXT_SPEED_PERCENT: RangeInclusive<u16> = 25..=400;
/// A volume, in percent.
pub const VOLUME_PERCENT: RangeInclusive<u16> = 0..=100;
/// Frames drawn in a second at most; 0 is as many as the screen shows.
pub const FRAME_CAPS_FPS: [u16; 7] = [0, 30, 60, 90, 120, 144, 240];
/// Actions with keys of their own.
pub const ACTIONS_MAX: usize = 64;
/// Keys of one action.
pub const KEYS_PER_ACTION_MAX: usize = 4;
/// Longest name of an action or a key, in characters.
pub const KEY_NAME_CHARS_MAX: usize = 32;
/// Troubles told of one file; what is beyond them is still dealt with.
const TROUBLES_MAX: usize = 12;

/// A setting with names in the file.
pub trait Choice: Copy + PartialEq + 'static {
    /// Every value, in the order of the list on the screen.
    const ALL: &'static [Self];
    /// Its name in the file.
    fn name(self) -> &'static str;
}

/// How much is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quality {
    /// For machines without a graphics card.
    Low,
    /// For most.
    #[default]
    Medium,
    /// Everything.
    High,
}

impl Choice for Quality {
    const ALL: &'static [Quality] = &[Quality::Low, Quality::Medium, Quality::High];
    fn name(self) -> &'static str {
        match self {
            Quality::Low => "low",
            Quality::Medium => "medium",
            Quality::High => "high",
        }
    }
}

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

impl Choice for Language {
    const ALL: &'static [Language] = &[Language::English, Language::German];
    fn name(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
        }
    }
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graphics {
    /// How much.
    pub quality: Quality,
    /// Soft shadows.
    pub shadows: bool,
    /// Fog in the distance.
    pub fog: bool,
    /// Light that blooms around flames.
    pub bloom: bool,
    /// Falling snow.
    pub snow: bool,
    /// One of [`FRAME_CAPS_FPS`].
    pub frame_cap: u16,
}

/// How panels look and read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// Within [`UI_SCALE_PERCENT`].
    pub ui_scale_percent: u16,
    /// Within [`TEXT_PERCENT`].
    pub text_percent: u16,
    /// Within [`TEXT_SPEED_PERCENT`].
    pub text_speed_percent: u16,
    /// Ink on white and bolder lines.
    pub high_contrast: bool,
    /// No swaying, no easing camera.
    pub reduced_motion: bool,
    /// Marks and patterns beside every colour.
    pub safe_marks: bool,
    /// Whether villagers near by talk with each other, where a mind finds their words.
    pub ambient_talk: bool,
    /// The interface's language.
    pub language: Language,
}

/// Volumes, each within [`VOLUME_PERCENT`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// Over all others.
    pub master: u16,
    /// Wind, bellows, pots.
    pub wind: u16,
    /// Steps in snow.
    pub steps: u16,
    /// The villagers' motifs.
    pub voices: u16,
    /// The chapel bell.
    pub bell: u16,
}

/// How the window behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pane {
    /// Whether drawing and sound rest while another window has the player's attention.
    pub pause_unfocused: bool,
}

/// Everything the player has chosen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// What is drawn.
    pub graphics: Graphics,
    /// How panels look and read.
    pub interface: Interface,
    /// Volumes.
    pub sound: Sound,
    /// How the window behaves.
    pub window: Pane,
    /// Names of keys by the name of an action, for actions whose keys the player has changed.
    pub keys: BTreeMap<String, Vec<String>>,
    /// Fields of the file that this version does not know, kept as they are.
    unknown: Table,
}

impl Default for Graphics {
    fn default() -> Graphics {
        Graphics {
            quality: Quality::Medium,
            shadows: true,
            fog: true,
            bloom: true,
            snow: true,
            frame_cap: 60,
        }
    }
}

impl Default for Interface {
    fn default() -> Interface {
        Interface {
            ui_scale_percent: 100,
            text_percent: 100,
            text_speed_percent: 100,
            high_contrast: false,
            reduced_motion: false,
            safe_marks: false,
            ambient_talk: true,
            language: Language::English,
        }
    }
}

impl Default for Sound {
    fn default() -> Sound {
        Sound { master: 80, wind: 60, steps: 70, voices: 70, bell: 80 }
    }
}

impl Default for Pane {
    fn default() -> Pane {
        Pane { pause_unfocused: true }
    }
}

/// What was wrong with a settings file; nothing of it stops the game.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The disk says no.
    #[error(
        "{FILE_NAME} cannot be read ({why}), so this game runs with the usual settings. Check that the file is yours."
    )]
    Unreadable {
        /// The system's words.
        why: String,
    },
    /// It is no settings file.
    #[error(
        "{FILE_NAME} is larger than {kib} KiB or no text, so this game runs with the usual settings. The file is left as it is; saving settings puts it aside as {ASIDE_NAME}."
    )]
    Unusable {
        /// The most that is read.
        kib: usize,
    },
    /// A place that is no TOML.
    #[error("{FILE_NAME}, line {line} cannot be understood and was passed over. The rest counts.")]
    Line {
        /// Counted from one.
        line: usize,
    },
    /// A value that cannot be.
    #[error("{FILE_NAME}: {field} cannot be {found}. It takes {wanted}; {instead} is used.")]
    Field {
        /// Its section and name.
        field: String,
        /// What the file says.
        found: String,
        /// What it may say.
        wanted: String,
        /// What is used.
        instead: String,
    },
    /// A name that nobody knows.
    #[error("{FILE_NAME}: {field} is no setting of this version. It is kept.")]
    Unknown {
        /// Its section and name.
        field: String,
    },
}

impl Trouble {
    /// The message that says this in the interface's language, with its arguments.
    pub fn message(&self) -> (&'static str, Vec<(&'static str, String)>) {
        let file = ("file", FILE_NAME.to_string());
        match self {
            Trouble::Unreadable { why } => ("settings-unreadable", vec![file, ("why", why.clone())]),
            Trouble::Unusable { kib } => {
                let aside = ("aside", ASIDE_NAME.to_string());
                ("settings-unusable", vec![file, ("kib", kib.to_string()), aside])
            }
            Trouble::Line { line } => ("settings-line", vec![file, ("line", line.to_string())]),
            Trouble::Field { field, found, wanted, instead } => {
                let (field, found) = (("field", field.clone()), ("found", found.clone()));
                let (wanted, instead) = (("wanted", wanted.clone()), ("instead", instead.clone()));
                ("settings-field", vec![file, field, found, wanted, instead])
            }
            Trouble::Unknown { field } => ("settings-unknown", vec![file, ("field", field.clone())]),
        }
    }
}

/// Why settings were not written; the file is as it was.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
pub struct SaveError {
    /// The file or folder.
    pub path: String,
    /// The system's words.
    pub source: std::io::Error,
}

impl Settings {
    /// The file in a data directory.
    pub fn path(data_dir: &Path) -> PathBuf {
        data_dir.join(FILE_NAME)
    }

    /// Reads the file of a data directory, with what was wrong in it. No file is no trouble.
    pub fn load(data_dir: &Path) -> (Settings, Vec<Trouble>) {
        match read_text(&Settings::path(data_dir)) {
            Ok(Some(text)) => Settings::parse(&text),
            Ok(None) => (Settings::default(), Vec::new()),
            Err(trouble) => (Settings::default(), vec![trouble]),
        }
    }

    /// Reads a file's text, field by field.
    pub fn parse(text: &str) -> (Settings, Vec<Trouble>) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (mut table, mut troubles) = salvage(text);
        let mut settings = Settings::default();
        settings.take(&mut table, &mut troubles);
        for (name, value) in &table {
            match value {
                Value::Table(fields) if SECTIONS.contains(&name.as_str()) => {
                    let named =
                        fields.keys().map(|f| Trouble::Unknown { field: quoted(&format!("{name}.{f}")) });
                    troubles.extend(named);
                }
                _ => troubles.push(Trouble::Unknown { field: quoted(name) }),
            }
        }
        settings.unknown = table;
        troubles.truncate(TROUBLES_MAX);
        (settings, troubles)
    }

    /// Takes every known field out of the table.
    fn take(&mut self, table: &mut Table, troubles: &mut Vec<Trouble>) {
        let mut section = |name: &'static str, take: &mut dyn FnMut(&mut Section<'_>)| {
            let mut fields = match table.remove(name) {
                None => Table::new(),
                Some(Value::Table(fields)) => fields,
                Some(other) => {
                    troubles.push(wrong(name.to_string(), &other, "a section".into(), "the usual".into()));
                    Table::new()
                }
            };
            take(&mut Section { name, fields: &mut fields, troubles });
            if !fields.is_empty() {
                table.insert(name.to_string(), Value::Table(fields));
            }
        };
        let Settings { graphics, interface, sound, window, keys, .. } = self;
        section("graphics", &mut |s| {
            s.choice("quality", &mut graphics.quality);
            s.flag("shadows", &mut graphics.shadows);
            s.flag("fog", &mut graphics.fog);
            s.flag("bloom", &mut graphics.bloom);
            s.flag("snow", &mut graphics.snow);
            s.one_of("frame_cap", &FRAME_CAPS_FPS, &mut graphics.frame_cap);
        });
        section("interface", &mut |s| {
            s.number("ui_scale_percent", UI_SCALE_PERCENT, &mut interface.ui_scale_percent);
            s.number("text_percent", TEXT_PERCENT, &mut interface.text_percent);
            s.number("text_speed_percent", TEXT_SPEED_PERCENT, &mut interface.text_speed_percent);
            s.flag("high_contrast", &mut interface.high_contrast);
            s.flag("reduced_motion", &mut interface.reduced_motion);
            s.flag("safe_marks", &mut interface.safe_marks);
            s.flag("ambient_talk", &mut interface.ambient_talk);
            s.choice("language", &mut interface.language);
        });
        section("sound", &mut |s| {
            s.number("master", VOLUME_PERCENT, &mut sound.master);
            s.number("wind", VOLUME_PERCENT, &mut sound.wind);
            s.number("steps", VOLUME_PERCENT, &mut sound.steps);
            s.number("voices", VOLUME_PERCENT, &mut sound.voices);
            s.number("bell", VOLUME_PERCENT, &mut sound.bell);
        });
        section("window", &mut |s| s.flag("pause_unfocused", &mut window.pause_unfocused));
        section("keys", &mut |s| s.keys(keys));
    }

    /// The file's text.
    pub fn render(&self) -> String {
        let (g, i, s) = (&self.graphics, &self.interface, &self.sound);
        let mut out = String::from(
            "# Emberwick's settings. The game writes this file; it may be edited while the game is closed.\n",
        );
        for (name, value) in &self.unknown {
            if !(value.is_table() && SECTIONS.contains(&name.as_str())) {
                out += &format!("{} = {}\n", key_text(name), value_text(value));
            }
        }
        let mut section = |name: &str, fields: &[(&str, String)]| {
            out += &format!("\n[{name}]\n");
            for (field, value) in fields {
                out += &format!("{} = {value}\n", key_text(field));
            }
            for (field, value) in self.unknown.get(name).and_then(Value::as_table).into_iter().flatten() {
                out += &format!("{} = {}\n", key_text(field), value_text(value));
            }
        };
        section(
            "graphics",
            &[
                ("quality", string_text(g.quality.name())),
                ("shadows", g.shadows.to_string()),
                ("fog", g.fog.to_string()),
                ("bloom", g.bloom.to_string()),
                ("snow", g.snow.to_string()),
                ("frame_cap", g.frame_cap.to_string()),
            ],
        );
        section(
            "interface",
            &[
                ("ui_scale_percent", i.ui_scale_percent.to_string()),
                ("text_percent", i.text_percent.to_string()),
                ("text_speed_percent", i.text_speed_percent.to_string()),
                ("high_contrast", i.high_contrast.to_string()),
                ("reduced_motion", i.reduced_motion.to_string()),
                ("safe_marks", i.safe_marks.to_string()),
                ("ambient_talk", i.ambient_talk.to_string()),
                ("language", string_text(i.language.name())),
            ],
        );
        section(
            "sound",
            &[
                ("master", s.master.to_string()),
                ("wind", s.wind.to_string()),
                ("steps", s.steps.to_string()),
                ("voices", s.voices.to_string()),
                ("bell", s.bell.to_string()),
            ],
        );
        section("window", &[("pause_unfocused", self.window.pause_unfocused.to_string())]);
        let list = |keys: &Vec<String>| keys.iter().map(|k| string_text(k)).collect::<Vec<_>>().join(", ");
        let keys: Vec<(&str, String)> =
            self.keys.iter().map(|(action, keys)| (action.as_str(), format!("[{}]", list(keys)))).collect();
        section("keys", &keys);
        out
    }

    /// Writes the file: beside it first, then in its place, so that a crash leaves the old one or the new one. A file that could
    /// not be read as settings at all is put aside, never overwritten.
    ///
    /// # Errors
    /// [`SaveError`]; the file is as it was.
    pub fn save(&self, data_dir: &Path) -> Result<(), SaveError> {
        let path = Settings::path(data_dir);
        let disk = |source| SaveError { path: path.display().to_string(), source };
        fs::create_dir_all(data_dir).map_err(disk)?;
        let beside = path.with_extension("toml.part");
        let mut file = File::create(&beside).map_err(disk)?;
        file.write_all(self.render().as_bytes()).map_err(disk)?;
        file.sync_all().map_err(disk)?;
        if matches!(read_text(&path), Err(Trouble::Unusable { .. })) {
            fs::rename(&path, data_dir.join(ASIDE_NAME)).map_err(disk)?;
        }
        fs::rename(&beside, &path).map_err(disk)
    }
}

/// The sections there are.
const SECTIONS: [&str; 5] = ["graphics", "interface", "sound", "window", "keys"];

/// The text of a file, `None` where there is none.
fn read_text(path: &Path) -> Result<Option<String>, Trouble> {
    let unreadable = |error: std::io::Error| Trouble::Unreadable { why: plain(&error.to_string()) };
    let mut bytes = Vec::new();
    match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
        Ok(file) => file.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?,
    };
    let unusable = Trouble::Unusable { kib: FILE_BYTES_MAX / 1024 };
    if bytes.len() > FILE_BYTES_MAX {
        return Err(unusable);
    }
    String::from_utf8(bytes).map(Some).map_err(|_| unusable)
}

/// A section being read.
struct Section<'a> {
    name: &'static str,
    fields: &'a mut Table,
    troubles: &'a mut Vec<Trouble>,
}

impl Section<'_> {
    /// Takes a field if its value can be read; what cannot is told, and `into` stays as it is.
    fn field<T>(
        &mut self,
        field: &str,
        into: &mut T,
        wanted: String,
        now: String,
        read: impl Fn(&Value) -> Option<T>,
    ) {
        let Some(value) = self.fields.remove(field) else { return };
        match read(&value) {
            Some(read) => *into = read,
            None => self.troubles.push(wrong(format!("{}.{field}", self.name), &value, wanted, now)),
        }
    }

    fn flag(&mut self, field: &str, into: &mut bool) {
        let now = into.to_string();
        self.field(field, into, "true, false".to_string(), now, Value::as_bool);
    }

    fn number(&mut self, field: &str, range: RangeInclusive<u16>, into: &mut u16) {
        let (wanted, now) = (format!("{}..{}", range.start(), range.end()), into.to_string());
        let whole = |v: &Value| u16::try_from(v.as_integer()?).ok().filter(|n| range.contains(n));
        self.field(field, into, wanted, now, whole);
    }

    fn one_of(&mut self, field: &str, all: &[u16], into: &mut u16) {
        let (wanted, now) = (all.iter().map(u16::to_string).collect::<Vec<_>>().join(", "), into.to_string());
        let whole = |v: &Value| u16::try_from(v.as_integer()?).ok().filter(|n| all.contains(n));
        self.field(field, into, wanted, now, whole);
    }

    fn choice<T: Choice>(&mut self, field: &str, into: &mut T) {
        let wanted = T::ALL.iter().map(|c| c.name()).collect::<Vec<_>>().join(", ");
        let named = |v: &Value| v.as_str().and_then(|s| T::ALL.iter().find(|c| c.name() == s).copied());
        self.field(field, into, wanted, into.name().to_string(), named);
    }

    /// Every action of the section; whether such actions and keys exist is not known here.
    fn keys(&mut self, into: &mut BTreeMap<String, Vec<String>>) {
        let short = |text: &str| !text.is_empty() && text.chars().count() <= KEY_NAME_CHARS_MAX;
        let list = |value: &Value| -> Option<Vec<String>> {
            let keys = value.as_array().filter(|keys| keys.len() <= KEYS_PER_ACTION_MAX)?;
            keys.iter().map(|k| k.as_str().filter(|k| short(k)).map(plain)).collect()
        };
        for (action, value) in std::mem::take(self.fields) {
            match list(&value).filter(|_| short(&action) && into.len() < ACTIONS_MAX) {
                Some(keys) => {
                    into.insert(plain(&action), keys);
                }
                None => {
                    let wanted = format!("[\"…\"], 0..{KEYS_PER_ACTION_MAX}");
                    self.troubles.push(wrong(
                        quoted(&format!("keys.{action}")),
                        &value,
                        wanted,
                        "the usual".into(),
                    ));
                }
            }
        }
    }
}

fn wrong(field: String, found: &Value, wanted: String, instead: String) -> Trouble {
    Trouble::Field { field, found: quoted(&value_text(found)), wanted, instead }
}

#[cfg(test)]
mod tests;
