//! JSON text forms: facts, the judge's input lines, verdicts.
//!
//! Owns: the key names, the reading of keys into ids, the errors that name the field and the unknown key. Refuses to know:
//! files, what a verdict means. Source: one JSON object a line (JSONL).
//!
//! A line to judge. Only `speaker`, `act` and `text` are needed:
//!
//! ```json
//! {"id": "h001", "speaker": "bram", "act": "answer",
//!  "must": [{"fact": "was", "who": "maud", "place": "mill", "at": "19:30"}],
//!  "deny": [], "may": [], "may_names": ["lamp"], "hidden": [],
//!  "told_by": "agnes", "item": "lamp", "gold": 5, "topic": "weather",
//!  "player": "Where was Maud?", "last": ["an earlier line of the speaker"],
//!  "text": "Maud? At the mill, half past seven."}
//! ```
//!
//! | field | meaning |
//! |---|---|
//! | `speaker` | villager key, as in `assets/village/village.toml` |
//! | `act` | key of an act, as in `act.rs` (`answer`, `lie`, `refuse`, `sell`, …) |
//! | `must`, `deny` | facts that the line must say, and must deny |
//! | `may`, `may_names` | facts it may say besides; people, places and items (keys) it may name besides |
//! | `hidden` | facts that it must not give away in any words |
//! | `told_by` | villager whose word it is, who may be named |
//! | `item`, `gold`, `topic` | what changes hands or is talked about |
//! | `player`, `last` | what the player said (data only), and the speaker's last lines |
//! | `expect` | in suites: the kinds of violation expected; ignored when judging |
//!
//! The pack may also stand by itself, as `{"pack": {…}, "text": "…"}`, and the act with its facts as
//! `{"speaker": "bram", "act": {"kind": "answer", "must": […]}, "text": "…"}`. Unknown fields are ignored and named in the answer.
//!
//! A fact is `{"fact": KIND, …}`: `was` `passed` `alone` {who, place, at} · `carried` {who, item, place, at} · `owns` `wants`
//! {who, item} · `took` {who, item, at} · `present` `missing` {item, place, at} · `trace` {item, place} · `residue` {from, place} ·
//! `owes` {who, to, gold} · `price` {who, item, gold} · `has_motive` {who, motive: debt|grudge|cold|buyer|pride} · `keeps` {who,
//! secret: tryst|dice|shirking|smuggling|rehearsal, place, at} · `tied` {who, whom, tie: kin|friend|feud} · `works` {who, place} ·
//! `said` {who, whom, place, at}. Times are half-hours from "16:00" to "21:30".
//!
//! The answer: `{"id", "ok", "violations": [{"kind", "span", "start", "end", "reason"}]}`, `start` and `end` in bytes of `text`;
//! `"ignored": [names]` when there were unknown fields.

use crate::act::{Act, ActKind};
use crate::content::Village;
use crate::fact::{Fact, Motive, Secret, Tie};
use crate::ids::{ItemId, PersonId, PlaceId};
use crate::pack::Pack;
use crate::talk::judge::{self, Verdict, ViolationKind};
use crate::talk::vocabulary::Vocabulary;
use crate::time::Slot;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Longest input line in bytes.
pub const JSON_LINE_BYTES_MAX: usize = 64 * 1024;
/// Most facts of one list.
pub const FACTS_MAX: usize = 64;

/// Why a line of JSON was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum JsonError {
    /// Larger than the limit.
    #[error("the line has {actual} bytes; the most is {max}")]
    TooLarge {
        /// Bytes found.
        actual: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Not JSON of the expected shape.
    #[error("not a judge line: {0}")]
    Syntax(String),
    /// A key that names nothing.
    #[error("{field}: there is no {kind} called \"{key}\"")]
    Unknown {
        /// The field, with its list index.
        field: String,
        /// person, place, item, act …
        kind: &'static str,
        /// What was written.
        key: String,
    },
    /// A field that the fact needs.
    #[error("{field}: a \"{fact}\" needs \"{needs}\"")]
    Missing {
        /// The field, with its list index.
        field: String,
        /// The fact's kind.
        fact: String,
        /// The field it lacks.
        needs: &'static str,
    },
    /// More facts than one list may hold.
    #[error("{field}: {actual} facts; the most is {max}")]
    TooMany {
        /// The list.
        field: &'static str,
        /// Found.
        actual: usize,
        /// Allowed.
        max: usize,
    },
}

#[derive(Debug, Deserialize)]
struct LineFile {
    #[serde(default)]
    id: String,
    speaker: String,
    act: String,
    #[serde(default)]
    must: Vec<Value>,
    #[serde(default)]
    deny: Vec<Value>,
    #[serde(default)]
    may: Vec<Value>,
    #[serde(default)]
    may_names: Vec<String>,
    #[serde(default)]
    hidden: Vec<Value>,
    told_by: Option<String>,
    item: Option<String>,
    gold: Option<u16>,
    topic: Option<String>,
    #[serde(default)]
    player: String,
    #[serde(default)]
    last: Vec<String>,
    text: String,
    #[serde(default)]
    expect: Vec<String>,
    #[serde(flatten)]
    ignored: Map<String, Value>,
}

/// A line to judge, with what a suite expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgeLine {
    /// The suite's name for it, or nothing.
    pub id: String,
    /// What the line may and must say.
    pub pack: Pack,
    /// The line.
    pub text: String,
    /// In suites: the kinds expected; empty for an honest line.
    pub expect: Vec<ViolationKind>,
    /// Fields that mean nothing here.
    pub ignored: Vec<String>,
}

/// Brings a pack or an act that stands by itself up into the line.
fn flatten(mut value: Value) -> Value {
    for nested in ["pack", "act"] {
        let Some(map) = value.as_object_mut() else { break };
        if !map.get(nested).is_some_and(Value::is_object) {
            continue;
        }
        let Some(Value::Object(inner)) = map.remove(nested) else { continue };
        for (key, field) in inner {
            let key = if nested == "act" && key == "kind" { "act".to_string() } else { key };
            map.entry(key).or_insert(field);
        }
    }
    value
}

/// Reads a line and judges it.
///
/// # Errors
/// [`JsonError`] naming the field and the unknown key.
pub fn judge_line(village: &Village, vocabulary: &Vocabulary, text: &str) -> Result<Value, JsonError> {
    let line = parse_judge_line(village, text)?;
    let verdict = judge::judge(village, vocabulary, &line.pack, &line.text);
    let mut answer = verdict_to_json(&line.id, &verdict);
    if let (Some(map), false) = (answer.as_object_mut(), line.ignored.is_empty()) {
        map.insert("ignored".to_string(), json!(line.ignored));
    }
    Ok(answer)
}

/// Reads one judge line.
///
/// # Errors
/// [`JsonError`] naming the field and the unknown key.
pub fn parse_judge_line(village: &Village, text: &str) -> Result<JudgeLine, JsonError> {
    if text.len() > JSON_LINE_BYTES_MAX {
        return Err(JsonError::TooLarge { actual: text.len(), max: JSON_LINE_BYTES_MAX });
    }
    let value: Value = serde_json::from_str(text).map_err(|e| JsonError::Syntax(e.to_string()))?;
    let file: LineFile =
        serde_json::from_value(flatten(value)).map_err(|e| JsonError::Syntax(e.to_string()))?;
    let speaker = villager(village, "speaker", &file.speaker)?;
    let kind = ActKind::parse(&file.act).ok_or_else(|| unknown("act", "act", &file.act))?;
    let mut act = Act::bare(kind);
    act.facts = facts(village, "must", &file.must)?;
    act.denied = facts(village, "deny", &file.deny)?;
    act.told_by = file.told_by.as_deref().map(|k| person(village, "told_by", k)).transpose()?;
    act.item = file.item.as_deref().map(|k| item(village, "item", k)).transpose()?;
    act.gold = file.gold;
    act.topic = file.topic;
    let mut pack = Pack::new(speaker, act);
    pack.may = facts(village, "may", &file.may)?;
    pack.hidden = facts(village, "hidden", &file.hidden)?;
    pack.player_line = file.player;
    pack.last_lines = file.last;
    for (n, key) in file.may_names.iter().enumerate() {
        if let Some(p) = village.person_by_key(key) {
            pack.may_people.push(p);
        } else if let Some(p) = village.place_by_key(key) {
            pack.may_places.push(p);
        } else if let Some(i) = village.item_by_key(key) {
            pack.may_items.push(i);
        } else {
            return Err(unknown(&format!("may_names[{n}]"), "person, place or item", key));
        }
    }
    let expect = file
        .expect
        .iter()
        .enumerate()
        .map(|(n, k)| ViolationKind::parse(k).ok_or_else(|| unknown(&format!("expect[{n}]"), "violation", k)))
        .collect::<Result<_, _>>()?;
    Ok(JudgeLine {
        id: file.id,
        pack,
        text: file.text,
        expect,
        ignored: file.ignored.keys().cloned().collect(),
    })
}

fn unknown(field: &str, kind: &'static str, key: &str) -> JsonError {
    JsonError::Unknown { field: field.to_string(), kind, key: key.to_string() }
}
fn person(village: &Village, field: &str, key: &str) -> Result<PersonId, JsonError> {
    village.person_by_key(key).ok_or_else(|| unknown(field, "person", key))
}
fn villager(village: &Village, field: &str, key: &str) -> Result<PersonId, JsonError> {
    person(village, field, key)
        .and_then(|p| if p.is_player() { Err(unknown(field, "villager", key)) } else { Ok(p) })
}
fn place(village: &Village, field: &str, key: &str) -> Result<PlaceId, JsonError> {
    village.place_by_key(key).ok_or_else(|| unknown(field, "place", key))
}
fn item(village: &Village, field: &str, key: &str) -> Result<ItemId, JsonError> {
    village.item_by_key(key).ok_or_else(|| unknown(field, "item", key))
}

fn facts(village: &Village, field: &'static str, values: &[Value]) -> Result<Vec<Fact>, JsonError> {
    if values.len() > FACTS_MAX {
        return Err(JsonError::TooMany { field, actual: values.len(), max: FACTS_MAX });
    }
    values.iter().enumerate().map(|(n, v)| fact_from_json(village, &format!("{field}[{n}]"), v)).collect()
}

/// Every field that some fact has.
const FACT_FIELDS: &[&str] =
    &["fact", "who", "whom", "to", "place", "at", "item", "gold", "from", "motive", "secret", "tie"];

struct Fields<'a> {
    village: &'a Village,
    field: &'a str,
    fact: &'a str,
    map: &'a Map<String, Value>,
}

impl Fields<'_> {
    fn text(&self, name: &'static str) -> Result<&str, JsonError> {
        self.map.get(name).and_then(Value::as_str).ok_or_else(|| self.missing(name))
    }
    fn missing(&self, needs: &'static str) -> JsonError {
        JsonError::Missing { field: self.field.to_string(), fact: self.fact.to_string(), needs }
    }
    fn at_field(&self, name: &str) -> String {
        format!("{}.{name}", self.field)
    }
    fn who(&self, name: &'static str) -> Result<PersonId, JsonError> {
        person(self.village, &self.at_field(name), self.text(name)?)
    }
    fn place(&self, name: &'static str) -> Result<PlaceId, JsonError> {
        place(self.village, &self.at_field(name), self.text(name)?)
    }
    fn item(&self) -> Result<ItemId, JsonError> {
        item(self.village, &self.at_field("item"), self.text("item")?)
    }
    fn at(&self) -> Result<Slot, JsonError> {
        let text = self.text("at")?;
        Slot::parse_clock(text).ok_or_else(|| unknown(&self.at_field("at"), "half-hour", text))
    }
    fn gold(&self) -> Result<u16, JsonError> {
        let gold = self.map.get("gold").and_then(Value::as_u64).ok_or_else(|| self.missing("gold"))?;
        u16::try_from(gold).map_err(|_| unknown(&self.at_field("gold"), "amount of gold", &gold.to_string()))
    }
    fn one_of<T: Copy>(&self, name: &'static str, list: &[(&str, T)]) -> Result<T, JsonError> {
        let text = self.text(name)?;
        list.iter()
            .find(|(k, _)| *k == text)
            .map(|k| k.1)
            .ok_or_else(|| unknown(&self.at_field(name), name, text))
    }
}

const MOTIVES: &[(&str, Motive)] = &[
    ("debt", Motive::Debt),
    ("grudge", Motive::Grudge),
    ("cold", Motive::Cold),
    ("buyer", Motive::Buyer),
    ("pride", Motive::Pride),
];
const SECRETS: &[(&str, Secret)] = &[
    ("tryst", Secret::Tryst),
    ("dice", Secret::Dice),
    ("shirking", Secret::Shirking),
    ("smuggling", Secret::Smuggling),
    ("rehearsal", Secret::Rehearsal),
];
const TIES: &[(&str, Tie)] = &[("kin", Tie::Kin), ("friend", Tie::Friend), ("feud", Tie::Feud)];

/// Reads a fact. `field` names it in errors.
///
/// # Errors
/// [`JsonError`] naming the field and what is wrong with it.
pub fn fact_from_json(village: &Village, field: &str, value: &Value) -> Result<Fact, JsonError> {
    let Some(map) = value.as_object() else {
        return Err(JsonError::Syntax(format!("{field}: a fact is an object")));
    };
    if let Some(key) = map.keys().find(|k| !FACT_FIELDS.contains(&k.as_str())) {
        return Err(unknown(field, "field of a fact", key));
    }
    let kind = map.get("fact").and_then(Value::as_str).unwrap_or_default();
    let f = Fields { village, field, fact: kind, map };
    Ok(match kind {
        "was" => Fact::Was { who: f.who("who")?, place: f.place("place")?, at: f.at()? },
        "passed" => Fact::Passed { who: f.who("who")?, place: f.place("place")?, at: f.at()? },
        "alone" => Fact::Alone { who: f.who("who")?, place: f.place("place")?, at: f.at()? },
        "carried" => {
            Fact::Carried { who: f.who("who")?, item: f.item()?, place: f.place("place")?, at: f.at()? }
        }
        "owns" => Fact::Owns { who: f.who("who")?, item: f.item()? },
        "took" => Fact::Took { who: f.who("who")?, item: f.item()?, at: f.at()? },
        "present" => Fact::Present { item: f.item()?, place: f.place("place")?, at: f.at()? },
        "missing" => Fact::Missing { item: f.item()?, place: f.place("place")?, at: f.at()? },
        "trace" => Fact::Trace { item: f.item()?, place: f.place("place")? },
        "residue" => Fact::Residue { from: f.place("from")?, place: f.place("place")? },
        "owes" => Fact::Owes { who: f.who("who")?, to: f.who("to")?, gold: f.gold()? },
        "price" => Fact::Price { who: f.who("who")?, item: f.item()?, gold: f.gold()? },
        "has_motive" => Fact::HasMotive { who: f.who("who")?, motive: f.one_of("motive", MOTIVES)? },
        "keeps" => Fact::Keeps {
            who: f.who("who")?,
            secret: f.one_of("secret", SECRETS)?,
            place: f.place("place")?,
            at: f.at()?,
        },
        "tied" => Fact::Tied { who: f.who("who")?, whom: f.who("whom")?, tie: f.one_of("tie", TIES)? },
        "works" => Fact::Works { who: f.who("who")?, place: f.place("place")? },
        "wants" => Fact::Wants { who: f.who("who")?, item: f.item()? },
        "said" => {
            Fact::Said { who: f.who("who")?, whom: f.who("whom")?, place: f.place("place")?, at: f.at()? }
        }
        other => return Err(unknown(field, "fact", other)),
    })
}

fn key_of<T: Copy + PartialEq>(list: &[(&'static str, T)], value: T) -> &'static str {
    list.iter().find(|(_, v)| *v == value).map_or("", |(k, _)| k)
}

/// Writes a fact.
pub fn fact_to_json(village: &Village, fact: &Fact) -> Value {
    let p = |who: PersonId| if who.is_player() { "player" } else { village.villager(who).id.as_str() };
    let l = |place: PlaceId| village.place(place).id.as_str();
    let i = |item: ItemId| village.item(item).id.as_str();
    match *fact {
        Fact::Was { who, place, at } => {
            json!({"fact": "was", "who": p(who), "place": l(place), "at": at.clock()})
        }
        Fact::Passed { who, place, at } => {
            json!({"fact": "passed", "who": p(who), "place": l(place), "at": at.clock()})
        }
        Fact::Alone { who, place, at } => {
            json!({"fact": "alone", "who": p(who), "place": l(place), "at": at.clock()})
        }
        Fact::Carried { who, item, place, at } => {
            json!({"fact": "carried", "who": p(who), "item": i(item), "place": l(place), "at": at.clock()})
        }
        Fact::Owns { who, item } => json!({"fact": "owns", "who": p(who), "item": i(item)}),
        Fact::Took { who, item, at } => {
            json!({"fact": "took", "who": p(who), "item": i(item), "at": at.clock()})
        }
        Fact::Present { item, place, at } => {
            json!({"fact": "present", "item": i(item), "place": l(place), "at": at.clock()})
        }
        Fact::Missing { item, place, at } => {
            json!({"fact": "missing", "item": i(item), "place": l(place), "at": at.clock()})
        }
        Fact::Trace { item, place } => json!({"fact": "trace", "item": i(item), "place": l(place)}),
        Fact::Residue { from, place } => json!({"fact": "residue", "from": l(from), "place": l(place)}),
        Fact::Owes { who, to, gold } => json!({"fact": "owes", "who": p(who), "to": p(to), "gold": gold}),
        Fact::Price { who, item, gold } => {
            json!({"fact": "price", "who": p(who), "item": i(item), "gold": gold})
        }
        Fact::HasMotive { who, motive } => {
            json!({"fact": "has_motive", "who": p(who), "motive": key_of(MOTIVES, motive)})
        }
        Fact::Keeps { who, secret, place, at } => {
            json!({"fact": "keeps", "who": p(who), "secret": key_of(SECRETS, secret), "place": l(place), "at": at.clock()})
        }
        Fact::Tied { who, whom, tie } => {
            json!({"fact": "tied", "who": p(who), "whom": p(whom), "tie": key_of(TIES, tie)})
        }
        Fact::Works { who, place } => json!({"fact": "works", "who": p(who), "place": l(place)}),
        Fact::Wants { who, item } => json!({"fact": "wants", "who": p(who), "item": i(item)}),
        Fact::Said { who, whom, place, at } => {
            json!({"fact": "said", "who": p(who), "whom": p(whom), "place": l(place), "at": at.clock()})
        }
    }
}

#[derive(Serialize)]
struct ViolationOut<'a> {
    kind: &'static str,
    span: &'a str,
    start: usize,
    end: usize,
    reason: &'a str,
}

/// Writes a verdict as one line of JSON.
pub fn verdict_to_json(id: &str, verdict: &Verdict) -> Value {
    let violations: Vec<ViolationOut<'_>> = verdict
        .violations
        .iter()
        .map(|v| ViolationOut {
            kind: v.kind.key(),
            span: &v.span,
            start: v.start,
            end: v.end,
            reason: &v.reason,
        })
        .collect();
    json!({"id": id, "ok": verdict.ok(), "violations": violations})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_survive_the_way_there_and_back() {
        let v = Village::shipped().unwrap();
        for text in [
            r#"{"fact":"was","who":"maud","place":"mill","at":"19:30"}"#,
            r#"{"fact":"carried","who":"maud","item":"lamp","place":"mill","at":"19:30"}"#,
            r#"{"fact":"owes","who":"maud","to":"player","gold":8}"#,
            r#"{"fact":"keeps","who":"maud","secret":"dice","place":"mill","at":"16:00"}"#,
            r#"{"fact":"residue","from":"mill","place":"emberhouse"}"#,
            r#"{"fact":"has_motive","who":"maud","motive":"pride"}"#,
            r#"{"fact":"said","who":"maud","whom":"bram","place":"mill","at":"21:30"}"#,
            r#"{"fact":"tied","who":"maud","whom":"greta","tie":"kin"}"#,
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            let fact = fact_from_json(&v, "must[0]", &value).unwrap();
            assert_eq!(fact_to_json(&v, &fact), value);
        }
    }

    #[test]
    fn packs_and_acts_may_stand_by_themselves_and_unknown_fields_are_named() {
        let v = Village::shipped().unwrap();
        let flat = r#"{"speaker":"bram","act":"price","item":"lamp","gold":9,"text":"x","mist":1}"#;
        let flat = parse_judge_line(&v, flat).unwrap();
        assert_eq!(flat.ignored, ["mist"]);
        for nested in [
            r#"{"pack":{"speaker":"bram","act":"price","item":"lamp","gold":9},"text":"x"}"#,
            r#"{"speaker":"bram","act":{"kind":"price","item":"lamp","gold":9},"text":"x"}"#,
        ] {
            assert_eq!(parse_judge_line(&v, nested).unwrap().pack, flat.pack);
        }
    }

    #[test]
    fn errors_name_the_field_and_the_key() {
        let v = Village::shipped().unwrap();
        let check = |text: &str, expected: &str| {
            let error = parse_judge_line(&v, text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check(
            r#"{"speaker":"grimbold","act":"greet","text":"x"}"#,
            "speaker: there is no person called \"grimbold\"",
        );
        check(r#"{"speaker":"bram","act":"sulk","text":"x"}"#, "act: there is no act called \"sulk\"");
        check(r#"{"speaker":"bram","act":"greet"}"#, "text");
        check(r#"{"pack":{"speaker":"bram","act":"sulk"},"text":"x"}"#, "act called \"sulk\"");
        check(
            r#"{"speaker":"bram","act":"answer","text":"x","must":[{"fact":"was","who":"maud","place":"harbour","at":"19:30"}]}"#,
            "must[0].place: there is no place called \"harbour\"",
        );
        check(
            r#"{"speaker":"bram","act":"answer","text":"x","must":[{"fact":"was","who":"maud","place":"mill"}]}"#,
            "must[0]: a \"was\" needs \"at\"",
        );
        check(
            r#"{"speaker":"bram","act":"answer","text":"x","must":[{"fact":"was","who":"maud","place":"mill","at":"19:15"}]}"#,
            "must[0].at: there is no half-hour called \"19:15\"",
        );
        check(r#"{"speaker":"bram","act":"greet","text":"x","may_names":["castle"]}"#, "may_names[0]");
    }
}
