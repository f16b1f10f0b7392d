//! Figures: nouns that name nothing here because they stand in a figure of speech: idioms, similes, sayings, denials.
//!
//! Owns: which words those are. Refuses to know: which nouns the village lacks (`kinds`) and when that is a fault (`permits`).

use super::Case;
use super::line::What;
use super::pattern::{every, within};
use super::token::Kind;
use crate::talk::vocabulary::{is_function_word, is_irregular_past};

/// Turns of phrase that name no thing, place or person.
#[rustfmt::skip]
const IDIOMS: &[&str] = &[
    "all|half at sea", "from|between here to|and the ~1 sea|moon|stars|coast", "all the way to the sea", "lost at sea",
    "plenty ~1 more fish in the sea", "take|took|takes|taking|have|had your|my|his|her pick", "dock leaf|leaves",
    "king|queen|prince|lord 's ransom|welcome|share|feast", "fool|fool's errand", "on station", "white|frozen|green desert",
    "standing|stand|eat+ ~2 in the street like", "the whole|entire street", "on|in the street $", "man|woman in the street",
    "hand|game|pack|house of cards", "at cards|chess", "play+|lay+|show+|hold+ ~2 cards ~1 close|on|to|right|down|out|up?",
    "cards on the table", "no cards ~2 play|show|left", "all my cards", "play cards", "good|bad|poor hand of", "trump card",
    "ace up|in", "under lock and key", "castle+ in the air", "hold the fort", "in the same boat", "rock the boat",
    "burn+ my|your|his|her boats", "miss+ the boat", "by the book", "an open|closed|shut book", "in|into ~1 good|bad|black books",
    "take ~2 leaf out|from ~2 book", "throw the book", "second string", "string ~1 to my|your bow", "with a ~1 bow", "take a bow",
    "a bow and", "bow and scrape", "sword of", "cross swords", "double edged sword", "fall+ on my|his sword", "key to the|my|your ~1 heart|matter|puzzle",
    "cook the|my books", "too many cooks", "even|bless the cook", "compliments to the cook", "give up|see|look+ like a ghost", "ghost of a|an|any",
    "speak|talk of the devil", "devil take|may|knows|of a", "the devil 's|to|is|in", "better the devil", "needs must",
    "any judge", "best|better|good|poor|fair|no|be the judge", "sober as a judge", "tell it|that to the", "is ~1 poor ~1 doctor|cook|king|judge",
    "doctor 's orders", "every|each seller|merchant|pedlar|farmer|sailor", "merchant 's honour|honesty", "swear+ like a", "hail of",
    "sea|sea's of snow|troubles|faces", "ocean|sea|mountain|desert of", "drop in the ocean", "full of fish", "kettle of fish", "fish out of",
    "cold|odd fish", "red herring", "dog 's|dogs breakfast|dinner|life", "let sleeping", "gift horse", "dark horse", "high horse",
    "straight from the horse", "horse of another", "hold your horses", "wild horses", "dead horse", "hen 's teeth", "cow 's come|tail",
    "cows come home", "black sheep", "lost sheep", "wolf from the", "wolf in|at", "goat 's|goats", "get+ my|your goat", "cat out|among|got|'s",
    "rafters", "hit the nail", "nail+ in the coffin", "dead as a", "on the nail", "an|my axe to grind", "in my|your cups", "by hook",
    "down a peg", "hand over fist", "the salt of", "pinch of salt", "worth my|your|his|her salt", "sugar the", "butter up", "pie in the",
    "finger in every", "apple of", "bad apple|apples", "apples and", "big cheese", "bring home", "over a barrel", "bottom of the barrel",
    "barrel of laughs", "bottle it|up", "message in a", "cart before", "upset the ~1 cart", "rope to hang", "money for old", "know|learn+|show+ ~2 the ropes",
    "end of my|your ~1 rope|tether", "mixed|whole bag", "cat in|out of ~1 bag", "in the bag", "box+ his|your|her|my ears", "boxed ~2 ears",
    "call a spade", "spade a spade", "feather in my|your|his|her cap", "light as a feather", "birds of a", "knock+ ~2 with a feather", "under the hammer",
    "hammer and tongs", "clock+ round", "against the clock", "whistle for it", "clean as a", "blow+ my|your own", "drum up", "second fiddle",
    "fit as a", "harp on", "face the music", "cloak and", "wet blanket", "blanket of", "mirror to", "smoke and", "torch for", "pipe down|dream+",
    "put that in", "kettle black", "pot calling", "watched pot", "basket case", "eggs in one", "bucket and", "kick the bucket", "drop in the bucket",
    "queen of|bee", "king of", "prince|princess of a", "crown it all|jewel", "lord knows|help|have|above", "good lord", "lord it over", "oh lord",
    "lady luck", "no knight", "knight in", "soldier on", "old soldier", "not|n't|never|nor ~3 by ~3 a|one feather|nail|whistle|pin|apple|fish", "on|by ~1 any|every|whatever|this book", "thick as", "spy on|out|in|you",
];

/// Verbs that have happened: who did so was there.
const DONE: &[&str] = &[
    "was", "were", "came", "went", "saw", "sold", "told", "gave", "took", "passed", "bought", "paid", "met",
    "carried", "sent", "arrived", "left", "stole", "offered", "said", "stood", "brought", "lives", "lived",
    "wants", "works",
];

/// Whether the noun at a token names nothing: no such thing, place or person is claimed by it.
pub(super) fn figure(case: &Case<'_>, i: usize) -> bool {
    in_idiom(case, i) || likened(case, i) || denied_part(case, i) || predicate(case, i) || listener(case, i)
}

fn in_idiom(case: &Case<'_>, i: usize) -> bool {
    let from = i.saturating_sub(6);
    let to = (i + 7).min(case.line.toks.len());
    every(&case.line, IDIOMS, from, to).into_iter().any(|(_, (a, b))| a <= i && i < b)
}

fn done(case: &Case<'_>, i: usize) -> bool {
    let (from, to) = case.line.segments[case.line.segment_of(i)];
    (from..to).any(|j| case.line.toks[j].any(DONE))
}

/// "Clear as porridge on a bib", "blind as a mole in a sack", "same to you as to a king".
fn likened(case: &Case<'_>, i: usize) -> bool {
    let sentence = case.line.toks[i].sentence;
    // "Cold as the harbour": a certain one.
    let certain = (i.saturating_sub(2)..i)
        .any(|j| case.line.toks[j].any(&["the", "our", "my", "that", "this", "your", "his", "her"]));
    let led = (i.saturating_sub(7)..i)
        .rev()
        .take_while(|j| case.line.toks[*j].sentence == sentence && case.line.toks[*j].kind != Kind::Mark);
    led.into_iter().any(|j| {
        let after = case.line.toks.get(i + 1);
        let acts = after.is_some_and(|t| t.low.ends_with("ed") || is_irregular_past(&t.low));
        let held = acts
            || (j + 1..i)
                .any(|k| case.line.toks[k].any(DONE) || case.line.toks[k].any(&["with", "who", "that"]));
        case.line.toks[j].any(&["as", "like", "than"]) && !held && !certain
    })
}

/// "No fox and no goblin", "I'm no witch": what is said not to be, of the speaker or of the whole matter.
fn denied_part(case: &Case<'_>, i: usize) -> bool {
    let no = |n: usize| i.checked_sub(n).is_some_and(|j| case.line.toks[j].any(&["no", "neither", "nor"]));
    let not = |n: usize| i.checked_sub(n).is_some_and(|j| case.line.toks[j].any(&["not", "n't", "never"]));
    let article = i > 0 && case.line.toks[i - 1].any(&["a", "an", "the", "any"]);
    (no(1) || no(2) || article && (not(2) || not(3))) && !done(case, i)
}

/// "Hunger's the best cook", "a fire is a poor doctor", "we'd all be lords": what something is made out to be.
fn predicate(case: &Case<'_>, i: usize) -> bool {
    let (from, _) = case.line.segments[case.line.segment_of(i)];
    let be = (from.max(i.saturating_sub(4))..i).rev().find(|j| {
        case.line.toks[*j].any(&["is", "'s", "are", "be", "makes", "make", "am", "'m", "called", "were"])
    });
    let Some(be) = be.filter(|be| *be > 0 && !done(case, i)) else { return false };
    let before = &case.line.toks[be - 1];
    let wished = (from..be).any(|j| case.line.toks[j].any(&["'d", "would", "might", "if", "could"]));
    let person = case.line.mention_at(be - 1).is_some_and(|m| matches!(m.what, What::Person(_)));
    let grammar = is_function_word(&before.low) || before.low.starts_with('\'');
    let claims = within(&case.line, &["there 's|is|are|were|was|'ll"], from, i).is_some();
    wished && !claims || case.line.toks[be].is("called") || !person && !grammar && before.kind == Kind::Word
}

/// "Sold, to the traveller with taste!": the listener.
fn listener(case: &Case<'_>, i: usize) -> bool {
    let tok = &case.line.toks[i];
    let deed = case.pack.act.kind.hands_over() || super::permits::idle_talk(case.pack.act.kind);
    tok.any(&["traveller", "traveler", "stranger", "visitor", "guest", "customer"]) && deed && !done(case, i)
}
