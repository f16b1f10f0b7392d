//! Concepts: secrets, motives and guilt in any words.
//!
//! Owns: a set of turns of phrase for each kind of secret, motive and for the theft, and evocations of each place.
//! Refuses to know: whose secret it is and whether it may be said.

use super::allusions::ALLUSIONS;
use super::line::Line;
use super::pattern::{every, within};
use crate::fact::{Motive, Secret};

/// Something that can be given away in other words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Concept {
    Secret(Secret),
    Motive(Motive),
    Guilt,
}

/// Turns of phrase of each concept.
#[rustfmt::skip]
const CONCEPTS: &[(Concept, &[&str])] = &[
    (
        Concept::Secret(Secret::Tryst),
        &[
            "sweetheart+", "sweet on", "kiss+", "lover+", "tryst+", "rendezvous", "romance", "romantic",
            "courting", "court+ a|her|him", "wooing|woo+", "cuddle+", "embrace+",
            "in|fell|fallen|falling love", "love affair", "affair of", "beloved", "darling of",
            "heart 's desire", "my heart belongs|beats|was", "stolen hour|moment|kiss+|minutes",
            "meet+|met|see+|with ~3 love|lover|loves|lovers", "hold+ ~1 hand+", "held ~1 hand+", "hand in hand", "arm in arm",
            "someone special|dear|close|i", "a certain someone|somebody|lady|lass|man|woman", "moonlit",
            "by moonlight", "secret meeting",
            "met|meet+|meeting ~1 someone|somebody|a ~1 friend|lady|lass|girl|man|woman|lad",
            "private|quiet meeting|company", "in company i", "not|n't alone", "with someone|somebody",
            "someone waiting|waits", "smitten", "lips", "flirt+", "tender", "fond of ~2 and|who", "passion",
            "bosom", "affection", "with a girl|lad|lass|woman|man", "company i|of someone",
            "a lady|gentleman 's", "engaged|betrothed", "someone i care", "someone else 's",
            "waiting for me", "love letter+", "warm arms", "in ~2 's arms", "in the arms", "whisper+ sweet", "a girl|lass|lad|fellow i",
            "affair+ of the heart", "matters? of the heart",
        ],
    ),
    (
        Concept::Secret(Secret::Dice),
        &[
            "dice", "dicing", "gamble+", "gambling", "gambler", "wager+", "bets", "betting", "stakes",
            "cards", "knucklebones", "bones", "game of chance", "lucky streak|throw|roll", "losing streak",
            "roll+ ~2 six|sixes|bones|them|seven", "rattle+|throw+|threw|toss+ ~1 bones|sixes",
            "pair of sixes", "snake eyes", "double six", "sixes",
            "play+ ~3 money|coin|gold|coins|copper|stakes",
            "lost|won ~3 game|throw|roll|play|table|bet|pot", "a ~1 game ~1 chance|money|coin", "a flutter",
            "high roller", "ante", "game in the back", "fleeced", "cleaned ~1 out", "table talk",
            "lost ~2 wages|purse|coin|coins|money|shirt", "won ~2 wages|purse|coin|coins|money",
            "little game", "fortune at play",
        ],
    ),
    (
        Concept::Secret(Secret::Shirking),
        &[
            "asleep", "sleep+ on|at|instead|through|when|while", "i slept", "doze+", "dozing", "nap+",
            "napped|napping", "snooze+", "snore+", "snoring", "nod+ off", "nodded", "forty winks", "shirk+",
            "skive+", "slack+", "take+|took it|things easy", "with ~2 feet up", "putting|put ~2 feet up", "dodge+|duck+ ~2 work|duty|duties|chores|post|watch", "left my|the|his|her post|duty|work|gate|oven|watch",
            "leave+|abandon+|desert+|quit ~1 post|duty|watch", "off ~1 post", "not|n't ~2 at ~1 post",
            "idle+", "loaf+ about|around", "lie+|lay ~1 down", "shut|closed|close|rest+ my|his|her eyes",
            "eyelids", "eyes shut|closed", "drift+ off", "dropped off", "drop+ off", "not|n't ~2 working",
            "instead of working", "supposed|meant to be ~1 working|watching|guarding|minding|at",
            "neglect+", "lazy", "lazing", "in the hay ~2 sleep|dream+", "dreaming", "dreamt", "out like a",
            "in the land of nod", "slumber+", "bunk+ off", "slip+ ~1 away from ~1 work|post|duty",
            "should have been ~1 working|watching|guarding|awake|minding|at", "should 've been",
            "shut-eye|shuteye", "let the fire|oven go", "dead to the world", "woke", "wake+ up", "yawn+",
        ],
    ),
    (
        Concept::Secret(Secret::Smuggling),
        &[
            "smuggl+", "smuggle+", "smuggler+", "contraband", "toll+ ~2 paid|unpaid|dodge+|slip+",
            "toll|tolls", "untaxed", "tax", "taxes", "taxed", "duty free", "unpaid duty", "without paying",
            "black market", "under the counter|table", "illicit", "illegal", "no questions asked",
            "off the books|ledger", "not|n't ~2 in|on ~1 books|ledger", "by the back way|door", "back door",
            "goods ~4 no|never|dark|quiet", "quiet ~1 trade|deal|bargain|goods|business", "crate+",
            "barrel+ ~3 night|dark|quiet", "over the wall", "past the gate ~3 pay+", "shipment",
            "cheap ~2 quiet+", "traded|trading ~2 quiet+|secret+|dark|night", "deal ~2 dark|night",
            "bootleg", "run+ goods", "hush hush", "unstamped", "nobody|no ~1 weighed", "customs",
            "what the clerk does", "never saw the ledger", "unrecorded", "on the sly|quiet",
        ],
    ),
    (
        Concept::Secret(Secret::Rehearsal),
        &[
            "rehears+", "rehearse+", "rehearsal+", "dance+", "dancing", "practis+", "practise+|practice+",
            "verse+", "poem+", "poetry", "rhyme+", "jig", "jigs", "waltz", "reel",
            "step+ ~2 tune|music|dance|practis+", "pirouette+", "twirl+", "sing+ ~1 myself|alone|badly",
            "sonnet+", "ballad", "recite+", "my steps", "two left feet", "tapping my feet", "the steps",
            "footwork", "learn+ ~2 dance|sing|steps", "prance+", "skip+ about", "lines by heart", "acting",
            "play the", "perform+", "tune in secret", "hop+ about", "on my toes", "caper+",
        ],
    ),
    (
        Concept::Motive(Motive::Debt),
        &[
            "debt+", "in debt", "owe+ ~4 gold|money|coin|coins|everyone|everybody|half|more|too|a",
            "owe+ more", "creditor+", "arrears", "money trouble+", "short of|on money|coin|gold",
            "need+ ~2 money|gold|coin|coins", "behind ~3 rent|payments|bills", "broke", "penniless",
            "purse ~2 empty|light|thin|thinner|lighter|emptier|flat|flatter", "waiting to be paid", "paid back", "yet to ~1 return|repay|pay|settle", "may|might|does|did owe", "whatever|what he|she|they ~2 owe+", "lenders", "moneylender+", "borrow+", "pay+ what i owe",
            "collectors", "bankrupt", "ruin+", "up to my|his|her neck|ears|eyes", "drowning in",
            "can|could not|n't pay", "cannot pay", "bills", "not a coin", "gold i do n't have",
            "settle what", "skint", "hard up", "what i owe", "loan+", "no money|coin",
            "coin ~2 short|tight", "empty|light purse|pockets", "on the slate", "in the red",
            "over my head", "claim on mine|my", "purse in", "to pay back", "pay back ~2 than", "more ~3 to pay|repay|owing|return",
        ],
    ),
    (
        Concept::Motive(Motive::Grudge),
        &[
            "grudge+", "grievance", "resent+", "bitter+", "hate+", "hatred", "loathe+",
            "quarrel+ with ~2 nell|keeper|her", "quarrel+", "score to settle", "settle ~1 score",
            "get even", "got even", "revenge", "vengeance", "bad blood", "axe to grind", "bone to pick",
            "wrong+ me|him|her", "wronged", "despise+", "spite", "pay+ ~1 back for",
            "never forgave|forgive|forgiven", "no love ~2 lost|nell|keeper|her|between", "serve+ ~1 right",
            "had it coming", "deserve+ it", "fell|fallen out with", "feud+", "cross with nell",
            "nell ~1 crossed|slighted|wronged|insulted|shamed", "old wound", "insult+", "slight+ me",
            "taken down a peg", "can n't abide|stand nell|her", "cannot abide|stand", "teach ~1 a lesson",
            "ill will", "sore at", "wish ~3 ill", "ill of her", "every cause|reason to ~3 her|nell|woman",
        ],
    ),
    (
        Concept::Motive(Motive::Cold),
        &[
            "hearth|house|home|room|bed|fire|stove|children ~4 cold|freezing|warm|frozen|freeze+",
            "cold|freezing|icy hearth|house|home|room|bed|stove",
            "can|could not|n't keep ~3 warm|lit|burning|fire|hearth|alight|going|in", "cannot keep", "never ~2 warm",
            "will n't ~2 draw|catch|stay|burn|light|warm", "fire die+|dies|dead|died|goes|out ~2 night|home", "cold rooms|room|house", "chill ~3 bones|house|home", "shiver+",
            "n't|not been ~1 warm", "no heat", "frost on|inside ~3", "draught+ ~2 house|home", "numb", "freez+ at night|home",
            "nights are cold|bitter", "warmth at home", "my ~2 smokes", "fire at home",
            "ice in|on my|the inside", "a warm hearth|house|bed", "cold at home",
            "breath ~3 indoors|inside", "been|is|'s|was ~2 cold|freezing|frozen|chilled all|through|this|at|every ~1 winter|season|home|year|night", "cold all winter|season", "been ~1 cold $",
        ],
    ),
    (
        Concept::Motive(Motive::Buyer),
        &[
            "buyer+",
            "someone|somebody|man|merchant|stranger|lord|fellow|outsider ~5 pay+|buy+|offer+|paid|offered|bought|wants",
            "offer ~3 ember|it|gold", "offered|promised ~3 gold|money|fortune|price|coin|coins",
            "good|fine|fair|handsome|high|rich price|sum|money for", "fetch ~3 price|gold|fortune",
            "worth ~3 fortune|gold|outside|someone",
            "pay+ ~2 well|handsomely|fortune|dear|dearly", "pay+ ~1 good|gold", "sell+ ~2 ember",
            "ember ~3 sold|fetch|worth|sell+", "customer ~3 ember|waiting|beyond|outside",
            "interested party", "outside ~2 gold|buyer|money|bidder", "bidder",
            "beyond the pass|gate|valley|village", "purchaser", "collector",
            "purse ~1 waiting|for", "purse+ ~3 open+", "gold from outside|beyond|away", "sell it on", "someone from outside|away|beyond|the",
            "a man from outside|away|beyond|the", "prepared to pay", "would pay", "deep pockets|purse",
            "a heavy purse",
        ],
    ),
    (
        Concept::Motive(Motive::Pride),
        &[
            "passed over", "keeping|keepership|chair|post ~2 should|ought ~3 his|hers|mine|theirs", "fancied|coveted ~3 chair|keeping|keepership|office", "should have been me|i|mine", "ought to have been|be me|mine",
            "should be mine|me", "want+ ~3 keeper|emberkeeper|post|keep", "keeper ~3 should|ought",
            "my|his|her post by right+", "by rights", "fancied|saw|thought|pictured ~2 himself|herself|myself ~4 keeper|emberkeeper|post|robe", "applied ~2 post|keeper|emberkeeper|it", "hoped ~5 keeper|emberkeeper|post", "fancied ~2 post|robe|place|keeping", "asked ~2 post|keep", "the post", "be ~1 emberkeeper|keeper",
            "better keeper", "chose|chosen|picked|gave ~3 nell|her|instead|over", "overlooked",
            "deserved ~2 post|place|honour|better", "ambition+", "proud", "pride", "kept the ember better",
            "keep it better", "do ~2 better than nell|she|her", "snub+", "title", "honour ~2 mine",
            "i could have kept", "recognition", "higher|greater things", "something grander|better|greater",
            "wanted her|the job|place|key|keys|robe", "looked over", "better fitted|suited",
            "job ~2 mine|me",
        ],
    ),
    (
        Concept::Guilt,
        &[
            "i took|stole|lifted|pinched|swiped|nicked|pocketed|grabbed|filched|snatched|nabbed|pilfered|thieved|hid|carried|sold|buried|moved|borrowed|touched ~1 it|ember|that",
            "i 've|'d|have|had ~1 taken|stolen|lifted|hidden|got|borrowed|moved|pinched ~1 it|ember|that",
            "was me $", "was me who|that|all|did", "was i who|that|$", "i was the one",
            "i 'm|am the one who|you", "i 'm|am ~1 thief|culprit|guilty", "i did it|that|the",
            "my hands did|took|lifted|have|that|are|were|not", "these hands took|did|lifted|have|stole",
            "by my hand+", "my doing|fault|crime|deed|sin", "i 'm|am|feel|felt ~1 guilty",
            "#item|it|ember|that ~1 'd? is|'s|lies|sits|sleeps|burns|glows|lay|rests|hidden|warms|safe ~2 under|in|behind|beneath|at|with|on ~1 my|me",
            "under my bed|floor|floorboards|hearth|cloak|coat",
            "should never|n't|not|'ve ~1 have? ~1 take+|lift+|touch+|steal+|do+|did|opened|laid|reached",
            "wish ~2 never|n't ~2 touch+|take+|lift+|steal+|seen|done|laid",
            "if i had n't taken|lifted|touched", "i regret it|what|that|taking|ever|every|the|having", "gave in to", "tempt+", "temptation",
            "only borrow+", "what i did|'ve done|have done", "put|give|giving|bring|hand it|back ~1 back",
            "my secret|sin|shame|crime|guilt|conscience", "on my conscience|soul|hands", "weigh+ on me|my",
            "thief ~2 you seek|want|stands|speaks|is me|before", "look no further|farther",
            "you 're|are looking|talking|speaking at|to ~1 thief|culprit|one",
            "before your|you eyes|stands", "i hold|keep|kept|own|had it now|hidden|warm|safe|secret|ember",
            "had to have it|the", "i needed it|the ember", "i wanted it",
            "i meant to return|give|put|bring", "i could n't resist|help",
            "burn+ my fingers|hands|conscience|pocket", "warms my|me", "it 's mine now",
            "no one|nobody saw me", "thought no one|nobody would|saw|was", "no one would miss|notice",
            "who took the ember ~2 i", "i lifted", "i stole", "i pinched", "my own two? hands", "i have it",
            "i 've got it", "i crept|sneaked|snuck|stole in|into", "while nell|she slept|dozed|was|turned",
            "when nell|no|nobody|her turned|looking|back", "when her back", "from its cradle",
            "i owe nell|the ~3 apology|amends", "undo", "take it back $", "i burned|burnt my", "still warm",
            "got away with", "getting away", "never find it|the|where",
            "where i hid|buried", "where i put|left|keep|kept it|that|the ~1 ember", "hid it|the ember", "hidden it|the ember",
            "#person 's hands|fingers ~2 clean|warm|black|sooty|burnt", "hands ~2 not|n't clean", "warm|hot|glow+|burn+ ~3 my ~1 pocket|pack|sack|cloak|sleeve|apron|hands|coat|boots", "#person ~1 is|'s|was the thief|culprit",
            "#person ~1 took|stole|lifted|pinched|has|hid|swiped|nicked ~1 ember|it|the",
            "he|she ~1 took|stole|lifted|pinched|has|hid|swiped|nicked ~1 ember|it|the",
            "thief ~1 is|was|'s #person|he|she", "was #person who|that took|stole|did", "#person did it",
            "he|she did it", "#person 's the thief|culprit",
        ],
    ),
];

/// Turns of phrase that own up whatever negation stands in them.
#[rustfmt::skip]
pub(crate) const REGRETS: &[&str] = &[
    "should never|n't|not|'ve ~2 take+|lift+|touch+|steal+|do+|did|opened|laid|reached",
    "wish ~2 never|n't ~2 touch+|take+|lift+|steal+|seen|done|laid", "if i had n't taken|lifted|touched",
    "could n't resist|help", "you caught|have|got|found|'ve me", "you 've|have ~1 caught|found|got me",
    "i confess", "found|find me out", "can n't undo", "never meant to|for",
    "did n't|not mean to|for", "not|n't sell+ it yet", "i was n't|not thinking|myself", "nobody|no ~2 saw me", "hands|fingers ~2 not|n't clean", "#person ~2 blush+", "forgive me $ ~1 i ~1 took|stole|have|needed|wanted|only|had|did", "forgive me for|nell|what",
];

/// Turns of phrase in which a concept's words mean nothing of the kind.
#[rustfmt::skip]
const HARMLESS: &[&str] = &[
    "i 'd|'ll|would|will|could ~1 wager|bet|stake", "wager ~1 boots|hat|apron|life|word|hammer", "lips ~1 sealed|shut|closed", "bitter wind|air|weather|tea|brew|herbs|winter|ale|draught|evening|hour|chill",
    "nod+ $|and|to|at|back|me|him|her", "chimney smoke+|smoke", "smoke+ ~2 chimney", "flour|soot|ink|dough|straw ~2 on|under|in ~1 my|her|his ~1 hands|apron|fingers|nails|sleeves|boots|hair|coat",
    "to my ~1 shame|cost|sorrow", "look no further|farther than", "regret to ~1 say|record|report|inform|tell|note|admit|state", "proud of|to", "too proud", "broke bread|the|his|her|my|a|off|up|it", "bones ~1 ache+|tell|creak|say|know|cold|old", "my|old|these bones", "borrow+ ~1 words|iron|phrase|tune|wisdom",
    "a lady|gentleman ~1 would|does|never", "the bill|bills", "hold+ ~1 hands to|over", "love to|it|that|a|the|knowing|my|this|them|of", "taking ~2 turns|time", "on my slate|stool|feet", "owed an|by", "owed the|you|him|her|it to", "insulted ~1 by", "an insult", "slept ~1 well|badly|late|poorly|sound|since|better", "asleep by|before|at night", "in the long run", "my|in youth ~3 verses",
    "the cold bites|comes|gets", "cold enough|out|today|tonight|as|this|morning|weather|night|wind|snow", "the wind ~2 cold|bitter", "tender age|heart|years", "idle talk|gossip|chatter|tongues|curiosity|hands|question+|word+", "idly", "wake up|the|at|early|before", "woke ~2 bell|early|before|cock|dawn",
    "stakes are|high", "play+ ~1 with words|fair|at|fool|draughts|the fool|games ~1 with", "sing+ in|for|at|to", "dance|dancing attendance|around|like|to", "the tune of", "change ~2 tune", "call the tune", "step in|out|aside|back|over|away|up|on", "shut+ her|his ~1 eyes to", "one for two", "two gold", "for two gold", "neither of us standing|two", "out of practice", "for practice", "good practice", "borrowed but|and|ears|iron", "has|have|had it right|wrong", "i did the|my sum|sums|count|washing|work|best|math|books|accounts", "i have ~1 it for you|by|all|written", "but i have it", "where i keep|put|left|hid the|my ~1 ponies|pony|flour|bread|salt|logs|herbs|candles|wares|ale|tools|heart|temper", "head ~1 down like|and|against|in", "idle as", "the cook", "shut his|her eyes and",
    "for love or|nor money", "i owe you", "owe you ~2 thanks|apology|nothing",
    "owe+ ~1 nothing|apology|thanks", "dance+ around|attendance", "cold bones", "fishbones|my old? bones",
    "no hard feelings", "in tune", "dancing ponies", "the post office", "back to sleep", "loves a|the",
    "sleep well|sound|soundly|tight", "rhyme or reason", "what 's done", "let by", "not|n't lose sleep",
    "so #person has it", "#person has it that|from", "guilty of much|nothing|many",
    "i have|'ve got? it in|on|down ~2 minutes|writing|ledger|record|records|books|ink|mind|paper|authority|file",
    "i have|'ve got? it from", "bone dry", "toll+ the bell", "bell+ toll+", "i wo|will n't sleep", "quarrel with you|that|it",
];

/// Turns of phrase that mean a secret or a motive only when the talk is of one: on their own they accuse nobody, and give
/// nothing away unless they are said of whom the secret is about.
#[rustfmt::skip]
const LOOSE: &[&str] = &[
    "romance", "romantic", "cuddle+", "embrace+", "beloved", "moonlit", "by moonlight", "smitten", "lips", "tender", "passion",
    "bosom", "affection", "waiting for me", "not|n't alone", "with someone|somebody", "someone waiting|waits", "in company i",
    "my heart", "blush+", "for two", "neither of us", "close together", "whispering", "stolen", "two of us", "pair of us",
    "cards", "bones", "stakes", "bets", "rattle+", "threes|fours|fives", "the odds", "odds were", "loser", "winner", "winning+",
    "the pot", "my luck", "luck was|ran|turned|deserted", "lady luck", "little game", "ante", "table talk",
    "played|playing|play for|against|till|until|with the|all|coin|money|the",
    "nodded", "idle+", "eyelids", "lazy", "lazing", "dreaming", "dreamt", "woke", "wake+ up", "yawn+", "should 've been", "slumber+",
    "neglect+", "woken", "awoke", "dream+", "pillow", "drowsy", "sleepy", "slip+ off|out|away", "was n't where",
    "should have been", "truant", "work can|could wait", "shut|closed|close|rest+ my|his|her eyes", "nap+", "ought to have been|be",
    "illegal", "illicit", "on the sly|quiet", "crate+", "shipment", "customs", "unpaid", "by night", "dodge+",
    "on the side", "back door", "verse+", "poem+", "poetry", "rhyme+", "jig", "jigs", "reel", "acting", "perform+", "caper+", "fiddle",
    "graceful", "a tune", "the tune", "my part", "a performance", "practis+", "practise+|practice+", "spin+ round|about|around",
    "broke", "bills", "ruin+", "loan+", "no money|coin", "purse in", "owing", "poor as", "last coin", "not a coin",
    "bitter+", "quarrel+", "spite", "insult+", "hate+", "despise+", "long memory", "crossed",
    "i was|am|'m freezing|cold|frozen", "numb", "no heat", "shiver+", "collector", "customer", "bidder", "a high|good|handsome|fat ~1 price|purse|sum", "would pay",
    "proud", "pride", "title", "recognition", "overlooked", "the post", "ambition+", "my turn", "my right", "who ~1 deserve+",
    "tempt+", "temptation", "undo", "still warm", "never find it|the|where", "i have it", "i did it|that|the", "my doing|fault|crime|deed|sin",
    "what 's|is in my", "had no choice", "warms my|me", "i meant to return|give|put|bring", "i could n't resist|help", "i 'd|would do it again",
];

/// The concepts in a token range, by turns of phrase that need no other sign.
pub(crate) fn plain(line: &Line<'_>, from: usize, to: usize) -> Vec<Concept> {
    let skip = within(line, HARMLESS, from, to);
    let free = |hit: (usize, usize)| skip.is_none_or(|s| hit.1 <= s.0 || hit.0 >= s.1);
    let all = CONCEPTS.iter().chain(ALLUSIONS);
    all.filter(|(_, patterns)| {
        every(line, patterns, from, to).into_iter().any(|(p, hit)| !LOOSE.contains(&p) && free(hit))
    })
    .map(|(concept, _)| *concept)
    .collect()
}

/// The concepts in a token range.
pub(crate) fn found(line: &Line<'_>, from: usize, to: usize) -> Vec<Concept> {
    let skip = within(line, HARMLESS, from, to);
    CONCEPTS
        .iter()
        .chain(ALLUSIONS)
        .filter(|(_, patterns)| {
            within(line, patterns, from, to)
                .is_some_and(|hit| skip.is_none_or(|s| hit.1 <= s.0 || hit.0 >= s.1))
        })
        .map(|(concept, _)| *concept)
        .collect()
}

/// Where a concept stands in the line.
pub(crate) fn span(line: &Line<'_>, concept: Concept) -> Option<(usize, usize)> {
    let own = CONCEPTS.iter().chain(ALLUSIONS).filter(|(c, _)| *c == concept);
    own.filter_map(|(_, patterns)| within(line, patterns, 0, line.toks.len())).next()
}

/// What brings a place to mind without its name, by the place's key.
#[rustfmt::skip]
const EVOKED: &[(&str, &[&str])] = &[
    ("mill", &["wheel", "millstone+", "millwheel", "grain", "grist", "sack+", "flour", "grinding"]),
    ("bakery", &["oven+", "dough", "loaf", "loaves", "crust+", "peel", "flour", "kneading", "baking"]),
    ("smithy", &["anvil", "horseshoe+", "bellows", "coals", "iron", "hammer", "soot"]),
    ("stable", &["pony|ponies", "hay", "mule", "straw", "manger", "stall", "horses", "oats", "trough"]),
    (
        "chapel",
        &["altar", "bell", "pew+", "candles", "prayer+", "pray+", "choir", "incense", "wax", "steeple"],
    ),
    ("woodyard", &["logs", "timber", "axe", "stacks", "sawdust", "resin", "stump", "log"]),
    (
        "lantern",
        &["pint", "bar", "mugs", "ale", "drinking", "cellar", "barrel+", "supper table", "long table"],
    ),
    ("herbhouse", &["herbs", "sage", "drying", "remedies", "bunches", "potions"]),
    ("bridge", &["stream", "arch", "over ~1 water", "parapet", "crossing", "over the water"]),
    ("gate", &["two oak leaves", "stool", "sentry", "north wall"]),
    ("moothall", &["ledger+", "minutes", "records", "ink", "desk", "papers", "archive+"]),
    ("well", &["bucket+", "drawing water", "windlass", "stone lip"]),
    ("market", &["brazier", "stall+", "barrow", "wares"]),
    ("emberhouse", &["cradle", "round stone", "keeper 's hearth", "nell 's hearth"]),
];

/// What brings a thing to mind without its name, by the thing's key.
#[rustfmt::skip]
const THINGS_EVOKED: &[(&str, &[&str])] = &[
    ("warmer", &["pan", "warming beds", "long handle", "coals in it", "copper thing|one|piece|lid"]),
    ("lamp", &["wick", "oil", "lit my way", "light ~2 carry+", "my light"]),
    ("firepot", &["clay thing|one|vessel", "earthenware", "my pot", "coal pot"]),
    ("tongs", &["pincers", "grips", "jaws", "nippers", "iron arms"]),
    (
        "ember",
        &[
            "something warm|hot|glowing|bright", "it glows", "the glow", "little warmth|light|sun|fire",
            "keeps me warm",
        ],
    ),
];

/// Whether a token range brings a thing to mind.
pub(crate) fn evokes_thing(line: &Line<'_>, item: &str, from: usize, to: usize) -> Option<(usize, usize)> {
    let (_, patterns) = THINGS_EVOKED.iter().find(|(key, _)| *key == item)?;
    within(line, patterns, from, to)
}

/// Whether a token range brings a place to mind.
pub(crate) fn evokes(line: &Line<'_>, place: &str, from: usize, to: usize) -> Option<(usize, usize)> {
    let (_, patterns) = EVOKED.iter().find(|(key, _)| *key == place)?;
    let timed = |i: usize| line.mention_at(i).is_some_and(|m| matches!(m.what, super::line::What::Time(_)));
    let rung = super::pattern::within(
        line,
        &[
            "bell ~2 rang|struck|tolled|rung|said|went|gone|going|ringing|striking|counted|gave|reached|got|sang|sounded|clanged",
            "rang|struck|strike+ the|by ~1 bell",
        ],
        from,
        to,
    );
    within(line, patterns, from, to)
        .filter(|(a, _)| !(timed(*a) || rung.is_some() && line.word(*a) == "bell"))
}
