//! The neighbours: what the machine beside the game does, and how this sitting's lines came about.
//!
//! Owns: that screen. Refuses to know: keys, the node (`link`), and how lines are counted (`tally`).

use super::{Hints, hang, page};
use crate::link::{NodeState, Seen};
use crate::plain::plain;
use crate::tally::{Came, Tally};
use crate::text::app::App;
use crate::text::palette::Palette;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Widest that the page is, and the column of what a figure is, in cells.
const WIDTH_MAX: u16 = 100;
const LABEL_CELLS: usize = 34;
/// Waits, from the shortest to the longest shown.
const BARS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) -> Hints {
    let width = area.width.min(WIDTH_MAX);
    let column = Rect { x: area.x + (area.width - width) / 2, width, ..area };
    let room = usize::from(width).saturating_sub(2);
    let (seen, tally) = (app.voices.seen(), &app.tally);
    let mut lines = hang(" ", palette.text(), &status(&seen, app.voices.has_mind()), palette.text(), room);
    for rows in [machine(&seen), sitting(tally)] {
        lines.push(Line::default());
        for (label, value) in rows {
            let label = format!(" {label:<LABEL_CELLS$}");
            lines.extend(hang(&label, palette.quiet(), &value, palette.text(), room));
        }
    }
    lines.extend(picture(tally, palette));
    page(frame, column, "Neighbours", lines, app, palette);
    vec![("up/down", "scroll"), ("Esc", "back")]
}

/// Whether a mind speaks.
fn status(seen: &Seen, has_mind: bool) -> String {
    match &seen.state {
        NodeState::Off => "No mind is asked in this sitting. Villagers say their written lines.".to_string(),
        NodeState::Missing(why) if seen.was_ready => format!(
            "The node stopped answering: {}. Written lines take over; nothing of the case is lost.",
            plain(why)
        ),
        NodeState::Missing(why) => {
            format!("No node answers on this machine: {}. Villagers say their written lines.", plain(why))
        }
        NodeState::Loading => "The mind is being woken. Written lines until then.".to_string(),
        NodeState::Ready { .. } if has_mind => "A mind on this machine finds the words.".to_string(),
        NodeState::Ready { .. } => {
            "The mind was too slow and rests. Written lines until it has shown that it keeps up.".to_string()
        }
        NodeState::Mute(why) => {
            format!("A node answers but has no mind: {}. Villagers say their written lines.", plain(why))
        }
    }
}

type Rows = Vec<(&'static str, String)>;

fn machine(seen: &Seen) -> Rows {
    let unknown = || "not known".to_string();
    let (model, size) = match &seen.state {
        NodeState::Ready { model, bytes, .. } => {
            (plain(model), bytes.map(|bytes| format!("{} MB", bytes.div_ceil(1_000_000))))
        }
        _ => (unknown(), None),
    };
    let door = seen.site.map(|site| format!("127.0.0.1:{}, for this machine only", site.port));
    let nice = seen.site.and_then(|site| site.nice).map(|nice| match nice {
        1.. => format!("behind everything else (nice {nice})"),
        _ => format!("not behind anything else (nice {nice})"),
    });
    vec![
        ("Model", model),
        ("Size of its file", size.unwrap_or_else(unknown)),
        ("Listens at", door.unwrap_or_else(|| "nowhere".to_string())),
        ("Priority", nice.unwrap_or_else(unknown)),
        ("Shared", "Nothing is shared with others yet.".to_string()),
    ]
}

fn sitting(tally: &Tally) -> Rows {
    let share = |came: Came| match tally.percent(came) {
        Some(percent) => format!("{} ({percent} %)", tally.count(came)),
        None => "0".to_string(),
    };
    let waits = |minds_only: bool| match tally.waits(minds_only) {
        Some(waits) => {
            format!("half within {}, 95 % within {}", seconds(waits.half_ms), seconds(waits.most_ms))
        }
        None => "not known yet".to_string(),
    };
    let label = |came: Came| match came {
        Came::AtOnce => "Found by the mind at once",
        Came::Retried => "Found by the mind, tried again",
        Came::Refused => "Written, the mind's words refused",
        Came::Written => "Written, no mind in time",
    };
    let mut rows = vec![("Lines of this sitting", tally.lines().to_string())];
    rows.extend(Came::ALL.map(|came| (label(came), share(came))));
    rows.push(("Tries of the mind refused", tally.refusals().to_string()));
    rows.push(("Until the mind's first sentence", waits(true)));
    rows.push(("Until anybody's first sentence", waits(false)));
    rows
}

/// The last lines: how long each was waited for, and under it whose words it is in.
fn picture(tally: &Tally, palette: Palette) -> Vec<Line<'static>> {
    let recent = tally.recent();
    let Some(longest_ms) = recent.iter().map(|line| line.wait_ms).max() else { return Vec::new() };
    let about = format!(" The last lines, the longest wait {}:", seconds(longest_ms));
    let (mut bars, mut marks) = (vec![Span::raw(" ")], vec![Span::raw(" ")]);
    for line in recent {
        let (mark, style): (&str, Style) =
            if line.came.is_mind() { ("●", palette.warm()) } else { ("○", palette.quiet()) };
        let step = line.wait_ms * (BARS.len() as u64 - 1) / longest_ms.max(1);
        bars.push(Span::styled(BARS[step as usize], style));
        marks.push(Span::styled(mark, style));
    }
    let legend = " ● the mind's words   ○ written";
    vec![
        Line::default(),
        Line::from(Span::styled(about, palette.quiet())),
        Line::from(bars),
        Line::from(marks),
        Line::from(Span::styled(legend, palette.quiet())),
    ]
}

fn seconds(ms: u64) -> String {
    let tenths = (ms + 50) / 100;
    format!("{}.{} s", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::Site;

    #[test]
    fn every_state_of_the_node_says_what_speaks() {
        let ready = NodeState::Ready { model: "m".into(), hash: "h".into(), bytes: Some(98_000_001) };
        let seen = |state: &NodeState, was_ready| Seen { state: state.clone(), site: None, was_ready };
        let missing = NodeState::Missing("it went away".into());
        for (state, was_ready, has_mind, wanted) in [
            (&ready, true, true, "A mind on this machine finds the words"),
            (&ready, true, false, "too slow and rests"),
            (&missing, true, false, "stopped answering: it went away"),
            (&missing, false, false, "No node answers"),
            (&NodeState::Off, false, false, "No mind is asked"),
            (&NodeState::Loading, false, false, "being woken"),
            (&NodeState::Mute("no model".into()), false, false, "has no mind: no model"),
        ] {
            let said = status(&seen(state, was_ready), has_mind);
            assert!(said.contains(wanted), "{said}");
        }
    }

    #[test]
    fn what_is_not_known_is_said_to_be_so() {
        let state = NodeState::Ready { model: "m".into(), hash: "h".into(), bytes: Some(98_000_001) };
        let site = Some(Site { port: 4567, nice: Some(10) });
        let values = |seen: &Seen| machine(seen).into_iter().map(|(_, value)| value).collect::<Vec<_>>();
        let known = values(&Seen { state, site, was_ready: true });
        let shared = "Nothing is shared with others yet.";
        let nice = "behind everything else (nice 10)";
        assert_eq!(known, ["m", "99 MB", "127.0.0.1:4567, for this machine only", nice, shared]);
        let unknown = values(&Seen::only(NodeState::Loading));
        assert_eq!(unknown, ["not known", "not known", "nowhere", "not known", shared]);
        assert!(sitting(&Tally::default()).iter().any(|(_, value)| value == "not known yet"));
    }
}
