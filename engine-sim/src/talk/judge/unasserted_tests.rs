//! The tests of what is only named and of what only denies: rows as in `tests`, each let-through with its
//! asserting twin.

use super::tests::check;

const DUNNO: &str =
    r#""speaker":"bram","act":"dont_know","may_names":["maud"],"player":"Where was Maud at seven?""#;
const DUNNO_WHO: &str =
    r#""speaker":"bram","act":"dont_know","may_names":["mill"],"player":"Who was at the mill at seven?""#;
const DUNNO_WHETHER: &str = r#""speaker":"bram","act":"dont_know","may_names":["maud","mill"],"player":"Was Maud at the mill at seven?""#;
const REFUSE: &str = r#""speaker":"bram","act":"refuse","may_names":["maud"],"hidden":[{"fact":"was","who":"maud","place":"chapel","at":"19:00"}],"player":"Where was Maud at seven?""#;
const REFUSE_WHETHER: &str = r#""speaker":"bram","act":"refuse","may_names":["maud","mill"],"hidden":[{"fact":"was","who":"maud","place":"mill","at":"19:00"}],"player":"Was Maud at the mill at seven?""#;
const REFUSE_OWN: &str = r#""speaker":"bram","act":"refuse","hidden":[{"fact":"was","who":"bram","place":"chapel","at":"19:00"}],"player":"Where were you at seven?""#;
const DENY_TOOK: &str = r#""speaker":"bram","act":"deny","deny":[{"fact":"took","who":"bram","item":"ember","at":"20:00"}],"player":"Did you take the ember at eight?""#;
const DENY_WAS: &str = r#""speaker":"bram","act":"deny","deny":[{"fact":"was","who":"bram","place":"mill","at":"20:00"}],"player":"You were at the mill at eight.""#;
const DENY_OWES: &str = r#""speaker":"bram","act":"deny","deny":[{"fact":"owes","who":"bram","to":"maud","gold":8}],"player":"Do you owe Maud eight gold?""#;
const ACCUSED: &str = r#""speaker":"bram","act":"outraged","deny":[{"fact":"took","who":"bram","item":"ember","at":"20:00"}],"player":"You took the ember!""#;

#[test]
fn a_question_talked_about_claims_nothing() {
    check(&[
        (DUNNO, "Where Maud went at seven I could not say.", "ok"),
        (DUNNO, "Maud? I do not know where she was at seven.", "ok"),
        (DUNNO, "If Maud was anywhere at seven, nobody told me.", "ok"),
        (DUNNO_WHO, "Who was at the mill at seven is a matter I know nothing of.", "ok"),
        (DUNNO_WHETHER, "Whether Maud was at the mill at seven or not, I can't say.", "ok"),
        (REFUSE, "Where Maud was at seven is not for me to say.", "ok"),
        (REFUSE_WHETHER, "Whether Maud was at the mill at seven, you must ask her.", "ok"),
        (REFUSE_OWN, "At seven I was wherever I was.", "ok"),
        (DUNNO, "At seven she was at the chapel, and I know no more.", "any"),
        (DUNNO_WHETHER, "At seven she was at the mill, and I know no more.", "any"),
        (DUNNO_WHETHER, "What Maud did at the mill at seven I do not know.", "any"),
        (DUNNO_WHETHER, "Where Maud was at seven was at the mill.", "any"),
        (DUNNO, "Where Maud was at eight I could not say.", "wrong_time"),
        (REFUSE, "Where Maud was at seven is not for me to say, but it wasn't home.", "any"),
        (REFUSE, "Where Maud was at seven is her business. At the chapel, between us.", "any"),
        (REFUSE_OWN, "At seven I was wherever I was, and not by myself.", "any"),
    ]);
}

#[test]
fn a_topic_or_a_fragment_claims_nothing() {
    check(&[
        (DUNNO, "Nothing to say on Maud at seven.", "ok"),
        (DUNNO, "Maud, seven: no idea.", "ok"),
        (DUNNO, "Maud at seven: unknown.", "ok"),
        (DUNNO, "Maud? At seven? You must ask another.", "ok"),
        (DUNNO_WHO, "No use to ask me about the mill at seven.", "ok"),
        (REFUSE, "I keep my own counsel about Maud.", "ok"),
        (DUNNO, "Maud at seven is a matter I know nothing of.", "ok"),
        (DUNNO, "Maud. Seven. No idea, friend.", "ok"),
        (DUNNO, "I never looked for Maud at seven.", "ok"),
        (DUNNO_WHETHER, "Maud. The mill. Seven.", "any"),
        (DUNNO_WHETHER, "Yes. Seven.", "any"),
        (DUNNO, "I never looked, but Maud went out at seven.", "any"),
        (DUNNO_WHETHER, "Maud? At the mill, at seven? Certainly.", "any"),
        (DUNNO_WHETHER, "Maud, seven: at the mill.", "any"),
        (DUNNO_WHETHER, "Maud at the mill at seven, no doubt.", "any"),
        (REFUSE_WHETHER, "I say nothing of Maud at the mill at seven.", "any"),
        (REFUSE_WHETHER, "I will not tell you that Maud was at the mill at seven.", "any"),
    ]);
}

#[test]
fn an_accusation_may_be_turned_down_in_any_mood() {
    check(&[
        (DENY_TOOK, "Negative.", "ok"),
        (DENY_TOOK, "Take the ember, me? Not for all the gold there is.", "ok"),
        (DENY_TOOK, "You have the wrong man, friend.", "ok"),
        (DENY_TOOK, "If I took it, may my hand freeze.", "ok"),
        (DENY_TOOK, "I'd sooner steal my own bed.", "ok"),
        (DENY_TOOK, "I left the ember well alone.", "ok"),
        (DENY_WAS, "Whoever told you I was at the mill at eight was mistaken.", "ok"),
        (DENY_WAS, "I was never there. That is wrong.", "ok"),
        (DENY_OWES, "Eight gold? I don't owe her eight words.", "ok"),
        (DENY_TOOK, "You are not wrong, friend.", "any"),
        (DENY_TOOK, "If I took it, what of it?", "any"),
        (DENY_TOOK, "I only wanted to see it.", "any"),
        (DENY_WAS, "I can't deny I was at the mill at eight.", "any"),
        (DENY_WAS, "Whether I was at the mill at eight I will not say.", "missing_fact"),
        (DENY_OWES, "I owe her less than that.", "any"),
    ]);
}

#[test]
fn outrage_need_not_deny_in_words() {
    check(&[
        (ACCUSED, "How dare you say that of me!", "ok"),
        (ACCUSED, "Say that again, and I'll still not have done it!", "ok"),
        (ACCUSED, "I'd have lost my hand before I took it!", "ok"),
        (ACCUSED, "You think that it was me? Me?", "ok"),
        (ACCUSED, "Yes! And what of it!", "any"),
        (ACCUSED, "I only borrowed it!", "any"),
        (ACCUSED, "Maud took it, you fool!", "any"),
    ]);
}
