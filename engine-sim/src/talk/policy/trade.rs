//! Trade, gifts and favours.
//!
//! Owns: prices, offers, what changes hands, and how trust follows. Refuses to know: the evening. Gold and items move only
//! through effects, so nothing is handed over that was not decided here.

use super::{Decision, Effect, Mind};
use crate::act::{Act, ActKind};
use crate::fact::Fact;
use crate::ids::ItemId;
use crate::snapshot::state::Favour;

/// Trust for the gift of something wished for.
const GIFT_WANTED_TRUST: i8 = 20;
/// Trust for another gift.
const GIFT_TRUST: i8 = 8;
/// Trust for a favour done.
const FAVOUR_TRUST: i8 = 30;
/// Most gold that buys trust at one time.
const GOLD_GIFT_TRUST_MAX: u16 = 10;

impl Mind<'_> {
    fn sells(&self, item: ItemId) -> bool {
        self.library.village.villager(self.who).sells.contains(&item)
    }
    /// The asking price: a fair price, dearer from the unfriendly, and a gold dearer from the sly.
    fn asking(&self, item: ItemId) -> u16 {
        let fair = self.library.village.item(item).price_gold;
        let sly = u16::from(self.library.village.villager(self.who).honesty < 50);
        let distant = u16::from(self.trust() < 40);
        fair + sly + distant
    }
    /// The least they take.
    fn least(&self, item: ItemId) -> u16 {
        let asking = u32::from(self.asking(item));
        let percent = 90 - u32::from(self.trust()) / 4;
        (asking * percent).div_ceil(100).max(1) as u16
    }
    fn carries(&self, item: ItemId) -> bool {
        self.state.player.items.iter().any(|(i, n)| *i == item && *n > 0)
    }
    fn the_item(&self, item: Option<ItemId>) -> Option<ItemId> {
        item.or(self.thread.offer.map(|(item, _)| item)).or(self.thread.item)
    }
}

fn priced(mind: &Mind<'_>, kind: ActKind, item: ItemId, gold: u16) -> Decision {
    let mut act = Act::saying(kind, vec![Fact::Price { who: mind.who, item, gold }]);
    act.item = Some(item);
    act.gold = Some(gold);
    Decision::new(act).with(Effect::Offer { offer: Some((item, gold)) })
}

/// What something costs.
pub fn price(mind: &Mind<'_>, item: Option<ItemId>) -> Decision {
    match mind.the_item(item) {
        Some(item) if mind.sells(item) => priced(mind, ActKind::Price, item, mind.asking(item)),
        Some(_) => Decision::bare(ActKind::RefuseTrade),
        None => wares(mind),
    }
}

/// What there is to buy: the next of their wares, with its price.
pub fn wares(mind: &Mind<'_>) -> Decision {
    let sells = &mind.library.village.villager(mind.who).sells;
    let turn = usize::from(mind.used("ask_wares"));
    match sells.get(turn % sells.len().max(1)) {
        Some(&item) => {
            priced(mind, ActKind::Price, item, mind.asking(item)).with(Effect::Used { key: "ask_wares" })
        }
        None => Decision::bare(ActKind::RefuseTrade),
    }
}

fn hand_over(item: ItemId, gold: u16) -> Decision {
    let mut act = Act::bare(ActKind::Sell);
    act.item = Some(item);
    act.gold = Some(gold);
    Decision::new(act)
        .with(Effect::Gold { change: -i32::from(gold) })
        .with(Effect::Item { item, came: true })
        .with(Effect::Offer { offer: None })
        .with(Effect::Trust { by: 1 })
}

/// The player buys.
pub fn buy(mind: &Mind<'_>, item: Option<ItemId>, gold: Option<u16>) -> Decision {
    let Some(item) = mind.the_item(item) else { return wares(mind) };
    if !mind.sells(item) || mind.cross() {
        return Decision::bare(ActKind::RefuseTrade);
    }
    let offered = mind.thread.offer.filter(|(i, _)| *i == item).map(|(_, gold)| gold);
    let asked = offered.unwrap_or_else(|| mind.asking(item));
    if gold.is_some_and(|gold| gold < asked) {
        return haggle(mind, Some(item), gold);
    }
    if mind.state.player.gold < asked {
        return Decision::bare(ActKind::RefuseTrade);
    }
    hand_over(item, asked)
}

/// The player bargains.
pub fn haggle(mind: &Mind<'_>, item: Option<ItemId>, gold: Option<u16>) -> Decision {
    let Some(item) = mind.the_item(item).filter(|i| mind.sells(*i)) else {
        return Decision::bare(ActKind::RefuseTrade);
    };
    if mind.cross() {
        return Decision::bare(ActKind::RefuseTrade);
    }
    let asked = mind.thread.offer.filter(|(i, _)| *i == item).map_or_else(|| mind.asking(item), |(_, g)| g);
    let least = mind.least(item).min(asked);
    match gold {
        Some(gold) if gold >= least => {
            // Whoever offers more than the price pays the price.
            let gold = gold.min(asked);
            if mind.state.player.gold < gold {
                Decision::bare(ActKind::RefuseTrade)
            } else {
                hand_over(item, gold)
            }
        }
        Some(gold) if u32::from(gold) * 2 < u32::from(asked) => {
            Decision::bare(ActKind::RefuseTrade).with(Effect::Trust { by: -1 })
        }
        // They come down by half of what parts them, never below the least.
        _ => priced(mind, ActKind::Bargain, item, u16::midpoint(asked, least).max(least)),
    }
}

/// The player sells: they buy what they wish for or trade in, at half the fair price, a favour's item at the full one.
pub fn sell(mind: &Mind<'_>, item: Option<ItemId>, gold: Option<u16>) -> Decision {
    let Some(item) = mind.the_item(item).filter(|i| mind.carries(*i)) else {
        return Decision::bare(ActKind::RefuseTrade);
    };
    let villager = mind.library.village.villager(mind.who);
    let fair = mind.library.village.item(item).price_gold;
    let pays = if villager.wants == item { fair } else { fair / 2 };
    let interested = villager.wants == item || villager.sells.contains(&item);
    if !interested || pays == 0 || mind.cross() || gold.is_some_and(|gold| gold > pays) {
        return Decision::bare(ActKind::RefuseTrade);
    }
    let mut act = Act::bare(ActKind::Buy);
    act.item = Some(item);
    act.gold = Some(pays);
    Decision::new(act)
        .with(Effect::Gold { change: i32::from(pays) })
        .with(Effect::Item { item, came: false })
        .with(Effect::Trust { by: 2 })
}

/// A gift of an item or of gold.
pub fn gift(mind: &Mind<'_>, item: Option<ItemId>, gold: Option<u16>) -> Decision {
    let wanted = mind.library.village.villager(mind.who).wants;
    if let (None, Some(gold)) = (item, gold) {
        return gift_of_gold(mind, gold);
    }
    let Some(item) = item.or(mind.thread.item).filter(|i| mind.carries(*i)) else {
        return Decision::bare(ActKind::RefuseGift);
    };
    if item == wanted && mind.state.people[mind.who.index()].favour == Favour::Asked {
        return favour_done(item);
    }
    if mind.cross() && item != wanted {
        return Decision::bare(ActKind::RefuseGift);
    }
    let by = if item == wanted { GIFT_WANTED_TRUST } else { GIFT_TRUST };
    let mut act = Act::bare(ActKind::AcceptGift);
    act.item = Some(item);
    Decision::new(act)
        .with(Effect::Item { item, came: false })
        .with(Effect::Trust { by })
        .with(Effect::Cross { angry: false })
}

/// Gold as a gift: the honest refuse it, as a bribe.
fn gift_of_gold(mind: &Mind<'_>, gold: u16) -> Decision {
    let honest = mind.library.village.villager(mind.who).honesty >= 70;
    if honest || gold == 0 || mind.state.player.gold < gold {
        return Decision::bare(ActKind::RefuseGift);
    }
    let mut act = Act::bare(ActKind::AcceptGift);
    act.gold = Some(gold);
    Decision::new(act)
        .key("welcome")
        .with(Effect::Gold { change: -i32::from(gold) })
        .with(Effect::Trust { by: gold.min(GOLD_GIFT_TRUST_MAX) as i8 })
}

/// Something is brought: what the favour was about, or a gift.
pub fn give_back(mind: &Mind<'_>, item: Option<ItemId>) -> Decision {
    let wanted = mind.library.village.villager(mind.who).wants;
    gift(mind, item.or(Some(wanted)), None)
}

fn favour_done(item: ItemId) -> Decision {
    let mut act = Act::bare(ActKind::TaskDone);
    act.item = Some(item);
    Decision::new(act)
        .with(Effect::Item { item, came: false })
        .with(Effect::Favour { done: true })
        .with(Effect::Trust { by: FAVOUR_TRUST })
        .with(Effect::Cross { angry: false })
}

/// Whether they need help.
pub fn task(mind: &Mind<'_>) -> Decision {
    let wanted = mind.library.village.villager(mind.who).wants;
    if mind.cross() || mind.state.people[mind.who.index()].favour == Favour::Done {
        return Decision::bare(ActKind::NoTask);
    }
    let fact = Fact::Wants { who: mind.who, item: wanted };
    let mut act = Act::saying(ActKind::Task, vec![fact]);
    act.item = Some(wanted);
    Decision::new(act)
        .with(Effect::Favour { done: false })
        .with(Effect::Learn { fact, how: crate::fact::How::Own, source: mind.who })
        .with(Effect::Used { key: "ask_task" })
}
