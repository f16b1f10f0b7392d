# Die Wörter der Oberfläche auf Deutsch. Namen von Leuten, Orten und Dingen und was die Leute sagen, kommen aus dem Dorf selbst.
# Knöpfe sind Verben. Fehler sagen, was geschah, was sicher ist und was zu tun ist.

## Der Titel
title-name = Emberwick
title-tagline = Ein Winterdorf im Laternenschein. Gestern Nacht hat jemand das Feuer genommen.
title-hint = { $up } und { $down } wählen, { $enter } beginnt, { $less } und { $more } ändern die Stufe.
title-begin = Fall beginnen
title-daily = Fall des Tages beginnen
title-continue = Spielstand fortsetzen
title-help = So wird gespielt
title-settings = Einstellungen
title-quit = Beenden
title-seed = Fallnummer
title-seed-hint = Nur Ziffern. Dieselbe Fallnummer ist für alle derselbe Fall.
title-seed-other = Andere würfeln
title-level = Stufe
title-crashed = Das letzte Spiel ist unglücklich geendet.
title-crashed-where = Das letzte Spiel ist unglücklich geendet. Was darüber bekannt ist, liegt in { $folder }.
title-restore = „{ $name }“ wiederherstellen
level-easy = leicht
level-normal = mittel
level-hard = schwer
level-easy-about = Mehr Leute haben etwas gesehen, und weniger lügen.
level-normal-about = Wie das Dorf es mag.
level-hard-about = Wenige haben etwas gesehen, und mehr haben etwas zu verbergen.
title-easier = Leichter
title-harder = Schwerer

## Überall
common-back = Zurück
common-cancel = Abbrechen
common-on = an
common-off = aus
common-search = Suchen
common-nothing = Noch nichts
common-nobody = niemand
common-and = und
common-percent = { $value } %
common-minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
count-notes = { $count ->
    [one] { $count } Notiz
   *[other] { $count } Notizen
}
count-clashes = { $count ->
    [one] { $count } Widerspruch
   *[other] { $count } Widersprüche
}
count-seals = { $count ->
    [one] { $count } Siegel
   *[other] { $count } Siegel
}
count-gold = { $count } Gold

## Was man im Fall immer sieht
hud-dusk = Dämmerung { $clock }
hud-why = Warum
hud-help = Hilfe
hud-trouble = Achtung: { $text }
hud-dusk-near = Bald dämmert es: { $clock }
hud-alone = Niemand ist hier.
mood-cross = verärgert
mood-closed = verschlossen
mood-warm = zugetan
mood-calm = ruhig
voices-written = Geschriebene Zeilen
voices-no-node = Geschriebene Zeilen; kein Knoten antwortet: { $why }
voices-mind = Ein Geist findet die Worte: { $model }
voices-waking = Der Geist wacht auf. Bis dahin gibt es geschriebene Zeilen.
voices-mute = Geschriebene Zeilen; der Geist hat keine Stimme: { $why }

## Was man tun kann
deed-talk = Mit { $name } sprechen
deed-walk = Gehen
deed-seek = Jemanden suchen
deed-search = Das Haus absuchen
deed-search-again = Noch einmal absuchen
deed-wait = Warten
deed-notebook = Notizbuch öffnen
deed-evening = Den Abend ansehen
deed-accuse = Anklagen
deed-save = Speichern
deed-load = Laden
deed-help = Spielregeln lesen
deed-quit = Gehen

## Gespräch
talk-thinking = { $name } denkt nach
talk-say = Sagen
talk-hint = Oder schreib, was du willst
talk-part = Verabschieden
talk-rest = Den Rest zeigen
talk-edit = { $key } legt einen Zettel in die Zeile: So lässt er sich vorher ändern.
talk-you = Du
talk-why = Warum: { $why }
talk-too-long = Zu lang für eine Zeile: Der Rest wurde weggelassen.

## Warum eine Zeile so gesagt wurde: was die Person tut, und wessen Worte es sind
why-written = geschrieben
why-written-after = { $refused ->
    [one] geschrieben, nach { $refused } abgelehnten Versuch
   *[other] geschrieben, nach { $refused } abgelehnten Versuchen
}
why-mind = { $try ->
    [1] Worte von { $mind }, erster Versuch
    [2] Worte von { $mind }, zweiter Versuch
   *[other] Worte von { $mind }, { $try }. Versuch
}
why-some-mind = einem Geist
act-greet = { $name } grüßt dich
act-farewell = { $name } verabschiedet sich
act-answer = { $name } antwortet
act-dont-know = { $name } weiß es nicht
act-refuse = { $name } will es nicht sagen
act-deflect = { $name } wechselt das Thema
act-confess = { $name } gesteht
act-deny = { $name } streitet es ab
act-clarify = { $name } fragt, was gemeint ist: { $what }
act-price = { $name } nennt einen Preis
act-bargain = { $name } macht ein Gegenangebot
act-sell = { $name } verkauft { $what }
act-buy = { $name } kauft { $what }
act-refuse-trade = { $name } will nicht handeln
act-accept-gift = { $name } nimmt { $what } als Geschenk an
act-refuse-gift = { $name } will das Geschenk nicht
act-task = { $name } bittet um einen Gefallen
act-task-done = { $name } dankt dir für { $what }
act-no-task = { $name } braucht nichts
act-banter = { $name } plaudert über { $what }
act-about-self = { $name } spricht von der eigenen Arbeit
act-offended = { $name } ist gekränkt
act-forgive = { $name } nimmt die Entschuldigung an
act-welcome = { $name } sagt, es war nicht der Rede wert
act-shrug = { $name } zuckt mit den Schultern: es beweist nichts
act-outraged = { $name } ist empört über die Anklage

## Was das Protokoll erzählt
log-began = Die Winterglut ist aus ihrer Wiege verschwunden, und Emberwick wird mit jeder Stunde kälter. Bis zur Dämmerung musst du sagen, wer sie genommen hat. { $keeper } hütet das Ember House und hat sie gestern Abend vermisst: Fang dort an.
log-searched = Du suchst den Boden im Ember House ab.
log-waited = Du wartest { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}.
log-waited-alone = Du wartest { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}. Niemand kommt.
log-arrived = Du kommst an: { $place }.
log-company = { $count ->
    [one] { $names } ist hier.
   *[other] { $names } sind hier.
}
log-right-here = { $name } steht gleich hier.
log-came = { $name } kommt vorbei
log-went = { $name } geht weg
log-talk = Du bleibst auf ein Wort bei { $name } stehen ({ $trade }).
log-part = Du verabschiedest dich von { $name }.
log-murmured = { $name } raunt { $to } zu: „{ $text }“
log-read-as = (verstanden als „{ $taken }“, nicht als „{ $typed }“)
log-noted = notiert
log-found = gefunden: { $text }
log-clash = zwei Aussagen widersprechen sich (#{ $first }, #{ $second }): siehe Notizbuch
log-clash-about = zwei Aussagen über { $name } widersprechen sich (#{ $first }, #{ $second }): siehe Notizbuch
log-paid = du zahlst { $count } Gold
log-got = du bekommst { $count } Gold
log-got-item = du bekommst: { $item }
log-gave-item = du gibst her: { $item }
log-warmed = { $name } fasst Zutrauen zu dir
log-cooled = { $name } wird kühler zu dir
log-proven = Die Versammlung hat dich gegen { $name } angehört, und die Notizen halten stand.
log-unproven = Die Versammlung hört dich gegen { $name } an und ist nicht überzeugt. Was ihr fehlt: { $what }.
log-solved = Die Glut kehrt in ihre Wiege zurück. Ein Fenster nach dem anderen leuchtet bernsteinfarben auf.
log-dismissed = Dein letztes Siegel ist zerbrochen. Die Versammlung dankt für deine Mühe und hört nicht länger zu.
log-frozen = Die Glocke schlägt acht. Es dämmert, die Glut ist nicht da, und die Herde gehen aus.

## Karte, Suchen und Warten
map-walk-to = Wohin gehst du?
map-there = Dort: { $names }
map-people = { $count } dort
map-you = du bist hier
seek-title = Wen suchst du?
seek-here = hier
seek-walking = unterwegs: { $place }
wait-title = Wie lange wartest du?
wait-for = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
} warten

## Das Notizbuch
notebook-people = Leute
notebook-statements = Aussagen
notebook-contradictions = Widersprüche
notebook-traces = Spuren
notebook-search-hint = In den Notizen suchen
notebook-search-done = Fertig
notebook-show-all = Alles zeigen
notebook-only = Nur, was „{ $text }“ erwähnt
notebook-of-themselves = Über sich selbst
notebook-others-about = Andere über { $name }
notebook-about-others = { $name } über andere
notebook-empty = Noch nichts. Sprich mit den Leuten; was sie sagen, wird notiert.
notebook-as-heard = Wie du es gehört hast
notebook-says = { $name } sagt es um { $clock }: { $how }
notebook-found = Gefunden um { $clock }
notebook-no-clash = Keine zwei Aussagen widersprechen sich. Frag zwei Leute nach derselben halben Stunde.
notebook-clashes = Was nicht beides wahr sein kann
notebook-both = { $name }, { $clock }: Beides kann nicht wahr sein
notebook-both-untimed = { $name }: Beides kann nicht wahr sein
notebook-floor = Auf dem Boden im Ember House
notebook-floor-empty = Noch nichts: Geh hin und such den Boden ab.
notebook-window = Das Zeitfenster
notebook-window-said = Zuletzt gesehen: { $seen }. Zuerst vermisst: { $missed }.
notebook-not-known = noch nicht bekannt
notebook-carriers = Worin man Glut tragen kann und was das hinterlässt
notebook-clings = Was an Kleidern hängen bleibt und wo
notebook-bring-up = Wähle eine Notiz oder einen Widerspruch, um { $name } darauf anzusprechen.
notebook-confront = { $name } damit konfrontieren
notebook-show = { $name } das zeigen
notebook-ask = { $name } danach fragen
notebook-talk-first = Sprich zuerst mit jemandem: Dann kannst du ihm das vorhalten.
notebook-not-theirs = Dieser Widerspruch betrifft { $name } nicht.
how-seen = gesehen
how-own-word = eigenes Wort
how-heard = gehört von { $name }
how-first = zuerst gesehen von { $name }
how-worked-out = erschlossen
how-common = weiß jeder
how-taken-back = zurückgenommen

## Der Abend
evening-title = Der Abend
evening-window = Um { $present } war die Glut noch da, um { $missing } fehlte sie.
evening-ask = Frag { $keeper }, wann die Glut zuletzt da war und ab wann sie fehlte.
evening-cell-empty = Über { $name } um { $clock } ist nichts notiert.
evening-cell = { $name } um { $clock }
evening-clash = Hier widersprechen sich zwei Aussagen.
evening-theft-window = In diesem Zeitfenster wurde die Glut genommen.
mark-nothing = nichts
mark-own = eigenes Wort
mark-seen = fremdes Wort
mark-agreed = beide einig
mark-passed = im Vorbeigehen gesehen
mark-clash = widersprochen

## Die Anklage
accuse-title = Wer hat die Glut genommen?
accuse-named-before = schon genannt
accuse-against = Gegen { $name }: { $ticked } von höchstens { $max } Notizen
accuse-no-notes = Dein Notizbuch ist leer: Einen bloßen Namen hört die Versammlung nicht an.
accuse-wants = Die Versammlung verlangt Gelegenheit (das eigene Wort über das Zeitfenster ist widerlegt, oder man wurde darin am Ember House gesehen) und Mittel (das Gefäß, dessen Spur dort lag, gehört der Person) oder Rückstand (sie kam von dort, wo er haftet). Ein Geständnis genügt.
accuse-go = Vor die Versammlung treten
accuse-other = Anderen Namen wählen
accuse-sure = { $name } vor der Versammlung nennen, mit { $count ->
    [one] { $count } Notiz
   *[other] { $count } Notizen
}? Die Anhörung dauert eine Stunde, und niemand wird gern genannt. Ist die Versammlung überzeugt und der Name falsch, kostet es eines deiner Siegel; du hast noch { $seals }.
accuse-yes = { $name } nennen
accuse-not-yet = Noch nicht
accuse-full = Die Versammlung hört höchstens { $max } Notizen an.

## Das Urteil und die Geschichte
verdict-solved = Gelöst: Die Glut ist wieder daheim
verdict-dismissed = Entlassen: drei falsche Namen
verdict-frozen = Erfroren: Die Dämmerung war schneller
verdict-open = Der Fall ist offen
verdict-missing-opportunity = Gelegenheit: Nichts hier widerlegt das eigene Wort über das Zeitfenster oder zeigt die Person darin nahe am Ember House
verdict-missing-means = Mittel: Nichts hier verbindet die Person mit dem, was auf dem Boden lag, weder das Gefäß noch der Ort, von dem sie kam
verdict-missing-more = noch etwas
verdict-story = Sehen, was wirklich geschah
verdict-notebook = Notizbuch lesen
verdict-title-screen = Zum Titel zurückkehren
ending-happened = Was wirklich geschah
ending-lies = Wer log und warum
ending-floor = Was auf dem Boden lag
ending-proof = Worauf der Beweis steht
ending-share = Um diesen Fall zu teilen
ending-had = Du hattest es
ending-missed = Dir entging es
ending-theft = der Diebstahl
ending-case = Fallnummer { $seed }, { $level }

## Spielstände
saves-title = Spielstände
saves-empty = Es gibt noch keine Spielstände.
saves-watch = Ansehen
saves-delete = Löschen
saves-delete-sure = „{ $name }“ löschen? Das lässt sich nicht zurückholen.
saves-delete-yes = Endgültig löschen
saves-delete-no = Behalten
saves-deleted = „{ $name }“ ist gelöscht.
saves-written = geschrieben { $when }
save-title = Speichern
save-name = Name
save-write = Speichern
save-replaces = Es gibt einen Spielstand mit diesem Namen. Speichern ersetzt ihn.
save-replace = Ersetzen
save-about = Nach jedem Gespräch speichert das Spiel auch von selbst.
save-done = Gespeichert als „{ $name }“.
save-loaded = Geladen.
leave-title = Gehen?
leave-unsaved = Etwas ist noch nicht gespeichert.
leave-save = Speichern und gehen
leave-without = Ohne Speichern gehen
leave-stay = Bleiben

## Einen Spielstand ansehen
replay-title = „{ $name }“ wird angesehen
replay-far = Schritt { $at } von { $all }, Tempo { $speed }
replay-play = Abspielen
replay-pause = Anhalten
replay-step = Ein Schritt
replay-faster = Schneller
replay-slower = Langsamer
replay-begin = Von vorn
replay-again = Noch einmal
replay-stop = Beenden

## Mitwirkende
credits-title = Mitwirkende
credits-about = Woraus Emberwick besteht, und die Lizenz jedes Teils.
credits-game = Das Spiel
credits-fonts = Schriften
credits-model = Das Sprachmodell
credits-window = Das Fenster
credits-terminal = Das Terminal
credits-engine = Spielkern und Knoten

## So wird gespielt
help-title = So wird gespielt
help-rules = Der Fall
help-credits = Mitwirkende
help-keys = Die Tasten
help-rule-aim = Jemand hat gestern Abend die Winterglut genommen, zwischen der halben Stunde, in der { $keeper } sie zuletzt sah, und der, in der sie fehlte. Finde im Gespräch heraus, wer es war, und nenne den Namen vor der Versammlung, ehe es um { $dusk } dämmert.
help-rule-alone = Wer stahl, war in einer halben Stunde dieses Zeitfensters allein im Ember House. Alle anderen waren woanders oder nicht allein.
help-rule-carrier = Die Glut wurde in einer Lampe, einem Feuertopf, einer Zange oder einer Bettpfanne fortgetragen, und jedes davon hinterlässt seine eigene Spur auf dem Boden: Such das Ember House ab.
help-rule-residue = Was an den Kleidern hing, liegt auch dort und verrät, von wo jemand kam: Mehl, Ruß, Bier, Wachs.
help-rule-lies = Die Leute lügen nur, um sich selbst, ihre Familie oder ihre Freunde zu schützen; ihrem Wort über alle anderen kannst du trauen. Halte jemandem, der lügt, einen Widerspruch vor: Wer nur ein harmloses Geheimnis hat, gibt es zu.
help-rule-moot = Die Versammlung verlangt Gelegenheit (das Wort widerlegt, oder im Zeitfenster am Haus gesehen) und dazu das Gefäß oder den Rückstand. Eine Anhörung dauert eine Stunde, und jedes deiner Siegel bezahlt einen Namen, der bewiesen schien und falsch war.
help-mouse = Klick auf Leute, Häuser und Zettel. Zieh, um das Dorf zu drehen, und dreh das Mausrad, um näher zu kommen.
help-mouse-title = Die Maus
help-mouse-menu = Der Zettel „{ $menu }“ oben öffnet Einstellungen, Bild, Nachbarn und mehr.
help-pad = Das Gamepad
help-pad-sticks = Linker Stick oder Kreuz: wählen. Rechter Stick: das Dorf drehen oder blättern. Hast du ein Gamepad in der Hand, zeigen die Zettel seine Knöpfe.
help-pad-more = { $first } und { $second } tun, was eine Seite sonst noch bietet: andere Fallnummer würfeln, Spielstand ansehen oder löschen, Mitwirkende lesen.
help-talk = Klick auf einen Zettel, um zu sagen, was darauf steht, oder schreib etwas und drück { $key }.
help-notebook = Öffne im Gespräch das Notizbuch, wähle eine Notiz oder einen Widerspruch und drück { $key }: So zeigst du deinem Gegenüber die Notiz oder konfrontierst es mit dem Widerspruch.
help-key-row = { $key }: { $action }

## Einstellungen
settings-title = Einstellungen
settings-graphics = Grafik
settings-interface = Oberfläche
settings-sound = Ton
settings-window = Fenster
settings-keys = Tasten
settings-reset = Zurücksetzen
settings-quality = Details
settings-quality-low = wenig
settings-quality-medium = mittel
settings-quality-high = viel
settings-shadows = Schatten
settings-fog = Nebel
settings-bloom = Schein um Flammen
settings-snow = Schneefall
settings-frame-cap = Bilder je Sekunde
settings-frame-cap-none = so viele, wie der Bildschirm zeigt
settings-frame-cap-value = höchstens { $count }
settings-ui-scale = Größe der Oberfläche
settings-text-size = Größe der Schrift
settings-text-speed = Tempo der Sätze
settings-high-contrast = Hoher Kontrast
settings-reduced-motion = Weniger Bewegung
settings-safe-marks = Zeichen neben Farben
settings-ambient-talk = Gespräche ringsum
settings-language = Sprache
settings-volume-master = Alles
settings-volume-wind = Wind und Herde
settings-volume-steps = Schritte
settings-volume-voices = Stimmen
settings-volume-bell = Glocke
settings-pause-unfocused = Ruhen, während ein anderes Fenster benutzt wird
settings-saved = Einstellungen gespeichert.
settings-unreadable = { $file } lässt sich nicht lesen ({ $why }); dieses Spiel läuft mit den üblichen Einstellungen. Sieh nach, ob die Datei dir gehört.
settings-unusable = { $file } ist größer als { $kib } KiB oder kein Text; dieses Spiel läuft mit den üblichen Einstellungen. Die Datei bleibt, wie sie ist; wer Einstellungen speichert, legt sie als { $aside } beiseite.
settings-line = { $file }, Zeile { $line } ist nicht zu verstehen und wurde übergangen. Der Rest gilt.
settings-field = { $file }: { $field } kann nicht { $found } sein. Möglich ist { $wanted }; es gilt { $instead }.
settings-unknown = { $file }: { $field } ist keine Einstellung dieser Version. Der Eintrag bleibt stehen.
keys-add = Taste hinzufügen
keys-remove = { $key } entfernen
keys-press = Drück eine Taste oder einen Knopf für: { $action }
keys-taken-ask = { $key } gehört zu: { $other }. Neu vergeben an: { $action }?
keys-take = Vergeben
keys-full = Eine Handlung hat höchstens { $max } Tasten. Entferne zuerst eine.
keys-last = Diese Taste bleibt: Ohne sie fändest du nicht zurück.
keys-no-action = Einstellungen: Es gibt keine Handlung „{ $name }“. Der Eintrag bleibt in der Datei.
keys-no-key = Einstellungen: Es gibt keine Taste „{ $name }“ für: { $action }. Sie wurde weggelassen.
keys-taken = Einstellungen: { $key } kann nicht beides tun. Die Taste bleibt bei: { $other } und wurde weggelassen für: { $action }.
keys-kept = Einstellungen: Keine Taste der Tastatur blieb für: { $action }. Es gilt die übliche.

## Das Menü
menu-title = Menü
menu-about = Was das Fenster außer dem Dorf noch kann

## Nachbarn und Bilder
neighbours-title = Nachbarn
neighbours-off = In dieser Sitzung wird kein Geist gefragt. Die Leute sagen ihre geschriebenen Zeilen, und jeder Fall ist lösbar.
neighbours-alone = Auf diesem Rechner antwortet kein Knoten: { $why }. Die Leute sagen ihre geschriebenen Zeilen, und jeder Fall ist lösbar.
neighbours-ready = Ein Geist auf diesem Rechner findet die Worte.
neighbours-slow = Der Geist war zu langsam und ruht. Die Leute sagen ihre geschriebenen Zeilen, bis er gezeigt hat, dass er mitkommt; das Spiel versucht es von selbst.
neighbours-loading = Der Geist wird geweckt. Bis dahin gibt es geschriebene Zeilen.
neighbours-lost = Der Knoten antwortet nicht mehr: { $why }. Geschriebene Zeilen springen ein; vom Fall ist nichts verloren.
neighbours-mute = Ein Knoten antwortet, hat aber keinen Geist: { $why }. Die Leute sagen ihre geschriebenen Zeilen.
neighbours-unknown = nicht bekannt
neighbours-machine = Auf diesem Rechner
neighbours-model = Modell
neighbours-size = Größe der Datei
neighbours-megabytes = { $count } MB
neighbours-door = Lauscht auf
neighbours-door-where = 127.0.0.1:{ $port }, nur für diesen Rechner
neighbours-door-none = nirgends
neighbours-nice = Vorrang
neighbours-nice-behind = hinter allem anderen auf diesem Rechner (nice { $nice })
neighbours-nice-level = hinter nichts anderem auf diesem Rechner (nice { $nice })
neighbours-shared = Geteilt
neighbours-shared-nothing = Mit anderen wird noch nichts geteilt.
neighbours-sitting = Diese Sitzung
neighbours-lines = Zeilen bisher
neighbours-at-once = Vom Geist sofort gefunden
neighbours-retried = Vom Geist gefunden, zuvor abgelehnt
neighbours-refused = Geschrieben, Worte des Geistes abgelehnt
neighbours-written = Geschrieben, kein Geist kam rechtzeitig
neighbours-share = { $count } ({ $percent } %)
neighbours-refusals = Abgelehnte Versuche des Geistes
neighbours-wait-mind = Bis zum ersten Satz des Geistes
neighbours-wait-all = Bis zu irgendeinem ersten Satz
neighbours-wait = die Hälfte innerhalb von { $half }, 95 % innerhalb von { $most }
neighbours-wait-none = noch nicht bekannt
neighbours-seconds = { $whole },{ $tenths } s
neighbours-chart = Die letzten Zeilen und wie lange auf jede gewartet wurde; die höchste steht für { $longest }.
neighbours-chart-mind = Worte des Geistes
neighbours-chart-written = eine geschriebene Zeile
neighbours-chart-refused = ein abgelehnter Versuch des Geistes
photo-take = Bild aufnehmen
photo-panels = Tafeln zeigen
photo-saved = Bild gespeichert: { $path }

## Fehler
error-save = Nicht gespeichert: { $why }. Das Spiel geht weiter; wähle einen anderen Namen oder schaff Platz.
error-autosave = Das Spiel konnte sich nicht selbst speichern: { $why }. Es geht weiter; speichere von Hand.
error-load = Dieser Spielstand lässt sich nicht spielen: { $why }. Die Datei bleibt, wie sie ist.
error-delete = Nicht gelöscht: { $why }. Der Spielstand ist noch da.
error-slot-name = „{ $name }“ ist kein Name für einen Spielstand: Nimm Buchstaben, Ziffern, Leerzeichen, - und _, höchstens { $max }.
error-seed = Eine Fallnummer ist eine ganze Zahl von 0 bis { $max }.
error-case = Dieser Fall lässt sich nicht bilden: { $why }. Versuch eine andere Fallnummer.
error-daily = Für heute gibt es keinen Fall: { $why }. Beginne einen mit einer Fallnummer.
error-seek = Du hast niemanden eingeholt: { $why }.
error-slipped = { $name } ist schon wieder weg.
error-settings = Die Einstellungen sind nicht gespeichert: { $why }. Sie gelten, bis du gehst.
error-photo = Das Bild wurde nicht gespeichert: { $why }. Das Spiel geht weiter.

## Warum etwas nicht geht, mitten im Satz
refusal-over = der Fall ist abgeschlossen
refusal-unknown = so etwas gibt es hier nicht
refusal-talking = du bist mitten in einem Gespräch
refusal-not-talking = du sprichst mit niemandem
refusal-not-here = { $name } ist nicht hier
refusal-nothing-to-search = hier gibt es nichts abzusuchen
refusal-too-much = mehr als { $max } auf einmal ist zu viel
refusal-turn = auf Zeile { $turn } wartet niemand
refusal-speaking = es spricht noch jemand
refusal-empty = darin steckt nichts zu sagen

## Handlungen
action-talk = Sprechen
action-map = Karte
action-notebook = Notizbuch
action-evening = Der Abend
action-accuse = Anklagen
action-wait = Warten
action-seek = Jemanden suchen
action-search = Das Haus absuchen
action-save = Speichern
action-load = Laden
action-help = So wird gespielt
action-menu = Menü
action-settings = Einstellungen
action-neighbours = Nachbarn
action-why = Gründe zeigen oder verbergen
action-photo = Bild
action-full-screen = Ganzer Bildschirm
action-leave = Gehen
action-reply-one = Ersten Zettel sagen
action-reply-two = Zweiten Zettel sagen
action-reply-three = Dritten Zettel sagen
action-confirm = Bestätigen
action-back = Zurück
action-next = Weiter
action-previous = Vorheriges
action-tab-on = Nächstes Blatt
action-tab-back = Voriges Blatt
action-orbit-left = Nach links drehen
action-orbit-right = Nach rechts drehen
action-zoom-in = Näher
action-zoom-out = Weiter weg
action-scroll-up = Früher
action-scroll-down = Später

## Tasten und Knöpfe
key-enter = Eingabe
key-space = Leertaste
key-escape = Esc
key-tab = Tab
key-backspace = Rücktaste
key-delete = Entf
key-insert = Einfg
key-home = Pos1
key-end = Ende
key-page-up = Bild auf
key-page-down = Bild ab
key-up = Oben
key-down = Unten
key-left = Links
key-right = Rechts
key-pause = Pause
pad-south = Unterer Knopf
pad-east = Rechter Knopf
pad-west = Linker Knopf
pad-north = Oberer Knopf
pad-at-south = Süd
pad-at-east = Ost
pad-at-west = West
pad-at-north = Nord
pad-cross = Kreuz
pad-circle = Kreis
pad-square = Quadrat
pad-triangle = Dreieck
pad-left-bumper = Linke Schultertaste
pad-right-bumper = Rechte Schultertaste
pad-left-trigger = Linker Abzug
pad-right-trigger = Rechter Abzug
pad-select = Select
pad-start = Start
pad-left-stick = Linken Stick drücken
pad-right-stick = Rechten Stick drücken
pad-up = Kreuz oben
pad-down = Kreuz unten
pad-left = Kreuz links
pad-right = Kreuz rechts
