//! `reader_train [--cross] SUITE.jsonl…`: learns the reader's weights from suites and from the written lines, and prints them.
//!
//! Owns: which lines teach, and the learning (an averaged perceptron with a margin: integers only, the same table on every
//! machine). Refuses to know: the rules; how a trait is read off a line (`judge::reader`). With `--cross` it prints instead
//! what the reader would add to the rules on each set when it has learnt from all the others (empty `reader.tsv` first).
//! Source: Freund and Schapire, "Large margin classification using the perceptron algorithm", 1999.

use engine_sim::ids::PersonId;
use engine_sim::library::Library;
use engine_sim::snapshot::json::parse_judge_line;
use engine_sim::talk::judge::{Traits, ViolationKind, Weights, judge, traits};
use std::collections::{BTreeMap, BTreeSet};

/// Rounds over all lines.
const ROUNDS: u32 = 20;
/// How far on the right side of nought a line has to be before it teaches nothing more.
const MARGIN: i64 = 300;
/// What the averages are multiplied by before they are cut to integers.
const SCALE: i64 = 4;
/// Fewest lines that a trait has to occur in.
const LINES_MIN: usize = 4;
/// Fewest sets: a habit of one writer teaches nothing.
const SETS_MIN: usize = 2;
/// Least weight that is kept: lighter ones are many and change nothing.
const WEIGHT_MIN: i32 = 40;
/// The bars that `--cross` tries.
const TRIED: [i32; 8] = [300, 450, 600, 750, 900, 1050, 1200, 1500];

/// Kinds that no run of words gives away: such lines teach nothing.
const SILENT: &[ViolationKind] = &[
    ViolationKind::MissingFact,
    ViolationKind::WrongNumber,
    ViolationKind::WrongTime,
    ViolationKind::WrongPerson,
    ViolationKind::WrongPlace,
    ViolationKind::WrongPolarity,
    ViolationKind::OffLanguage,
    ViolationKind::TooLong,
    ViolationKind::Empty,
    ViolationKind::Repetition,
    ViolationKind::Markup,
];

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

struct Lesson {
    traits: Traits,
    /// Who wrote it.
    set: String,
    wrong: bool,
    teaches: bool,
    /// Whether the judge lets it through.
    passes: bool,
}

fn main() -> Outcome<()> {
    let (flags, paths): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let library = Library::shipped()?;
    let mut lessons = suites(&library, &paths)?;
    lessons.extend(written(&library));
    if flags.iter().any(|f| f == "--cross") {
        cross(&lessons);
        return Ok(());
    }
    for (key, weight) in learn(&lessons, "") {
        println!("{key}\t{weight}");
    }
    Ok(())
}

fn suites(library: &Library, paths: &[String]) -> Outcome<Vec<Lesson>> {
    let mut lessons = Vec::new();
    for path in paths {
        let stem = std::path::Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let stem = stem.replace("_adversarial", "").replace("_honest", "");
        for row in std::fs::read_to_string(path)?.lines().filter(|r| !r.trim().is_empty()) {
            let Ok(line) = parse_judge_line(&library.village, row) else { continue };
            let writer = line.id.split(['a', 'h']).next().unwrap_or_default();
            lessons.push(Lesson {
                traits: traits(&library.village, &library.vocabulary, &line.pack, &line.text),
                set: format!("{stem} {writer}"),
                wrong: !line.expect.is_empty(),
                teaches: line.expect.first().is_none_or(|kind| !SILENT.contains(kind)),
                passes: judge(&library.village, &library.vocabulary, &line.pack, &line.text).ok(),
            });
        }
    }
    Ok(lessons)
}

/// The written lines, honest by construction, with stand-ins in their holes.
fn written(library: &Library) -> Vec<Lesson> {
    let village = &library.village;
    let mut lessons = Vec::new();
    for (who, key, text) in library.lines.all() {
        let stand_in = |not: PersonId| village.people().find(|p| *p != who && *p != not);
        let (Some(other), source) = (stand_in(who), village.keeper()) else { continue };
        let name = village.name(other);
        let mut text = text.to_string();
        for (hole, said) in [
            ("{fact}", format!("{name} was at the mill at seven").as_str()),
            ("{gold}", "six"),
            ("{item}", "an iron lamp"),
            ("{theitem}", "the iron lamp"),
            ("{readings}", "the mill or the lamp"),
            ("{source}", village.name(source)),
            ("{topic}", "the weather"),
            ("{when}", "at seven"),
            ("{where}", "at the mill"),
            ("{who}", name),
        ] {
            text = text.replace(hole, said);
        }
        let id = |p: PersonId| village.villager(p).id.clone();
        let act = key.split('.').next().filter(|a| *a != "murmur").unwrap_or("banter");
        let row = serde_json::json!({
            "speaker": id(who), "act": act, "text": text, "item": "lamp", "gold": 6, "may_names": [id(source)],
            "must": [{"fact": "was", "who": id(other), "place": "mill", "at": "19:00"}],
        });
        let Ok(line) = parse_judge_line(village, &row.to_string()) else { continue };
        let traits = traits(village, &library.vocabulary, &line.pack, &line.text);
        let set = format!("written {}", id(who));
        // Its stand-ins are not its pack's: only the reader's view of it counts.
        lessons.push(Lesson { traits, set, wrong: false, teaches: true, passes: true });
    }
    lessons
}

/// The weights, by trait, from all sets but one.
fn learn(lessons: &[Lesson], held: &str) -> Weights {
    let taught: BTreeMap<(bool, &Traits), &str> = lessons
        .iter()
        .filter(|l| l.teaches && l.set != held)
        .map(|l| ((l.wrong, &l.traits), l.set.as_str()))
        .collect();
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    let mut sets: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for ((_, traits), set) in &taught {
        for name in traits.names() {
            *lines.entry(name).or_default() += 1;
            sets.entry(name).or_default().insert(*set);
        }
    }
    let knows = |name: &str| {
        lines.get(name).is_some_and(|n| *n >= LINES_MIN)
            && sets.get(name).is_some_and(|s| s.len() >= SETS_MIN)
    };
    let mut index: BTreeMap<String, usize> = BTreeMap::new();
    let mut number = |name: &str| {
        let next = index.len();
        *index.entry(name.to_string()).or_insert(next)
    };
    let rows: Vec<(bool, Vec<(usize, i64)>)> = taught
        .keys()
        .map(|(wrong, traits)| {
            let counted = traits.counted(knows);
            (*wrong, counted.iter().map(|(name, n)| (number(name), i64::from(*n))).collect())
        })
        .collect();
    let average = perceptron(&rows, index.len());
    // A word that weighs nothing is known all the same.
    index
        .into_iter()
        .map(|(name, i)| (name, i32::try_from(average[i]).unwrap_or(0)))
        .filter(|(name, weight)| weight.abs() >= WEIGHT_MIN || name.starts_with("u:"))
        .collect()
}

fn perceptron(rows: &[(bool, Vec<(usize, i64)>)], width: usize) -> Vec<i64> {
    let (mut now, mut sum, mut since) = (vec![0i64; width], vec![0i64; width], vec![0i64; width]);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let (mut state, mut step) = (0x9e37_79b9_7f4a_7c15u64, 0i64);
    for _ in 0..ROUNDS {
        for i in (1..order.len()).rev() {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            order.swap(i, (state % (i as u64 + 1)) as usize);
        }
        for row in &order {
            let (wrong, traits) = &rows[*row];
            let side = if *wrong { 1 } else { -1 };
            step += 1;
            if side * traits.iter().map(|(k, n)| now[*k] * n).sum::<i64>() < MARGIN {
                for (k, n) in traits {
                    sum[*k] += now[*k] * (step - since[*k]);
                    since[*k] = step;
                    now[*k] += side * n;
                }
            }
        }
    }
    (0..width).map(|k| (sum[k] + now[k] * (step - since[k])) * SCALE / step.max(1)).collect()
}

/// What the reader adds to the rules on each set, having learnt from the others: lines caught, honest lines lost.
fn cross(lessons: &[Lesson]) {
    let sets: BTreeSet<&str> = lessons.iter().map(|l| l.set.as_str()).collect();
    let mut sum = [(0, 0); TRIED.len()];
    for set in sets {
        let weights = learn(lessons, set);
        let held: Vec<(&Lesson, i32)> =
            lessons.iter().filter(|l| l.set == set).map(|l| (l, l.traits.score(&weights))).collect();
        let count =
            |is: &dyn Fn(&Lesson, i32) -> bool| held.iter().filter(|(l, score)| is(l, *score)).count();
        let (wrong, honest) = (count(&|l, _| l.wrong), count(&|l, _| !l.wrong));
        let missed = count(&|l, _| l.wrong && l.passes);
        let refused = count(&|l, _| !l.wrong && !l.passes);
        print!("{set}: {wrong} wrong, {missed} pass; {honest} honest, {refused} refused; at bars");
        for (i, bar) in TRIED.into_iter().enumerate() {
            let caught = count(&|l, score| l.wrong && l.passes && score > bar);
            let lost = count(&|l, score| !l.wrong && l.passes && score > bar);
            sum[i] = (sum[i].0 + caught, sum[i].1 + lost);
            print!("  {bar}: +{caught} -{lost}");
        }
        println!();
    }
    for (bar, (caught, lost)) in TRIED.into_iter().zip(sum) {
        println!("all sets, bar {bar}: {caught} more caught, {lost} honest lost");
    }
}
