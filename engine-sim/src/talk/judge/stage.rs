//! Stage: directions written into a spoken line: gestures told in the first person, in the third or without a subject, tags
//! of speech, sounds and looks of the scene.
//!
//! Owns: their tables, and what makes one of them plain speech: a habit, a question, hearsay, talk of oneself. Refuses to
//! know: facts. A line is what somebody says; whatever shows the speaker from outside while it is said is told.

use super::pattern::{every, within};
use super::token::Kind;
use super::{Case, ViolationKind};
use crate::act::ActKind;
use crate::fact::Fact;

/// The same in the past.
macro_rules! gestured_past {
    () => {
        "shrugged|nodded|sighed|coughed|gulped|paused|hesitated|shuddered|winced|flinched|grimaced|snorted|sniffed|\
         chuckled|giggled|stiffened|swallowed|frowned|scowled|grinned|smirked|winked|bowed|curtsied|gasped|groaned|grunted|\
         sobbed|fidgeted|squirmed|blinked|stammered|stuttered|blanched|blushed|reddened|paled|smiled|laughed|yawned|spat|\
         glanced|stared|gazed|peered|squinted|glared|shuffled|straightened|knelt|crouched|stooped|slumped|swayed|trembled|\
         shivered|leaned|wrung|clasped|clenched|tilted|tugged|twisted|twirled|wiped|rubbed|tapped|drummed|folded|crossed|\
         pointed|gestured|beckoned|waved|muttered|mumbled|murmured|whispered|growled|hummed|whistled|rolled|raised|lifted|\
         lowered|shook|stroked|patted|thumped|slammed|stamped|clapped|clutched|gripped|fiddled|fumbled|beamed|brushed|\
         flushed|recoiled|whirled|spun|bit|licked|pursed|cocked|narrowed|scratched|turned|looked"
    };
}
/// Parts of the body and what is worn on them, as gestures need them.
macro_rules! body {
    () => {
        "hand|hands|palm|palms|finger|fingers|fist|fists|knuckles|thumb|thumbs|arm|arms|shoulder|shoulders|elbow|elbows|\
         head|chin|brow|brows|eyebrow|eyebrows|forehead|nose|eye|eyes|lip|lips|mouth|teeth|cheek|cheeks|face|beard|\
         moustache|hair|neck|throat|chest|hip|hips|lap|knee|knees|foot|feet|heel|heels|boot|boots|sleeve|sleeves|cap|hat|\
         hood|cloak|apron|collar|cuff|cuffs|shawl|gloves|glove|voice|breath|gaze|temple|temples|ear|ears|spectacles|\
         skirt|skirts|belt|jaw|braid|braids|robe|robes|scarf|helmet|visor"
    };
}
/// Transitive gestures.
macro_rules! handles {
    () => {
        "lay|put|hide|wring|wipe|rub|scratch|shake|raise|lift|lower|cross|fold|spread|press|clasp|clench|close|open|shut|\
         narrow|tilt|cock|bite|lick|purse|tug|pull|straighten|brush|smooth|clear|roll|drop|hang|duck|set|tap|drum|snap|\
         crack|clap|slap|stamp|shuffle|drag|cup|place|run|stroke|draw|suck|rest|lean|thump|bang|bury|widen|wag|jerk|pinch|\
         crook|flex|blow|wiggle|mop|dab|plant|square|hunch|extend|thrust|jab|point|push|shove|stretch|twist|twirl|tuck|\
         knead|shrug|swing|slam|pound|flatten|adjust|loosen|tighten|pat|touch|crane|incline|bend|tip|doff|hold|throw"
    };
}
/// Looks.
macro_rules! looks {
    () => {
        "look|glance|stare|gaze|peer|squint|blink|frown|scowl|glare|wink|smile|grin|nod|wave|point|gesture|turn|smirk|beam"
    };
}
/// Gestures that need nothing besides.
macro_rules! gestures {
    () => {
        "shrug|nod|sigh|cough|gulp|pause|hesitate|shudder|wince|flinch|grimace|snort|sniff|chuckle|giggle|stiffen|\
         swallow|frown|scowl|grin|smirk|wink|bow|curtsy|gasp|groan|grunt|sob|fidget|squirm|stammer|stutter|blanch|beam"
    };
}
/// The same and others, told of somebody.
macro_rules! gestured {
    () => {
        "shrugs|nods|sighs|coughs|gulps|pauses|hesitates|shudders|winces|flinches|grimaces|snorts|sniffs|chuckles|giggles|\
         stiffens|swallows|frowns|scowls|grins|smirks|winks|bows|curtsies|gasps|groans|grunts|sobs|fidgets|squirms|blinks|\
         stammers|stutters|blanches|blushes|reddens|pales|smiles|laughs|yawns|spits|glances|stares|gazes|peers|squints|\
         glares|shuffles|straightens|kneels|crouches|stoops|slumps|sags|sways|bounces|hops|paces|trembles|shivers|leans|\
         wrings|clasps|clenches|tilts|tugs|twists|twirls|wipes|rubs|taps|drums|spreads|folds|crosses|wags|\
         gestures|beckons|waves|mutters|mumbles|murmurs|whispers|growls|hums|whistles|sniffles|hiccups|rolls|raises|lifts|\
         lowers|shakes|strokes|pats|jabs|thumps|slams|stamps|claps|hugs|clutches|grips|fiddles|fumbles|beams|brushes|\
         sweeps|stirs|pours|polishes|flushes|recoils|whirls|spins|curls|bites|licks|purses|cocks|narrows"
    };
}
/// Sounds, looks and gestures as nouns.
macro_rules! sounds {
    () => {
        "pause|silence|hush|gulp|grunt|sigh|nod|shrug|wink|yawn|cough|snort|chuckle|laugh|giggle|smile|grin|frown|scowl|\
         glance|look|stare|breath|gasp|sniff|sob|whisper|mutter|mumble|groan|growl|hiss|clink|creak|thud|knock|rustle|bow|\
         curtsy|shudder|shiver|snap|click|clatter|crash|bang|scrape|shuffle|wave|flick|flourish|twitch|blink|squeak|squeal|\
         swallow|wince|grimace|jingle|tap|thump|beat|smirk|glare|blush|stammer|shake|salute"
    };
}
/// Words of speaking that tag a speech.
macro_rules! speaks {
    () => {
        "said|says|mumbled|mumbles|sobbed|sobs|lied|began|begins|replied|replies|answered|answers|muttered|mutters|\
         whispered|whispers|murmured|murmurs|growled|growls|grunted|grunts|cried|cries|shouted|shouts|sighed|sighs|gasped|\
         gasps|breathed|breathes|stammered|stammers|stuttered|stutters|snapped|snaps|barked|barks|hissed|hisses|purred|\
         purrs|croaked|croaks|rasped|rasps|grumbled|grumbles|groaned|groans|wailed|wails|whimpered|whimpers|squeaked|\
         squeaks|chirped|chirps|announced|announces|declared|declares|added|adds|continued|continues|repeated|repeats|\
         explained|explains|admitted|admits|confessed|confesses|insisted|insists|protested|protests|laughed|laughs|giggled|\
         giggles|chuckled|chuckles|snorted|snorts|sniffed|sniffs|scoffed|scoffs|smiled|smiles|grinned|grins|shrugged|\
         shrugs|nodded|nods|boasted|drawled|drawls|blurted|blurts|intoned|intones|recited|recites|pleaded|pleads|asked|asks"
    };
}
/// What parts of the body do by themselves while somebody speaks.
macro_rules! stirs {
    () => {
        "go|goes|went|drop|drops|dropped|rise|rises|rose|fall|falls|fell|tremble|trembles|trembled|shake|shakes|shook|start|\
         starts|begin|begins|began|tighten|tightens|clench|clenches|clenched|narrow|narrows|narrowed|widen|widens|widened|\
         twitch|twitches|slide|slides|slid|slip|slips|press|presses|reach|reaches|creep|creeps|rap|raps|tap|taps|drum|drums|\
         hit|hits|soften|softens|softened|harden|hardens|hardened|flush|flushes|flushed|redden|reddens|curl|curls|curled|\
         quiver|quivers|wander|wanders|dart|darts|darted|flick|flicks|flicker|flickers|hover|hovers|linger|lingers|drift|\
         drifts|stray|strays|sag|sags|slump|slumps|jerk|jerks|jump|jumps|crumple|crumples|falter|falters|\
         fly|flies|flew|light|lights|spread|spreads|come|comes|came|stop|stops|stopped|leave|leaves|fold|folds|grip|grips|\
         rest|rests|turn|turns|turned|lift|lifts|lower|lowers|burn|burns|wring|wrings|twist|twists|close|closes|clasp|clasps"
    };
}

/// A class of directions.
struct Direction {
    /// The turns of phrase.
    patterns: &'static [&'static str],
    /// What makes them plain speech.
    lifts: Lifts,
}

/// What makes a direction plain speech.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lifts {
    /// Nothing does.
    Never,
    /// A source whose words are told.
    Hearsay,
    /// It does not open its sentence, or it asks.
    Inside,
    /// The same, and a verb that says something of it: "A nod is enough."
    Clause,
    /// A habit, a denial, a question, or talk of oneself and the weather.
    Habit,
    /// The same, and standing within a sentence.
    HabitInside,
}

/// The classes.
#[rustfmt::skip]
const DIRECTIONS: &[Direction] = &[
    Direction {
        lifts: Lifts::Hearsay,
        patterns: &[
            concat!(",|!|?|'|… he|she ", speaks!(), " $|and|as|into|to|with|at|in|through|behind|under|from|without|again|softly|quietly"),
            concat!(",|!|?|'|… ", speaks!(), " he|she|#person|the|old ~2 $|and|as|with|to|into|through"),
            "i says $", "says|quoth i $", "says he|she", "quoth he|she|the", "so i says",
            ",|! i say , ~1 and ~1 i|goes|go|do n't ~1 even? blink|smile|look|stir|turn|put|set|shut|lower|smooth|wipe",
            ",|! i say , lowering|raising|lifting|looking|turning|wiping|smiling|shaking|nodding|leaning|folding|crossing|setting|pushing|pulling|pointing|waving|holding|stepping|already|over|to|with|without|from|into",
            ",|! i say to|over|with|from|into|without your|my|a|the ~1 back|shoulder|fire|floor|breath|smile|sigh|nod",
            "came|comes the ~1 reply|answer|words|voice", "then ~1 a|the voice|words|answer|reply ,|:|.", "the words ~2 come|came|tumble|spill|fall ~1 out|slowly|at",
        ],
    },
    Direction {
        lifts: Lifts::Never,
        patterns: &[
            concat!("^ a|an|the ~2 ", sounds!(), " was|were|is all|his|her|what the|he|she|answer|reply"),
            "^ without ~1 looking|turning|raising|lifting|missing|stopping|pausing ~3 $",
            "^ stranger|traveller|visitor|guard|smith|clerk|miller|baker|pedlar|keeper asks|says|said|asked|answers|shrugs|nods|looks",
            "^ clerk|smith|guard|baker|miller|stranger|traveller|innkeeper|pedlar|priest|woodcutter|keeper , ~1 without|looking|turning|still|with|eyes|arms|hands ~5 :",
            "he|she leaned|leans|steps|stepped|moves|moved close|closer|in|forward|back $|and", "he|she leaned|leans|steps|stepped close|closer|in|forward|back :", "he|she fell|falls|sank|sinks to|on|onto|into his|her",
            "and ~1 he|she looked|looks ~1 away|out|down|up|at|over|back", "he|she hoped|hopes that the", "and ~1 with that the|he|she|old", "^ with that , i|he|she|the|#person",
            "the ~1 old|young man|woman|girl ~2 takes|took|shut|shuts|turned|turns|nodded|nods|smiled|smiles|closed|closes|counted|counts|sobbed|handed|hands", "^ shuts|closed|closes the door $",
            concat!("^ and|then? his|her|#person ~2 ", body!(), "|smile|hammer|fist|stick|axe|tears|grin|laugh|jaw|knees ~3 ", stirs!(), "|does|do"),
            "tears|tear|sweat|blood|colour run+|rolls?|ran|stream+|creep+|drip+|flood+|drain+|rise+|rose|leave+|come+|spring+|trickle+ ~2 his|her|my|down|up|from|into|to", "red|colour|heat|blush|flush creep+|rise+|climb+|spread+|flood+ ~1 up|into|over|across|to",
            "the tears come|came|fall|fell|start|started|run|ran", "a|one|his|her ~1 eyebrow|brow ~1 goes|go|rises|rise|lifts|arches|climbs|twitches|went", "a|his|her ~1 fist|hand ~1 comes|came|goes|went|slams|hits|falls|fell|flies|flew ~1 down|up|to|over|on|out|across", "knuckles ~1 rap|raps|whiten|go|tap",
            "smile does n't|not ~1 reach", "we both ~1 jump|turn|fall|stare|start", "catch in my|his|her throat|voice|breath", "hand goes|flies|went to my|his|her",
        ],
    },
    Direction {
        lifts: Lifts::Inside,
        patterns: &[
            concat!("^ ", gestured!(), " $|his|her|my|the|a|at|on|up|down|over|back|away|and|slowly|softly|to|from|empty|both|one|it|them|off|out|you|your|with|into|toward|towards|head|shoulders|hands|eyes|in|under|hard|round|around|like|across|through"),
            "^ scratches his|her|my|the? ~1 head|chin|neck|beard|ear|nose|cheek", "^ points at|with|a|to you|the|your|over|up|down|across|out|back", "^ takes off|a|your|the|my ~2 step|breath|sip|pause|hand|hat|cap|coins|coin|swig|pull|seat",
            "^ turns|looks|steps|moves|walks|goes|sits|stands|rises|bends|glances|reaches|backs away|back|round|around|aside|up|down|over|closer|forward|off ~2 $|to|at|and|from|into|toward|towards",
            "^ holds|puts|sets|lays|picks|throws|pushes|slides|draws|pulls up|out|down|over|off|aside|back|across ~1 a|the|his|her|both|one|my|your|$", "^ holds|puts|sets|lays|picks|throws|pushes|slides|draws|pulls|drops|turns|hides|covers|closes|opens|shuts|ducks|hangs a|the|his|her|both|one|my|your ~1 #word ~1 $|up|down|over|off|aside|back|across|on|in|to|and",
            "^ hands over|you|it|the|across ~3 $|with|and",
            "^ blinking|shrugging|nodding|sighing|grinning|smiling|frowning|winking|bowing|coughing|leaning|twisting|twirling|wringing|rubbing|scratching|wiping|tapping|drumming|folding|crossing|stroking|tugging|pulling|brushing|polishing|stirring|shaking|clutching|fidgeting|fiddling|shuffling|straightening|glancing|looking|staring|gazing|peering|squinting|pointing|waving|holding|setting|putting|raising|lowering|lifting|turning|blushing|reddening|trembling|stammering|swallowing|clearing|smoothing|adjusting|chewing|biting|sniffing|whistling|humming ~8 :|, he|she|'|#person|the",
            "^ twisting|twirling|wringing|rubbing|scratching|wiping|tapping|drumming|folding|crossing|stroking|tugging|pulling|brushing|polishing|stirring|shaking|clutching|fiddling|looking|staring|gazing|peering|pointing|waving|holding|setting|putting|raising|lowering|lifting|turning|clearing|smoothing|adjusting|chewing|biting|sniffing|blinking|sobbing|stammering|trembling ~9 :",
            "^ brushing|twisting|humming|rocking|pacing|stirring|sobbing|blinking|shaking|trembling|muttering ~9 as|while he|she",
            "^ silence|stillness|quiet , ~1 but|and|then|only|for|broken|save|long|except", "^ silence $", "^ then :",
            concat!("^ with a|an|one|that|his|her ~3 ", sounds!(), "|smile|look ~12 i|he|she"), concat!("^ with a|an|one|that|his|her ~3 ", sounds!(), "|smile|look $|and|over|of|at|from"),
            "^ hands|arms|eyes|shoulders|head|brows|lips|feet|fists|palms|boots on|up|down|turned|thrown|pressed|shoved|folded|crossed|wide|narrowed|front|closed|open|spread|clasped|bowed|lowered|raised|tilted|behind|out|akimbo|back ~2 $",
            "^ off|down|up|out|in|over|away comes|come|goes|go the|his|her|my|it|he|she ~1 #word? $|and",
            "^ sigh|shrug|nod|gulp|wink|blink|giggle|chuckle|snort|frown|gasp|shudder|wince|curtsy|grin|grunt|beat $", "^ long|short|brief|slow|heavy|awkward|small|another|stunned|uneasy pause|silence|sigh|beat|nod|shrug|look|stare|laugh|cough|grin|breath $|while|as|and|then", "there follows|followed|comes|came a|an|some|the|more",
            concat!("^ he|she slowly|only|just|merely|then|simply|quietly|softly? ", gestured!(), " $|warmly|sadly|slyly|kindly|coldly|thinly|broadly|nervously|his|her|the|a|at|on|up|down|over|back|away|and|slowly|softly|to|from|it|them|off|out|you|your|with|into|toward|towards|in|round|around|across|through"),
            concat!("^ he|she slowly|only|just|merely|then|simply|quietly|softly? ", gestured_past!(), " $|warmly|sadly|slyly|kindly|coldly|thinly|broadly|nervously|his|her|up|down|over|back|away|and|slowly|softly|on|off|you"),
            concat!("^ the villager ", gestured_past!()),
            "^ the ~1 old|young|big|stout|tall|thin|small man|woman|girl|lad|fellow|lass|boy taps|nods|shrugs|smiles|sighs|laughs|spits|turns|looks|leans|wipes|grunts|coughs|shakes|folds|crosses|lifts|sets|drops|puts|pours|raises|points|waves|stares|takes|sinks|sits|stands|rises|rubs|scratches|hands|slides|pushes|blinks|winks|bows|frowns|snorts|sniffs",
            "^ after|for a|one ~2 pause|silence|breath|sip|beat $", "^ after|for a ~1 long|brief|short|little moment|while|time , i|he|she|the", "^ you see|hear|notice|watch|catch ~1 me|my|his|her ~4 go|goes|shrug|smile|nod|stop|shake|tremble|fall|drop|turn|sigh|swallow|hesitate|blush|redden|twitch|tighten|narrow|soften|thin|pale",
            "^ i squint|look|glance|stare|peer|gaze ~6 at you $",
            "^ somewhere ~6 bangs|barks|slams|creaks|crows|howls|drips|rattles|knocks|laughs|hoots",
        ],
    },
    Direction {
        lifts: Lifts::Clause,
        patterns: &[
            concat!("^ a|an|another ~2 ", sounds!(), "|hand|finger|fist|eyebrow|voice|tear $|and|from|of|then|as|on|over|at|behind|for|in|through|against|across|down|under|to"),
            concat!("^ a|an|another ~1 #word , ~1 #word? ", sounds!(), " $|and|from|of|then"),
        ],
    },
    Direction {
        lifts: Lifts::Habit,
        patterns: &[
            concat!("^ and|then? my|both|one ~1 hands|hand|fist|fists|finger|fingers|eyes|eye|lips|lip|mouth|jaw|brow|brows|eyebrow|eyebrows|cheek|cheeks|face|smile|grin|shoulder|shoulders|voice|tears|knuckles|knees|chin|throat|gaze ~3 ", stirs!()),
            "^ and|then? the|my|his|her axe|hammer|ladle|cloth|mug|pen|quill|pestle|broom|spoon|needle|peel|pin|bellows|tongs|spear|stick|staff|shears|saw|knife|shutter|door|chair|stool|latch|rag|brush|book|cup|kettle|lid|bucket|smile|colour ~1 stop+|slip+|slide+|drop+|fall+|clatter+|thud+|bang+|creak+|pause+|hover+|scrape+|hit+|snap+|come+|go+|ring+|crack+|slam+|swing+|still+|freeze+|begin+|leave+|drain+|fade+ ~1 $|down|from|in|on|and|to|up|still|shut|open|twice|once|mid|at|against|out|between|off|my",
            concat!("he|she slowly|only|just|merely|then|simply|quietly|softly? ", handles!(), "|lays|puts|hides|wrung|wrings|wiped|wipes|rubbed|rubs|scratched|scratches|shook|shakes|raised|raises|lifted|lifts|lowered|lowers|crossed|crosses|folded|folds|spreads|pressed|presses|clasped|clasps|clenched|clenches|closed|closes|opens|shuts|narrowed|narrows|tilted|tilts|cocked|cocks|bites|bit|licked|licks|pursed|purses|tugged|tugs|pulled|pulls|straightened|straightens|brushed|brushes|smoothed|cleared|clears|rolled|rolls|dropped|drops|hung|hangs|ducked|ducks|taps|tapped|drums|snaps|claps|slaps|stamps|stamped|shuffled|shuffles|draws|drew|sucks|rests|leans|bangs|buried|buries|widens|jerked|pinched|blew|mopped|squared|squares|hunched|stretched|twisted|twists|tucked|tucks|shrugged|swung|slammed|pounded|adjusted|adjusts|patted|pats|inclined|inclines|bent|bends|doffed|doffs ~1 his|her ~1 ", body!()),
            "^ under my breath $", "he|she goes|went|turns|turned|grows|grew pink|red|pale|white|scarlet|crimson|quiet|still to|in|up|at|$|and|round", "he|she had|has lifted|raised|set|put|turned|picked|dropped|closed|crossed|folded|laid|taken the|a|his|her ~4 before|when|as|by", "^ i smile|nod|sigh|grin|shrug|wink and ~1 pour|hand|slide|push|set|fetch|wave|turn|wipe|point|beckon",
            "he|she counted|counts it|them|the ~1 out", "hands over|across the ~2 #item and|with",
        ],
    },
    Direction {
        lifts: Lifts::HabitInside,
        patterns: &[
            concat!("^ i just|only|slowly|quietly|simply|merely|then|softly|gently|carefully? ", handles!(), " ~2 my|a|an|one|both|the|your ~2 ", body!()),
            concat!("^ i just|only|slowly|quietly|simply|merely|then|softly? ", looks!(), "|spit|laugh ~1 up|over|back|down|round|around|away|off|long|straight|hard|across? at|toward|towards|past|into|through|to you|your|the|my|him|her|them|it|nothing"),
            concat!("^ i just|only|slowly|quietly|simply|merely|then? ", looks!(), " up|down|away|round|around|over|aside|back|out|off ~1 $|and|until|for|from|a|to|at|towards|with"),
            "^ i just|only|slowly|quietly|simply|merely|then? step|lean|move|draw|edge|shuffle back|aside|closer|forward|over|away|in|out ~1 $|and|until|from|a|to|toward|towards|on|with",
            concat!("^ i just|only|slowly|quietly|simply|merely|then|hardly? ", gestures!(), " $|and|then|again|hard|deeply|once|twice|softly|slowly|heavily|nervously|sadly|politely"),
            "^ i spit in|on|into|at the|my", "^ i watch you|him|her|your", "^ i look at you|the|my ~5 $", "^ i wait until|till you|your", "^ i wait $",
            "^ i take|draw|give|let|heave|make|do|drink|pull|drop out? a|an|one|my ~2 pull|sip|swig|gulp|step|breath|pause|nod|shrug|sigh|bow|curtsy|cough|laugh|snort|grunt|wink|smile|glance|shudder|yawn|stretch|sniff|whistle|seat|look|turn|curtsey|swallow|shake|shiver|wave",
            "^ i put|set|lay|hold|lift|pick|hang|throw|toss|push|slide|shove|draw|pull|drop|turn|wipe|weigh|hand|fold|tip|lean|rest the|my|a|an|it|your|this|that ~4 down|up|aside|away|off|back|over|out|across|round|along|in|on|to ~3 $|and|so|before|while|at|until|toward|towards|you|to",
            "^ i put|set|lay|hold|lift|pick|hang|throw|toss|push|slide|shove|draw|pull|turn|wipe|take down|up|aside|away|off|back|over|out|across|round my|the|a|an|your|one|both ~2 $|and",
            "^ i set|put|plant|place|rest|prop|lean ~1 my|a|the|one|both ~2 on|against|upon|in|to the|my|your|his", "^ i wring|smooth|shake|twist|crumple|straighten|adjust|fold|unfold|unroll|roll|wipe|dust|polish|stir|tap|rap|thump|pat|stroke|scratch|rub my|the|a|out|off|one|both ~3 $|and|on|with|against|down|as|in",
            "^ i weigh|roll|heft|turn it|them|the|one ~2 in|over|round|around|between|about", "^ i leaf|thumb|flick|flip|page through|over|back", "^ i fiddle|toy|fidget|fuss with|at", "^ i whistle|hum|sing a|two|under|softly ~6 $|and",
            "^ i rise|get|stand|jump|leap|scramble|struggle|draw|pull ~1 to|up ~1 my ~1 feet|height|full", "^ i kneel|crouch|stoop|squat ~1 $|and|to|by|beside|down|over", "^ i busy|bury|brace|cross|steady|collect|compose|shake|throw|fling|drag|heave myself ~1 $|with|in|against|on|at|back|up|down|across|and",
            "^ i take|put|look|turn|shake|stop|wait|whistle|swallow|shrug|sigh|pour|stir|lift|set|push|pull|bend|reach|cough|sniff|spit|hum|lean|step|cross|raise|drop|lay|leaf ~6 and ~1 put|look|wipe|shake|turn|close|shut|set|rub|pull|lay|hang|push|straighten|fold|smooth ~1 my|the|at|you|it|out|back|away|off|up|down ~3 $",
        ],
    },
    Direction {
        lifts: Lifts::Habit,
        patterns: &[
            "and ~1 i go on|back to|with? what|drying|wiping|stirring|kneading|sweeping|scrubbing|polishing|hammering|brushing|my", "i go back to what i", "and goes|go on|back to? drying|wiping|stirring|kneading|sweeping|scrubbing|polishing|hammering|brushing|chopping|writing",
            "as i slide|push|set|hand|pour|pass|wipe|turn|lean|lift|put the|it|my|a|you|over|across ~6 you|$", "you ask , i think|look|wait|shrug|answer",
        ],
    },
];

/// Words that make a habit or a wish of what would be a gesture.
pub(super) const HABITS: &[&str] = &[
    "every",
    "always",
    "never",
    "often",
    "whenever",
    "when",
    "sometimes",
    "nightly",
    "mostly",
    "usually",
    "if",
    "because",
    "n't",
    "not",
    "would",
    "could",
    "can",
    "'d",
    "'ll",
    "will",
    "must",
    "may",
];

/// Verbs that say something of a gesture: "A nod is enough."
const SAYING_OF: &[&str] = &[
    "is", "are", "was", "were", "will", "would", "can", "could", "may", "costs", "cost", "do", "does", "did",
    "'s", "'ll", "'d", "has", "have", "had", "makes", "never", "always", "keeps", "goes",
];

pub(super) fn check(case: &mut Case<'_>) {
    for direction in DIRECTIONS {
        let hits = every(&case.line, direction.patterns, 0, case.line.toks.len());
        let hit = hits.into_iter().map(|hit| hit.1).find(|(a, b)| !lifted(case, direction.lifts, *a, *b));
        if let Some((a, b)) = hit {
            case.report(ViolationKind::Narration, a, b, "tells of looks and gestures instead of speaking");
            return;
        }
    }
}

/// Whether tokens `a..b` are plain speech after all.
fn lifted(case: &Case<'_>, lifts: Lifts, a: usize, b: usize) -> bool {
    let Some(first) = (a..b).find(|i| case.line.toks[*i].kind != Kind::Mark) else { return true };
    let tok = &case.line.toks[first];
    let inside = !tok.opens;
    let asks = case.line.asks(first);
    match lifts {
        Lifts::Never => false,
        Lifts::Hearsay => hearsay(case),
        Lifts::Inside => inside || asks,
        Lifts::Clause => {
            let said = case.line.toks.iter().any(|t| t.sentence == tok.sentence && t.any(SAYING_OF));
            inside || asks || said || hearsay(case) || of_oneself(case)
        }
        Lifts::Habit => habit(case, first, b),
        Lifts::HabitInside => inside || habit(case, first, b),
    }
}

/// Whether the words of somebody else are told.
fn hearsay(case: &Case<'_>) -> bool {
    case.pack.act.told_by.is_some() || case.pack.act.facts.iter().any(|f| matches!(f, Fact::Said { .. }))
}

/// Talk of oneself and of the weather: gestures in it are habits.
fn of_oneself(case: &Case<'_>) -> bool {
    matches!(case.pack.act.kind, ActKind::Banter | ActKind::AboutSelf)
}

/// Whether a gesture is a habit, denied, wished or asked, or only a turn of phrase.
fn habit(case: &Case<'_>, first: usize, b: usize) -> bool {
    let sentence = case.line.toks[first].sentence;
    let usual = (first..case.line.toks.len()).chain(0..first).any(|i| {
        let as_if = case.line.word(i) == "if" && i > 0 && case.line.toks[i - 1].is("as");
        case.line.toks[i].sentence == sentence && case.line.toks[i].any(HABITS) && !as_if
    });
    let daily: &[&str] = &["all day|night|winter|evening", "now and ~1 then|again", "days|nights $"];
    // "My eye fell on Maud": seeing, not a gesture.
    let seeing = case.line.toks[b - 1].stem("fall") && matches!(case.line.word(b), "on" | "upon");
    of_oneself(case)
        || usual
        || seeing
        || case.line.asks(first)
        || within(&case.line, daily, first, case.line.toks.len()).is_some()
}
