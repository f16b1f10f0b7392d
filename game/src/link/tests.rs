//! Tests of the link: leaving, giving up, losing the node, and lines asked beside the player's own.

use super::stub::Stub;
use super::*;
use wire::ember::SpeakPriority;

/// How long leaving may take: less than any line that is left would.
const LEAVE_WITHIN: Duration = Duration::from_secs(5);

/// How long anything else may take.
const WITHIN: Duration = Duration::from_secs(20);

/// A node that says it is ready and then never finishes a line.
fn stuck_node() -> Stub {
    stub::node(&["bram", "greta"], |_| None)
}

fn request() -> SpeakRequest {
    SpeakRequest {
        version: wire::EMBER_VERSION,
        pack_hash: String::new(),
        villager: "Bram".into(),
        card: String::new(),
        examples: Vec::new(),
        scene: String::new(),
        player_line: "Good day.".into(),
        act: "greets".into(),
        must: Vec::new(),
        may: Vec::new(),
        last_lines: Vec::new(),
        feedback: Vec::new(),
        style: wire::ember::SpeakStyle::Surface,
        try_index: 0,
        seed: 1,
        max_tokens: 9,
        adapter: None,
        priority: SpeakPriority::Play,
        said_by: None,
        words: None,
    }
}

fn link_to(dir: &std::path::Path) -> Link {
    let line_timeout = Duration::from_secs(60);
    let link =
        Link::start(LinkConfig { data_dir: dir.to_path_buf(), emberd: None, line_timeout, vocabulary: None })
            .unwrap();
    assert!(link.ready_within(WITHIN), "{:?}", link.state());
    link
}

#[test]
fn a_node_tells_where_it_is_and_a_lost_one_is_nowhere_but_was_there() {
    let Stub { dir, .. } = stuck_node();
    let link = link_to(dir.path());
    let written = std::fs::read_to_string(dir.path().join(wire::WHEREABOUTS_FILE)).unwrap();
    let whereabouts: wire::ember::Whereabouts = serde_json::from_str(&written).unwrap();
    let ready = link.seen();
    assert_eq!(ready.site.map(|site| site.port), Some(whereabouts.port));
    assert!(matches!(ready.state, NodeState::Ready { bytes: Some(98), .. }), "{ready:?}");
    let seen = Arc::new(Mutex::new(ready));
    let config = LinkConfig {
        data_dir: dir.path().to_path_buf(),
        emberd: None,
        line_timeout: Duration::from_secs(1),
        vocabulary: None,
    };
    let door = door::Door::find(dir.path());
    assert!(door.is_some());
    let cancel = Cancel::default();
    let (adapters, seen_here) = (Arc::default(), Arc::clone(&seen));
    let worker =
        Worker { config, seen: seen_here, adapters, listed: None, child: None, tried: None, door, cancel };
    worker.set(NodeState::Missing("it went away".to_string()));
    let lost = lock(&seen).clone();
    assert_eq!((lost.site, lost.was_ready), (None, true));
    assert!(!lost.state.is_ready());
}

#[test]
#[cfg(unix)]
fn the_system_says_how_far_a_program_steps_behind() {
    assert!(node::niceness(std::process::id()).is_some_and(|nice| (-20..=19).contains(&nice)));
    assert_eq!(node::niceness(0), None);
    assert_eq!(node::niceness(u32::MAX), None);
}

#[test]
fn leaving_in_the_middle_of_a_line_waits_for_nobody() {
    let Stub { dir, asked, .. } = stuck_node();
    let mut link = link_to(dir.path());
    for _ in 0..3 {
        link.ask(request(), Duration::from_secs(60)).unwrap();
    }
    asked.recv_timeout(WITHIN).unwrap();
    let began = Instant::now();
    drop(link);
    assert!(began.elapsed() < LEAVE_WITHIN, "leaving took {:?}", began.elapsed());
}

#[test]
fn what_is_given_up_comes_back_at_once_and_the_next_is_asked() {
    let Stub { dir, asked, .. } = stuck_node();
    let mut link = link_to(dir.path());
    let first = link.ask(request(), Duration::from_secs(60)).unwrap();
    asked.recv_timeout(WITHIN).unwrap();
    link.give_up();
    let answer = link.answer_within(WITHIN).unwrap();
    assert_eq!((answer.ticket, answer.line), (first, Err(DoorError::GivenUp)));
    let second = link.ask(request(), Duration::from_secs(1)).unwrap();
    asked.recv_timeout(WITHIN).unwrap();
    let answer = link.answer_within(WITHIN).unwrap();
    assert_eq!((answer.ticket, answer.line), (second, Err(DoorError::Slow)));
    assert!(link.state().is_ready(), "a slow node is still there");
}

/// Waits for an answer to a line that nobody waits for.
fn answer_aside(link: &mut Link) -> Answer {
    let until = Instant::now() + WITHIN;
    loop {
        if let Some(answer) = link.answer_aside() {
            return answer;
        }
        assert!(Instant::now() < until, "no answer");
        std::thread::park_timeout(Duration::from_millis(1));
    }
}

fn overheard() -> SpeakRequest {
    SpeakRequest { adapter: Some("bram".into()), priority: SpeakPriority::Ambient, ..request() }
}

#[test]
fn lines_beside_the_players_are_answered_while_that_one_is_waited_for() {
    let says = |body: &serde_json::Value| (body["priority"] == "ambient").then(|| "Cold today.".to_string());
    let node = stub::node(&["bram"], says);
    let mut link = link_to(node.dir.path());
    link.ask(request(), WITHIN).unwrap();
    assert_eq!(node.asked.recv_timeout(WITHIN).unwrap()["priority"], "play");
    let tickets: Vec<u64> = (0..IN_FLIGHT_MAX).map(|_| link.ask_aside(overheard()).unwrap()).collect();
    for _ in &tickets {
        let asked = node.asked.recv_timeout(WITHIN).unwrap();
        assert_eq!((&asked["adapter"], &asked["priority"]), (&"bram".into(), &"ambient".into()));
    }
    let mut answered: Vec<u64> = Vec::new();
    for _ in &tickets {
        let answer = answer_aside(&mut link);
        assert_eq!(answer.line.unwrap().text, "Cold today.");
        answered.push(answer.ticket);
    }
    answered.sort_unstable();
    assert_eq!(answered, tickets);
    assert_eq!(link.answer(), None, "the player's line is still waited for");
}

#[test]
fn no_more_than_so_many_are_in_flight_and_all_are_given_up_at_once() {
    let Stub { dir, asked, left, .. } = stuck_node();
    let mut link = link_to(dir.path());
    for _ in 0..IN_FLIGHT_MAX {
        link.ask_aside(overheard()).unwrap();
    }
    assert_eq!(link.ask_aside(overheard()), None);
    for _ in 0..IN_FLIGHT_MAX {
        asked.recv_timeout(WITHIN).unwrap();
    }
    let began = Instant::now();
    link.give_up_asides();
    assert!(began.elapsed() < LEAVE_WITHIN, "giving up took {:?}", began.elapsed());
    for _ in 0..IN_FLIGHT_MAX {
        left.recv_timeout(WITHIN).expect("the node is left alone");
    }
    assert_eq!(link.answer_aside(), None, "what was given up is not answered");
    let until = Instant::now() + WITHIN;
    while link.ask_aside(overheard()).is_none() {
        assert!(Instant::now() < until, "there is room again");
        std::thread::park_timeout(Duration::from_millis(1));
    }
    asked.recv_timeout(WITHIN).unwrap();
    let began = Instant::now();
    drop(link);
    assert!(began.elapsed() < LEAVE_WITHIN, "leaving took {:?}", began.elapsed());
}

#[test]
fn a_line_beside_the_players_from_no_node_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let config = LinkConfig {
        data_dir: dir.path().to_path_buf(),
        emberd: None,
        line_timeout: WITHIN,
        vocabulary: None,
    };
    let mut link = Link::start(config).unwrap();
    let ticket = link.ask_aside(overheard()).unwrap();
    let answer = answer_aside(&mut link);
    assert_eq!(answer.ticket, ticket);
    assert!(matches!(answer.line, Err(DoorError::Unreachable(_))), "{answer:?}");
}

#[test]
fn the_nodes_adapters_are_known_by_name() {
    let node = stuck_node();
    let link = link_to(node.dir.path());
    let until = Instant::now() + WITHIN;
    while !link.has_adapter("bram") {
        assert!(Instant::now() < until, "no adapter is listed");
        std::thread::park_timeout(Duration::from_millis(1));
    }
    assert!(link.has_adapter("greta") && !link.has_adapter("maud") && !link.has_adapter(""));
}

/// A line in the words of a list.
fn in_words() -> SpeakRequest {
    let words = wire::ember::SpeakWords { vocabulary: "h".into(), names: Vec::new(), numbers: Vec::new() };
    SpeakRequest { words: Some(words), ..request() }
}

#[test]
fn a_node_is_sent_the_words_once_and_asked_in_them() {
    let node = stub::node(&[], |_| Some("Cold today.".to_string()));
    let list = VocabularyRequest {
        version: wire::EMBER_VERSION,
        words: "cold today".into(),
        marks: " .".into(),
        endings: Vec::new(),
    };
    let data_dir = node.dir.path().to_path_buf();
    let vocabulary = Some(Arc::new(list.clone()));
    let mut link =
        Link::start(LinkConfig { data_dir, emberd: None, line_timeout: WITHIN, vocabulary }).unwrap();
    assert!(link.ready_within(WITHIN), "{:?}", link.state());
    link.ask(in_words(), WITHIN).unwrap();
    assert!(link.answer_within(WITHIN).unwrap().line.is_ok());
    assert!(node.asked.recv_timeout(WITHIN).unwrap()["words"].is_object());
    assert_eq!(node.taught.recv_timeout(WITHIN).unwrap(), serde_json::to_value(list).unwrap());
    link.ask_aside(in_words()).unwrap();
    assert!(answer_aside(&mut link).line.is_ok());
    assert!(node.taught.try_recv().is_err(), "once is enough");
}

#[test]
fn without_a_list_to_send_a_line_comes_in_any_words() {
    let node = stub::node(&[], |_| Some("Cold today.".to_string()));
    let mut link = link_to(node.dir.path());
    link.ask(in_words(), WITHIN).unwrap();
    assert!(link.answer_within(WITHIN).unwrap().line.is_ok());
    assert!(node.asked.recv_timeout(WITHIN).unwrap()["words"].is_null());
}
