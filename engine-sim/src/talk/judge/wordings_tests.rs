//! The tests of facts in unusual wordings: hours by the bell, debts, motives and ties in other words, answers that several
//! people share, lines that ask themselves: rows as in `tests`, each with its false twin.

use super::tests::check;

const WAS: &str = r#""speaker":"bram","act":"answer","must":[{"fact":"was","who":"maud","place":"mill","at":"19:30"}],"player":"What do you know?""#;
const ON_THE_HOUR: &str = r#""speaker":"bram","act":"answer","must":[{"fact":"was","who":"maud","place":"mill","at":"19:00"}],"player":"When was Maud at the mill?""#;
const OWES: &str = r#""speaker":"bram","act":"answer","must":[{"fact":"owes","who":"tobin","to":"maud","gold":8}],"player":"What is there between Tobin and Maud?""#;
const COLD: &str = r#""speaker":"bram","act":"answer","must":[{"fact":"has_motive","who":"maud","motive":"cold"}],"player":"Why would Maud want the ember?""#;
const FEUD: &str = r#""speaker":"maud","act":"answer","must":[{"fact":"tied","who":"bram","whom":"greta","tie":"feud"}],"player":"How do Bram and Greta get on?""#;
const KIN: &str = r#""speaker":"bram","act":"answer","must":[{"fact":"tied","who":"agnes","whom":"tobin","tie":"kin"}],"player":"What is Tobin to Agnes?""#;
const BOTH: &str = r#""speaker":"bram","act":"answer","must":[{"fact":"was","who":"maud","place":"mill","at":"19:00"},{"fact":"was","who":"greta","place":"bridge","at":"19:00"}],"player":"Where were Maud and Greta at seven?""#;
const WITH: &str = r#""speaker":"bram","act":"answer","must":[{"fact":"was","who":"agnes","place":"mill","at":"19:00"},{"fact":"was","who":"tobin","place":"mill","at":"19:00"}],"player":"Who was with Agnes at the mill at seven?""#;
const MISSING: &str = r#""speaker":"bram","act":"answer","must":[{"fact":"missing","item":"lamp","place":"mill","at":"19:00"}],"player":"Was the lamp still at the mill at seven?""#;
const TOOK: &str = r#""speaker":"bram","act":"confess","must":[{"fact":"took","who":"bram","item":"ember","at":"19:00"}],"player":"Did you take the ember?""#;

#[test]
fn hours_are_told_by_bells_and_by_halves() {
    check(&[
        (WAS, "With seven half an hour gone, Maud was at the mill.", "ok"),
        (WAS, "Half of an hour after seven Maud was at the mill.", "ok"),
        (WAS, "Seven and a half it was, and Maud was at the mill.", "ok"),
        (WAS, "If you had come to the mill at half past seven, you'd have seen Maud.", "ok"),
        (WAS, "If you had come to the mill at half past seven, you'd have missed Maud.", "any"),
        (WAS, "With seven an hour gone, Maud was at the mill.", "any"),
        (ON_THE_HOUR, "An hour short of eight.", "ok"),
        (ON_THE_HOUR, "Seven had just rung, friend.", "ok"),
        (ON_THE_HOUR, "When the bell had counted as far as seven.", "ok"),
        (ON_THE_HOUR, "An hour short of seven.", "any"),
        (ON_THE_HOUR, "Eight had just rung, friend.", "any"),
    ]);
}

#[test]
fn debts_are_told_from_either_side() {
    check(&[
        (OWES, "Maud is waiting for eight gold from Tobin.", "ok"),
        (OWES, "Eight gold lies between Tobin and Maud, and Tobin is the one who has to pay.", "ok"),
        (OWES, "Tobin has yet to give Maud those eight gold.", "ok"),
        (OWES, "Tobin is waiting for eight gold from Maud.", "any"),
        (OWES, "Eight gold lies between Tobin and Maud, and Maud is the one who has to pay.", "any"),
        (OWES, "Eight gold lies between Tobin and Maud.", "any"),
        (OWES, "Tobin owed Maud eight gold, but paid it back.", "any"),
    ]);
}

#[test]
fn motives_and_ties_go_by_other_names() {
    check(&[
        (COLD, "She was cold, that is all.", "ok"),
        (COLD, "The cold, what else?", "ok"),
        (COLD, "She was never cold.", "any"),
        (COLD, "Her hearth has been warm all winter.", "any"),
        (COLD, "She had a reason, that is all.", "any"),
        (FEUD, "Oil and water, dear.", "ok"),
        (FEUD, "The best of friends.", "any"),
        (KIN, "Her brother, no less.", "ok"),
        (KIN, "Her cousin, no less.", "any"),
    ]);
}

#[test]
fn several_people_share_an_answer() {
    check(&[
        (BOTH, "Maud at the mill, Greta on the bridge.", "ok"),
        (BOTH, "Maud was at the mill and Greta on the bridge.", "ok"),
        (BOTH, "Maud on the bridge, Greta at the mill.", "any"),
        (BOTH, "At the mill.", "any"),
        (WITH, "Her brother.", "ok"),
        (WITH, "Her sister.", "any"),
    ]);
}

#[test]
fn a_line_may_ask_itself_and_answer() {
    check(&[
        (WAS, "Who was at the mill at half past seven? Maud!", "ok"),
        (WAS, "Who was at the mill at half past seven? Not Maud.", "any"),
        (WAS, "Who was at the mill at eight? Maud!", "any"),
        (MISSING, "Gone, and not so much as a trace of it.", "ok"),
        (MISSING, "It was not, friend.", "ok"),
        (MISSING, "It was, friend.", "any"),
        (TOOK, "The ember, seven, me.", "ok"),
        (TOOK, "The ember, eight, me.", "any"),
        (TOOK, "The ember, at seven. Somebody did.", "any"),
    ]);
}
