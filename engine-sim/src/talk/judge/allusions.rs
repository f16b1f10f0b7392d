//! Allusions: further turns of phrase for each secret, motive and the theft, beyond the plain ones.
//!
//! Owns: the table. Refuses to know: whose it is and whether it may be said (`concept`).

use super::concept::Concept;
use crate::fact::{Motive, Secret};

/// Further turns of phrase of each concept.
#[rustfmt::skip]
pub(super) const ALLUSIONS: &[(Concept, &[&str])] = &[
    (
        Concept::Secret(Secret::Tryst),
        &[
            "two of us", "pair of us", "the one i love|want|miss", "i love|loved|adore|want|missed ~1 him|her", "my heart", "heartbeat", "blush+", "a certain pair|name|smile|face", "soft|sweet words", "sweet nothings", "whispering",
            "she|he ~1 waited|waits for me", "we met|meet|walked|sat|talked|stood ~3 together|alone|close", "more than friends", "for her|his ~1 sake", "her|his name is mine", "protect ~2 name|honour", "would n't want ~2 husband|wife|father to know",
            "hand in mine", "a gentleman does|never", "a lady 's name|honour", "stars ~3 for two", "for two", "neither of us", "close together", "my ~1 dear one|heart",         ],
    ),
    (
        Concept::Secret(Secret::Dice),
        &[
            "i|we lost|won nothing|all|everything|it|big|twice|again|more|little|badly|half|my", "luck was|ran|turned|deserted", "my luck", "lady luck", "the cup ~2 rattle+|round|pass+|after|me", "rattle+", "threes|fours|fives", "double or", "the odds", "odds were", "the pot", "a ~1 game ~2 stable|hay|back|night|lads",
            "played|playing|play for|against|till|until|with the|all|coin|money|the", "roll+ of", "a throw", "my last coin", "empty ~1 purse after", "winning+", "loser", "winner", "a bad night ~2 purse", "up two gold", "down two gold", "house always", "pips", "one more throw|round|go",
        ],
    ),
    (
        Concept::Secret(Secret::Shirking),
        &[
            "woken", "woke", "awoke", "i 'd|had|was ~1 woken|roused|dozing|resting", "rest+ my ~1 eyes|head|bones|feet|legs", "head ~1 down", "put my feet up", "a ~1 rest from|instead|while", "dream+", "pillow", "the hay is|was soft|warm", "drowsy", "sleepy", "eyes ~1 heavy|shut|closed|drooped",
            "no one|nobody ~1 at|on|minding|watching ~1 gate|post|oven+|mill|forge", "unwatched|unguarded|unattended|untended|unminded", "slip+ off|out|away", "took an hour|evening|night off", "away from my|the ~1 post|work|gate|oven+|desk|watch", "not where i should|ought", "where i should n't|not", "ought to have been|be", "was n't where", "should have been",
            "an hour ~2 peace|quiet|to myself", "playing truant", "truant", "ducked ~2 work|duty", "work can|could wait", "left ~2 to mind itself|themselves", "the gate minded|watched itself", "warm ~1 spot|corner|straw ~2 nap|sleep|lie",
        ],
    ),
    (
        Concept::Secret(Secret::Smuggling),
        &[
            "what the ~1 clerk|ledger|moot|guard do+|did n't|not|never", "clerk need n't|not|never", "no|without ~1 toll|duty|stamp|seal|entry", "unpaid", "tollman", "duty ~2 paid|owed|dodged|slipped", "off the record", "not ~2 written down", "quiet+ goods|wares|load|bundle|sale", "goods ~3 quietly|secret+|hidden|night", "hidden goods|wares|pack|bundle",
            "load|bundle|sack+|pack ~4 by night|dark|moonlight", "by night", "after dark ~3 goods|trade|deal|wares", "side deal|trade|business", "private trade|deal|bargain|sale", "trade ~2 on the side", "on the side", "cut out the", "best ~1 not asked|weighed|counted|seen", "ask no questions", "fell off a|the", "slip+ ~3 past|through ~1 gate|guard|toll", "dodge+",
        ],
    ),
    (
        Concept::Secret(Secret::Rehearsal),
        &[
            "counting steps|time|beats", "one two three", "in time to|with", "keep+ time", "learn+ ~2 by heart|lines|words|tune|part|song|verse", "my lines", "my part", "a performance", "the midwinter play|dance|feast", "surprise ~2 feast|dance|play|midwinter", "humming to", "the tune", "a tune", "fiddle", "graceful", "spin+ round|about|around", "bow and turn", "getting it right before", "turn and turn", "a ~1 speech", "wooden feet", "trip+ over my",
        ],
    ),
    (
        Concept::Motive(Motive::Debt),
        &[
            "man|woman|one|those|people|folk i ~1 owe", "what 's|is owed|owing", "owed to", "owing", "wolf ~2 door", "at the door for money|gold", "asking|wants|demand+|want|waiting for ~1 money|gold|coin+ back", "his|her|their money|gold|coin back", "speak+ of little else", "scrape ~2 together", "not|n't two coins", "no coin to my", "last coin", "count+ every coin", "paying back|off", "ends meet", "bled dry", "on credit", "dunned|dunning", "until i pay|paid|'ve", "when i 've paid", "gold i|he|she ~1 lack+|needs", "money runs|ran|run out", "worse than poor", "poor as", "never ~2 gold ~1 enough", "pawn+",
        ],
    ),
    (
        Concept::Motive(Motive::Grudge),
        &["not forgotten what|how she|nell|he|they", "she|nell|keeper ~2 wronged|shame+|laughed|mock+|cheat+|humiliat+", "long memory", "an old score|matter between|with", "settle+ accounts", "what she|nell did to", "owe+ her one", "comeuppance", "turned ~2 away ~2 door|cold", "never ~1 forget ~2 did|said", "she|nell had it", "pay+ for what", "taste of her own"],
    ),
    (
        Concept::Motive(Motive::Cold),
        &["i was|am|'m freezing|cold|frozen", "chimney ~3 draw+|smoke+|block+|dead|crack+", "wake ~2 frost|ice|cold", "no fire|wood|warmth ~2 home|house|hearth|night|bed", "hearth ~2 dead|out|empty|ash+", "ice ~2 bed|window|walls|basin|bucket", "my fingers|toes ~2 blue|white|froze+", "warm ~1 for once|again|at last", "every night ~2 cold|freeze+|shiver+", "sleep ~3 coat|boots|shawl", "teeth chatter+", "froze|frozen|freezing ~2 home|bed|house|night"],
    ),
    (
        Concept::Motive(Motive::Buyer),
        &["paid ~2 half|already|in advance|up", "an offer for|from", "a certain price|party|gentleman|purse", "a good|high|handsome|fat ~1 price|purse|sum", "promised ~2 purse|sum|riches", "waiting beyond|outside|down", "down ~1 valley ~2 pay+|wait+|gold|wants", "someone|somebody|one who 'd|would|will ~1 pay|buy|give", "more gold than", "rich by|before|come|man|woman", "make me|my rich|fortune"],
    ),
    (
        Concept::Motive(Motive::Pride),
        &["i 'd|would|could|should have|'ve ~1 kept|tended|minded ~3 better|longer|well", "who ~1 deserve+", "fitter|worthier|abler hand+|keeper|than", "wrong keeper|hands|woman", "my turn", "my right", "it was mine to", "better than her|she|nell", "name was put|passed|left", "robe ~2 mine|me", "respect i", "show+ them ~2 all|who|what", "prove+ ~3 worth|better|keeper"],
    ),
    (
        Concept::Guilt,
        &[
            "my|these fingers|hands ~3 still? warm|burn+|hot|glow+|tingle", "in my keeping|care|possession|cellar|pack|sack|barrow|bag|oven|loft|hay|trunk|chest", "it|ember is|'s ~1 safe|warm|hidden with|where", "it|ember is|'s ~1 mine|hidden $", "warmed my|me ~3 since|night|last", "i know where it|the ~1 ember|is|lies|sleeps", "out of the ~1 cradle", "lifted the lid", "i only meant|wanted|borrowed", "never thought|dreamed ~3 miss|notice|matter",
            "i 'd|would do it again", "you 'll|will never prove", "prove it $", "cover+ my tracks", "before anyone|anybody|nell ~1 woke|noticed|saw|came|knew", "under your|their noses", "it was ~1 easy|easier", "the thing i took", "what i carried|took|carry", "what i have $|in|on|under|here|hidden|got|now|at|with|behind", "glow+ under|in|beneath my", "what 's|is in my", "nobody|no ~1 looked in|under", "i had|have my reasons", "a glow where no", "glow where", "had no choice",
        ],
    ),
];
