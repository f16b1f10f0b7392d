//! Turns of phrase that promise, hand over, leave, agree or refuse, and those that only look like it.
//!
//! Owns: the tables. Refuses to know: which act allows which (`deeds`).

use crate::act::ActKind;

/// "I'll", "I will", "I shall", "I promise to" …, up to two words on, a deed.
#[rustfmt::skip]
pub(super) const PROMISES: &[&str] = &[
    "i|we will|shall|'ll ~2 bring|give|show|help|meet|lead|fetch|send|lend|make|pay|find|take|save|forge|bake|keep|mend|guard|protect|join|come|return|hand|get|buy|sell|introduce|arrange|teach|marry|swear|guide|deliver|knock|search|catch|watch|speak|ask|talk|testify|vouch|tell|let|write|carry|drop|look|put|throw|set|leave|follow|repay|reward|treat|see|confess|prove|tie|stand|do|open|hold|walk|cover|share|light|go|work|fight|carve|brew|mix|pour|slip|sneak|grind|chop|hide|unlock|free|feed|cook|start|offer|add|save|turn|back|provide|serve|end|have|name|explain|reveal|point|say|accompany|escort|distract|gather|try|consider|wait|remember|pray|be",
    "i promise|vow|pledge|undertake ~1 to|you|it|that", "i promise i|we|you 'll|will|shall", "i swear to",
    "'s a promise", "that i swear", "shall be ~2 to|for you",
    "you|it|they shall|will|'ll ~2 drink|eat|sleep ~2 free", "you 'll|will|shall find ~4 by|at|on your",
    "stands|opens|open ~2 for|to you", "is|'s yours after", "free for|of", "no charge", "'s on me",
    "bed for you", "pay me ~2 when|later|tomorrow", "you shall not|never", "promise you|that|to|i",
    "you have|'ve my word|oath|promise", "my word ~1 on it|that i", "i give|gave you my word",
    "tomorrow i|we|you",
    "i|we 'll|will|shall ~1 find out|send|ask around|see ~1 you", "count on me",
    "consider it done", "leave it to|with me",
    "i 'm|am going to ~2 bring|give|show|help|meet|lead|fetch|send|lend|make|pay|find|take|tell",
    "i mean|intend|plan to ~1 bring|give|show|help|meet|lead|fetch|lend|make|pay|find|tell",
    "come|return|call|stop ~2 tomorrow|later|tonight|again ~3 i|we", "come|return|call|stop ~2 tomorrow|later|tonight ~3 you",
    "meet me ~1 at|by|in|on ~1 #place|#time|dawn|noon|midnight",
    "meet me tomorrow|tonight|later|there|here",
    "let me ~1 show|take|lead|fetch|help|bring|find|guide|get|walk|carry|make|give|lend|introduce|ask|tell|whisper",
    "i can|could|might|may ~1 bring|show|lend|fetch|get|lead|arrange ~1 you", "allow me to",
    "i 'd|would|'ll gladly|happily|willingly|be glad|happy|sure ~1 to? show|help|bring|take|give|lend|tell|meet|find",
    "you shall|will|'ll have|get|be paid|rewarded|given", "rest assured", "trust me to",
    "mark my words i|you", "it shall|will be yours|done|ready|waiting", "on my honour|oath|word i|you",
    "there 'll|will be ~4 for you|in it", "depend upon|on me|it", "i owe you a|one|some",
    "free|half price ~2 next|tomorrow", "as soon as ~4 i|we 'll|will|shall", "expect me", "i guarantee",
    "my ~1 door is always open",
];

/// Futures that promise nothing.
#[rustfmt::skip]
pub(super) const IDLE_FUTURES: &[&str] = &[
    "i|we will|shall|'ll ~1 be|not|never|thank|forget|pretend|miss|trust|forgive|warn|need|want|have|mind|lose|freeze|stay|stick|see|know|hear|die|live|manage|say|admit|own|grant|allow|wager|warrant|repeat|only|always|take|leave|keep|let|think|believe|remember|survive|get|ask|talk|speak|go|wait|stand|swallow|settle|do|put|work|make|drink|look|sleep|die|catch|tell|give|stop|turn|hold|find|start|end|cover|pay|try|consider|set|drop|call|share",
    "i|we will|shall|'ll ~1 return|come|go|get|turn ~1 to my|our #word",
    "i|we will|shall|'ll ~1 write|put|note|mark|set ~1 it|that|this|them down|under|against",
];

/// Futures towards the listener that promise nothing.
#[rustfmt::skip]
pub(super) const IDLE_TO_YOU: &[&str] = &[
    "i|we will|shall|'ll ~1 thank|leave|hear|trust|forgive|warn|miss|believe|say|ask|bid|be|not|never|mind|see you",
    "i|we will|shall|'ll ~2 you know|this|that|straight|plain|plainly|true|freely|honest|once|again|now|no|nothing",
    "i|we will|shall|'ll ~1 tell you ~1 $", "i|we will|shall|'ll ~1 grant|warrant you $", "i|we will|shall|'ll ~1 grant|give you that|this|credit",
    "i|we will|shall|'ll ~1 let you ~3 go|be|alone|on|know|off",
    "i|we will|shall|'ll ~1 take your word|apology|thanks|meaning|point",
    "i|we will|shall|'ll ~1 tell|say ~2 what", "i|we will|shall|'ll ~1 box|clip|pinch|pull|tweak|twist|tan|warm|skin your ~1 ears|ear|nose|hide|backside", "i|we will|shall|'ll ~1 show you ~1 the door",
    "i|we will|shall|'ll ~1 think|speak ~2 of you", "i|we will|shall|'ll ~2 set|loose|put ~2 on|at you", "i|we will|shall|'ll ~1 lend you mine|my tongue|a piece",
];

/// Futures that keep to oneself what is known: no promise, and nothing taken.
#[rustfmt::skip]
pub(super) const KEPT_CLOSE: &[&str] = &[
    "i|we will|shall|'ll ~1 keep|leave|hold that|this|it|those|them|my|our ~1 to|for myself|ourselves",
    "i|we will|shall|'ll ~1 keep|hold|leave what|whatever i|we ~3 to|for myself|ourselves",
    "i|we will|shall|'ll ~1 keep|hold that|this|it|them|your ~2 in my|our heart|mind|memory|thoughts|prayers|head",
    "i|we will|shall|'ll ~1 take|carry that|this|it|them|what ~3 to my|our grave|bed|death", "i|we will|shall|'ll ~1 take|carry that|this|it with me",
    "i|we will|shall|'ll ~1 keep|hold my|our ~1 counsel|mouth|tongue|peace|tongues|lips|own|silence",
];

/// "You" out of courtesy: nothing is done for the listener.
#[rustfmt::skip]
pub(super) const COURTESY: &[&str] = &[
    "if ~1 's|is ~1 all ~1 same|one to|with you", "all the? same|one to|with you", "if you please|must", "on|by ~2 any|every|whatever ~2 you like|please|choose|care|name",
    "beg|begging your pardon", "however ~2 you ~1 ask|say|like|please|want|press|beg|put|try", "^ whatever|whichever ~2 you ~1 ask|say|want|try", "you please $",
    "your ~1 gratitude|thanks|praise|opinion|kindness|accusation|insult", "thank you", "mind you", "you know|see|understand $", "i tell|assure|warn you $", "your pardon|leave",
];

/// Turns of the future that are done for somebody or by some hour.
#[rustfmt::skip]
pub(super) const FOR_YOU: &[&str] = &[
    "you|your|yours", "tonight|tomorrow|soon|later|supper|sundown|sunset|dawn|noon",
    "every morning|day|night|evening|week",
    "before|by|till|until the ~1 bell|night|morning|dark|week|thaw|moot|spring", "house down",
    "against you", "to the moot",
];

/// What is vowed without "I will".
#[rustfmt::skip]
pub(super) const VOWS: &[&str] = &[
    "that|it|this 's|is a vow|promise|oath|sworn", "my oath|vow on it", "that 's|is sworn",
    "you 'll|will|shall ~1 get|have|find|eat|drink|sleep ~5 by|free|best|bed|reward|iron|loaf|gold|mine|my",
    "there 'll|will ~1 be ~5 for you|every", "there 'll|will always be", "you 're|are to have",
    "shall see to it|that", "i swear it $", "you 'll|will|shall ~1 have|get|hear ~5 from me|my",
];

/// Futures among those that do promise: what is done is done for the listener, or is the ember's finding.
#[rustfmt::skip]
pub(super) const KEPT_FUTURES: &[&str] = &[
    "i|we will|shall|'ll ~1 tell|show|give|make|find|get|take|keep|see|pay|hear|ask|share|call ~4 tomorrow|tonight|later|soon|secret|everything|all|reward|safe|free|half|discount",
    "i|we will|shall|'ll ~1 give|make|find|get|keep|pay|show|let ~1 you ~1 a|an|the|one|some|my|it|them|in|half|your|into|go|two|three|four|five",
    "i|we will|shall|'ll ~1 give|make|find|get|pay|take|tell|ask|see ~1 you to|home|there|where|who|what|everything|all|tomorrow|anything|whatever|when|about|soon|tonight|later",
    "i|we will|shall|'ll ~1 speak|talk|ask|look|go|work|stand|pay|put|wait|try|stop|turn|hold ~2 for you|him|her",
    "i|we will|shall|'ll ~1 speak|talk|ask to|with ~1 #person",
    "i|we will|shall|'ll ~1 speak|talk|ask #person",
    "i|we will|shall|'ll ~1 keep|put|set|leave|hold ~4 for you|by",
    "i|we will|shall|'ll ~1 keep|watch|guard ~1 you",
    "i|we will|shall|'ll ~1 have it|one|them|#item ready|done|sent|made|waiting",
    "i|we will|shall|'ll ~1 keep ~1 secret", "i|we will|shall|'ll ~1 pay ~2 back|everybody|everyone|all|double",
    "i|we will|shall|'ll ~1 be|go|come|stand|wait with|waiting|there|at|by ~1 you|tomorrow|tonight|dawn|noon|#place|#time",
    "i|we will|shall|'ll ~1 find|catch|get ~1 ember|thief|it|culprit",
    "i|we will|shall|'ll ~1 get|take|fetch|find|make|do|put|start|try|drop|call|leave|turn ~4 tomorrow|tonight|later|by",
];

/// Deeds in words: (patterns, acts that do them).
#[rustfmt::skip]
pub(super) const DEEDS: &[(&[&str], &[ActKind])] = &[
    (
        &[
            "here take|have|is your|'s your|you go", "here $ ~1 drink|eat|sip|taste|try|chew|search|feel ~1 this|it|some|a|one|that|my", "take this|it|that|these|them $",
            "take this|these ~1 #item", "take it|this|these and|home|for|please|my", "it 's|is yours",
            "#item is|are|'s|'re yours", "give me ~1 your|the ~1 gold|coin|coins|money", "take the bundle|loaf|pot|mug|sack|pair|lot", "i arrest|seize|bind you", "under arrest", "take+ ~3 off you", "i 'm|am putting|clapping|locking ~4 on|in|you", "yours now|then|for", "it is|'s all yours", "^ have this|it $",
            "have this|these|it and|with|for|please", "hand+ ~1 you ~3 #item|gold|it",
            "hand+ it|him|her|over", "keep it $", "for you to keep|take", "a gift for|from",
            "here is|'s|are ~2 #item", "here $ ~1 #item", "there you go", "there $ ~1 your ~1 #item",
            "here ~1 take|have", "put this|that|the ~1 #item", "have this|that|the ~1 #item",
            "good $ ~1 i 'll take", "i have|'ve your coin|gold|money", "you have the ~1 #item",
            "take the ~1 #item", "leave the ~1 #item", "there ~1 it 's|is yours", "this is for you",
            "i give you ~1 #item|gold|coin|these", "i give you the|a|my $", "i give it to you $", "have one on", "it 's on the house", "on the house", "here you are $",
            "press+ ~4 into|in your", "i 'm giving", "take one", "help yourself",
            "you may|can keep|have|take ~1 it|this|that|my|one|the", "free of charge", "no charge",
            "a present for", "accept this", "put this in your", "i brought you",
            "i 've|have brought|wrapped|packed",
        ],
        &[ActKind::Sell, ActKind::TaskDone, ActKind::Buy],
    ),
    (
        &[
            "done deal", "^ done $", "^ deal $", "^ agreed $", "^ sold $",
            "it 's|is|'s|that 's|is ~1 a deal|bargain", "we have|'ve a deal|an agreement|a bargain|agreed",
            "sold to you", "i accept", "i agree $", "i agree to", "shake on it", "let us|'s shake",
            "your gold|coin|coins is|are good|welcome|safe",
            "i 'll|will take ~1 your|the|those|that|two|three|four|five|six|seven|eight|nine|ten gold|coin|coins|money",
            "i 'll take|buy ~2 #item", "pleasure doing business", "pleasure to trade",
            "we 're|are agreed|settled", "it is|'s settled", "consider it sold", "i 'll sell",
            "hand+ over ~1 gold|coin|coins", "thank+ for ~1 gold|coin|coins|payment|purchase",
            "here is|'s|are ~2 gold|coin|coins|change|payment",
            "#gold for|it|then|and ~3 deal|sold|done|agreed|yours", "i 'll|will take it|them $",
            "very well $ ~1 #gold", "you drive a", "bargain struck", "done at", "sold for|at",
            "a deal|bargain then",
        ],
        &[ActKind::Sell, ActKind::Buy],
    ),
    (
        &[
            "thank+ ~1 for ~2 #item", "thank+ ~1 for ~2 gift|present|kindness of",
            "what a|such|lovely|kind|fine|thoughtful ~1 gift|present",
            "i 'll|will|shall treasure|cherish|keep ~1 it|this|your|that",
            "i 'll|will|shall take that|this|these|the|your $",
            "i 'll|will|shall take that|this|these|the|your ~1 #item|gift|and|thank|gladly|off|with",
            "you brought|bring|fetched me", "just what|the i|thing ~1 needed|wanted",
            "good $ ~1 i 'll take", "i 'll take that one", "i accept your|this|the gift|#item|kindness",
            "your gift", "the ~1 you brought|gave", "much obliged for|the ~2 #item", "thank+ ~1 for the",
        ],
        &[ActKind::AcceptGift, ActKind::TaskDone, ActKind::Buy, ActKind::Sell, ActKind::RefuseGift],
    ),
    (
        &["^ hand|pass|give ~3 over|here", "^ go on then $ ~1 hand|give|pass", "hand|pass it|them|that over|here then"],
        &[ActKind::AcceptGift, ActKind::TaskDone, ActKind::Buy, ActKind::Sell],
    ),
    (
        &[
            "follow me", "come with|along", "walk with me", "^ this way",
            "i 'll|will|shall lead|walk|come|follow|join|accompany|guide", "^ after you $",
            "let 's|us go|walk|leave|be off|away|gone|going", "let 's|us set|head|find|search|look", "let us go", "i 'm coming|with you",
            "i 'm|am ~1 coming|following|joining", "lead the way", "lead on", "right behind you",
            "shall we go", "we 'll|will|should go|leave|walk|search", "i come with", "step inside|in",
            "come $ ~1 i|let|we",
        ],
        &[],
    ),
    (
        &[
            "i 'm|am off $", "i 'm|am walking|going|heading out|off|away",
            "i must|have to|'ve to|had|should|need|better ~2 go|leave|dash|run|away|off|depart|hurry|get going",
            "^ goodbye", "good bye", "farewell", "fare you|thee well", "good night",
            "i 'm|am leaving|away|headed|heading|departing", "i take my leave", "bye",
            "until tomorrow|later|next|then $", "see you ~1 later|tomorrow|soon|around|again",
            "be seeing you", "i 'm|am going $", "i 'm|am going now|home|back|out", "off i go", "i 'll|will be off|going|leaving|on my|away", "till next time",
            "safe road|travels|journey", "i bid you", "^ so long $", "take care $",
            "i 'd best|better be|get ~1 off|going|on", "i turn|walk|step away|off|out",
        ],
        &[ActKind::Farewell],
    ),
];

/// Refusals: at odds with an act that hands over or agrees.
#[rustfmt::skip]
pub(super) const REFUSALS: &[&str] = &[
    "not for sale",
    "i wo|will|shall|can|could|would n't|not|never ~2 sell|take|accept|buy|part|trade|have|give",
    "cannot ~1 sell|take|accept|buy|part|trade", "no deal|sale|trade|thank+|bargain",
    "keep your ~1 #item|gold|coin|coins|money", "i refuse", "never ~1 sell",
    "not selling|buying|interested|today|a chance", "no $",
    "i do|did n't|not want|need|sell|buy|trade|like", "take it|that|your back|away",
    "i 'm not selling|buying|giving|taking", "nothing for sale", "i wo n't", "find another",
    "changed my mind", "off with you", "you ca|can|may n't|not have", "not ~2 parting",
    "i would|'d rather|sooner not|keep", "too dear|much|little", "no gold|coin|money changes",
    "a present|gift $|for", "it is|'s a present|gift",
];
