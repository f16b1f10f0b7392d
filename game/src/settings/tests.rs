//! Tests of the settings: what one wrong place in the file costs.

use super::*;

fn field(troubles: &[Trouble], name: &str) -> bool {
    troubles.iter().any(|t| matches!(t, Trouble::Field { field, .. } if field == name))
}

#[test]
fn what_is_written_is_read_again() {
    let graphics = Graphics { quality: Quality::High, fog: false, frame_cap: 144, ..Graphics::default() };
    let mut settings = Settings { graphics, ..Settings::default() };
    settings.interface.language = Language::German;
    settings.interface.ui_scale_percent = 175;
    settings.interface.ambient_talk = false;
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
    check("ambient_talk = \"loud\"", "interface.ambient_talk");
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
        assert!(troubles.iter().any(|t| matches!(t, Trouble::Line { line: 3 })), "{broken}: {troubles:?}");
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
