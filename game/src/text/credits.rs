//! Credits: who and what the game is made of, and under which licences.
//!
//! Owns: reading `assets/credits.txt`. Refuses to know: where it is drawn, and the window's words for the headings.

const CREDITS: &str = include_str!("../../../assets/credits.txt");

/// Some parts that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Names the heading's message in the window.
    pub key: &'static str,
    /// The heading in English.
    pub heading: &'static str,
    /// The parts.
    pub rows: Vec<Row>,
}

/// One part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name, or names.
    pub name: &'static str,
    /// What it does here.
    pub what: &'static str,
    /// Under which licence.
    pub licence: &'static str,
}

/// Everything, in order.
pub fn sections() -> Vec<Section> {
    read(CREDITS)
}

fn read(text: &'static str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(';')) {
        if let Some((key, heading)) = line.strip_prefix("# ").and_then(|line| line.split_once(' ')) {
            sections.push(Section { key, heading, rows: Vec::new() });
        } else if let Some(section) = sections.last_mut() {
            let mut cells = line.splitn(3, '|').map(str::trim);
            let mut cell = || cells.next().unwrap_or_default();
            section.rows.push(Row { name: cell(), what: cell(), licence: cell() });
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_whole() {
        let sections = sections();
        assert!(sections.len() >= 5);
        for section in &sections {
            assert!(
                !section.rows.is_empty() && section.key.bytes().all(|b| b.is_ascii_lowercase()),
                "{section:?}"
            );
            for row in &section.rows {
                assert!(![row.name, row.what, row.licence].contains(&""), "{row:?}");
            }
        }
        assert_eq!(read("; remark\n# a B c\nx | y | z | w\n")[0].rows[0].licence, "z | w");
    }

    #[test]
    fn every_part_that_the_workspace_is_built_from_is_named() {
        let manifest = include_str!("../../../Cargo.toml");
        let table = manifest.split("[workspace.dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
        let names = table
            .lines()
            .filter_map(|line| line.split_once(" = "))
            .filter(|(_, value)| !value.contains("path ="));
        let named: Vec<&str> =
            sections().iter().flat_map(|s| &s.rows).flat_map(|row| row.name.split(", ")).collect();
        let names: Vec<&str> =
            names.map(|(name, _)| name).filter(|name| !name.starts_with(['#', ' '])).collect();
        assert!(names.len() > 20, "{names:?}");
        for name in names {
            assert!(named.contains(&name), "{name} has no row in assets/credits.txt");
        }
    }

    #[test]
    fn every_face_and_the_model_are_named() {
        let text = CREDITS;
        for (name, licence) in [
            ("Literata", "SIL Open Font"),
            ("Source Sans 3", "SIL Open Font"),
            ("Caveat", "SIL Open Font"),
            ("SmolLM2", "Apache-2.0"),
        ] {
            let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}"));
            assert!(line.contains(licence), "{line}");
        }
    }
}
