# The interface's words in English. Names of people, places and things, and what villagers say, come from the village itself.
# Buttons are verbs. Errors say what happened, what is safe and what to do.

## The title
title-name = Emberwick
title-tagline = A lantern-lit winter village. Last night, somebody took the fire.
title-hint = { $up } and { $down } choose, { $enter } begins, { $less } and { $more } change the level.
title-begin = Begin a case
title-daily = Begin today's case
title-continue = Continue a save
title-help = How to play
title-settings = Settings
title-quit = Quit
title-seed = Seed
title-seed-hint = Digits only. The same seed is the same case for everybody.
title-seed-other = Roll another
title-level = Level
title-crashed = The last game ended badly.
title-crashed-where = The last game ended badly. What is known of it lies in { $folder }.
title-restore = Restore "{ $name }"
level-easy = easy
level-normal = normal
level-hard = hard
level-easy-about = More people saw something, and fewer lie.
level-normal-about = As the village likes it.
level-hard-about = Few saw anything, and more have something to hide.
title-easier = Easier
title-harder = Harder

## Everywhere
common-back = Back
common-cancel = Cancel
common-on = on
common-off = off
common-search = Search
common-nothing = Nothing yet
common-nobody = nobody
common-and = and
common-percent = { $value } %
common-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
count-notes = { $count ->
    [one] { $count } note
   *[other] { $count } notes
}
count-clashes = { $count ->
    [one] { $count } clash
   *[other] { $count } clashes
}
count-seals = { $count ->
    [one] { $count } seal
   *[other] { $count } seals
}
count-gold = { $count } gold

## What is always seen while a case is played
hud-dusk = Dusk { $clock }
hud-why = Why
hud-help = Help
hud-trouble = Mind: { $text }
hud-dusk-near = Dusk is near: { $clock }
hud-alone = Nobody is here.
mood-cross = cross
mood-closed = closed
mood-warm = warm
mood-calm = calm
voices-written = Written lines
voices-no-node = Written lines; no node answers: { $why }
voices-mind = A mind finds the words: { $model }
voices-waking = The mind wakes up. Written lines until then.
voices-mute = Written lines; the mind has no voice: { $why }

## What can be done
deed-talk = Talk to { $name }
deed-walk = Walk
deed-seek = Find somebody
deed-search = Search the house
deed-search-again = Search again
deed-wait = Wait
deed-notebook = Open the notebook
deed-evening = Look at the evening
deed-accuse = Accuse
deed-save = Save
deed-load = Load
deed-help = Read how to play
deed-quit = Leave

## Talk
talk-thinking = { $name } is thinking
talk-say = Say
talk-hint = Or type anything
talk-part = Part
talk-rest = Show the rest
talk-edit = { $key } puts a slip into the line, to change it first.
talk-you = You
talk-why = Why: { $why }
talk-too-long = Too long for a line: the rest was left out.

## Why a line was said as it was: what its speaker does, and whose words it is in
why-written = written
why-written-after = { $refused ->
    [one] written, after { $refused } refused try
   *[other] written, after { $refused } refused tries
}
why-mind = { $try ->
    [1] words by { $mind }, first try
    [2] words by { $mind }, second try
   *[other] words by { $mind }, try { $try }
}
why-some-mind = a mind
act-greet = { $name } greets you
act-farewell = { $name } says goodbye
act-answer = { $name } answers
act-dont-know = { $name } does not know
act-refuse = { $name } will not say
act-deflect = { $name } changes the subject
act-confess = { $name } owns up
act-deny = { $name } denies it
act-clarify = { $name } asks what is meant: { $what }
act-price = { $name } names a price
act-bargain = { $name } makes a counter-offer
act-sell = { $name } sells { $what }
act-buy = { $name } buys { $what }
act-refuse-trade = { $name } will not trade
act-accept-gift = { $name } takes { $what } as a gift
act-refuse-gift = { $name } will not take the gift
act-task = { $name } asks a favour
act-task-done = { $name } thanks you for { $what }
act-no-task = { $name } needs nothing
act-banter = { $name } chats about { $what }
act-about-self = { $name } talks about their own work
act-offended = { $name } is offended
act-forgive = { $name } accepts the apology
act-welcome = { $name } says it was nothing
act-shrug = { $name } shrugs: it proves nothing
act-outraged = { $name } is outraged at being accused

## What the log tells
log-began = The winter ember is gone from its cradle, and Emberwick grows colder by the hour. You have until dusk to say who took it. { $keeper }, who keeps the Ember House, missed it last evening: begin there.
log-searched = You go over the floor of the Ember House.
log-waited = You wait { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}.
log-waited-alone = You wait { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}. Nobody comes.
log-arrived = You come to { $place }.
log-company = { $count ->
    [one] { $names } is here.
   *[other] { $names } are here.
}
log-right-here = { $name } is right here.
log-came = { $name } comes by
log-went = { $name } leaves
log-talk = You stop for a word with { $name }, the { $trade }.
log-part = You part from { $name }.
log-murmured = { $name } murmurs to { $to }: "{ $text }"
log-read-as = (read as "{ $taken }", not "{ $typed }")
log-noted = noted
log-found = found: { $text }
log-clash = two statements clash (#{ $first }, #{ $second }): see the notebook
log-clash-about = two statements about { $name } clash (#{ $first }, #{ $second }): see the notebook
log-paid = you pay { $count } gold
log-got = you get { $count } gold
log-got-item = you get { $item }
log-gave-item = you hand over { $item }
log-warmed = { $name } warms to you
log-cooled = { $name } cools towards you
log-proven = The moot has heard you against { $name }, and the notes hold.
log-unproven = The moot hears you against { $name } and is not convinced. What it wants: { $what }.
log-solved = The ember goes back into its cradle. One by one, the windows turn amber.
log-dismissed = Your last seal is broken. The moot thanks you for your trouble and listens no more.
log-frozen = The bell strikes eight. Dusk is here, the ember is not, and the hearths go out.

## The map, finding and waiting
map-walk-to = Where do you walk?
map-there = There: { $names }
map-people = { $count } there
map-you = you are here
seek-title = Whom do you look for?
seek-here = here
seek-walking = walking to { $place }
wait-title = How long do you wait?
wait-for = Wait { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}

## The notebook
notebook-people = People
notebook-statements = Statements
notebook-contradictions = Contradictions
notebook-traces = Traces
notebook-search-hint = Search your notes
notebook-search-done = Done
notebook-show-all = Show all
notebook-only = Only what mentions "{ $text }"
notebook-of-themselves = Of themselves
notebook-others-about = Others, about { $name }
notebook-about-others = { $name }, about others
notebook-empty = Nothing here yet. Talk to people; what they say is noted.
notebook-as-heard = As you heard it
notebook-says = { $name } says so at { $clock }: { $how }
notebook-found = Found at { $clock }
notebook-no-clash = No two statements clash. Ask two people about the same half-hour.
notebook-clashes = What cannot both be true
notebook-both = { $name }, { $clock }: both cannot be true
notebook-both-untimed = { $name }: both cannot be true
notebook-floor = On the floor of the Ember House
notebook-floor-empty = Nothing yet: go there and search.
notebook-window = The window
notebook-window-said = Last seen: { $seen }. First missed: { $missed }.
notebook-not-known = not known yet
notebook-carriers = What an ember can be carried in, and what that leaves
notebook-clings = What clings to clothes, and where
notebook-bring-up = Choose a note or a clash to bring it up with { $name }.
notebook-confront = Confront { $name } with this
notebook-show = Show { $name } this
notebook-ask = Ask { $name } about this
notebook-talk-first = Talk to somebody first: then you can hold this up to them.
notebook-not-theirs = This clash does not concern { $name }.
how-seen = seen
how-own-word = own word
how-heard = heard from { $name }
how-first = first seen by { $name }
how-worked-out = worked out
how-common = everyone knows
how-taken-back = taken back

## The evening
evening-title = The evening
evening-window = The ember was there at { $present } and gone by { $missing }.
evening-ask = Ask { $keeper } when the ember was last seen, and when missed.
evening-cell-empty = Nothing is noted about { $name } at { $clock }.
evening-cell = { $name } at { $clock }
evening-clash = Two statements clash here.
evening-theft-window = The ember was taken in this window.
mark-nothing = nothing
mark-own = own word
mark-seen = another's word
mark-agreed = both agree
mark-passed = seen passing
mark-clash = contradicted

## The accusation
accuse-title = Who took the ember?
accuse-named-before = named before
accuse-against = Against { $name }: { $ticked } of at most { $max } notes
accuse-no-notes = Your notebook is empty: the moot will not hear a bare name.
accuse-wants = The moot wants opportunity (their own word about the window refuted, or seen about the Ember House in it) and means (the carrier whose trace lay there is theirs) or residue (they came from where it clings). A confession is enough.
accuse-go = Go before the moot
accuse-other = Choose another name
accuse-sure = Name { $name } before the moot with { $count ->
    [one] { $count } note
   *[other] { $count } notes
}? The hearing takes an hour, and nobody likes to be named. If the moot is convinced and the name is wrong, it costs one of your seals: { $seals } left.
accuse-yes = Name { $name }
accuse-not-yet = Not yet
accuse-full = The moot hears at most { $max } notes.

## The verdict and the story
verdict-solved = Solved: the ember is home
verdict-dismissed = Dismissed: three wrong names
verdict-frozen = Frozen: dusk came first
verdict-open = The case is open
verdict-missing-opportunity = opportunity: nothing here refutes their own word about the window, or puts them near the Ember House in it
verdict-missing-means = means: nothing here ties them to what lay on the floor, neither the carrier nor where they came from
verdict-missing-more = something more
verdict-story = See what really happened
verdict-notebook = Read the notebook
verdict-title-screen = Return to the title
ending-happened = What really happened
ending-lies = Who lied, and why
ending-floor = What lay on the floor
ending-proof = What the proof stands on
ending-share = To share this case
ending-had = You had it
ending-missed = You missed it
ending-theft = the theft
ending-case = Seed { $seed }, { $level }

## Saves
saves-title = Saves
saves-empty = There are no saves yet.
saves-watch = Watch
saves-delete = Delete
saves-delete-sure = Delete "{ $name }"? It cannot be brought back.
saves-delete-yes = Delete it
saves-delete-no = Keep it
saves-deleted = "{ $name }" is gone.
saves-written = written { $when }
save-title = Save
save-name = Name
save-write = Save
save-replaces = There is a save of this name. Saving replaces it.
save-replace = Replace it
save-about = The game also saves itself after each talk.
save-done = Saved as "{ $name }".
save-loaded = Loaded.
leave-title = Leave?
leave-unsaved = Something is not saved yet.
leave-save = Save and leave
leave-without = Leave without saving
leave-stay = Stay

## Watching a save
replay-title = Watching "{ $name }"
replay-far = { $at } of { $all } steps, speed { $speed }
replay-play = Play
replay-pause = Pause
replay-step = One step
replay-faster = Faster
replay-slower = Slower
replay-begin = From the beginning
replay-again = Play again
replay-stop = Stop

## Credits
credits-title = Credits
credits-about = What Emberwick is made of, and the licence of each part.
credits-game = The game
credits-fonts = Faces of type
credits-model = The model
credits-window = The window
credits-terminal = The terminal
credits-engine = Engine and node

## How to play
help-title = How to play
help-credits = Credits
help-rules = The case
help-keys = The keys
help-rule-aim = Somebody took the winter ember last evening, between the half-hour in which { $keeper } last saw it and the one in which it was missed. Find out who by talking, and name them before the moot by dusk at { $dusk }.
help-rule-alone = The thief was alone at the Ember House in one half-hour of that window. Everyone else was somewhere else, or not alone.
help-rule-carrier = The ember was carried off in a lamp, a firepot, a pair of tongs or a bedwarmer, and each leaves its own trace on the floor: search the Ember House.
help-rule-residue = What clung to the thief's clothes lies there too, and tells which place they came from: flour, soot, ale, wax.
help-rule-lies = Villagers lie only to guard themselves, their family or their friends, so their word about anybody else can be trusted. Hold a contradiction up to a liar: one with an innocent secret will own up.
help-rule-moot = The moot wants opportunity (their word refuted, or seen about the house in the window) and either the carrier or the residue. A hearing takes an hour, and each of your seals pays for one name that seemed proven and was wrong.
help-mouse = Click on people, houses and slips of paper. Drag to turn the village, roll the wheel to come closer.
help-mouse-title = The mouse
help-mouse-menu = The slip "{ $menu }" at the top opens the settings, a picture, the neighbours and more.
help-pad = The gamepad
help-pad-sticks = Left stick or cross: choose. Right stick: turn the village, or turn pages. Slips show buttons while you hold a gamepad.
help-pad-more = { $first } and { $second } do what else a page offers: roll another seed, watch or delete a save, read the credits.
help-talk = Click a slip of paper to say what is on it, or type anything and press { $key }.
help-notebook = While you talk with somebody, open the notebook, choose a note or a clash and press { $key }: you show it to them, or confront them with it.
help-key-row = { $key }: { $action }

## Settings
settings-title = Settings
settings-graphics = Graphics
settings-interface = Interface
settings-sound = Sound
settings-window = Window
settings-keys = Keys
settings-reset = Set to usual
settings-quality = Detail
settings-quality-low = low
settings-quality-medium = medium
settings-quality-high = high
settings-shadows = Shadows
settings-fog = Fog
settings-bloom = Glow around flames
settings-snow = Falling snow
settings-frame-cap = Frames a second
settings-frame-cap-none = as many as the screen shows
settings-frame-cap-value = at most { $count }
settings-ui-scale = Size of the interface
settings-text-size = Size of the text
settings-text-speed = Pace of the sentences
settings-high-contrast = High contrast
settings-reduced-motion = Less motion
settings-safe-marks = Marks beside colours
settings-ambient-talk = Ambient talk
settings-language = Language
settings-volume-master = Everything
settings-volume-wind = Wind and hearths
settings-volume-steps = Steps
settings-volume-voices = Voices
settings-volume-bell = Bell
settings-pause-unfocused = Rest while another window is used
settings-saved = Settings saved.
settings-unreadable = { $file } cannot be read ({ $why }), so this game runs with the usual settings. Check that the file is yours.
settings-unusable = { $file } is larger than { $kib } KiB or no text, so this game runs with the usual settings. The file is left as it is; saving settings puts it aside as { $aside }.
settings-line = { $file }, line { $line } cannot be understood and was passed over. The rest counts.
settings-field = { $file }: { $field } cannot be { $found }. It takes { $wanted }; { $instead } is used.
settings-unknown = { $file }: { $field } is no setting of this version. It is kept.
keys-add = Add a key
keys-remove = Remove { $key }
keys-press = Press a key or a button for: { $action }
keys-taken-ask = { $key } belongs to: { $other }. Give it to: { $action }?
keys-take = Give it
keys-full = An action has at most { $max } keys. Remove one first.
keys-last = This key stays: without it you could not find your way back.
keys-no-action = Settings: there is no action "{ $name }". It is kept in the file.
keys-no-key = Settings: there is no key "{ $name }" for: { $action }. It was left out.
keys-taken = Settings: { $key } cannot do both. It stays with: { $other }, and was left out for: { $action }.
keys-kept = Settings: no key of the keyboard was left for: { $action }. It has its usual one.

## The menu
menu-title = Menu
menu-about = What the window can do beside the village

## Neighbours and pictures
neighbours-title = Neighbours
neighbours-off = No mind is asked in this sitting. Villagers say their written lines, and every case can be solved.
neighbours-alone = No node answers on this machine: { $why }. Villagers say their written lines, and every case can be solved.
neighbours-ready = A mind on this machine finds the words.
neighbours-slow = The mind was too slow and rests. Villagers say their written lines until it has shown that it keeps up; the game tries it by itself.
neighbours-loading = The mind is being woken. Written lines until then.
neighbours-lost = The node stopped answering: { $why }. Written lines take over; nothing of the case is lost.
neighbours-mute = A node answers but has no mind: { $why }. Villagers say their written lines.
neighbours-unknown = not known
neighbours-machine = On this machine
neighbours-model = Model
neighbours-size = Size of its file
neighbours-megabytes = { $count } MB
neighbours-door = Listens at
neighbours-door-where = 127.0.0.1:{ $port }, for this machine only
neighbours-door-none = nowhere
neighbours-nice = Priority
neighbours-nice-behind = behind everything else on this machine (nice { $nice })
neighbours-nice-level = not behind anything else on this machine (nice { $nice })
neighbours-shared = Shared
neighbours-shared-nothing = Nothing is shared with others yet.
neighbours-sitting = This sitting
neighbours-lines = Lines so far
neighbours-at-once = Found by the mind at once
neighbours-retried = Found by the mind, refused before
neighbours-refused = Written, the mind's words refused
neighbours-written = Written, no mind in time
neighbours-share = { $count } ({ $percent } %)
neighbours-refusals = Tries of the mind refused
neighbours-wait-mind = Until the mind's first sentence
neighbours-wait-all = Until anybody's first sentence
neighbours-wait = half of them within { $half }, 95 % within { $most }
neighbours-wait-none = not known yet
neighbours-seconds = { $whole }.{ $tenths } s
neighbours-chart = The last lines and how long each was waited for; the tallest stands for { $longest }.
neighbours-chart-mind = words of the mind
neighbours-chart-written = a written line
neighbours-chart-refused = a refused try of the mind
photo-take = Take the picture
photo-panels = Show panels
photo-saved = Picture saved: { $path }

## Errors
error-save = Not saved: { $why }. The game goes on; choose another name or make room.
error-autosave = The autosave failed: { $why }. The game goes on; save by hand.
error-load = This save cannot be played: { $why }. The file is left as it is.
error-delete = Not deleted: { $why }. The save is still there.
error-slot-name = "{ $name }" is no name for a save: use letters, digits, spaces, - and _, at most { $max }.
error-seed = A seed is a whole number, 0 to { $max }.
error-case = This case cannot be made: { $why }. Try another seed.
error-daily = There is no case for today: { $why }. Begin one with a seed.
error-seek = You did not catch up: { $why }.
error-slipped = { $name } has slipped away again.
error-settings = Settings are not saved: { $why }. They hold until you leave.
error-photo = The picture was not saved: { $why }. The game goes on.

## Why something cannot be done, inside a sentence
refusal-over = the case is closed
refusal-unknown = there is no such thing here
refusal-talking = you are in the middle of a conversation
refusal-not-talking = you are talking to nobody
refusal-not-here = { $name } is not here
refusal-nothing-to-search = there is nothing to search here
refusal-too-much = more than { $max } at once is too much
refusal-turn = turn { $turn } does not wait for a line
refusal-speaking = they have not finished speaking
refusal-empty = there is nothing to say in that

## Actions
action-talk = Talk
action-map = Map
action-notebook = Notebook
action-evening = The evening
action-accuse = Accuse
action-wait = Wait
action-seek = Find somebody
action-search = Search the house
action-save = Save
action-load = Load
action-help = How to play
action-menu = Menu
action-settings = Settings
action-neighbours = Neighbours
action-why = Show or hide why
action-photo = Picture
action-full-screen = Full screen
action-leave = Leave
action-reply-one = Say the first slip
action-reply-two = Say the second slip
action-reply-three = Say the third slip
action-confirm = Confirm
action-back = Back
action-next = Next
action-previous = Previous
action-tab-on = Next tab
action-tab-back = Previous tab
action-orbit-left = Turn left
action-orbit-right = Turn right
action-zoom-in = Closer
action-zoom-out = Further away
action-scroll-up = Earlier
action-scroll-down = Later

## Keys and buttons
key-enter = Enter
key-space = Space
key-escape = Esc
key-tab = Tab
key-backspace = Backspace
key-delete = Delete
key-insert = Insert
key-home = Home
key-end = End
key-page-up = Page up
key-page-down = Page down
key-up = Up
key-down = Down
key-left = Left
key-right = Right
key-pause = Pause
pad-south = Lower button
pad-east = Right button
pad-west = Left button
pad-north = Upper button
pad-at-south = South
pad-at-east = East
pad-at-west = West
pad-at-north = North
pad-cross = Cross
pad-circle = Circle
pad-square = Square
pad-triangle = Triangle
pad-left-bumper = Left bumper
pad-right-bumper = Right bumper
pad-left-trigger = Left trigger
pad-right-trigger = Right trigger
pad-select = Select
pad-start = Start
pad-left-stick = Press left stick
pad-right-stick = Press right stick
pad-up = Pad up
pad-down = Pad down
pad-left = Pad left
pad-right = Pad right
