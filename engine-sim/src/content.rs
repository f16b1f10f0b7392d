//! The village's data: places, paths, items, villagers and ties, parsed once and checked once.
//!
//! Owns: the tables that ids index, names and their phrase forms, shortest ways on foot. Refuses to know: files (text
//! arrives as an argument; the shipped text is embedded), the state of any game. Everything here is immutable.

use crate::fact::Tie;
use crate::ids::{ItemId, PersonId, PlaceId};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The shipped village.
pub const VILLAGE_TOML: &str = include_str!("../../assets/village/village.toml");
/// Most entries of one table.
pub const TABLE_MAX: usize = 64;
/// Longest village file in bytes.
pub const VILLAGE_BYTES_MAX: usize = 256 * 1024;

/// Why a village file was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ContentError {
    /// Not TOML, or a field is missing or of the wrong type.
    #[error("the village file cannot be read: {0}")]
    Syntax(String),
    /// Larger than the limit.
    #[error("the village file has {actual} bytes; the most is {max}")]
    TooLarge {
        /// Bytes found.
        actual: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// An id or a name that does not exist.
    #[error("{at}: there is no {kind} called \"{name}\"")]
    Unknown {
        /// Where it was named.
        at: String,
        /// place, item or villager.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A rule that a village must keep.
    #[error("{0}")]
    Rule(String),
}

/// A place.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Key in files and JSON.
    pub id: String,
    /// With its article: "the mill".
    pub name: String,
    /// With its preposition: "on the bridge".
    pub at: String,
    /// Other ways to name it, lower case.
    pub synonyms: Vec<String>,
    /// Position on the plan, decimetres east.
    pub x: i32,
    /// Position on the plan, decimetres south, as on a screen: what lies north of the Ember House is negative.
    pub y: i32,
    /// Whether it has a roof.
    pub inside: bool,
    /// What clings to clothes there ("flour"), if anything does.
    pub residue: Option<String>,
    /// A sentence that describes it.
    pub note: String,
}

/// A kind of item.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Key in files and JSON.
    pub id: String,
    /// With its article: "an iron lamp".
    pub name: String,
    /// Other ways to name it, lower case.
    pub synonyms: Vec<String>,
    /// A fair price; 0 = not traded.
    pub price_gold: u16,
    /// The trace it leaves when an ember is carried in it, for the kinds that can.
    pub carrier: Option<String>,
}

/// A villager as the file has them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct VillagerFile {
    id: String,
    name: String,
    trade: String,
    he: String,
    honesty: u8,
    temper: u8,
    warmth: u8,
    gossip: u8,
    work: String,
    home: String,
    evening: Vec<String>,
    owns: Vec<String>,
    sells: Vec<String>,
    wants: String,
    likes: Vec<String>,
    card: String,
}

/// A villager, with ids resolved.
#[derive(Debug, Clone)]
pub struct Villager {
    /// Key in files and JSON.
    pub id: String,
    /// As said.
    pub name: String,
    /// "smith", "miller", …
    pub trade: String,
    /// Whether "she" is said of them (else "he").
    pub she: bool,
    /// 0..=100: how dearly they hold the truth.
    pub honesty: u8,
    /// 0..=100: how quickly they anger.
    pub temper: u8,
    /// 0..=100: towards strangers.
    pub warmth: u8,
    /// 0..=100: how readily they pass things on.
    pub gossip: u8,
    /// Where the day is spent.
    pub work: PlaceId,
    /// Where the night is spent.
    pub home: PlaceId,
    /// Evening haunts, most liked first.
    pub evening: Vec<PlaceId>,
    /// Carriers they own.
    pub owns: Vec<ItemId>,
    /// What they sell.
    pub sells: Vec<ItemId>,
    /// What a favour would be about.
    pub wants: ItemId,
    /// Topics they enjoy.
    pub likes: Vec<String>,
    /// A sentence or two of who they are and how they talk.
    pub card: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PathFile {
    ends: [String; 2],
    walk_min: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct TieFile {
    ends: [String; 2],
    kind: String,
    note: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct VillageFile {
    version: u32,
    place: Vec<Place>,
    path: Vec<PathFile>,
    item: Vec<Item>,
    villager: Vec<VillagerFile>,
    tie: Vec<TieFile>,
}

/// A tie between two villagers that everyone knows of.
#[derive(Debug, Clone)]
pub struct KnownTie {
    /// One end.
    pub a: PersonId,
    /// The other.
    pub b: PersonId,
    /// What it is.
    pub tie: Tie,
    /// A sentence about it.
    pub note: String,
}

/// The whole village: immutable tables.
#[derive(Debug, Clone)]
pub struct Village {
    /// Indexed by `PlaceId`.
    pub places: Vec<Place>,
    /// Indexed by `ItemId`.
    pub items: Vec<Item>,
    /// Indexed by `PersonId`.
    pub villagers: Vec<Villager>,
    /// Known to all.
    pub ties: Vec<KnownTie>,
    /// `next[from][to]`: the next place on the shortest way.
    next: Vec<Vec<PlaceId>>,
    /// `minutes[from][to]`: minutes on foot.
    minutes: Vec<Vec<u32>>,
    /// BLAKE3 of the file's text.
    pub hash: [u8; 32],
}

impl Village {
    /// The shipped village.
    ///
    /// # Errors
    /// Only when the embedded file is broken, which a test rules out.
    pub fn shipped() -> Result<Village, ContentError> {
        Village::parse(VILLAGE_TOML)
    }

    /// Parses and checks a village file.
    ///
    /// # Errors
    /// [`ContentError`] with the sentence to show.
    pub fn parse(text: &str) -> Result<Village, ContentError> {
        if text.len() > VILLAGE_BYTES_MAX {
            return Err(ContentError::TooLarge { actual: text.len(), max: VILLAGE_BYTES_MAX });
        }
        let file: VillageFile = toml::from_str(text).map_err(|e| ContentError::Syntax(e.to_string()))?;
        check_tables(&file)?;
        let keys = Keys::of(&file);
        let villagers = file.villager.iter().map(|v| keys.villager(v)).collect::<Result<Vec<_>, _>>()?;
        let ties = file.tie.iter().map(|t| keys.tie(t)).collect::<Result<Vec<_>, _>>()?;
        let (next, minutes) = ways(&file, &keys)?;
        Ok(Village {
            places: file.place,
            items: file.item,
            villagers,
            ties,
            next,
            minutes,
            hash: *blake3::hash(text.as_bytes()).as_bytes(),
        })
    }

    /// Every villager's id.
    pub fn people(&self) -> impl DoubleEndedIterator<Item = PersonId> + Clone + use<> {
        (0..self.villagers.len() as u8).map(PersonId)
    }
    /// Every place's id.
    pub fn place_ids(&self) -> impl DoubleEndedIterator<Item = PlaceId> + Clone + use<> {
        (0..self.places.len() as u8).map(PlaceId)
    }
    /// Every item's id.
    pub fn item_ids(&self) -> impl DoubleEndedIterator<Item = ItemId> + Clone + use<> {
        (0..self.items.len() as u8).map(ItemId)
    }
    /// A villager's row.
    pub fn villager(&self, who: PersonId) -> &Villager {
        &self.villagers[who.index()]
    }
    /// A place's row.
    pub fn place(&self, place: PlaceId) -> &Place {
        &self.places[place.index()]
    }
    /// An item's row.
    pub fn item(&self, item: ItemId) -> &Item {
        &self.items[item.index()]
    }
    /// The name as said; "you" for the player.
    pub fn name(&self, who: PersonId) -> &str {
        if who.is_player() { "you" } else { &self.villager(who).name }
    }
    /// A villager by key.
    pub fn person_by_key(&self, key: &str) -> Option<PersonId> {
        if key == "player" {
            return Some(PersonId::PLAYER);
        }
        self.people().find(|&p| self.villager(p).id == key)
    }
    /// A place by key.
    pub fn place_by_key(&self, key: &str) -> Option<PlaceId> {
        self.place_ids().find(|&p| self.place(p).id == key)
    }
    /// An item by key.
    pub fn item_by_key(&self, key: &str) -> Option<ItemId> {
        self.item_ids().find(|&i| self.item(i).id == key)
    }
    /// Minutes on foot by the shortest way.
    pub fn walk_min(&self, from: PlaceId, to: PlaceId) -> u32 {
        self.minutes[from.index()][to.index()]
    }
    /// The places on the shortest way, without `from`, with `to`. Empty when they are the same.
    pub fn way(&self, from: PlaceId, to: PlaceId) -> Vec<PlaceId> {
        let mut way = Vec::new();
        let mut here = from;
        while here != to {
            here = self.next[here.index()][to.index()];
            way.push(here);
        }
        way
    }
    /// The places that a path joins directly to this one, with its minutes.
    pub fn neighbours(&self, from: PlaceId) -> Vec<(PlaceId, u32)> {
        self.place_ids()
            .filter(|&to| to != from && self.next[from.index()][to.index()] == to)
            .map(|to| (to, self.walk_min(from, to)))
            .collect()
    }
    /// Whether two people are family or friends, and so might cover for one another.
    pub fn bonded(&self, a: PersonId, b: PersonId) -> bool {
        self.tie(a, b).is_some_and(|tie| tie != Tie::Feud)
    }
    /// The known tie between two people.
    pub fn tie(&self, a: PersonId, b: PersonId) -> Option<Tie> {
        self.ties.iter().find(|t| (t.a == a && t.b == b) || (t.a == b && t.b == a)).map(|t| t.tie)
    }
    /// The item that has been stolen in every case: `ember`.
    pub fn ember(&self) -> ItemId {
        self.item_by_key("ember").unwrap_or(ItemId(0))
    }
    /// Where it was stolen from: `emberhouse`.
    pub fn ember_house(&self) -> PlaceId {
        self.place_by_key("emberhouse").unwrap_or(PlaceId(0))
    }
    /// Who kept it: `nell`.
    pub fn keeper(&self) -> PersonId {
        self.person_by_key("nell").unwrap_or(PersonId(0))
    }
}

struct Keys {
    places: BTreeMap<String, PlaceId>,
    items: BTreeMap<String, ItemId>,
    people: BTreeMap<String, PersonId>,
}

impl Keys {
    fn of(file: &VillageFile) -> Keys {
        let index = |i: usize| i as u8;
        Keys {
            places: file.place.iter().enumerate().map(|(i, p)| (p.id.clone(), PlaceId(index(i)))).collect(),
            items: file.item.iter().enumerate().map(|(i, p)| (p.id.clone(), ItemId(index(i)))).collect(),
            people: file
                .villager
                .iter()
                .enumerate()
                .map(|(i, p)| (p.id.clone(), PersonId(index(i))))
                .collect(),
        }
    }
    fn place(&self, at: &str, key: &str) -> Result<PlaceId, ContentError> {
        let unknown = || ContentError::Unknown { at: at.to_string(), kind: "place", name: key.to_string() };
        self.places.get(key).copied().ok_or_else(unknown)
    }
    fn item(&self, at: &str, key: &str) -> Result<ItemId, ContentError> {
        let unknown = || ContentError::Unknown { at: at.to_string(), kind: "item", name: key.to_string() };
        self.items.get(key).copied().ok_or_else(unknown)
    }
    fn person(&self, at: &str, key: &str) -> Result<PersonId, ContentError> {
        let unknown =
            || ContentError::Unknown { at: at.to_string(), kind: "villager", name: key.to_string() };
        self.people.get(key).copied().ok_or_else(unknown)
    }
    fn villager(&self, v: &VillagerFile) -> Result<Villager, ContentError> {
        if let Some(bad) = [v.honesty, v.temper, v.warmth, v.gossip].iter().find(|t| **t > 100) {
            return Err(ContentError::Rule(format!("{}: a trait is {bad}; traits are 0 to 100", v.id)));
        }
        if v.evening.is_empty() {
            return Err(ContentError::Rule(format!("{}: needs at least one evening haunt", v.id)));
        }
        if v.sells.contains(&v.wants) {
            return Err(ContentError::Rule(format!("{}: sells \"{}\" and wants it too", v.id, v.wants)));
        }
        Ok(Villager {
            id: v.id.clone(),
            name: v.name.clone(),
            trade: v.trade.clone(),
            she: v.he == "she",
            honesty: v.honesty,
            temper: v.temper,
            warmth: v.warmth,
            gossip: v.gossip,
            work: self.place(&v.id, &v.work)?,
            home: self.place(&v.id, &v.home)?,
            evening: v.evening.iter().map(|p| self.place(&v.id, p)).collect::<Result<_, _>>()?,
            owns: v.owns.iter().map(|i| self.item(&v.id, i)).collect::<Result<_, _>>()?,
            sells: v.sells.iter().map(|i| self.item(&v.id, i)).collect::<Result<_, _>>()?,
            wants: self.item(&v.id, &v.wants)?,
            likes: v.likes.clone(),
            card: v.card.clone(),
        })
    }
    fn tie(&self, t: &TieFile) -> Result<KnownTie, ContentError> {
        let tie = match t.kind.as_str() {
            "kin" => Tie::Kin,
            "friend" => Tie::Friend,
            "feud" => Tie::Feud,
            other => {
                return Err(ContentError::Rule(format!("a tie is kin, friend or feud, not \"{other}\"")));
            }
        };
        let (a, b) = (self.person("tie", &t.ends[0])?, self.person("tie", &t.ends[1])?);
        Ok(KnownTie { a, b, tie, note: t.note.clone() })
    }
}

fn check_tables(file: &VillageFile) -> Result<(), ContentError> {
    if file.version != 1 {
        return Err(ContentError::Rule(format!("village version {} is not 1", file.version)));
    }
    for (what, count) in
        [("places", file.place.len()), ("items", file.item.len()), ("villagers", file.villager.len())]
    {
        if count == 0 || count > TABLE_MAX {
            return Err(ContentError::Rule(format!("{count} {what}; there must be 1 to {TABLE_MAX}")));
        }
    }
    let mut seen = BTreeSet::new();
    let ids = file.place.iter().map(|p| &p.id).chain(file.item.iter().map(|i| &i.id));
    for id in ids.chain(file.villager.iter().map(|v| &v.id)) {
        if !seen.insert(id) {
            return Err(ContentError::Rule(format!("the id \"{id}\" is used twice")));
        }
    }
    let needed = |list: Vec<&String>, id: &str| list.iter().any(|i| i.as_str() == id);
    if !needed(file.place.iter().map(|p| &p.id).collect(), "emberhouse")
        || !needed(file.item.iter().map(|p| &p.id).collect(), "ember")
        || !needed(file.villager.iter().map(|p| &p.id).collect(), "nell")
    {
        return Err(ContentError::Rule(
            "a village needs the place emberhouse, the item ember and nell".into(),
        ));
    }
    Ok(())
}

type Ways = (Vec<Vec<PlaceId>>, Vec<Vec<u32>>);

/// All shortest ways (Floyd and Warshall; ties go to the lower id, so the table is the same everywhere).
fn ways(file: &VillageFile, keys: &Keys) -> Result<Ways, ContentError> {
    const FAR: u32 = u32::MAX / 4;
    let count = file.place.len();
    let mut minutes = vec![vec![FAR; count]; count];
    let mut next: Vec<Vec<PlaceId>> =
        (0..count).map(|_| (0..count).map(|to| PlaceId(to as u8)).collect()).collect();
    for (i, row) in minutes.iter_mut().enumerate() {
        row[i] = 0;
    }
    for path in &file.path {
        let (a, b) = (keys.place("path", &path.ends[0])?, keys.place("path", &path.ends[1])?);
        if a == b || path.walk_min == 0 || path.walk_min > 60 {
            return Err(ContentError::Rule("a path joins two places in 1 to 60 minutes".into()));
        }
        minutes[a.index()][b.index()] = path.walk_min;
        minutes[b.index()][a.index()] = path.walk_min;
    }
    for via in 0..count {
        for from in 0..count {
            for to in 0..count {
                let through = minutes[from][via] + minutes[via][to];
                if through < minutes[from][to] {
                    minutes[from][to] = through;
                    next[from][to] = next[from][via];
                }
            }
        }
    }
    if minutes.iter().flatten().any(|&m| m >= FAR) {
        return Err(ContentError::Rule("some places cannot be reached on foot".into()));
    }
    Ok((next, minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_village_is_whole() {
        let village = Village::shipped().unwrap();
        assert_eq!(village.places.len(), 14);
        assert_eq!(village.villagers.len(), 12);
        for from in village.place_ids() {
            for to in village.place_ids() {
                let way = village.way(from, to);
                assert_eq!(way.is_empty(), from == to);
                assert_eq!(village.walk_min(from, to), village.walk_min(to, from));
                assert!(village.walk_min(from, to) < 30);
            }
        }
        assert_eq!(village.name(village.keeper()), "Nell");
        let gate = village.place(village.place_by_key("gate").unwrap());
        assert!(village.places.iter().all(|place| place.y >= gate.y), "the north gate lies furthest north");
    }

    #[test]
    fn broken_villages_say_what_is_wrong() {
        let check = |from: &str, to: &str, expected: &str| {
            let error = Village::parse(&VILLAGE_TOML.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check("work = \"smithy\"", "work = \"harbour\"", "no place called \"harbour\"");
        check("version = 1", "version = 9", "version 9");
        check("honesty = 80", "honesty = 180", "traits are 0 to 100");
        check("id = \"mill\"", "id = \"bakery\"", "used twice");
        check("wants = \"flour\"", "wants = \"bread\"", "sells \"bread\" and wants it too");
    }
}
