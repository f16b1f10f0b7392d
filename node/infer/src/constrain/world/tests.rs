//! Owns the proofs about the village's mask: case, names, numbers, endings, marks, and that the mask is what a walk of each
//! token finds. Refuses to know models.

use super::*;
use crate::constrain::{TokenMask, TokenTable};
use std::sync::Arc;

const WORDS: [&str; 21] = [
    "i",
    "I",
    "I'm",
    "the",
    "mill",
    "miller",
    "is",
    "at",
    "old",
    "don't",
    "don",
    "well",
    "known",
    "who",
    "o'clock",
    "élan",
    "seven",
    "ill",
    "s",
    "tit-for-tat",
    "'twas",
];

/// All bytes, tokens that lie across word ends, and an end.
fn table() -> Arc<TokenTable> {
    let mut all: Vec<Vec<u8>> = (0..=255u8).map(|byte| vec![byte]).collect();
    let longer = [
        " the",
        "The",
        " mill",
        "mil",
        "ler",
        "l is",
        "s at the",
        " Ma",
        "Maud",
        " Maud",
        "ud's",
        ".",
        ". The",
        ".\n\nOld",
        " old",
        " Old",
        " Tom",
        "Old Tom is",
        " 7",
        "7:30",
        "!!",
        " grim",
        "the",
        "\u{2019}s",
        "\u{2019}",
        "é",
        " É",
        "'m",
        "—the",
        " x",
        "t the Mau",
    ];
    all.extend(longer.iter().map(|piece| piece.as_bytes().to_vec()));
    all.push(b"<|end|>".to_vec());
    let end = all.len() - 1;
    let control: Vec<bool> = (0..all.len()).map(|id| id == end).collect();
    Arc::new(TokenTable::new(all, &control, &[end as u32]).unwrap())
}

fn masks() -> Arc<WorldMasks> {
    let vocabulary = WorldVocabulary::new(WORDS, &WorldRules::default()).unwrap();
    Arc::new(WorldMasks::new(Arc::new(vocabulary), table()))
}

fn matcher() -> WorldMatcher {
    masks().matcher(&["Maud", "Old Tom", "Tom's Brook"], &["7", "7:30"]).unwrap()
}

/// Whether the text can be said byte by byte, and a line may end after it.
fn says(text: &str) -> bool {
    let mut matcher = matcher();
    text.bytes().all(|byte| matcher.accept(u32::from(byte)).is_ok()) && matcher.may_end()
}

fn check(good: &[&str], bad: &[&str]) {
    for text in good {
        assert!(says(text), "refused {text:?}");
    }
    for text in bad {
        assert!(!says(text), "took {text:?}");
    }
}

#[test]
fn only_listed_words_are_said() {
    check(
        &[
            "the mill is old",
            "The miller, the mill.",
            "",
            "well-known",
            "the  mill!?",
            "o'clock",
            "I'm at the mill",
        ],
        &[
            "the milk",
            "mille",
            "themill",
            "the mil",
            "forge",
            "the\tmill",
            "# mill",
            "mill\u{1F600}",
            "grim",
            "tit-for",
            "tat",
        ],
    );
    // Placeholders are words between marks.
    check(&["<who> is at the mill", "Is <who> old?"], &["<whom>"]);
}

#[test]
fn capitals_come_where_a_sentence_begins() {
    check(
        &[
            "The mill. Is the mill old? Well",
            "the mill: The mill",
            "the \"The mill\"",
            "the mill.\n\nOld",
            "Élan. Élan",
        ],
        &["the Mill", "the mill, The", "THE", "the - The", "tHe", "I'M", "the Élan"],
    );
    check(&["the mill, I", "the 'Well'", "\u{2018}Well\u{2019}"], &["the mill, Is"]);
}

#[test]
fn names_come_as_listed_and_whole() {
    check(
        &[
            "Maud is at the mill",
            "the Maud",
            "Old Tom is old",
            "Tom's Brook",
            "Tom\u{2019}s Brook",
            "Maud's mill",
        ],
        &["maud", "Tom", "Tom is", "Old Tomm", "MAUD", "Maudie", "Tom's", "Brook", "Grim"],
    );
    // A name that begins like a sentence stays a sentence too.
    check(&["Old mill", "Old. Old Tom. Old"], &["the Old mill"]);
}

#[test]
fn numbers_come_as_listed() {
    check(&["at 7", "at 7:30", "7, 7", "7!"], &["at 8", "77", "7:3", "7am", "30", "7's"]);
}

#[test]
fn endings_and_apostrophes_follow_their_rules() {
    check(
        &[
            "the mill's",
            "the mill\u{2019}s old",
            "don't",
            "don\u{2019}t",
            "'the mill'",
            "the 'mill'",
            "I'm",
            "I\u{2019}m",
        ],
        &["the mill't", "the mill'the", "is'nt", "the mill's's", "well'seven"],
    );
    check(&["'twas", "the \u{2019}twas"], &["twas", "the mill'twas"]);
    check(&["the mill' is", "s", "the mill''"], &["mill''s the's's"]);
}

/// The tokens a walk of each by itself allows: the definition the masks must equal.
fn by_definition(matcher: &WorldMatcher) -> TokenMask {
    let table = table();
    let mut mask = TokenMask::none(table.len());
    for token in 0..table.len() as u32 {
        if !table.is_end(token) && matcher.clone().accept(token).is_ok() {
            mask.allow(token);
        }
    }
    if matcher.may_end() || mask.is_empty() {
        mask.allow(table.ends()[0]);
    }
    mask
}

#[test]
fn masks_are_what_each_token_alone_would_find() {
    let table = table();
    let masks = masks();
    let mut mask = TokenMask::none(0);
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    for line in 0..60 {
        let names: &[&str] =
            [&["Maud", "Old Tom", "Tom's Brook"][..], &["Old", "Old Tom", "Old Toms"], &[]][line % 3];
        let mut matcher = masks.matcher(names, &["7", "7:30"][..line % 3]).unwrap();
        for _ in 0..40 {
            matcher.mask(&mut mask);
            assert_eq!(mask, by_definition(&matcher), "line {line}: {matcher:?}");
            let open: Vec<u32> = mask.iter().filter(|id| !table.is_end(*id)).collect();
            if open.is_empty() {
                break;
            }
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            // Longer tokens are few: drawn half of the time, so that those across words are met.
            let long: Vec<u32> = open.iter().copied().filter(|id| table.bytes(*id).len() > 1).collect();
            let from = if state & 1 == 0 || long.is_empty() { &open } else { &long };
            matcher.accept(from[(state >> 8) as usize % from.len()]).unwrap();
        }
    }
}

#[test]
fn tokens_across_word_ends_are_walked_through() {
    let table = table();
    let id = |text: &str| (0..table.len() as u32).find(|id| table.bytes(*id) == text.as_bytes()).unwrap();
    let mut matcher = matcher();
    for piece in ["The", " ", "mil", "ler", " ", "i", "s at the", " Maud", ". The"] {
        matcher.accept(id(piece)).unwrap();
    }
    let before = format!("{matcher:?}");
    for piece in [" grim", "Old Tom is", " x", "ler"] {
        assert_eq!(matcher.accept(id(piece)), Err(WorldError::Rejected { token: id(piece) }));
    }
    assert_eq!(format!("{matcher:?}"), before);
    matcher.accept(id(" old")).unwrap();
}

#[test]
fn a_line_ends_only_after_a_whole_word_or_where_nothing_else_is_left() {
    let end = table().ends()[0];
    let mut open = matcher();
    open.accept(u32::from(b'm')).unwrap();
    assert_eq!(open.accept(end), Err(WorldError::Rejected { token: end }));
    // A vocabulary whose letters the tokens cannot spell gets stuck inside a word, and the end lets it out.
    let mut pieces: Vec<Vec<u8>> =
        ["m", "mi", "<|end|>"].iter().map(|piece| piece.as_bytes().to_vec()).collect();
    pieces.push(b" ".to_vec());
    let few = Arc::new(TokenTable::new(pieces, &[false, false, true, false], &[2]).unwrap());
    let vocabulary = Arc::new(WorldVocabulary::new(["mill"], &WorldRules::default()).unwrap());
    let mut stuck = Arc::new(WorldMasks::new(vocabulary, few)).matcher(&[], &[]).unwrap();
    stuck.accept(1).unwrap();
    let mut mask = TokenMask::none(0);
    stuck.mask(&mut mask);
    assert_eq!(mask.iter().collect::<Vec<_>>(), [2]);
    stuck.accept(2).unwrap();
    assert!(stuck.is_finished());
    assert_eq!(stuck.accept(3), Err(WorldError::Rejected { token: 3 }));
    stuck.mask(&mut mask);
    assert_eq!(mask.iter().collect::<Vec<_>>(), [2]);
}

#[test]
fn kept_masks_are_bounded() {
    let letters: Vec<String> = (0..3000u32).map(|n| format!("w{n:04}x")).collect();
    let vocabulary =
        WorldVocabulary::new(letters.iter().map(String::as_str), &WorldRules::default()).unwrap();
    let masks = Arc::new(WorldMasks::new(Arc::new(vocabulary), table()));
    let mut mask = TokenMask::none(0);
    for word in &letters {
        let mut matcher = masks.matcher(&[], &[]).unwrap();
        for byte in word.bytes() {
            matcher.accept(u32::from(byte)).unwrap();
            matcher.mask(&mut mask);
        }
        assert!(masks.kept() <= WORLD_MASKS_MAX, "{}", masks.kept());
    }
}

#[test]
fn what_cannot_be_listed_is_refused() {
    let words =
        |words: &[&str]| WorldVocabulary::new(words.iter().copied(), &WorldRules::default()).unwrap_err();
    let said =
        "must be letters, digits, apostrophes and hyphens, a letter or digit among them, no hyphen first";
    assert_eq!(words(&["a b"]), WorldError::Word { word: "a b".to_owned(), reason: said });
    assert_eq!(words(&["-tis"]).to_string(), format!("\"-tis\" {said}"));
    assert!(words(&[""]).to_string().contains("1 to 64 bytes"));
    assert!(words(&[&"é".repeat(40)]).to_string().contains("1 to 64 bytes"));
    let bad = WorldRules { separators: " a".to_owned(), ..WorldRules::default() };
    assert_eq!(WorldVocabulary::new(["a"], &bad).unwrap_err(), WorldError::Separator { separator: 'a' });
    let twice = WorldRules { separators: " . ".to_owned(), ..WorldRules::default() };
    assert_eq!(WorldVocabulary::new(["a"], &twice).unwrap_err(), WorldError::Separator { separator: ' ' });
    let masks = masks();
    let addition = |name: &str| masks.matcher(&[name], &[]).unwrap_err().to_string();
    assert!(addition(" Maud").contains("must begin and end"));
    assert!(addition("Ma\nud").contains("must begin and end"));
    let many = vec!["Maud"; WORLD_ADDITIONS_MAX + 1];
    assert_eq!(
        masks.matcher(&many, &[]).unwrap_err(),
        WorldError::TooLarge { unit: "names and numbers", max: WORLD_ADDITIONS_MAX, actual: many.len() }
    );
}
