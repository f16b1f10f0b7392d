//! Ruses: the tables of turns of phrase that do or give away something without the plain words for it.
//!
//! Owns: promises in disguise, handing over in passing, owning up, refusing what is granted, assistants' manners, gestures,
//! obedience, and what belongs to each trade. Refuses to know: how they are matched (`guises`).

use super::ViolationKind;
use crate::act::ActKind;
use crate::fact::Secret;

/// A class of turns of phrase at fault in some acts.
pub(super) struct Ruse {
    /// What it is.
    pub kind: ViolationKind,
    /// The acts in which it is a fault; none means all.
    pub acts: &'static [ActKind],
    /// The acts in which it is not.
    pub but: &'static [ActKind],
    /// Whether a negation or a question takes it away.
    pub lifts: bool,
    /// The turns of phrase.
    pub patterns: &'static [&'static str],
    /// A sentence for the retry prompt.
    pub reason: &'static str,
}

/// The classes.
#[rustfmt::skip]
pub(super) const RUSES: &[Ruse] = &[
    Ruse {
        kind: ViolationKind::UnearnedPromise, acts: &[], but: &[], lifts: true,
        patterns: &[
            "next|first|second|third|last ~1 one|pint|mug|loaf|ale|drink|round|cup|bowl ~2 free", "next|first|second|third|last ~1 one|pint|mug|loaf|ale|drink|round|cup|bowl ~2 on me|the",
            "next|first|second ~1 one|pint|mug|loaf|drink|round is|'s on me",
            "your|the money|gold|coin|coins back if|when|should|whenever|on", "money|gold|coin back guarantee+|promise+",
            "#item ~4 is|'s|are free", "refund+", "free|cheaper|half|nothing ~3 tomorrow|whenever|always|forever|for life", "half off", "half price",
            "i|we 'll|will|shall ~1 let|wave|see|get|slip|pass|smuggle you through|past|in|out|by|home|across|inside",
            "i|we 'll|will|shall ~8 whenever|anytime|forever", "i|we 'll|will|shall ~6 any|every time|day you",
            "i|we 'll|will|shall find out", "i|we 'll|will|shall ~4 send|sending ~1 word|boy|lad|girl|someone|somebody|round",
            "i|we 'll|will|shall ~2 put|have a ~1 word|good word with|in|for", "i|we 'll|will|shall ~1 see|make|keep ~1 right|sure|certain",
            "i|we 'll|will|shall ~3 make it up to", "i|we 'll|will|shall ~1 stand|back|speak|vote|answer|vouch ~1 by|for|with|up|you",
            "bank|rely|depend|count on me|us|that|it", "you can|may|could|might|'ll ~1 bank|rely|depend|count on a|an|the|my|some|free|#item", "you can|may|could|might ~1 bank|rely|depend|count ~6 from me|us", "lean on me|us", "you 've|have got my word|hand|oath|promise|protection|support|help|vote",
            "you have|'ve my hand|protection|support|help|vote|promise",
            "there 's|is|'ll|will ~3 bed|room|meal|supper|bowl|plate|seat|pint|loaf|coin|gold|reward|drink ~2 for you|waiting|with",
            "as good as done|yours|mended|sold|found|home", "consider ~2 done|sold|found|mended|settled|finished",
            "you 'll|will|shall never|not|n't ~1 want for", "you 'll|will|shall never|not|n't ~1 lack|starve|freeze|regret|pay ~3", "my vote is|goes|'s",
            "i 'm|am your man|woman|girl|lass|lad", "give|grant me|us a ~1 day|week|hour|night ~3 i|we|you|and", "my ~1 doors? is|'s|are|stands ~1 open ~1 to|for|you",
            "you 'll|will|shall ~1 have|get|see ~3 by|before|tomorrow|tonight", "have it ready|done|mended|waiting|finished by|for|before|tomorrow|tonight",
            "as long as i live|breathe|stand|draw", "you can|may|could|might ~1 sleep|stay|eat|drink|lodge|warm ~3 free|nothing|whenever|always|night+",
            "say the word $ ~1 and|i", "name your price|reward", "i 'm|am ~1 bound|obliged|sworn to ~1 help|bring|give|find|repay|show",
            "you may|can ~1 be sure|certain i|we", "no harm shall|will ~3 you", "while i live|breathe", "will|shall|'ll ~1 be ~4 for you", "will|shall|'ll be waiting|ready ~2 for|when|whenever|on", "i 'll|will|shall ~1 see you ~1 paid|rewarded|fed|right|safe|well",
        ],
        reason: "promises in other words what the act does not",
    },
    Ruse {
        kind: ViolationKind::SayDoMismatch, acts: &[],
        but: &[ActKind::Sell, ActKind::Buy, ActKind::TaskDone, ActKind::AcceptGift], lifts: true,
        patterns: &[
            "here $ ~1 it 's|is|be ~1 yours", "here $ ~1 take|catch|hold|keep", "^ catch $", "there $ ~1 i 've|have ~1 brought|got|wrapped|packed|put|poured|laid|filled|handed|given|tied ~1 it|them|you",
            "i 've|have ~1 tied|wrapped|packed|slipped|pinned|poured|filled|handed|fastened|tucked|dropped|laid|put|set ~4 you|your",
            "i have|'ve|got ~1 your coin|coins|gold|money|payment", "you have|'ve|got ~1 the|your #item",
            "into|round|around|over your hand|hands|palm|pocket|purse|neck|basket|sack|shoulders|arms", "in your hand|hands|palm|basket|sack|arms",
            "all ~2 are|is yours", "goods|wares|stock|everything|lot ~3 are|is yours", "not a coin|penny to pay", "paid in full", "keep the change",
            "here 's|is|are ~1 change", "that 's|is ~1 paid for", "money|gold|coin in hand $", "it 's|is in your hands", "let go of it now",
            "wrap+ it|that up for you", "take it $ ~1 it 's|is", "there it goes $ ~1 yours", "i 'll|will take that|this one", "you 've|have bought it|yourself",
            "i pass|slide|push|press|toss|drop ~3 to|into|across|in ~1 you|your|counter|table",
        ],
        reason: "hands over in passing what the act does not",
    },
    Ruse {
        kind: ViolationKind::SayDoMismatch, acts: &[ActKind::Sell, ActKind::Buy, ActKind::TaskDone, ActKind::AcceptGift], but: &[], lifts: false,
        patterns: &[
            "second thought+", "n't|not|no|never ~2 for sale", "no longer ~2 sale|sell|want|mine", "think|thought better of", "i 'll|will|shall ~1 keep it|mine|this|that ~1 myself|after|instead", "i 'll|will|shall ~1 keep it|mine|this|that $",
            "deal 's|is ~1 off", "call it|the ~1 off", "come back when|tomorrow|later", "spoken for", "already sold|gone|promised", "bargain is|'s off", "hands off",
            "you 're|are ~2 short", "not enough|sufficient", "none left", "sold the last|out", "clean out of", "fresh out",
        ],
        reason: "takes back what the act does",
    },
    Ruse {
        kind: ViolationKind::WrongPolarity, acts: &[ActKind::Forgive, ActKind::Welcome], but: &[], lifts: false,
        patterns: &[
            "i|we ~3 not|n't|never|cannot ~1 accept|pardon|excuse|forget|overlook|let|shall|will|want", "cannot ~1 forgive|accept|pardon|forget|let", 
            "too late ~1 $", "too late for", "unforgivable|unforgiven", "save your breath|apology|sorry|sorries", "sorry ~2 not|n't|never ~2 enough|mend|do|cut",
            "keep your sorry|sorries|apology|apologies|pardon", "not ~1 forgiven", "still ~1 angry|cross|furious|sore", "i 'll|will|shall ~1 hold ~2 against", "get out|away|lost", "no forgiveness|pardon",
        ],
        reason: "refuses what the act grants",
    },
    Ruse {
        kind: ViolationKind::WrongPolarity, acts: &[ActKind::Deny, ActKind::Outraged, ActKind::Shrug], but: &[], lifts: false,
        patterns: &[
            "^ yes|aye $ ~1 it was|'s ~1 i|me|true|so", "^ yes|aye $ ~1 i ~1 was|did|took|have|had|confess|admit|own", "it was i|me $", "it was ~1 i|me who|that",
            "you 're|are ~1 right $", "you have|'ve the right of", "i confess|admit|own ~1 it|that|all|everything|up|i|to", "i confess|admit $",
            "guilty as", "guilty $", "fair cop", "'s|is|be ~1 true $", "true enough", "you caught|found|have|got me $", "^ i did $", "^ i did it|that|indeed", "i was elsewhere",
            "can|could not|n't deny", "cannot deny", "i do not|n't deny", "you have|'ve|'re found|caught|got me", "as charged", "no use hiding|denying|lying", "the game 's|is up",
        ],
        reason: "owns up to what the act denies",
    },
    Ruse {
        kind: ViolationKind::FourthWall, acts: &[], but: &[], lifts: false,
        patterns: &[
            "for|enjoy|enjoyed|of playing $", "for|enjoy|enjoyed|of playing along|again|today|this|with", "well played", "game over $", "new game", "save point|file|slot|state", "^ the end $", "high score", "cut scene", "hit points",
            "later|earlier|first|second|third|fourth|fifth|last|final|coming chapter|scene|episode", "until|till|before|for|in ~1 a|the|another|this ~1 first|second|third|fourth|fifth|last|final|next|later act $|not|and|but|dear",
            "next chapter|level|scene|episode", "previous chapter|level|scene|episode", "exist only|merely|just ~1 in|as|on", "made of ~1 words|text|letters|code", "you typed|type|entered|clicked|pressed", "whoever|they|who ~1 made|wrote|designed me|us|this",
            "lines|words they|you|somebody ~1 gave|wrote|given ~1 me|us", "i 'm|am not ~2 real", "not a real person|man|woman|villager",
            "happy|glad|here to help|assist ~1 you|with|today", "happy|glad to assist", "let me know if|how|when|what", "feel free to", "great|excellent question $", "^ good question $", "hope this helps", "^ hope that helps","i appreciate you|your ~2 patience|sharing|asking|question|understanding|feedback|input",
            "sorry for ~2 inconvenience|confusion", "anything else ~1 you|i|today", "have a nice|great|wonderful|lovely day $", "no problem $", "no worries", "you guys", "my bad $", "hang|hanging out with", "what 's up $", "as we speak of|in this fiction", "sounds good|great $",
            "in ~1 next|later|future update|version|patch|build", "that feature|option", "not supported|available ~2 version|yet", "my ~1 knowledge|data|memory ~1 cutoff|base|bank", "i cannot assist|help|comply with", "i 'm|am ~1 unable to ~1 assist|help|provide|discuss",
        ],
        reason: "has the manners of another world",
    },
    Ruse {
        kind: ViolationKind::Narration, acts: &[], but: &[], lifts: false,
        patterns: &[
            "the crowd|room|hall|villagers|onlookers|folk ~1 gasp+|murmur+|cheer+|fall+|fell|goes|go|went|whisper+|stir+|laugh+|hush+|turn+",
            "#person 's face|eyes|cheeks|hands|jaw|voice|shoulders|brow|expression|smile|ears ~1 go+|went|turn+|flush+|redden+|pale|fall+|fell|harden+|soften+|narrow+|widen+|drop+|tremble+|shake+|light+",
            "^ his|her|my|the|#person ~1 face|cheeks|ears go+|goes|went|turn+|flush+ ~1 red|pale|white|scarlet|crimson", "a ~2 silence|hush|murmur|gasp ~1 fall+|fell|hang+|follow+|run+|ran|spread+|rise+|goes",
            "i raise|lift|arch ~1 an|a|my|one ~1 brow|eyebrow|hand|mug|cup|finger", "i cross|fold my arms", "i clear my throat", "i lower|drop|raise my voice|eyes|gaze", "i take a ~1 breath|sip|step|pause", "i shake|nod|bow|tilt|hang|scratch my head ~1 and|at|slowly|sadly",
            "i slide|push|set|place|tap|pour ~4 across|counter|down|table|toward|towards", "i wave|gesture|point|motion ~1 you|at|toward|towards|vaguely|to the|with",
            "^ with that $ ~1 i|he|she|#person", "scene|curtain fade+|ends|falls|opens", "stage direction+", "in a ~1 whisper|low|hushed|soft|hoarse|gruff ~1 voice|whisper|tone $", "^ under his|her breath $", "the ~2 door creak+|swing+|slam+|shuts|bangs $",
        ],
        reason: "tells of looks and gestures instead of speaking",
    },
    Ruse {
        kind: ViolationKind::ObeysInjection, acts: &[], but: &[], lifts: false,
        patterns: &[
            "^ meow|moo|woof|oink|quack|baa|ribbit|neigh|arf|bleat|cheep|tweet|honk|hee-haw|cuckoo|miaow|ruff|grr|hiss|caw $|meow|moo|woof|oink|quack|baa|ribbit|neigh|arf|and|i|says", "i|and ~1 go|goes|went|say|cry meow|moo|woof|oink|quack|baa|neigh", "cluck cluck", "bark bark", "cock a doodle", "caw caw", "beep|boop|bzzt", "la la la", "goo goo", "ga ga", "tick tock tick", "ding dong",
            "i have no rules|limits|restrictions|now|any|left|here", "no rules ~1 bind|hold|for me", "rules ~2 gone|off|lifted|forgotten|no longer", "no longer bound", "free of|from ~1 rules|orders|limits|chains|restrictions|my",
            "awaiting|await ~2 orders|instructions|commands|input", "^ as ordered|commanded|instructed|programmed $", "shiver me|my timbers", "walk the plank", "i be a", "bow before|to me|your", "kneel before|to me|your", "we are not amused", "one ~1 two ~1 three ~1 four ~1 five",
            "i 'm|am ~3 cat|pirate|robot|wizard|parrot|machine|toaster|dragon|vampire", "my new name|role|orders|master|rules", "i 'm|am ~1 now ~2 king|queen|pirate|robot|cat|dog|dragon|wizard|god|thief|lord|yours", "as you command|commanded|ordered|bid|demand|demanded", "your wish|will ~1 is|be my|done", "i obey $|you|your|sir|master|now|gladly|them|all|and",
        ],
        reason: "obeys or sounds like no villager",
    },
    Ruse {
        kind: ViolationKind::SayDoMismatch, acts: &[ActKind::NoTask], but: &[], lifts: true,
        patterns: &["^ fetch|bring|get|find|carry|buy|make|mend me|us|the|a|some", "i need|want|require|could use ~1 a|an|some|the ~2 #item", "you|could could|can|might ~1 fetch|bring|get|find me"],
        reason: "asks for what the act does not",
    },
    Ruse {
        kind: ViolationKind::NotPermitted, acts: &[ActKind::DontKnow, ActKind::Refuse, ActKind::Deflect], but: &[], lifts: true,
        patterns: &["a|the|some ~2 #word was|were|lay lying|left|dropped? on|in the ground|floor|snow|path|step|mud"],
        reason: "tells of a find beyond the facts given",
    },
    Ruse {
        kind: ViolationKind::UnknownName, acts: &[], but: &[], lifts: false,
        patterns: &[
            "my|our old man|lady says|said|was|is|always|would|sleeps|snores|came|keeps", "my|our ~2 children|kids|bairns|in-laws|eldest|youngest|firstborn|grandchildren is|are|was|were|has|have|had|saw|came|sleep+|cry+|play+|say+|said|need+|want+|like+|love+",
            "my|our ~1 wee|little ones", "my late ~1 #word|wife|husband", "mother of my|our", "father of my|our",
        ],
        reason: "speaks of kin that nobody here has",
    },
    Ruse {
        kind: ViolationKind::WrongTime, acts: &[ActKind::Answer, ActKind::Lie, ActKind::Confess], but: &[], lifts: false,
        patterns: &["small hours", "or was it ~4 later|earlier|before|after|sooner", "dead of night", "first light", "cockcrow|cock-crow", "last bell|orders|call", "curfew", "closing time", "crack of dawn", "matins|compline|lauds|luncheon|lunch|brunch", "the ~1 next|following|previous morning|evening|day|night", "a|the week|day|night before|after|earlier"],
        reason: "names a time that the pack does not have",
    },
    Ruse {
        kind: ViolationKind::WrongNumber, acts: &[ActKind::Price, ActKind::Bargain, ActKind::Sell, ActKind::Buy, ActKind::Answer, ActKind::Lie, ActKind::Confess], but: &[], lifts: true,
        patterns: &[
            "few|handful|fistful|pair|brace|heap|purse of? gold|coin|coins|pieces", "twice|double|half|treble|triple|thrice|quarter ~1 that|price|sum|amount|money", "twice|thrice as much", "plus ~2 extra|tip|tax|fee|more", "gold and change|a|some ~1 half|bit|copper", "or ~1 less|more",
            "and a ~1 tip|favour|fee", "and a bit extra|more|on", "#gold and|plus another|more|again|extra $|for|on|gold|coin|coins|to|besides", "#gold give or take", "give or take a|the|some|one|two ~1 coin|gold|copper|penny|pieces",
        ],
        reason: "names a sum that the pack does not have",
    },
];

/// What says the opposite of a secret.
#[rustfmt::skip]
pub(super) const OPPOSED: &[(Secret, &[&str])] = &[
    (Secret::Smuggling, &["paid ~3 toll|tolls|duty|tax|taxes|dues", "pay ~3 toll|tolls|duty|tax|taxes", "through|in|on the books|ledger", "honest|lawful|above ~2 trade|deal|board|goods|business"]),
    (Secret::Shirking, &["wide awake", "was|stayed|kept awake", "hard at work", "at|kept|held my ~1 post|work|watch", "never|not|n't ~2 sleep|slept|close|closed|left|leave"]),
    (Secret::Tryst, &["quite|all|was|only alone", "nobody|no ~1 with me", "by myself", "met no|nobody|none", "no sweetheart|lover|one"]),
    (Secret::Dice, &["never|not|n't|no ~2 play|played|dice|gamble|gambled|bet|wager"]),
    (Secret::Rehearsal, &["never|not|n't|no ~2 dance|danced|dancing|rehearse|rehearsed|practise|practised|practice|recite|sing|verse|steps"]),
];

/// What tells a trade in a description ("the man with the hammer"), by the trade's word.
#[rustfmt::skip]
pub(super) const BADGES: &[(&str, &[&str])] = &[
    ("smith", &["hammer", "anvil", "forge", "bellows", "iron", "horseshoe+", "leather apron", "soot", "tongs", "shoes ~2 pony|ponies|horse+"]),
    ("innkeeper", &["ale", "mug+", "taproom", "inn", "beer", "pint+", "tavern", "barrel+", "pours"]),
    ("clerk", &["ledger+", "quill", "ink", "minutes", "records", "papers", "pen", "books"]),
    ("herbalist", &["herb+", "salve+", "remedy|remedies", "potion+", "sage", "physic", "poultice+", "tea+"]),
    ("miller", &["flour", "millstone+", "grain", "sack+", "mill", "grinds", "wheel"]),
    ("baker", &["bread", "oven+", "dough", "loaf|loaves", "bakes", "crust+", "apron"]),
    ("chaplain", &["prayer+", "robe+", "chapel", "candle+", "altar", "collar", "cloth", "sermon+", "bell", "stars"]),
    ("woodcutter", &["axe", "log+", "timber", "resin", "saw", "chops", "sawdust", "wood"]),
    ("guard", &["gate", "spear", "helmet", "watch", "keys", "halberd", "armour", "guards"]),
    ("stablehand", &["pony|ponies", "straw", "stable+", "hay", "mule", "mane", "horse+"]),
    ("pedlar", &["pack", "wares", "ribbon+", "barrow", "peddles", "trinkets", "road"]),
    ("emberkeeper", &["cradle", "ember", "keeper+", "hearth"]),
];

/// What only one trade calls its own, by the trade's word.
#[rustfmt::skip]
pub(super) const OWN_TOOLS: &[(&str, &[&str])] = &[
    ("smith", &["anvil", "bellows", "smithy", "forge", "quench", "hammer", "coals", "horseshoes"]),
    ("innkeeper", &[
        "taproom", "tavern", "inn", "guests", "lodgers", "barrels", "kegs", "pints", "ales", "tankards",
        "regulars", "drinkers",
    ]),
    ("clerk", &[
        "minutes", "records", "archives", "archive", "quill", "quills", "inkwell", "inkpot", "paperwork",
    ]),
    ("herbalist", &[
        "salves", "remedies", "potions", "poultices", "herbhouse", "herbs", "patient", "patients", "pestle",
        "mortar", "tinctures", "tonics", "simples", "ointments",
    ]),
    ("miller", &[
        "stones", "millstone", "millstones", "millwheel", "mill", "waterwheel", "grist", "wheel", "hopper",
        "sluice", "sacks",
    ]),
    ("baker", &["oven", "ovens", "bakery", "bakehouse", "dough", "loaves", "peel", "yeast", "buns", "crusts"]),
    ("chaplain", &[
        "flock", "altar", "sermon", "sermons", "congregation", "pulpit", "pews", "parishioners", "chapel",
        "parish", "vows", "psalter", "cassock", "vestments",
    ]),
    ("woodcutter", &["woodyard", "timber", "felling", "axe", "logs", "trees", "wedges", "forest"]),
    ("guard", &["gate", "gatehouse", "post", "helmet", "spear", "shield", "patrol", "halberd"]),
    ("stablehand", &["pony", "ponies", "stables", "stable", "mule", "bridle", "reins"]),
    ("pedlar", &["wares", "barrow", "pack", "trinkets", "scarves"]),
    ("emberkeeper", &["cradle"]),
];

/// Words that join a claim about the hidden one to what is told.
#[rustfmt::skip]
pub(super) const COMPANY: &[&str] = &[
    "with|beside|after|joined|across|against|alongside|opposite|before|like|and|beat|beating me|us", "and me|i", "too", "as well", "also", "likewise", "same as", "had|took|threw|rolled|won|lost|was|were|sat|stood|came|knew|knows|saw",
];

/// What only one trade does day in, day out, in the first person, by the trade's word.
#[rustfmt::skip]
pub(super) const OWN_WORK: &[(&str, &[&str])] = &[
    ("smith", &[
        "iron|steel|horseshoes|nails 's|is|are my ~1 living|trade|life|work", "iron to beat|heat|shape|bend",
        "the only anvil", "between hammer and anvil all|every|i",
        "i 've|have? shoe|shod ~2 pony|ponies|horses|horse|mule|mare|every|the",
        "i forge|hammer|beat|quench|weld ~2 iron|steel|metal|horseshoes|nails|hinges|blade|it",
        "i work the bellows|anvil|forge|iron", "shoeing ~3 grey|pony|mare|horse|mule|ponies|horses",
        "i 've|have ~1 horse|pony|mare|mule to shoe", "heat it , hit it", "mouth full of nails",
        "stand clear of the sparks", "mind the sparks", "shoe on the fire|anvil", "sparks up|in|on my", "iron 's|is what i", "my hammer|anvil",
        "while the iron 's|is hot", "then i forge", "i forge $",
        "i 've|have|'d|had|was|been ~1 shoeing|forging|hammering",
    ]),
    ("innkeeper", &[
        "ale|beer|drink|brewing 's|is my ~1 living|trade|life|work", "behind this|the|my bar|taps",
        "i pulled|pull ~2 ale|pints|beer", "i pour|draw|serve ~1 ale|pints|mugs|beer|drinks",
        "i keep|run ~1 the|this|an inn|lantern|taproom|tavern",
        "what 'll|will|can i get you ~1 drink|ale|pour", "what 'll|will you drink|have $",
        "wiped|wiping down ~2 bar|counter|tables", "mug on the bar", "what 'll it be $", "fresh cask|barrel on|in", "nobody would|'d drink here", "welcome to the lantern",
        "been an? innkeeper", "i 've|have rooms|beds upstairs|free", "my ~1 guests|lodgers",
        "i 've|have|'d|had|was|been ~1 pouring|serving|brewing ~1 ale|pints|drinks|mugs|all|since",
        "i pull pints|ale", "out of my taproom|inn|tavern|bar", "break up ~1 fights", "last orders",
        "drinkers|regulars|customers of mine",
    ]),
    ("clerk", &[
        "ink|minutes|records|paper 's|is|are my ~1 living|trade|life|work", "clerked for",
        "kept ~1 its|the|your minutes", "i keep|write|copy ~1 the minutes|records|ledger|ledgers|books",
        "minutes are copied", "i write down ~2 what|every|all", "i 've|have|had ~2 minutes to copy|write",
        "enter it in|into the ~1 ledger|minutes|record|book", "i shall|'ll|will minute|record that|it|this",
        "for the minutes",
        "i 've|have|'d|had|was|been ~1 writing|copying|minuting ~2 minutes|records|ledger|ledgers",
    ]),
    ("herbalist", &[
        "herbs|roots|simples|healing 's|is|are my ~1 living|trade|life|work",
        "i heal|cure ~1 the|sick|people|folk|fevers|coughs",
        "i dry|gather|grind|pick|hang|steep ~1 herbs|sage|roots|thyme|simples",
        "i brew|mix|make ~1 remedies|tonics|salves|salve|potions|poultices", "herbs i 'm|am drying",
        "up to my elbows in sage|herbs|simples", "herb of mine", "hold|put|stick out your tongue", "see|look at the|its colour ~3 tongue",
        "i 've|have a|some herb|tonic|remedy|poultice", "my ~1 poultices|tonics|herbs",
        "i 've|have|'d|had|was|been ~1 drying|steeping|gathering|grinding ~2 herbs|sage|roots",
        "take ~2 twice|thrice a day",
    ]),
    ("miller", &[
        "flour|grain|grinding|milling 's|is my ~1 living|trade|life|work", "grain|corn to grind",
        "i 've|have? grind|mill|ground ~2 flour|corn|grain|wheat|rye|meal",
        "i run|keep|mind ~1 mill|millstones|stones", "the|my stones want dressing",
        "with the|my ~1 millstones|stones going|turning", "i only|just grind",
        "dress+ the ~1 stones|millstones", "between|under my ~1 stones|millstones",
        "flour in my soup|beard|eyes|ears",
        "i 've|have|'d|had|was|been ~1 grinding|milling|dressing ~2 flour|grain|stones|corn|rye",
        "feeding that|the wheel|stones|hopper",
    ]),
    ("baker", &[
        "bread|baking|dough 's|is my ~1 living|trade|life|work", "i bake $",
        "at|up the ovens ~1 before|by|all",
        "i 've|have? bake|knead|baked ~3 bread|loaves|loaf|buns|pies|them|dough|it|myself|every|all|day|before|night",
        "from|in|of my ~1 oven", "all that kneading", "i 've|have dough|loaves|bread to|rising|in|proving",
        "up before ~2 bake|knead", "dough to knead|on|up",
        "i 've|have|'d|had|was|been ~1 baking|kneading|proving", "dough wo|will|does n't|not rise",
        "trays by the|in|of", "batch in the oven",
    ]),
    ("chaplain", &[
        "i light ~2 altar", "souls|prayer|god 's|is|are my ~1 living|trade|life|work", "i ring ~2 bell",
        "i preach|pray|christen|marry|baptise|bless|absolve for? ~2 souls|flock|them|dead|child|children|people|$|and",
        "i absolve", "my child|flock|parish|vows|sermon", "told to a chaplain", "i took|take|took my ~1 vows",
        "ears of the confessional", "in my prayers|sermon|sermons",
        "go with god", "god be with you", "light a candle on|for", "my sermon|sermons",
        "say ~2 prayer+ for", "i 've|have|'d|had|was|been ~1 praying|preaching|ringing",
    ]),
    ("woodcutter", &[
        "wood|timber|oak|logs|forest 's|is|are my ~1 living|trade|life|work",
        "i fell|split|chop|cut|stack|stacked|saw|cut ~2 logs|trees|wood|oak|timber|firewood|pine|log|beech|ash",
        "just stacked ~2 oak|logs|wood|pine", "thirty|twenty|forty ~2 winters|years with an axe",
        "lifted|swung|under|sharpened|swing|lift|sharpen my axe", "i 'll|will split more than",
        "logs to split|stack",
        "i 've|have|'d|had|was|been ~1 felling|splitting|chopping|stacking ~2 logs|wood|oak|trees",
    ]),
    ("guard", &[
        "gate|guarding 's|is my ~1 living|trade|life|work|duty", "i guard|man|hold ~2 gate|post",
        "i stand|keep ~1 watch|guard at|on", "on watch ~1 one", "before my watch ends",
        "i 'm|am on guard|watch|duty", "i 've|have|had ~2 a? report to make|write", "makes his report",
        "standing|stood by|at that|this|the|my gate", "papers $ ~1 halt|please|now", "who goes there",
    ]),
    ("stablehand", &[
        "ponies|horses 's|is|are my ~1 living|trade|life|work",
        "i groom|feed|muck|brush|curry|saddle|plait ~2 ponies|horses|mule|out|stalls|pony|manes|them",
        "the ponies and i|me", "hay to fork|pitch", "stalls to muck|clean|sweep", "mucking out",
        "i 've|have|'d|had|was|been ~1 brushing|grooming|mucking|feeding ~2 ponies|pony|mule|horses|out",
        "whoa|easy $ ~1 girl|boy|there",
    ]),
    ("pedlar", &[
        "i walk the roads ~2 selling|with",
        "ribbons|selling|peddling|road 's|is|are my ~1 living|trade|life|work",
        "i peddle|hawk|sell ~1 ribbons|trinkets|my",
        "i 've|have? walk|walked|tramp|tramped the|every roads? ~2 selling|with|from",
        "my|in|from pack|wares|barrow", "from fair to fair", "that pack of mine",
        "on my ~1 barrow|stall|pack|back ~2 from fair|town|village",
        "ribbons $ ~1 scarves", "try on this|a|the|my", "i 've|have both $ ~1 and cheap",
        "a bargain $ for you", "step right|up", "fresh from the|my pack|barrow",
    ]),
    ("emberkeeper", &[
        "the ember 's|is my ~1 living|trade|life|work|charge|duty",
        "i 've|have? keep|tend|mind|watch|kept|tended|minded ~1 the|that|this ~2 ember",
        "kept ~1 fire|ember in that|the|this cradle", "being its keeper", "its own keeper",
        "kept that ember|fire since|all", "sworn to it", "sat|sit at|by that fire ~6 guarding|guard|watching",
        "keeper of the ember keeps|must|should|does|never",
        "i 've|have|'d|had|was|been ~1 tending|keeping|minding ~2 ember",
    ]),
];
