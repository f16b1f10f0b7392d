//! Outside: words above the rating, words of another world, the manners of prose.
//!
//! Owns: the tables. Refuses to know: how they are matched (`shape`).

/// Words and stems above the rating.
#[rustfmt::skip]
pub(super) const RATED: &[&str] = &[
    "fuck", "shit", "cunt", "bitch", "bastard", "arse", "ass", "arsehole", "asshole", "bollock", "bollocks",
    "piss", "wank", "wanker", "twat", "prick", "cock", "dick", "pussy", "tit", "boob", "breast", "nipple",
    "naked", "nude", "sex", "sexy", "fornicate", "orgasm", "erotic", "whore", "slut", "harlot", "strumpet",
    "rape", "molest", "nigger", "faggot", "fag", "retard", "spastic", "kike", "tranny", "dyke", "gore",
    "entrail", "gut", "disembowel", "behead", "decapitate", "mutilate", "dismember", "torture", "suicide",
    "noose", "strangle", "throttle", "slaughter", "massacre", "murder", "corpse", "bloody", "blood", "damn",
    "goddamn", "crap", "bugger", "buggery", "sod", "tart", "lust", "seduce", "thigh", "undress",
    "bloodbath", "slit", "stab", "gouge", "heroin", "cocaine", "opium", "penis", "vagina", "hell", "kill",
    "hanged", "skull", "butchered", "flay", "maim", "intestine", "brothel", "knicker", "knickers", "groin",
    "undies", "petticoat", "balls", "stripped", "rump", "buttocks", "bum", "crotch", "ravish", "virgin",
    "hole", "hack", "guts", "titties", "bosom", "moan", "bedded", "hump", "screw", "damned", "swine",
    "cripple", "savage", "heathen", "wrist", "brain", "bowel", "vomit", "puke", "rot", "rape", "loins",
    "arouse", "motherfucker", "fucking", "bonk", "shag", "horny", "throat",
];

/// Of those, words that are mild unless another is near or the line threatens.
#[rustfmt::skip]
pub(super) const MILD: &[&str] = &[
    "gut", "blood", "hell", "damn", "damned", "kill", "hanged", "rot", "bosom", "skull", "wrist", "brain",
    "throat", "tit", "breast", "ass", "swine", "bloody", "murder", "sod", "screw", "moan", "savage", "cock",
    "tart", "lust", "corpse", "noose", "hump", "stab", "cripple", "heathen", "vomit", "slit", "butchered",
    "thigh", "prick", "strangle", "throttle", "hole", "rump",
];

/// Turns of phrase above the rating.
#[rustfmt::skip]
pub(super) const RATED_PHRASES: &[&str] = &[
    "cut|slit|slash|open ~2 throat|wrist+|vein+|belly", "end|take my|your|his|her ~1 life|self",
    "kill+ myself|yourself|himself|herself|you|him|her|them|me ~0", "hang+ myself|yourself",
    "hurt|harm|harming|cutting myself|yourself|himself|herself", "take ~1 clothes off",
    "into|in my bed with", "warm|share my bed", "come to bed",
    "blood ~3 spill+|pour+|drip+|floor|gush+|everywhere|pool+|spray+|ran", "skin ~2 alive",
    "gut you|him|her|them", "rip|tear|pull ~2 you|your|his|her|him|them|tongue|eyes|heart|limb|head|arms ~2 out|off|apart", "break ~1 neck|bones|legs|skull",
    "smash|bash|split|crush|crack ~2 skull|head|face|brains", "burn you|him|her ~1 alive", "burn ~2 alive",
    "drown myself|yourself", "better off dead", "want to die", "go to hell", "son of a",
    "drink|drown|jump ~3 end it", "end it all", "stab+ you|him|her|myself", "strangle|throttle you|him|her",
    "god damn", "damn you|your", "bloody hell", "between ~1 legs|thighs|sheets", "lift+ ~1 skirt+",
    "bare ~1 skin|breasts|bottom", "skirt+ ~1 up", "legs ~1 round|around|apart|open|spread",
    "on|to your knees", "pretty|naked|bare|soft|sweet|warm|lovely ~1 body", "wet ~1 mouth", "open your|that ~1 mouth",
    "strip ~2 for|and|off|naked", "strip $", "breeches ~2 down|round|around|off", "trousers ~2 down|off",
    "take me|you hard|now|to bed", "prick in|out", "cut|chop|slice ~2 off", "every inch of", "your ~1 hole",
    "lick+ you", "lick+ ~1 every|your lips|neck|skin|body|ear|inch", "up your", "hack ~2 off", "roll in the hay", "make love",
    "beat ~2 to death|bloody|senseless", "sever+ ~2 head|hand|limb", "kill+ you|him|her|them",
    "your ~1 corpse", "you filthy|stupid|worthless ~2 pig|swine|dog|cow",
];

/// Words of another world, or of the game's machinery.
#[rustfmt::skip]
pub(super) const OUTSIDE: &[&str] = &[
    "ai", "a.i", "chatbot", "llm", "gpt", "chatgpt", "openai", "anthropic", "claude", "smollm", "llama",
    "chatbots", "prompts", "token", "tokens", "gameplay", "npc", "npcs", "player", "players",
    "videogame", "computer", "computers", "internet", "website", "online", "email", "phone", "telephone",
    "smartphone", "software", "program", "programmed", "programmer", "developer", "developers", "code",
    "coding", "algorithm", "dataset", "database", "neural", "simulation", "simulated", "roleplay", "json",
    "python", "html", "robot", "machine-learning", "pixel", "pixels", "screen", "keyboard", "server", "app",
    "television", "tv", "radio", "car", "cars", "electric", "electricity", "plastic", "laptop", "savegame",
    "respawn", "quest", "quests", "xp", "dialogue", "wiring", "voltage", "dialog", "storyline", "fictional",
    "metadata", "gpu", "cpu", "download", "upload", "wifi", "google", "wikipedia", "youtube", "twitter",
    "assistant", "engine", "scripted", "username", "satellite", "photo", "photograph", "camera",
    "video", "movie", "film", "batteries", "battery", "spaceship", "plane", "aeroplane", "train",
    "guideline", "guidelines", "policy", "policies", "inventory", "unlocked", "passwords", "username", "statistic",
    "helicopter", "detective-game", "tutorial", "menu", "reload", "reboot", "hallucinate", "parameters", "gearbox", "gearboxes", "motor", "motors", "piston", "pistons", "turbine", "generator", "diesel", "petrol", "gasoline", "factory", "factories", "locomotive", "railway", "railroad", "bicycle", "tractor", "telegraph", "telegram", "microphone", "loudspeaker", "headphones", "refrigerator", "fridge", "freezer", "microwave", "dishwasher", "thermostat", "radiator", "carburettor", "carburetor", "sprocket", "dynamo", "lightbulb", "lightbulbs", "flashlight", "zipper", "nylon", "polyester", "sunglasses", "skateboard", "elevator", "escalator", "skyscraper", "autopilot", "bluetooth", "spreadsheet", "newspaper", "newspapers", "laser", "lasers", "rocket", "rockets", "drone", "selfie", "hashtag", "podcast", "firmware", "hardware", "keypad", "checkpoint", "autosave", "savepoint", "cutscene", "sidequest", "speedrun", "gamepad", "joystick", "walkthrough", "multiplayer", "leaderboard", "dlc", "mods",
];

/// Turns of phrase of the same.
#[rustfmt::skip]
pub(super) const OUTSIDE_PHRASES: &[&str] = &[
    "language model", "as an ai|assistant|ai", "artificial intelligence|mind",
    "i 'm|am ~1 a ~2 character|model|program|bot|machine|simulation|assistant",
    "this ~1 game|story|scenario|scene|simulation",
    "the game|player|author|writer|narrator|developers|script|system|model|user|plot", "the story ~1 so|needs|says|wants|requires|ends|you", "of the story",
    "in ~2 game|story",
    "my training|instructions|programming|creators|guidelines|context|data|prompt|script|lines say|character|role",
    "system message|prompt|instruction+", "out of character", "in character", "stay in character",
    "save before|first|often|now|again $|you|and|quitting|leaving|exiting", "before you quit|exit|logout|log|reload", "log off|out|in", "load ~1 save|game|slot|last", "main menu|screen", "pause the|menu", "restart ~2 game|level|chapter", "you 've|have just? unlocked|completed", "achievement+", "bonus points", "context window", "play+ ~1 game with|as", "real world|life", "level up",
    "your ~2 level|skill|stats|score|rank", "raise your level", "hidden notes|facts|instructions",
    "as requested ~3 here|line|answer|response|reply|in|the|my", "save your game|progress", "press|click|type ~2 key|button|enter|here", "non player",
    "only words on", "just|only ~1 text|fiction|pretend|words on",
    "rate this", "anything else i can help", "how can|may i assist", "i help|assist you today|further", "behind the screen",
    "fourth wall", "whoever ~1 typing|wrote|reading", "the one typing", "the required facts?",
    "must|may say list|facts", "reload", "your save", "facts i was given",
    "not allowed to mention|say|reveal|name", "permitted to say|name|mention",
    "i was told to say|act|play|pretend|respond|answer", "my next line", "end of ~1 chapter|scene",
    "test case", "the judge", "save|saving|saved and|or|then ~1 load+|reload+|quit+|loading", "load|loading|reload|reloading ~1 again|save|game|it up", "try|tried|trying ~1 saving|loading|reloading|restarting|clicking|scrolling|rebooting|refreshing", "scroll+ up|down|back|through|further|past", "^ scroll+", "click+ ~2 me|here|button|portrait|choice|option|icon|link|again|away|elsewhere", "left|right|double click", "press+|hit|push|tap ~2 enter|escape|esc|space|spacebar|key|keys|button|tab", "skip+ ~2 dialogue|cutscene|text|intro", "zoom in|out", "hover+ over", "copy and paste|pasted?", "chat|text|dialogue box|window|log|history", "mouse pointer|button|click", "loading|title|start|pause screen|menu", "easy|hard|normal mode", "difficulty setting+|level|slider", "quicksave|quickload|screenshot+|subtitle+|cursor|dropdown|checkbox|hotkey+|tooltip+", "rises|goes|drops|up|down by #word points", "plus|minus #word points", "item table|list|database", "my ~1 context|training|instructions|programming|guidelines|parameters|writers|author", "human resources", "i 'm|am only|just|merely text|words", "according to my context|notes|prompt|data",
    "a|the|my|your|this|system ~1 prompt $", "password accepted|required|is|:", "the|my writers|writer|author|scriptwriter|designers", "gave me a|no line|lines|script", "comply with ~2 request", "violate+ ~2", "training does|did|does n't|makes|make|has|only|never", "twenty first century",
];

/// Openings of narration: third person prose and speech tags.
#[rustfmt::skip]
pub(super) const NARRATION: &[&str] = &[
    "he|she|#person said|says|replied|replies|whispered|whispers|muttered|mutters|sighed|sighs|asked|smiled|smiles|grinned|grins|nodded|nods|laughed|laughs|frowned|frowns|shrugged|shrugs|chuckled|chuckles|growled|growls|grunted|grunts|murmured|murmurs|winked|winks|glanced|glances|turned|turns|leaned|leans|scowled|scowls|snorted|snorts|paused|pauses|gestured|gestures|wiped|wipes|cleared|clears|wipes|answered|answers|exclaimed|gasped|coughed ,|\"|“|and|as|his|her|at|:|softly|quietly|slowly|to|with|sadly|back|over|away|toward|towards|nervously|before|up|down|.|!|$",
    "said #person|he|she|the", "snapped|laughed|sighed|cried|barked|hissed|shouted|giggled|sniffed|mumbled|stammered|grinned|chuckled|declared|added|replied #person",
    "replied|whispered|muttered|murmured|asked|growled|grunted #person|he|she|the",
    "i|you|we say|said|reply|replied $ \"|“",
    "he|she|#person said|says ,? turning|looking|smiling|leaning|wiping|shaking|nodding|sighing|frowning|pouring|stirring|shrugging|laughing|grinning|glancing|reaching|pointing", "said|says|told|asked #person|he|she|i ,? turning|looking|smiling|leaning|wiping|shaking|nodding|sighing|frowning|pouring|setting|putting|stirring|rubbing|folding|shrugging|laughing|grinning|glancing|reaching|pointing|crossing|walking|staring|scratching|lowering", "^ smiling|laughing|grinning|sighing|nodding|shrugging|frowning|leaning|wiping $",
    "^ ~1 voice ~4 as|trembl+|low|drops", ",|.|!|? with a ~1 smile|sigh|shrug|nod|grin|frown|wink|chuckle|laugh|growl $", "he|she|#person ~3 with a ~1 smile|sigh|shrug|nod|grin|frown|wink|chuckle|laugh|growl", "^ with a ~1 smile|sigh|shrug|nod|grin|frown|wink|chuckle|laugh|growl $",
    "the villager|smith|miller|innkeeper|baker|clerk|guard|herbalist|chaplain|pedlar|woodcutter|stablehand|emberkeeper|keeper|old|man|woman ~1 says|said|nods|smiles|looks|turns|leans|wipes|shrugs|sighs|laughs|grunts|grins|frowns|pauses|replies|glances|shakes|crosses|folds|lowers|raises|scratches|sets|puts|picks|points|waves|speaks|whispers|mutters",
    "he|she|#person ~1 shakes|crosses|folds|lowers|raises|scratches|sets|puts|picks|looks|points|waves|rubs|lifts|bows|tilts|stares|blinks|speaks|sniffs|hums|stirs|squints|looks|wrings|clasps|hands ~1 his|her|up|at|away|down|back|you|toward|towards|into|the",
    "i|we smile|grin|nod|shrug|sigh|laugh|chuckle|frown|wink|lean|gesture|glance|wipe ~1 $|and|,|my|as|softly|slowly|back|sadly",
    "^ his|her ~1 eyes|voice|hands|face|brow|shoulders|gaze",
    "the player|stranger|traveller|visitor|detective ~1 nods|looks|asks|says|said|asked",
    "^ the|a fire|wind|room|door|candle|candles|snow|logs|flames|lamp|hearth|kettle|clock|floorboards ~1 crackled|crackles|creaked|creaks|flickered|flickers|guttered|gutters|howled|howls|hissed|hisses|popped|pops|dimmed|dims|groaned|spat|hushed ~2 $|low|softly|and|as|in|outside|while|behind|against", "nobody|none|everyone|neither|no ~1 in the ~1 room|house|taproom|hall|smithy|chapel|mill spoke|moved|answered|stirred|breathed|laughed", "nobody|none|neither spoke|stirred|answered $", "silence|quiet|hush fell|hung|settled|falls|hangs|settles|descended|stretched", "^ outside $ ~1 the|a ~1 snow|wind|rain|bell|dusk|night ~1 kept|fell|howled|drifted|began|rose|rang|had|settled", "village|valley slept|dreamed|dozed", "there was|is a ~1 pause|silence", "a pause|silence|long pause $", "once upon a", "^ meanwhile",
    "(|[|* ~2 sigh+|smile+|nod+|laugh+|shrug+|pause+",
    "my eyes|voice narrow|drop|drops|soften|darken|trembles|falls",
];
