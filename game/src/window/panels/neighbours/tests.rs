//! Tests of the neighbours before a made-up window: the ways in and out, a node that comes and goes, and no word cut.
//!
//! Owns: those, and a node that says how it is and nothing else. Refuses to know: how a node writes lines.

use super::*;
use crate::link::{Link, LinkConfig};
use crate::tally::{Came, RECENT_MAX};
use crate::voices::{Cost, LineRecord};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use wire::ember::{ModelStatus, StatusResponse, Whereabouts};

/// How long the link may take to notice something.
const NOTICE_WITHIN: Duration = Duration::from_secs(20);

/// A node that is ready and answers nothing but how it is.
struct Node {
    port: u16,
    gone: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Node {
    fn announced_in(dir: &std::path::Path) -> Node {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let whereabouts = Whereabouts { port, pid: std::process::id(), version: wire::EMBER_VERSION };
        let written = serde_json::to_vec(&whereabouts).unwrap();
        std::fs::write(dir.join(wire::WHEREABOUTS_FILE), written).unwrap();
        std::fs::write(dir.join(wire::TOKEN_FILE), "a-token\n").unwrap();
        let gone = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&gone);
        let thread = std::thread::spawn(move || {
            let body = serde_json::to_string(&status()).unwrap();
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            for stream in listener.incoming() {
                if told.load(Ordering::Acquire) {
                    return;
                }
                let mut stream = stream.unwrap();
                let mut head = [0; 4096];
                // A caller may have gone in the meantime.
                if stream.read(&mut head).unwrap_or(0) > 0 {
                    let _ = stream.write_all(answer.as_bytes());
                }
            }
        });
        Node { port, gone, thread }
    }

    fn go(self) {
        self.gone.store(true, Ordering::Release);
        // Wakes it; failing means that it has gone already.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        self.thread.join().unwrap();
    }
}

fn status() -> StatusResponse {
    let model = ModelStatus {
        name: "SmolLM2-135M-Instruct".to_string(),
        id: "smollm2".to_string(),
        hash: "h".to_string(),
        context_len: 2048,
        file_bytes: Some(98_000_000),
    };
    StatusResponse {
        version: wire::EMBER_VERSION,
        daemon_version: "0".to_string(),
        model: Some(model),
        loading: false,
        error: None,
        draining: false,
        waiting: 0,
        running: 0,
        slots: 1,
        queue_max: 1,
        prefill_tokens: 0,
        decode_tokens: 0,
        cache_hit_tokens: 0,
        uptime_ms: 0,
        engine: None,
    }
}

fn button(name: &str) -> Stroke {
    Stroke::named(name).unwrap_or_else(|| panic!("no button {name}"))
}

#[test]
fn the_neighbours_are_opened_and_left_by_keys_mouse_and_gamepad() {
    let library = Library::shipped().unwrap();
    let mut desk = Desk::new(&library, "neighbours", SIZES[0]);
    desk.press(KeyCode::F8);
    assert_eq!(desk.screens.screen, Screen::Neighbours);
    desk.find("Nothing is shared with others yet.");
    desk.press(KeyCode::Escape);
    assert_eq!(desk.screens.screen, Screen::Title);
    desk.screens.begin(SETUP);
    for stroke in [Stroke::Sign('b'), Stroke::Key(KeyCode::F8)] {
        desk.hit(stroke);
        assert_eq!(desk.screens.screen, Screen::Neighbours, "{stroke:?}");
        desk.hit(stroke);
        assert_eq!(desk.screens.screen, Screen::Play, "{stroke:?}");
    }
    desk.press(KeyCode::F1);
    desk.click("B  Neighbours");
    assert_eq!(desk.screens.screen, Screen::Neighbours);
    desk.click("Back");
    assert_eq!(desk.screens.screen, Screen::Play);
    desk.hit(button("pad_right_stick"));
    desk.hit(button("pad_west"));
    assert_eq!(desk.screens.screen, Screen::Neighbours);
    desk.hit(button("pad_east"));
    assert_eq!(desk.screens.screen, Screen::Play);
}

#[test]
fn a_talk_goes_on_behind_the_neighbours() {
    let library = Library::shipped().unwrap();
    let mut desk = Desk::new(&library, "neighbours-talk", SIZES[1]);
    desk.talk();
    desk.type_in("b");
    assert_eq!((desk.screens.screen, desk.screens.line.text().as_str()), (Screen::Play, "b"));
    desk.press(KeyCode::F8);
    assert_eq!(desk.screens.screen, Screen::Neighbours);
    desk.press(KeyCode::Space);
    assert_eq!(desk.screens.screen, Screen::Neighbours, "the space bar turns the page");
    desk.press(KeyCode::Escape);
    assert!(desk.screens.partner().is_some() && desk.screens.screen == Screen::Play);
    assert_eq!(desk.screens.line.text(), "b");
    assert!(desk.screens.tally.count(Came::Written) > 0, "written lines are counted");
}

#[test]
fn a_node_that_goes_away_is_told_on_the_page() {
    let library = Library::shipped().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let node = Node::announced_in(dir.path());
    let config = LinkConfig {
        data_dir: dir.path().to_path_buf(),
        emberd: None,
        line_timeout: NOTICE_WITHIN,
        vocabulary: None,
    };
    let link = Link::start(config).unwrap();
    assert!(link.ready_within(NOTICE_WITHIN), "{:?}", link.state());
    let mut desk = Desk::new(&library, "neighbours-node", SIZES[0]);
    desk.screens.voices = Voices::new(Some(link));
    desk.press(KeyCode::F8);
    desk.find("A mind on this machine finds the words.");
    desk.find("SmolLM2-135M-Instruct");
    desk.find("98 MB");
    desk.find(&format!("127.0.0.1:{}, for this machine only", node.port));
    desk.find("on this machine (nice ");
    node.go();
    let began = Instant::now();
    while desk.screens.voices.node().is_ready() {
        assert!(began.elapsed() < NOTICE_WITHIN, "a lost node is not noticed");
        std::thread::park_timeout(Duration::from_millis(10));
    }
    desk.find("The node stopped answering");
    desk.find("nowhere");
    assert!(!desk.settle().iter().any(|w| w.text().contains("98 MB")));
}

/// Lines of every kind, more than the picture shows.
fn lines(desk: &mut Desk<'_>) {
    for i in 0..=RECENT_MAX {
        let refused = vec![(String::new(), Vec::new()); i % 4];
        let costs = vec![Cost::default(); i % 3];
        let millis_ms = 700 * (i as u64 % 9);
        let line = LineRecord { refused, costs, millis_ms, fallback: i % 5 == 0, ..LineRecord::default() };
        desk.screens.tally.take(&line);
    }
    for came in Came::ALL {
        assert!(desk.screens.tally.count(came) > 0, "{came:?}");
    }
}

#[test]
fn the_whole_page_speaks_both_languages_and_nothing_of_it_is_cut() {
    let library = Library::shipped().unwrap();
    let none = Vec::<String>::new();
    everywhere(|language, size| {
        let mut desk = desk_in(&library, language, size, "neighbours");
        lines(&mut desk);
        for percent in [100, 200] {
            desk.screens.show(Screen::Neighbours);
            desk.view.chosen.settings.interface.text_percent = percent;
            let place = format!("{language:?} at {size:?}, text {percent} %");
            assert_eq!(desk.wrongs(true), none, "{place}");
            for _ in 0..16 {
                desk.screens.key(Press::from(Key::PageDown));
                assert_eq!(desk.wrongs(true), none, "further down, {place}");
            }
        }
        desk.view.chosen.settings.interface.text_percent = 100;
        desk.screens.key(Press::from(Key::End));
        let end = ["neighbours-chart-refused", "common-back"];
        assert_eq!(desk.hidden(&end), none, "the end, {language:?} at {size:?}");
    });
}
