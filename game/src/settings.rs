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
use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

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
/// Lines of a file that may be no TOML before the rest is taken as the parser leaves it.
const LINES_PASSED_MAX: usize = 32;
/// Longest piece of a file that a sentence quotes, in characters.
const QUOTE_CHARS_MAX: usize = 40;
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

/// Everything of a text that is TOML. A line that is not is passed over and told, and the text is read again without it: the parser's
/// own recovery would lose what stands after it.
fn salvage(text: &str) -> (Table, Vec<Trouble>) {
    let mut text = text.to_string();
    let mut lines: Vec<usize> = Vec::new();
    let table = loop {
        let (table, errors) = DeTable::parse_recoverable(&text);
        let first = errors.iter().map(|e| e.span().map_or(0, |span| span.start.min(text.len()))).min();
        let Some(at) = first.filter(|_| lines.len() < LINES_PASSED_MAX) else {
            break owned_table(table.get_ref());
        };
        // An error at the very end of a line belongs to that line.
        let from = text.as_bytes()[..at].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
        let to = text.as_bytes()[from..].iter().position(|b| *b == b'\n').map_or(text.len(), |n| from + n);
        let line = 1 + text.as_bytes()[..from].iter().filter(|b| **b == b'\n').count();
        if from == to {
            break owned_table(table.get_ref());
        }
        drop(table);
        text.replace_range(from..to, &" ".repeat(to - from));
        if lines.contains(&line) {
            break owned_table(DeTable::parse_recoverable(&text).0.get_ref());
        }
        lines.push(line);
    };
    lines.sort_unstable();
    (table, lines.into_iter().map(|line| Trouble::Line { line }).collect())
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

/// A piece of the file as a sentence may quote it.
fn quoted(text: &str) -> String {
    let text = plain(text);
    match text.char_indices().nth(QUOTE_CHARS_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

fn owned_table(table: &DeTable<'_>) -> Table {
    table.iter().map(|(name, value)| (name.get_ref().to_string(), owned(value.get_ref()))).collect()
}

fn owned(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        // A number beyond what can be held is wrong wherever it stands; it is kept as it was written.
        DeValue::Integer(n) => match i64::from_str_radix(n.as_str(), n.radix()) {
            Ok(n) => Value::Integer(n),
            Err(_) => Value::String(n.as_str().to_string()),
        },
        DeValue::Float(n) => {
            n.as_str().parse().map_or_else(|_| Value::String(n.as_str().to_string()), Value::Float)
        }
        DeValue::Boolean(truth) => Value::Boolean(*truth),
        DeValue::Datetime(when) => Value::Datetime(*when),
        DeValue::Array(items) => Value::Array(items.iter().map(|item| owned(item.get_ref())).collect()),
        DeValue::Table(table) => Value::Table(owned_table(table)),
    }
}

fn key_text(name: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    if !name.is_empty() && name.bytes().all(bare) { name.to_string() } else { string_text(name) }
}

fn string_text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out += "\\\"",
            '\\' => out += "\\\\",
            c if c.is_control() => out += &format!("\\U{:08X}", u32::from(c)),
            c => out.push(c),
        }
    }
    out + "\""
}

fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) => string_text(text),
        Value::Integer(n) => n.to_string(),
        Value::Float(n) if n.is_nan() => "nan".to_string(),
        Value::Float(n) => format!("{n:?}"),
        Value::Boolean(truth) => truth.to_string(),
        Value::Datetime(when) => when.to_string(),
        Value::Array(items) => format!("[{}]", items.iter().map(value_text).collect::<Vec<_>>().join(", ")),
        Value::Table(fields) => {
            let pair =
                |(name, value): (&String, &Value)| format!("{} = {}", key_text(name), value_text(value));
            format!("{{ {} }}", fields.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(troubles: &[Trouble], name: &str) -> bool {
        troubles.iter().any(|t| matches!(t, Trouble::Field { field, .. } if field == name))
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut settings = Settings::default();
        settings.graphics =
            Graphics { quality: Quality::High, fog: false, frame_cap: 144, ..Graphics::default() };
        settings.interface.language = Language::German;
        settings.interface.ui_scale_percent = 175;
        settings.sound.bell = 0;
        settings.window.pause_unfocused = false;
        settings.keys.insert("zoom_in".into(), vec!["\"".into(), "\\".into(), "ö".into()]);
        settings.keys.insert("odd name".into(), vec![]);
        let (read, troubles) = Settings::parse(&settings.render());
        assert_eq!(troubles, []);
        assert_eq!(read, settings);
        let (read, troubles) = Settings::parse("");
        assert_eq!((read, troubles), (Settings::default(), vec![]));
    }

    #[test]
    fn one_wrong_value_falls_back_alone() {
        let check = |line: &str, name: &str| {
            let section = name.split('.').next().unwrap();
            let text = format!("[{section}]\n{line}\n[sound]\nmaster = 7\n");
            let text = if section == "sound" { format!("[sound]\nmaster = 7\n{line}\n") } else { text };
            let (read, troubles) = Settings::parse(&text);
            let mut expected = Settings::default();
            expected.sound.master = 7;
            assert_eq!(read, expected, "{line}");
            assert!(troubles.len() == 1 && field(&troubles, name), "{line}: {troubles:?}");
        };
        check("fog = \"maybe\"", "graphics.fog");
        check("fog = 1", "graphics.fog");
        check("quality = \"ultra\"", "graphics.quality");
        check("frame_cap = 61", "graphics.frame_cap");
        check("frame_cap = -30", "graphics.frame_cap");
        check("ui_scale_percent = 99", "interface.ui_scale_percent");
        check("ui_scale_percent = 201", "interface.ui_scale_percent");
        check("ui_scale_percent = 99999999999999999999999", "interface.ui_scale_percent");
        check("text_percent = 150.0", "interface.text_percent");
        check("language = \"xx\"", "interface.language");
        check("wind = 101", "sound.wind");
        check("pause_unfocused = []", "window.pause_unfocused");
        check("map = \"m\"", "keys.map");
        check("map = [\"a\", \"b\", \"c\", \"d\", \"e\"]", "keys.map");
        check("map = [1]", "keys.map");
    }

    #[test]
    fn a_line_that_is_no_toml_is_named_and_the_rest_stays() {
        let check = |broken: &str| {
            let text = format!("[graphics]\nshadows = false\n{broken}\nbloom = false\n[sound]\nmaster = 7\n");
            let (read, troubles) = Settings::parse(&text);
            assert!(
                troubles.iter().any(|t| matches!(t, Trouble::Line { line: 3 })),
                "{broken}: {troubles:?}"
            );
            assert!(
                !read.graphics.shadows && !read.graphics.bloom && read.sound.master == 7,
                "{broken}: {read:?}"
            );
            assert!(read.graphics.fog, "{broken}");
        };
        check("fog = maybe");
        check("fog =");
        check("fog");
        check("= false");
        check("shadows = true");
        check("fog = \"open");
    }

    #[test]
    fn a_section_of_the_wrong_kind_is_told_once() {
        let (read, troubles) = Settings::parse("graphics = 3\n[sound]\nmaster = 7\n");
        assert!(troubles.len() == 1 && field(&troubles, "graphics"), "{troubles:?}");
        assert_eq!((read.graphics, read.sound.master), (Graphics::default(), 7));
    }

    #[test]
    fn unknown_fields_are_named_and_kept() {
        let text = "later = { a = 1, b = [1.5, \"x\\u001by\"] }\n[sound]\nharp = 30\nmaster = 7\n[odd]\n'a key' = 1979-05-27\n";
        let (read, troubles) = Settings::parse(text);
        let unknown: Vec<&str> = troubles
            .iter()
            .map(|t| match t {
                Trouble::Unknown { field } => field.as_str(),
                other => panic!("{other}"),
            })
            .collect();
        assert_eq!(unknown, ["later", "odd", "sound.harp"]);
        let (again, _) = Settings::parse(&read.render());
        assert_eq!(again, read);
        assert!(read.render().contains("harp = 30") && read.render().contains("1979-05-27"));
    }

    #[test]
    fn what_a_sentence_quotes_is_short_and_harmless() {
        let text = format!("[graphics]\nquality = \"{}\\u001b[2J\"\n", "x".repeat(5000));
        let (_, troubles) = Settings::parse(&text);
        let said = troubles[0].to_string();
        assert!(said.chars().count() < 200 && !said.contains('\u{1b}'), "{said}");
        let many: String = (0..500).map(|n| format!("u{n} = 1\n")).collect();
        assert_eq!(Settings::parse(&many).1.len(), TROUBLES_MAX);
    }

    #[test]
    fn no_text_whatever_stops_the_game() {
        let good = Settings::default().render();
        for at in (0..good.len()).filter(|at| good.is_char_boundary(*at)) {
            for piece in ["", "\"", "[", "\0", "=", "\n[", "é"] {
                let text = format!("{}{piece}{}", &good[..at], &good[(at + 1).min(good.len())..]);
                let (read, _) = Settings::parse(&text);
                assert!(UI_SCALE_PERCENT.contains(&read.interface.ui_scale_percent));
            }
        }
        let deep = format!("x = {}", "[".repeat(FILE_BYTES_MAX / 2));
        assert!(!Settings::parse(&deep).1.is_empty());
    }

    #[test]
    fn files_that_are_no_settings_give_the_usual_and_are_put_aside() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Settings::load(dir.path()), (Settings::default(), vec![]));
        let path = Settings::path(dir.path());
        for bytes in [vec![b'#'; FILE_BYTES_MAX + 1], vec![0xff, 0xfe]] {
            fs::write(&path, &bytes).unwrap();
            let (read, troubles) = Settings::load(dir.path());
            assert_eq!(read, Settings::default());
            assert!(matches!(troubles[..], [Trouble::Unusable { .. }]), "{troubles:?}");
            read.save(dir.path()).unwrap();
            assert_eq!(fs::read(dir.path().join(ASIDE_NAME)).unwrap(), bytes);
            assert_eq!(Settings::load(dir.path()), (Settings::default(), vec![]));
        }
        assert!(!dir.path().join("settings.toml.part").exists());
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(matches!(Settings::load(dir.path()).1[..], [Trouble::Unreadable { .. }]));
        let error = Settings::default().save(dir.path()).unwrap_err();
        assert!(error.to_string().contains(FILE_NAME), "{error}");
    }
}
