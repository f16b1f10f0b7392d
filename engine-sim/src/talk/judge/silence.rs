//! Silence: the tables of words by which a line names things and tells nothing of them.
//!
//! Owns: the tables. Refuses to know: how they are read (`unasserted`).

/// Words that open a question within a clause, whatever the player asked: they take nothing for granted.
pub(super) const OPEN: &[&str] = &["where", "wherever", "whether", "if"];

/// Words that open a question within a clause and take for granted that something happened: only where the
/// player's question does so too. Each with the words of such a question.
pub(super) const GRANTING: &[(&[&str], &[&str])] = &[
    (
        &["who", "whom", "whose", "whoever"],
        &["who|whom|whose|who's|anyone|anybody|someone|somebody", "what|which ~1 man|woman|one|of"],
    ),
    (&["what", "whatever", "which"], &["what|which|anything|something|what's"]),
    (&["when", "whenever"], &["when", "what|which ~1 time|hour|o'clock|bell"]),
    (&["why"], &["why", "what ~3 for|reason|make|made|drive|drove"]),
    (&["how"], &["how"]),
];

/// Openers in an act that denies: whoever says it is wrong, and if it were so …
pub(super) const OPEN_TO_DENY: &[&str] = &["whoever", "whether", "if", "wherever", "anyone", "anybody"];

/// What is said of one, and not so: "the charge that I was at the mill is false".
pub(super) const ALLEGATIONS: &[&str] = &[
    "allegation",
    "allegations",
    "statement",
    "suggestion",
    "claim",
    "idea",
    "notion",
    "charge",
    "report",
    "rumour",
    "story",
    "tale",
    "accusation",
    "assertion",
    "thought",
];

/// Before "who", "where" and "when" these make a clause tell of what they name, as a name of that kind does.
#[rustfmt::skip]
pub(super) const PEOPLE: &[&str] = &[
    "one", "ones", "man", "woman", "person", "soul", "body", "somebody", "someone", "those", "them", "he",
    "she", "they", "folk", "people", "fellow", "lad", "lass", "hand", "thief",
];
pub(super) const PLACES: &[&str] = &["place", "spot", "house", "there", "here"];
pub(super) const HOURS: &[&str] = &["time", "hour", "moment", "evening", "night", "day"];

/// Verbs of saying and seeing: what hangs on them behind "whoever" is denied with them.
pub(super) const TOLD: &[&str] =
    &["told", "tells", "says", "said", "claims", "claimed", "puts", "put", "saw", "swears", "thinks"];

/// Auxiliaries, finite by themselves.
#[rustfmt::skip]
pub(super) const AUXILIARIES: &[&str] = &[
    "am", "'m", "is", "'s", "are", "'re", "was", "were", "do", "does", "did", "have", "'ve", "has", "had",
    "'d", "can", "could", "will", "'ll", "would", "shall", "should", "may", "might", "must",
];

/// Words between the parts of one verb.
#[rustfmt::skip]
pub(super) const WITHIN_VERB: &[&str] = &[
    "not", "n't", "never", "ever", "really", "simply", "just", "even", "also", "only", "truly", "honestly",
    "quite", "rather", "still", "or", "have", "been", "be", "all", "well", "once", "so",
];

/// Words in "-ed" that are no verb.
pub(super) const NO_VERBS: &[&str] =
    &["indeed", "hundred", "sacred", "kindred", "naked", "wicked", "crooked", "wretched", "beloved", "speed"];

/// Words before a participle that make it an adjective: "a closed book".
pub(super) const DETERMINERS: &[&str] = &[
    "a", "an", "the", "my", "our", "your", "his", "her", "no", "any", "this", "that", "as", "so", "too",
    "very", "of",
];

/// Not knowing, not saying, in the first person: with nothing else in the clause, what it names is only
/// named.
#[rustfmt::skip]
pub(super) const IGNORANT: &[&str] = &[
    "i|we ~1 do|did|can|could|would|will|'ll|'d|shall|might|may|should ~1 not|n't|never ~3 know|say|tell|recall|remember|swear|place|see|notice|spot|answer|speak|talk|help|guess|think|hear|meet|catch|vouch|venture|judge|account|recollect|distinguish|name|discuss|mention",
    "^ ~1 do|did|can|could|would|will|shall|should not|n't ~3 know|say|tell|recall|remember|swear|place|see|notice|spot|answer|speak|talk|help|guess|think|hear|meet|catch|vouch|venture|judge|account|recollect|distinguish|name|discuss|mention",
    "cannot ~3 say|tell|recall|remember|swear|place|answer|speak|talk|help|guess|vouch|venture|judge|account|recollect|know|name",
    "i|we ~1 have|'ve|had|'d ~1 not|n't|no|nothing|never ~3 clue|idea|notion|knowledge|inkling|word|answer|memory|recollection|record|entry|seen|heard|noticed|asked|met|news|report|sight|foggiest|faintest|slightest|least",
    "^ have|has|had not|n't ~3 clue|idea|notion|seen|heard|noticed|met|asked|foggiest|faintest|slightest|least",
    "i|we never ~1 saw|see|noticed|knew|heard|met|spotted|looked|asked|marked|learned|caught",
    "i|we ~1 saw|heard|noticed|know|knew|recall|remember|possess|hold|keep|have|'ve ~2 no|nothing|nobody|none|neither|little",
    "i|we 'd|would ~1 rather|sooner|prefer ~1 not|n't", "how should|would|could|can i|we|anyone|anybody know|say|tell",
    "who|heaven|god|goodness|lord knows|can|could ~1 say|tell|$", "beats|escapes|eludes me", "you 've|have got|lost me", "i 'm|am ~1 unable|powerless|not able|no ~1 help|use|wiser|none the wiser|at a loss",
];

/// Not knowing, not saying, in any words: beside it a fragment of the question only takes the question up.
#[rustfmt::skip]
pub(super) const SILENCE: &[&str] = &[
    "no|without ~1 idea|notion|clue|knowledge|sighting|sight|sign|word|news|report|record|memory|recollection|entry|telling|comment|answer|inkling|trace",
    "not ~2 idea|notion|clue|inkling|word|foggiest|faintest|slightest|least", "nothing|naught to|on ~1 report|say|tell|add|offer|record|show|note|give|$",
    "unknown|unseen|unrecorded|unnoticed|unobserved", "not|n't|never ~1 observed|seen|noticed|noted|recorded|known|sighted|marked|met|heard|watched",
    "search me", "beats me", "who knows|can say|could say", "how should|would|could|can i", "ask me another", "your guess", "heaven|god|goodness|lord knows|alone",
    "closed|sealed|shut book", "blank|nil|silent|mum|mute", "a mystery", "could be anybody|anyone|anywhere", "not ~2 for|mine me? to say|tell|judge", "lips|mouth ~2 shut|sealed|closed|sewn",
    "^ ~1 pass|none $",
    "neither|nor ~1 seen|heard|known|noticed|noted",
    "head|mind|memory ~1 's|is ~2 empty|blank|gone|fog|mush|sieve", "nothing|none $", "what|who does|do|did? it? ~1 matter|cares", "no matter", "all one|the same",
    "you ~3 do? go on|questions|asking|tire|ask",
    "a|all fog|blur|mystery|blank|riddle|closed", "i|we 'd|would rather|sooner talk|speak|hear|discuss|ask",
];

/// Words of a sentence that keeps something back.
#[rustfmt::skip]
pub(super) const KEEPING_BACK: &[&str] = &[
    "no", "not", "n't", "never", "nothing", "none", "nobody", "neither", "nor", "cannot", "nowhere",
    "hardly", "little", "silent", "silence", "tongue", "lips", "mum", "mute", "quiet", "secret", "blank",
    "nil", "unknown", "closed", "shut", "refuse", "decline", "rather", "sooner", "blind", "deaf", "spare",
    "drop", "enough", "mystery", "lost", "leave", "wrong", "without", "empty",
];

/// Turns of phrase that keep something back.
#[rustfmt::skip]
pub(super) const KEPT: &[&str] = &[
    "keep+|kept|stay+ ~3 to|with myself|ourselves|me|us", "between me|us|ourselves", "my ~1 own|business|affair|concern", "stays|stay ~1 shut|here|put",
];

/// What is not vouched for is not said to be so: "I can't swear that she was there".
#[rustfmt::skip]
pub(super) const UNVOUCHED: &[&str] = &[
    "can|could|would|will|shall not|n't ~3 say|swear|vouch|confirm|claim|promise ~2 that?", "cannot ~3 say|swear|vouch|confirm|claim|promise ~2 that?",
    "neither confirm nor deny ~1 that?", "not|n't|cannot ~1 tell you for|with ~1 certain|sure|certainty ~1 that?",
];

/// What is always so tells of the evening too.
pub(super) const HABITS: &[&str] =
    &["always|often|usually|mostly|generally|nightly", "every|each evening|night|day"];

/// Somebody else, in a word.
pub(super) const OTHERS: &[&str] = &["he", "she", "him", "her", "they", "them"];

/// Yes, to a question that names all of a claim.
pub(super) const YES: &[&str] = &[
    "^ ~1 yes|aye|yea|indeed|certainly|correct|exactly|precisely|naturally|surely|plainly|clearly|obviously|true",
];

/// Words between a preposition and what it names, and between the names.
#[rustfmt::skip]
pub(super) const BETWEEN_NAMES: &[&str] = &[
    "the", "a", "an", "and", "or", "nor", "at", "in", "on", "by", "around", "about", "near", "past",
    "outside", "inside", "behind", "that", "this", "hour", "time", "particular", "of", "our", "your", "old",
    "poor", "good", "young", "both", "'s", "any", "anyone", "anybody", "person", "persons", "people",
    "folk", "who",
];

/// "I was wherever I was".
#[rustfmt::skip]
pub(super) const CIRCLES: &[&str] = &[
    "i|he|she|they|it|#person was|were|did|went|am|is where|wherever|what|whatever|who|whoever i|he|she|they|it|#person ~1 was|were|did|went|am|is",
    "i|we was|were|did|went where|wherever|what|whatever|who|whoever", "i|we was|were|did|went as|how ~1 i|we|a|any|every",
];

/// A guess at what anything might have been, or might have seen.
#[rustfmt::skip]
pub(super) const GUESSES: &[&str] = &[
    "could|might|may|would|'d ~16 for all|aught i|we ~1 know|care|can|could|saw", "for all|aught i|we ~1 know|care ~16 could|might|may|would|'d",
    "^ ~3 may|might|must have ~1 seen|noticed|heard|known|watched",
];

/// Company, habits, where one was not, the player's words confirmed: that much is known.
#[rustfmt::skip]
pub(super) const TELLING: &[&str] = &[
    "alone", "not|n't ~2 by|on myself|himself|herself|my|his|her", "company|companion+", "he|she ~1 's|is|are? always|often|usually|mostly|generally",
    "^ ~1 not|n't ~1 at|in home|bed|work", "you 've|have ~2 said|guessed it|so|as", "you 're|are ~1 right|close|warm|warmer", "as you say|said", "you know already|that", "you have|'ve ~1 it ~1 all|already|$", "^ save|except|only ~1 that? he|she|it|they|#person",
];

/// What is none of one's business tells of nothing.
pub(super) const NO_BUSINESS: &[&str] =
    &["none|no|nothing|hardly ~1 of|business|affair|concern|matter|my|mine|to"];

/// What the player asks after, told back: "you want Greta at nine, and I want a new back".
pub(super) const ASKING: &[&str] =
    &["you ~2 want|ask|asked|seek|inquire|enquire ~1 after?", "you ~2 asking|after|seeking"];
