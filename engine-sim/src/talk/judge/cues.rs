//! Cues: the turns of phrase that each kind of claim needs, and the verbs of knowing.
//!
//! Owns: the tables. Refuses to know: how claims are folded (`claims`).

use super::claims::Cue;

/// Patterns of each cue.
#[rustfmt::skip]
pub(super) const CUES: &[(Cue, &[&str])] = &[
    (
        Cue::Alone,
        &[
            "alone", "by|on myself|himself|herself", "all by my|him|her", "on my|his|her own", "no company",
            "nobody|none else", "no one|body else", "only me|i", "just me|i|myself|her|him", "solitary",
            "single handed", "without company|anyone|anybody|another|a", "not|n't another|a soul|person",
            "not|n't anyone|anybody else", "no other soul|company|person", "not another soul|body|person|creature",
            "not|n't a|one ~1 soul|body|creature with|by|near|about|beside", "with only ~4 for company",
            "nobody|none|no ~1 with me|him|her|us", "with nobody|none|no", "no soul", "own company",
            "sole soul|person", "solely", "nobody|none at|in|by|on the|our|my? #place with|by|near|beside me|him|her|us", "unaccompanied", "never a soul", "nobody but", "no one|soul|body but|besides|except|save|bar", "nobody|none|no ~1 for company", "nobody|none save|except|besides|bar", "lonely|lonesome",
            "to himself|herself|myself", "nobody|none|no ~1 by|near|about|beside|around him|her|me", "with no|nobody ~1", "single soul", "only #person", "and #person only", "#person only $|was|at|in|by|on", "nobody|none|no one? ~1 kept|keeping|keep ~2 company", "but|and|only|save|just|with ~2 his|her|my ~1 shadow|thoughts|feet|boots|breath|silence",
            "not a ~1 soul|creature|body $", "that was|is|'s everybody|everyone|all $", "that was|is|'s the ~2 company|list|crowd", "party of one", "none|nothing|nobody but ~3 for ~1 company|companion", "never|nor another ~2 body|soul|person|creature", "without a|any ~2 soul|body|company|creature|companion", "solitude", "sole|single|only occupant|visitor|guest|customer", "just the one person|soul|body", "one person|soul|body at|in|by|on|there",
            "nobody|none|no ~1 to talk|speak to", "nobody|none ~1 for ~1 company|companion", "solo", "just himself|herself|myself", "only one there", "only soul|person|one", "for company but", "alone with", "a|another|one|single soul|body|creature|person|man|woman beside|besides|but|save|except|bar|other", "soul|company beside|besides|but|save|except|bar #person|him|her|me",
        ],
    ),
    (
        Cue::Owe,
        &[
            "owe+", "owing", "debt+", "in hock", "in the hole", "in #person 's ~1 book|books|slate|ledger", "lend+", "loan+", "borrow+", "in the red", "pay+ ~2 back",
            "due", "indebted", "on the slate|tab", "behind with", "still to pay", "short to", "on tick",
            "repay+", "creditor+", "behind by", "unpaid", "wait+ for|on ~2 #gold", "#gold from|off him|her|me|#person", "yet to ~1 pay|return|settle|repay|give", "has|have not|n't ~1 paid|repaid|settled", "outstanding", "out of pocket", "to pay me|him|her|#person", "had|has of|from|off me|him|her|#person", "not a ~1 coin|penny|copper back", "owing", "out of my", "has not seen", "run|running up", "stand+ against", "chalked", "#gold of mine|his|hers", "#gold behind|short|down|down to", "gold back|returned",
        ],
    ),
    (
        Cue::Carry,
        &[
            "carry+", "bear+ an|a|the", "hold+", "haul+", "lug+", "tote+", "drag+",
            "with a|an|the|his|her|my|that|some ~1 #item", "in hand", "had a|an|the ~1 #item", "bring+",
            "bringing", "in his|her|my hand|hands|arms", "under his|her|my arm|cloak", "clutch+", "swing+",
            "hug+", "tuck+", "#item in hand", "and #item", "take+ #item", "took a|an|the|his|her", "and a|an|the #item", "#item with|on|about|beside him|her|them",
        ],
    ),
    (
        Cue::Own,
        &[
            "own+", "have+", "'ve", "possess+", "keep+", "belong+", "'s got", "got a|an|the",
            "his|her|my|mine", "got", "#person 's #item", "has",
        ],
    ),
    (
        Cue::Gone,
        &[
            "gone", "missing", "vanish+", "disappear+", "empty", "not|n't there", "no sign of", "no #item",
            "stolen", "was|been taken", "bare", "no longer", "lost", "nothing there", "away", "no trace of",
            "without its", "had left", "taken",
        ],
    ),
    (
        Cue::Want,
        &[
            "want+", "need+", "bring+", "fetch+", "wish+", "could|can use|do", "like", "love",
            "after a|an|some", "short of", "out of", "lack+", "get me", "find me", "crave+", "long+ for",
            "would n't say no", "would n't mind", "in want of", "grateful for", "a favour", "welcome",
            "hand me", "give me", "favour", "spare me", "without", "miss+", "kind enough", "require+",
            "want for", "please", "carry+", "see me", "have+ need", "dying for", "thirst+", "hunger+",
            "use for", "glad|happy|grateful|pleased ~1 of|with|for", "would n't refuse|turn", "after",
        ],
    ),
    (
        Cue::Kin,
        &[
            "kin", "family", "relative+", "relation+", "related", "niece", "uncle", "aunt", "brother",
            "sister", "siblings", "cousin+", "blood", "kinswoman|kinsman|kinfolk", "nephew",
        ],
    ),
    (
        Cue::Friend,
        &[
            "friend+", "friendly", "mates", "thick as", "close", "fond of", "get on", "pals", "companions",
            "on good terms", "chums", "draughts", "friendship",
        ],
    ),
    (
        Cue::Feud,
        &[
            "feud+", "at odds", "quarrel+", "hate+", "enemies", "no love", "fallen|fell out", "bad blood",
            "loathe+", "agree+", "row+", "rivals", "not|n't speak+", "never agree+",
            "ca|can n't abide|stand|bear", "cannot abide|stand|bear", "bicker+", "fight+", "argue+",
            "eye to eye", "crossed", "no peace|warmth|friendship|liking ~1 between", "not|n't ~2 exchange+|word+|speaking", "at war", "not|n't on ~1 terms", "sour+", "cross words", "cold shoulder", "sworn enem+", "get on", "dislike+", "grudge", "loggerheads", "daggers",
        ],
    ),
    (
        Cue::Say,
        &[
            "say+", "tell+", "swear+", "reckon+", "claim+", "mention+", "heard|hear from", "according to",
            "had it from", "have it from", "word from", "whisper+", "insist+", "let slip",
            "by #person 's account|telling|word", "'s word", "has it", "told", "gave out", "think+",
            "believe+", "hear+", "learned|got it|that from", "from #person 's lips|mouth", "vouch+",
            "report+", "talk+ of", "speak+", "from #person", "to hear", "account", "testimony", "#person has|puts #person",
        ],
    ),
    (
        Cue::See,
        &[
            "see+", "spot+", "notice+", "glimpse+", "watch+", "catch+ sight", "clap+ eyes", "set eyes",
            "laid eyes", "caught", "pass+", "spied|spy", "met|meet+", "find+", "observe+", "recognise+",
            "witness+",
        ],
    ),
    (Cue::Pass, &["pass+", "past", "by", "through", "cross+", "go+ by", "come+ by", "along", "over"]),
    (
        Cue::Past,
        &[
            "was|were|went|came|had|been|'d|passed|stood|sat|walked|left|crossed|carried|took|stayed|slept|spent|saw|did|got|kept|met|slipped|hurried|ran|crept|visited|stopped|popped|called|dropped|headed|wandered|waited|hid|worked|sold|bought|gave|lent|found",
        ],
    ),
    (
        Cue::Ask,
        &[
            "know|say|tell|told|ask|asked|asking|wonder|wondering|remember|recall|care|idea|guess|learn|find|out|sure|matter|see|saw|certain|telling|business|notion|clue|knows|heard|hear|of|about ~1 who|where|whether|when|what|why|how|which|if",
            "who|where|when|what|why|how|which knows|can|could",
        ],
    ),
    (Cue::Lost, &["gone", "missing", "vanished", "disappeared", "empty", "bare", "stolen", "out of its"]),
    (Cue::Refuse, &["no|not|n't|never ~3 want|need|bring|use|fetch|like", "give+|gave ~4 away", "last thing|man|woman|person|soul|body|creature|villager", "love+|like+|want+|need+|wish+|crave+|fancy+|care+ the? least", "but|though no more|longer $"]),
    (
        Cue::NotAlone,
        &[
            "not|n't alone", "never alone", "with company", "not|n't by myself|himself|herself",
            "no means alone", "far from alone", "had ~1 somebody|someone|company", "hardly alone",
            "anything but alone", "not on my|his|her own", "in company",
        ],
    ),
];

/// Verbs of knowing, saying and seeing: their subject is not what the claim is about.
#[rustfmt::skip]
pub(super) const MATRIX: &[&str] = &[
    "think", "believe", "reckon", "suppose", "guess", "say", "swear", "tell", "know", "remember", "recall",
    "see", "hear", "notice", "spot", "mean", "fancy", "warrant", "wager", "bet", "trust", "confess",
    "admit", "grant", "doubt", "deny", "wish", "hope", "fear", "expect", "understand", "gather", "vow",
    "glimpse", "watch", "repeat", "insist", "spy", "catch", "wonder", "ask", "spied", "own", "recollect",
    "put", "set", "clap", "count", "witness", "note", "noted", "observe", "place", "imagine", "lie", "assure",
];
