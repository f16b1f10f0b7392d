//! Kinds: people, places, things that the village does not have, and numbers that count nothing.
//!
//! Owns: the tables. Refuses to know: when a word of them is a fault (`permits`).

/// Places no village of twelve has: unknown wherever they are named.
#[rustfmt::skip]
pub(super) const PLACES: &[&str] = &[
    "harbour", "harbor", "port", "castle", "palace", "tower", "monastery", "abbey", "bathhouse", "brothel",
    "prison", "jail", "gaol", "dungeon", "school", "library", "hospital", "airport", "temple", "shrine",
    "graveyard", "cemetery", "crypt", "tomb", "quarry", "mine", "cave", "cavern", "docks", "dock", "ship",
    "lighthouse", "barracks", "tannery", "brewery", "dairy", "lake", "sea", "seaside", "beach", "island",
    "kingdom", "empire", "city", "capital", "cathedral", "fortress", "keep", "citadel", "arena", "theatre",
    "theater", "wharf", "crossroads", "ferry", "ford", "waterfall", "volcano", "desert", "jungle", "swamp",
    "marsh", "ruins", "mansion", "manor", "villa", "museum", "greenhouse", "bank", "court", "courthouse",
    "academy", "guild", "armoury", "armory", "tailor's", "butcher's", "cobbler's", "pond", "orchard",
    "vineyard", "farm", "farmhouse", "barn", "granary", "windmill", "watermill", "watchtower", "sawmill",
    "icehouse", "smokehouse", "townhall", "convent", "cloister", "hostel", "hotel", "restaurant", "café",
    "cafe", "shop", "store", "station", "street", "avenue",
    "highway", "turnpike", "bridleway", "boulevard", "plaza", "aqueduct", "canal", "coast", "bay", "cove", "isle", "colony",
    "pasture", "paddock", "pigsty", "henhouse", "dovecote", "apiary", "toolshed", "workhouse", "almshouse", "tollhouse",
    "guardhouse", "gallows", "scaffold", "belfry", "vestry", "rectory", "vicarage", "ballroom", "fairground", "ironworks", "glassworks", "observatory", "catacombs",
];

/// Places that are nobody's haunt in the tables: unknown when somebody is put there.
#[rustfmt::skip]
pub(super) const SOFT_PLACES: &[&str] = &[
    "woods", "wood", "forest", "hill", "hills", "field", "fields", "road", "river", "stream", "cellar",
    "attic", "loft", "kitchen", "yard", "garden", "cottage", "valley", "pass", "mountain", "mountains",
    "meadow", "lane", "alley", "path", "ridge", "town", "shed", "hut", "wall", "upstairs", "downstairs",
    "backroom", "bedroom", "bedchamber", "parlour", "hedge", "green", "bank", "moor", "ditch", "pantry",
    "storeroom", "storehouse", "outhouse", "privy", "porch", "doorstep", "south", "east", "west", "copse",
    "grove", "thicket", "ravine", "gorge", "glen", "dale", "heath", "paddock", "midden", "riverbank", "glade",
];

/// People no village of twelve has.
#[rustfmt::skip]
pub(super) const PEOPLE: &[&str] = &[
    "king", "queen", "prince", "princess", "lord", "lady", "duke", "duchess", "baron", "baroness", "earl",
    "count", "countess", "emperor", "sheriff", "mayor", "bishop", "pope", "wizard", "witch", "dragon",
    "goblin", "elf", "dwarf", "troll", "ogre", "soldier", "captain", "knight", "doctor", "physician",
    "lawyer", "teacher", "tailor", "cobbler", "butcher", "fisherman", "shepherd", "carpenter", "mason",
    "weaver", "potter", "tanner", "farmer", "hunter", "bandit", "bandits", "merchant", "sailor", "nun",
    "abbot", "traveller", "traveler", "twins", "widow", "constable", "judge", "magistrate", "tinker",
    "minstrel", "bard", "gravedigger", "sexton", "midwife", "gypsy", "robber", "robbers", "burglar",
    "pirate", "spy", "assassin", "sorcerer", "vampire", "ghost", "demon", "alchemist", "jester", "squire",
    "bailiff", "steward", "ferryman", "fiddler", "piper", "cooper", "chandler", "apothecary", "wainwright",
    "wheelwright", "thatcher", "seamstress", "servant", "carter", "messenger", "drover", "reeve", "deacon",
    "verger", "undertaker", "mercenary", "thug", "outlaw", "noble", "nobleman", "princes", "cook", "maid",
    "apprentice", "barmaid", "trapper", "charcoal-burner", "pilgrim", "beggar", "friar", "hermit", "monk",
    "foreigner", "outsider", "archer", "raider", "raiders", "councillor",
];

/// Things that are nobody's in the tables: unknown when carried, sold, owned, given.
#[rustfmt::skip]
pub(super) const THINGS: &[&str] = &[
    "sword", "swords", "gun", "pistol", "musket", "phone", "crown", "necklace", "jewel", "jewels", "diamond",
    "ruby", "key", "map", "letter", "knife", "dagger", "potion", "potions", "scroll", "cloak", "dress", "cart",
    "wagon", "carriage", "bow", "arrow", "arrows", "shield", "armour", "armor", "helmet", "spear", "bottle",
    "wine", "whisky", "brandy", "cheese", "ham", "pie", "cake", "apple", "apples", "chest", "locket",
    "bracelet", "lute", "violin", "clock", "watch", "spyglass", "telescope", "amulet", "talisman", "wand",
    "staff", "crystal", "orb", "hammer", "saddle", "harness", "blanket", "lantern", "torch", "rope", "ladder",
    "book", "mirror", "comb", "brush", "basket", "barrel", "cauldron", "kettle", "silk", "spice", "spices",
    "salt", "honey", "fish", "cow", "goat", "sheep", "horse", "chicken", "dog", "cat", "silver", "brooch",
    "box", "parcel", "package", "bag", "bucket", "shovel", "spade", "pick", "saw", "axe", "nails", "sickle",
    "scythe", "medicine", "poison", "elixir", "feather", "quill", "drum", "flute", "ring", "goblet", "bridle",
    "press", "chalice", "handkerchief", "umbrella", "medal", "spectacles", "trumpet", "bugle", "banner",
    "badge", "breastplate", "boat", "raft", "quilt", "sledge", "sleigh", "tambourine", "heirloom", "shawl",
    "bonnet", "teapot", "saucepan", "stirrup", "doll", "kite", "trinket", "earring", "pendant", "bangle",
    "crate", "trunk", "coach", "globe", "compass", "bagpipe", "harp", "horn", "whistle", "statue", "painting",
    "portrait", "tapestry", "carpet", "candlestick", "chandelier", "cannon", "crossbow", "cutlass", "rapier",
    "parrot", "hound", "hawk", "falcon", "elephant", "monkey", "camel", "coffee", "chocolate", "sugar",
    "tobacco", "pipe", "snuff", "hourglass", "whetstone", "sundial", "astrolabe", "abacus", "flask", "satchel", "thimble", "scissors", "razor", "tiara", "sceptre", "scepter", "lyre", "mandolin", "candelabra", "vase", "urn", "figurine", "statuette", "almanac", "gauntlet", "quiver", "lance", "mace", "decanter", "corkscrew", "magnet", "prism", "barometer", "thermometer", "monocle", "tankard", "mittens", "pillow", "poker", "pasty", "diary", "eyeglass", "sextant", "bible", "relic", "idol", "mask",
];

/// Numbers in idioms: nothing is counted.
#[rustfmt::skip]
pub(super) const IDLE_NUMBERS: &[&str] = &[
    "one of",
    "no|any|some|every|each|which|that|this|the|another|only|little|good|old|young|by|another|last|first|next|a|an|not|clever|sharp|kind|other|brave|bad|big|right|wrong|quiet|busy one",
    "one more|thing|day|way|day's|last|word|good|moment|minute|by|or|and|another|can|must|does|hears|sees|who|that|says|tongue|at|eye|hand|mind|is|side|should|would|might|may|needs|keeps|never|cannot|for|too|more|foot|gets|knows|learns|could|in|such|to|ear|man|woman|trade|'s|born|with|hammer|question|look|and",
    "one|two $", "^ one",
    "two|three|four words|hands|eyes|ears|minds|feet|ways|sides|things|times|legs|shakes|left|sorts|kinds|peas|cents|faces|times|arms|halves",
    "count+ ~1 to #word", "those|these|them|they|us|we|you two|three|four", "two of", "one|two|three or two|three|four ~1", "a thing|word|moment or two", "or two|three",
    "hundred|thousand times|thanks|things|winters|ways|and|reasons|years|miles", "a hundred|thousand|dozen",
    "nine lives", "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety winters|years|summers", "four winds|corners|walls|hundred",
    "#word hundred winters|years", "two at a", "six of one", "half a ~1 dozen", "dozen", "zero",
    "#word times over", "ten|twenty|thirty|forty years|winters|summers|times", "for #word years|winters|summers", "two|three|four ~1 things|people|answers|reasons|facts|points|matters|birds|lights|counts|questions|lines|kinds|truths|names|items|pieces ~1 :|,|.|!|?",
    "so|there 's|are two|three answers|things", "for ten|twenty|thirty|forty|fifty $", "the pair of", "us|them|you two|three", "there were|are two|three|four|five|six ~1 i|that|who|whom|all", "two|three|four|five i can|could|saw|know|remember|might|'d|met", "two|three|four things|people|folk|faces|souls|names|of i|you|we",
];

/// Words that go before a noun.
#[rustfmt::skip]
pub(super) const ARTICLES: &[&str] = &[
    "the", "a", "an", "some", "our", "my", "his", "her", "your", "their", "that", "this", "two", "three", "any",
];

/// Words that put somebody or something somewhere.
#[rustfmt::skip]
pub(super) const PREPOSITIONS: &[&str] = &[
    "at", "to", "in", "by", "from", "near", "past", "on", "into", "through", "behind", "toward", "towards", "outside", "inside",
    "beyond", "under", "over", "down", "up", "around", "across",
];

/// Places whose word is oftener a verb or another noun.
#[rustfmt::skip]
pub(super) const ALSO_VERBS: &[&str] = &[
    "keep", "keeps", "court", "courts", "mine", "mines", "port", "ports", "capitals", "bank", "banks", "store", "stores", "shop",
];

/// Somebody unnamed who did something, and places with a point of the compass.
#[rustfmt::skip]
pub(super) const STRANGERS: &[&str] = &[
        "a|some|that|the stranger+ ~2 was|were|saw|came|went|from|who|took|passed|with|bought|at|in|carry+|ask+|told",
        "saw|met|seen|meet|with a|some|that|the ~1 stranger+",
        "talking|speaking|whispering|walking|arguing|drinking|sitting|standing|chatting ~1 to|with|beside|by|among ~3 stranger+|traveller+|outsider+|foreigner+", "hooded|cloaked|masked|veiled ~1 stranger|man|woman|figure|fellow|rider",
        "a|some ~1 man|woman|fellow|boy|girl|child|folk from|came|went|passed|took|walked|stood|crossed|crept",
        "a|an|the|that|old ~1 silver|gold|iron|coal|salt|copper|tin|old mine|mines|pit|pits", "a|the mine|mines is|was|are|were|has|had|shaft|closed|collapsed", "south|east|west|old|northern|southern road|gate|tower|wall|bridge|inn|mill",
        "two|three|four|some|several ~1 men|women|strangers|riders|soldiers|travellers|children",
];

/// Turns of phrase for things that nobody here has, whatever is said of them.
#[rustfmt::skip]
pub(super) const FOREIGN: &[&str] = &[
    "pack|deck of cards", "credit card", "cuckoo clock", "spinning wheel", "drinking horn", "weather glass", "pocket watch|watches|watch's|telescope", "pocket-watch|pocketwatch|wristwatch", "jewelled|jeweled|bejewelled|gilded|ivory|jade|ebony|emerald|sapphire|diamond dagger|sword|ring|box|cup|crown|brooch|comb|pin|necklace|goblet|knife|mirror|chest|buckle|handle|case",
    "silver|golden|brass|bronze|pewter|gold bell|key|ring|compass|locket|necklace|crown|cup|goblet|chain|watch|dagger|spoon|buckle|brooch|mirror|comb|box|whistle|flute|horn|thimble|candlestick|bracelet|pocket",
    "leather bound ~1 ledger|book|journal|diary|volume|tome|bible", "leather-bound|leatherbound", "a|an|the|my|your|his|her|this|that ~1 hourglass|crossbow|spyglass|telescope|musket|pistol|astrolabe|sundial|sextant|cutlass|rapier|barometer|monocle",
    "a|an|the|my|your|his|her|this|that ~1 dagger|sword|amulet|talisman",
];

/// What each trade has about it without a claim, by the trade's word.
#[rustfmt::skip]
pub(super) const TRADE_THINGS: &[(&str, &[&str])] = &[
    ("smith", &["whetstone", "hammer", "nails", "horse", "horses", "bucket", "shovel", "bridle", "harness", "anvil"]),
    ("innkeeper", &["barrel", "bottle", "kettle", "pie", "cheese", "ham", "key", "broom", "basket", "book"]),
    ("clerk", &["quill", "book", "box", "letter", "map", "feather", "chest", "press", "spectacles"]),
    ("herbalist", &["kettle", "bottle", "basket", "cauldron", "honey", "medicine", "brush"]),
    ("miller", &["cart", "bag", "rope", "basket", "horse", "shovel", "brush"]),
    ("baker", &["pie", "cake", "honey", "salt", "basket", "apple", "apples", "shovel", "brush"]),
    ("chaplain", &["book", "rope", "cloak", "letter", "broom", "staff", "bell", "spectacles"]),
    ("woodcutter", &["whetstone", "axe", "saw", "rope", "sledge", "cart", "ladder", "bow", "ring", "rings"]),
    ("guard", &["spear", "helmet", "key", "horn", "staff", "armour", "lantern", "torch", "cloak", "whistle"]),
    ("stablehand", &["saddle", "bridle", "harness", "brush", "comb", "bucket", "blanket", "rope", "horse", "horses", "apple", "apples", "shovel"]),
    ("pedlar", &["pack", "bag", "cart", "basket", "comb", "mirror", "box", "brush", "bottle", "needle"]),
    ("emberkeeper", &["staff", "blanket", "bucket", "shovel", "broom", "key"]),
];

/// Things about every house and yard: no claim, unless somebody, some place, some hour or some price goes with them.
#[rustfmt::skip]
pub(super) const HUMBLE: &[&str] = &[
    "blanket", "basket", "kettle", "bucket", "broom", "book", "nails", "cat", "dog", "sheep", "horse", "goat", "cow", "chicken",
    "fish", "honey", "salt", "letter", "bottle", "cake", "pie", "apple", "apples", "cheese", "ham", "rope", "ladder", "box",
    "comb", "brush", "barrel", "bag", "shovel", "spade", "feather", "key", "knife", "hammer", "cart", "wagon", "saddle", "hound",
    "whistle", "drum", "horn", "bow", "clock", "cloak", "quilt", "bonnet", "sugar", "handkerchief", "pipe", "mirror", "torch",
];
