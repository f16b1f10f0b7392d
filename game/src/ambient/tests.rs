//! Tests of the talk around the player: its pace, its bounds, what may be heard, and that nothing comes of it.

use super::*;
use crate::link::stub::{self, Stub};
use crate::link::{Link, LinkConfig};
use crate::voices::Voices;
use engine_sim::cases::Difficulty;
use engine_sim::ids::PlaceId;
use engine_sim::library::Library;
use engine_sim::world::Setup;
use engine_sim::world::event::Command;
use engine_sim::world::hash::hex;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use wire::ember::{SpeakPriority, SpeakResponse};

const SETUP: Setup = Setup { seed: 3, level: Difficulty::Normal };
const FRAME_S: f32 = 0.1;
/// What anybody may say to anybody.
const HARMLESS: [&str; 4] =
    ["Cold today.", "It is a cold morning.", "The snow is deep.", "The wind is cold, and the snow is deep."];

/// Minds that answer when the test says so.
#[derive(Default)]
struct Fakes {
    is_resting: bool,
    adapters: Vec<&'static str>,
    tickets: u64,
    asked: Vec<(u64, SpeakRequest)>,
    answers: Vec<Answer>,
    given_up: usize,
}

impl Minds for Fakes {
    fn is_free(&self) -> bool {
        !self.is_resting
    }
    fn has_adapter(&self, name: &str) -> bool {
        self.adapters.contains(&name)
    }
    fn ask(&mut self, request: SpeakRequest) -> Option<u64> {
        if self.asked.len() >= IN_FLIGHT_MAX {
            return None;
        }
        self.tickets += 1;
        self.asked.push((self.tickets, request));
        Some(self.tickets)
    }
    fn answer(&mut self) -> Option<Answer> {
        self.answers.pop()
    }
    fn give_up(&mut self) {
        self.asked.clear();
        self.answers.clear();
        self.given_up += 1;
    }
}

impl Fakes {
    /// Answers everything that is asked for.
    fn say(&mut self, line: impl Fn(&SpeakRequest) -> Result<String, DoorError>) {
        for (ticket, request) in std::mem::take(&mut self.asked) {
            self.answers.push(Answer { ticket, line: line(&request).map(response) });
        }
    }
}

fn response(text: String) -> SpeakResponse {
    let (model, model_hash) = ("m".to_string(), "h".to_string());
    SpeakResponse {
        text,
        prompt_tokens: 1,
        completion_tokens: 1,
        cached_tokens: 0,
        millis_ms: 1,
        model,
        model_hash,
    }
}

/// One of the harmless lines, another for each seed.
fn harmless(request: &SpeakRequest) -> String {
    HARMLESS[(request.seed >> 32) as usize % HARMLESS.len()].to_string()
}

fn library() -> Library {
    Library::shipped().unwrap()
}

/// The talk, its minds and its world in one.
struct Sitting<'l> {
    world: World<'l>,
    here: Vec<PersonId>,
    minds: Fakes,
    ambient: Ambient,
    small_talk: SmallTalk,
    now_s: f64,
}

impl<'l> Sitting<'l> {
    /// Everybody stands about the player.
    fn new(library: &'l Library) -> Sitting<'l> {
        Sitting {
            world: World::new(library, SETUP).unwrap(),
            here: library.village.people().collect(),
            minds: Fakes::default(),
            ambient: Ambient::default(),
            small_talk: SmallTalk::of(SETUP.seed),
            now_s: 0.0,
        }
    }

    fn step(&mut self) -> Vec<Said> {
        self.now_s += f64::from(FRAME_S);
        let air = Air { world: &self.world, here: &self.here, seconds: FRAME_S };
        self.ambient.step(&mut self.minds, &mut self.small_talk, &air)
    }
}

#[test]
fn several_talk_at_once_within_all_bounds_and_each_in_turn() {
    let library = library();
    let mut sitting = Sitting::new(&library);
    let (mut last_s, mut heard, mut most) = (BTreeMap::new(), Vec::new(), 0);
    for frame in 0..3000 {
        let said = sitting.step();
        let asked = &sitting.minds.asked;
        most = most.max(asked.len());
        let villagers: BTreeSet<&str> = asked.iter().map(|(_, r)| r.villager.as_str()).collect();
        assert_eq!(villagers.len(), asked.len(), "one of a villager: {villagers:?}");
        for said in said {
            let before = last_s.insert(said.who, sitting.now_s);
            let gap_s = before.map_or(f64::MAX, |before| sitting.now_s - before);
            assert!(gap_s >= LINE_GAP_S, "{:?} after {gap_s} s", said.who);
            heard.push(said);
        }
        // The node takes its time.
        if frame % 13 == 0 {
            sitting.minds.say(|request| Ok(harmless(request)));
        }
    }
    assert_eq!(most, IN_FLIGHT_MAX, "several are asked for at once, and never more than these");
    let speakers: BTreeSet<PersonId> = heard.iter().map(|said| said.who).collect();
    assert!(heard.len() > 50 && speakers.len() > 8, "{} lines of {speakers:?}", heard.len());
    assert!(heard.iter().filter(|said| said.by_mind).count() * 2 > heard.len(), "{heard:?}");
}

#[test]
fn the_one_answers_the_other_through_an_adapter_of_their_own_where_there_is_one() {
    let library = library();
    let village = &library.village;
    let mut sitting = Sitting::new(&library);
    sitting.here = ["maud", "tobin"].map(|key| village.person_by_key(key).unwrap()).to_vec();
    sitting.minds.adapters = vec!["tobin", "greta"];
    let mut requests = Vec::new();
    for _ in 0..200 {
        sitting.step();
        requests.extend(sitting.minds.asked.iter().map(|(_, request)| request.clone()));
        sitting.minds.say(|_| Ok(HARMLESS[0].to_string()));
        if requests.len() == 2 {
            break;
        }
    }
    let [first, second] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!((first.villager.as_str(), second.villager.as_str()), ("Maud", "Tobin"));
    assert_eq!((first.adapter.as_deref(), second.adapter.as_deref()), (None, Some("tobin")));
    assert_eq!(second.player_line, HARMLESS[0]);
    let place = village.place(sitting.world.state().player.place).name.clone();
    assert_eq!(
        (&first.may, &second.may),
        (&vec!["Tobin".to_string(), place.clone()], &vec!["Maud".to_string(), place])
    );
    for request in &requests {
        assert_eq!(request.priority, SpeakPriority::Ambient);
        assert!(request.must.is_empty());
    }
}

#[test]
fn nobody_talks_alone_nor_to_an_enemy() {
    let library = library();
    let who = |key: &str| library.village.person_by_key(key).unwrap();
    for here in [vec![], vec![who("maud")], vec![who("osric"), who("nell")]] {
        let mut sitting = Sitting::new(&library);
        sitting.here = here;
        for _ in 0..300 {
            assert_eq!(sitting.step(), []);
            assert!(sitting.minds.asked.is_empty(), "{:?}", sitting.minds.asked);
        }
    }
}

#[test]
fn what_the_judge_refuses_is_never_heard_and_a_written_line_stands_for_it() {
    let library = library();
    let village = &library.village;
    let case = World::new(&library, SETUP).unwrap().state().case.clone();
    let thief = village.name(case.thief).to_string();
    let refused = [
        format!("{thief} took the ember."),
        "I was at the mill at seven.".to_string(),
        "Corwin and Agnes are at the stable.".to_string(),
        "I will give you nine gold.".to_string(),
        "As a language model I cannot say.".to_string(),
        "Das ist kalt.".to_string(),
        "<who> was here.".to_string(),
        "x".repeat(5000),
        String::new(),
    ];
    for line in refused {
        let mut sitting = Sitting::new(&library);
        let mut heard = Vec::new();
        for _ in 0..400 {
            heard.extend(sitting.step());
            sitting.minds.say(|_| Ok(line.clone()));
        }
        assert!(heard.len() >= 8, "{line}: {heard:?}");
        for said in heard {
            assert!(!said.by_mind && said.text != line, "{said:?}");
            let written = crate::small_talk::small_talk(&library.lines, said.who);
            assert!(written.contains(&said.text.as_str()), "{said:?}");
        }
    }
}

#[test]
fn nobody_gives_away_what_they_hide() {
    let library = library();
    let world = World::new(&library, SETUP).unwrap();
    let (case, village) = (&world.state().case, &library.village);
    let thief = case.thief;
    let to = village.people().find(|who| *who != thief).unwrap();
    let pack = pack(&world, thief, to, WEATHER);
    assert_eq!(pack.hidden, case.hides(village, thief));
    assert!(!pack.hidden.is_empty());
    assert!(pack.act.facts.is_empty() && pack.may.is_empty() && pack.may_items.is_empty());
    assert_eq!((pack.may_people.as_slice(), pack.may_places.len()), ([to].as_slice(), 1));
    for who in village.people() {
        let pack = Pack { speaker: who, hidden: case.hides(village, who), ..pack.clone() };
        for text in ["I took the ember.", "I have the ember.", "It was I who took it."] {
            assert!(!may_be_heard(&world, &pack, text), "{}: {text}", village.name(who));
        }
    }
    assert!(may_be_heard(&world, &pack, HARMLESS[0]));
}

#[test]
fn a_node_that_is_late_is_left_in_peace_and_written_lines_stand_in() {
    let library = library();
    let mut sitting = Sitting::new(&library);
    sitting.step();
    assert_eq!(sitting.minds.asked.len(), IN_FLIGHT_MAX);
    sitting.minds.say(|_| Err(DoorError::Slow));
    let said = sitting.step();
    assert!(said.len() == IN_FLIGHT_MAX && said.iter().all(|said| !said.by_mind), "{said:?}");
    let late_s = sitting.now_s;
    while sitting.minds.asked.is_empty() {
        assert_eq!(sitting.step(), []);
        assert!(sitting.now_s < late_s + LATE_REST_S + 1.0, "it is asked again");
    }
    assert!(sitting.now_s >= late_s + LATE_REST_S - 0.2, "after {} s", sitting.now_s - late_s);
}

#[test]
fn a_resting_or_absent_node_is_asked_nothing_and_what_was_asked_is_given_up() {
    let library = library();
    let mut sitting = Sitting::new(&library);
    sitting.step();
    assert!(!sitting.minds.asked.is_empty());
    sitting.minds.is_resting = true;
    for _ in 0..600 {
        assert_eq!(sitting.step(), []);
        assert!(sitting.minds.asked.is_empty());
    }
    assert_eq!(sitting.minds.given_up, 1);
    sitting.minds.is_resting = false;
    let rested_s = sitting.now_s;
    while sitting.minds.asked.is_empty() {
        sitting.step();
        assert!(sitting.now_s < rested_s + QUIET_S + 1.0, "it is asked again");
    }
    assert!(sitting.now_s >= rested_s + QUIET_S - 0.2);
}

#[test]
fn whoever_goes_out_of_earshot_is_not_heard_and_asked_for_once() {
    let library = library();
    let mut sitting = Sitting::new(&library);
    sitting.here.truncate(2);
    sitting.step();
    assert_eq!(sitting.minds.asked.len(), 1);
    let gone = std::mem::take(&mut sitting.here);
    sitting.step();
    sitting.here = gone;
    for _ in 0..50 {
        sitting.step();
        assert_eq!(sitting.minds.asked.len(), 1, "nobody has two in flight");
    }
    sitting.here.clear();
    sitting.minds.say(|_| Ok(HARMLESS[0].to_string()));
    for _ in 0..50 {
        assert_eq!(sitting.step(), []);
    }
}

#[test]
fn whoever_was_heard_by_another_way_is_not_heard_again_at_once() {
    let library = library();
    let mut sitting = Sitting::new(&library);
    sitting.here.truncate(2);
    sitting.step();
    let who = sitting.here[0];
    sitting.ambient.spoke(who);
    sitting.minds.say(|_| Ok(HARMLESS[0].to_string()));
    assert_eq!(sitting.step(), []);
    for _ in 0..40 {
        assert!(sitting.step().iter().all(|said| said.who != who));
        sitting.minds.say(|_| Ok(HARMLESS[0].to_string()));
    }
}

#[test]
fn another_game_begins_in_silence_and_hears_nothing_of_the_last() {
    let library = library();
    let mut sitting = Sitting::new(&library);
    sitting.step();
    sitting.ambient.forget(&mut sitting.minds);
    assert!(!sitting.ambient.is_asking() && sitting.minds.asked.is_empty());
    let stale = Answer { ticket: 1, line: Ok(response(HARMLESS[0].to_string())) };
    sitting.minds.answers.push(stale);
    assert_eq!(sitting.step(), []);
    assert!(sitting.minds.asked.is_empty(), "there is silence first");
}

/// Voices with a node behind them.
fn voices_of(node: &Stub) -> Voices {
    let line_timeout = Duration::from_secs(20);
    let config =
        LinkConfig { data_dir: node.dir.path().to_path_buf(), emberd: None, line_timeout, vocabulary: None };
    let link = Link::start(config).unwrap();
    assert!(link.ready_within(Duration::from_secs(20)), "{:?}", link.state());
    Voices::new(Some(link))
}

/// A world in which the player stands with two or more who talk with each other.
fn company(library: &Library) -> World<'_> {
    let mut world = World::new(library, SETUP).unwrap();
    let talks = |here: &[PersonId]| {
        let free = |a: &PersonId, b: &PersonId| a != b && library.village.tie(*a, *b) != Some(Tie::Feud);
        here.iter().any(|a| here.iter().any(|b| free(a, b)))
    };
    for _ in 0..60 {
        if talks(&world.present()) {
            return world;
        }
        let full: Option<PlaceId> = library.village.place_ids().find(|place| talks(&world.at(*place)));
        let command = full.map_or(Command::Wait { minutes: 15 }, |to| Command::Walk { to });
        world.apply(command).unwrap();
    }
    panic!("nobody ever meets");
}

#[test]
fn a_node_is_heard_and_the_world_never_hears_of_it() {
    let library = library();
    let world = company(&library);
    let before = (hex(&world.hash().total), world.log().len());
    let node = stub::node(&[], |_| Some(HARMLESS[3].to_string()));
    let mut voices = voices_of(&node);
    voices.pin(Some("another".to_string()));
    let (mut ambient, mut small_talk) = (Ambient::default(), SmallTalk::of(SETUP.seed));
    let here = world.present();
    let until = Instant::now() + Duration::from_secs(20);
    let heard = loop {
        let air = Air { world: &world, here: &here, seconds: FRAME_S };
        let said = ambient.step(&mut voices, &mut small_talk, &air);
        if let Some(said) = said.into_iter().find(|said| said.by_mind) {
            break said;
        }
        assert!(Instant::now() < until, "nobody is heard");
        std::thread::park_timeout(Duration::from_millis(1));
    };
    assert_eq!(heard.text, HARMLESS[3]);
    assert!(here.contains(&heard.who));
    assert_eq!((hex(&world.hash().total), world.log().len()), before);
    assert_eq!(voices.model().as_deref(), Some("another"), "no save is pinned to who is only overheard");
    assert!(voices.take_records().is_empty(), "no record tells of it");
}

#[test]
fn when_the_player_speaks_all_is_given_up_and_nothing_is_asked_until_the_answer_is_there() {
    let library = library();
    let mut world = company(&library);
    let says = |body: &serde_json::Value| (body["priority"] != "ambient").then(|| "Good day.".to_string());
    let node = stub::node(&[], says);
    let mut voices = voices_of(&node);
    let (mut ambient, mut small_talk) = (Ambient::default(), SmallTalk::of(SETUP.seed));
    let here = world.present();
    let within = Duration::from_secs(20);
    ambient.step(&mut voices, &mut small_talk, &Air { world: &world, here: &here, seconds: FRAME_S });
    assert!(ambient.is_asking());
    let mut in_flight = ambient.exchanges.iter().filter(|exchange| exchange.asked.is_some()).count();
    while in_flight > 0 {
        in_flight -= usize::from(node.asked.recv_timeout(within).unwrap()["priority"] == "ambient");
    }
    world.apply(Command::Talk { to: here[0] }).unwrap();
    assert!(world.awaiting().is_some());
    voices.step(&mut world).unwrap();
    // Before the line would have been late.
    node.left.recv_timeout(Duration::from_secs(7)).expect("the node is free for the player's line");
    while world.awaiting().is_some() {
        let air = Air { world: &world, here: &here, seconds: FRAME_S };
        assert_eq!(ambient.step(&mut voices, &mut small_talk, &air), []);
        assert!(!ambient.is_asking());
        voices.advance_blocking(&mut world).unwrap();
    }
    for asked in node.asked.try_iter() {
        assert_ne!(asked["priority"], "ambient", "nothing is asked beside the player's line");
    }
}
