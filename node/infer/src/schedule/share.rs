//! Owns fairness inside a class: an account for each owner, in tokens, and whose request starts next. Refuses to know
//! requests, classes and memory.
//! Source: deficit round robin (Shreedhar and Varghese, 1995), in the form that charges after the fact, since what a request
//! will cost is not known when it starts.
//!
//! A round gives every account the quantum. An owner whose balance is positive may start requests; each token charged lowers
//! it, and what one request overdraws is owed. A balance never exceeds the quantum, so nobody saves up; a debt outlives
//! the requests it came from, so that nobody sheds it by leaving for a moment. New accounts begin at nothing behind the
//! others, so a stream of new owners cannot pass an old one for longer than its debt lasts.
//!
//! So while an owner P has requests waiting throughout, another one starts only with a positive balance, and gains no more
//! rounds than P. What it is charged is at most what P is charged, a quantum for each of the two, what P owed before, and
//! the requests it has started and not paid, each at most one request long.

use std::collections::VecDeque;

/// Most accounts kept for owners who have nothing here but a debt; beyond it the smallest is forgiven.
pub(super) const DEBTORS_MAX: usize = 1024;

#[derive(Debug)]
struct Account {
    owner: u64,
    balance_tokens: i64,
    /// Requests that wait to start.
    waiting: usize,
    /// Requests that wait or have started.
    live: usize,
    /// The step in which one of its prompts was last worked on.
    prefilled_step: u64,
}

#[derive(Debug)]
pub(super) struct Shares {
    /// In order of turn.
    ring: VecDeque<Account>,
    quantum_tokens: i64,
}

impl Shares {
    pub(super) fn new(quantum_tokens: usize) -> Self {
        Shares { ring: VecDeque::new(), quantum_tokens: i64::try_from(quantum_tokens).unwrap_or(i64::MAX) }
    }

    fn account(&mut self, owner: u64) -> Option<&mut Account> {
        self.ring.iter_mut().find(|account| account.owner == owner)
    }

    /// A request of the owner arrived.
    pub(super) fn arrive(&mut self, owner: u64) {
        match self.account(owner) {
            Some(account) => {
                account.waiting += 1;
                account.live += 1;
            }
            None => {
                let account = Account { owner, balance_tokens: 0, waiting: 1, live: 1, prefilled_step: 0 };
                self.ring.push_back(account);
            }
        }
    }

    /// A waiting request of the owner starts.
    pub(super) fn start(&mut self, owner: u64) {
        if let Some(account) = self.account(owner) {
            account.waiting -= 1;
        }
    }

    /// A request of the owner that has started ended.
    pub(super) fn leave(&mut self, owner: u64) {
        if let Some(account) = self.account(owner) {
            account.live -= 1;
            self.forget();
        }
    }

    /// Who starts next, of those with requests waiting. Asking again without a charge gives the same answer.
    pub(super) fn next(&mut self) -> Option<u64> {
        let quantum = self.quantum_tokens;
        let rounds = |balance: i64| if balance > 0 { 0 } else { -balance / quantum + 1 };
        let waiting = self.ring.iter().filter(|account| account.waiting > 0);
        let rounds = waiting.map(|account| rounds(account.balance_tokens)).min()?;
        if rounds > 0 {
            for account in &mut self.ring {
                let most = if account.live > 0 { quantum } else { 0 };
                let gained = account.balance_tokens.saturating_add(rounds.saturating_mul(quantum));
                account.balance_tokens = gained.min(most);
            }
            self.forget();
        }
        let due = |account: &&Account| account.waiting > 0 && account.balance_tokens > 0;
        self.ring.iter().find(due).map(|account| account.owner)
    }

    /// Tokens were computed for the owner.
    pub(super) fn charge(&mut self, owner: u64, tokens: usize) {
        let Some(at) = self.ring.iter().position(|account| account.owner == owner) else { return };
        let account = &mut self.ring[at];
        let before = account.balance_tokens;
        account.balance_tokens = before.saturating_sub(i64::try_from(tokens).unwrap_or(i64::MAX));
        if before > 0
            && account.balance_tokens <= 0
            && let Some(account) = self.ring.remove(at)
        {
            self.ring.push_back(account);
        }
    }

    /// The step in which a prompt of the owner was last worked on.
    pub(super) fn prefilled_step(&self, owner: u64) -> u64 {
        self.ring.iter().find(|account| account.owner == owner).map_or(0, |account| account.prefilled_step)
    }

    /// A sequence of an owner without a prompt in work starts in this step: before those whose prompts were worked on in
    /// the last one, and behind those that have waited since an earlier one.
    pub(super) fn set_admitted(&mut self, owner: u64, step: u64) {
        if let Some(account) = self.account(owner) {
            account.prefilled_step = account.prefilled_step.max(step.saturating_sub(2));
        }
    }

    /// A prompt of the owner is worked on in this step.
    pub(super) fn set_prefilled(&mut self, owner: u64, step: u64) {
        if let Some(account) = self.account(owner) {
            account.prefilled_step = step;
        }
    }

    fn forget(&mut self) {
        self.ring.retain(|account| account.live > 0 || account.balance_tokens < 0);
        let idle = |account: &&Account| account.live == 0;
        if self.ring.iter().filter(idle).count() > DEBTORS_MAX
            && let Some(least) = self.ring.iter().filter(idle).map(|account| account.balance_tokens).max()
            && let Some(at) =
                self.ring.iter().position(|account| account.live == 0 && account.balance_tokens == least)
        {
            self.ring.remove(at);
        }
    }

    #[cfg(test)]
    pub(super) fn balance(&self, owner: u64) -> i64 {
        self.ring.iter().find(|account| account.owner == owner).map_or(0, |account| account.balance_tokens)
    }

    #[cfg(test)]
    pub(super) fn accounts(&self) -> usize {
        self.ring.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Serves so many requests of these costs by owner; returns what each owner was charged.
    fn serve(shares: &mut Shares, costs: &[usize], served: usize) -> Vec<usize> {
        let mut charged = vec![0; costs.len()];
        for _ in 0..served {
            let owner = shares.next().unwrap();
            assert_eq!(shares.next(), Some(owner), "asking changes nothing");
            shares.start(owner);
            shares.charge(owner, costs[owner as usize]);
            shares.arrive(owner);
            shares.leave(owner);
            charged[owner as usize] += costs[owner as usize];
        }
        charged
    }

    #[test]
    fn owners_share_by_tokens_not_by_requests() {
        let mut shares = Shares::new(100);
        let costs = [10, 1000, 130];
        for owner in 0..3 {
            shares.arrive(owner);
        }
        let charged = serve(&mut shares, &costs, 3000);
        let (most, least) = (charged.iter().max().unwrap(), charged.iter().min().unwrap());
        assert!(most - least <= 1000 + 2 * 100, "{charged:?}");
        assert!(*least > 10_000, "{charged:?}");
    }

    #[test]
    fn leaving_sheds_no_debt_and_absence_earns_nothing() {
        let mut shares = Shares::new(100);
        shares.arrive(0);
        assert_eq!(shares.next(), Some(0));
        shares.start(0);
        shares.charge(0, 450);
        shares.leave(0);
        assert_eq!((shares.balance(0), shares.accounts()), (-350, 1));
        shares.arrive(0);
        shares.arrive(1);
        // Three rounds for the other before the debtor is due again.
        let charged = serve(&mut shares, &[0, 100], 3);
        assert_eq!((charged[1], shares.balance(0)), (300, -50));
        shares.charge(1, 100);
        assert_eq!(shares.next(), Some(0));
        for _ in 0..50 {
            shares.next();
        }
        assert!(shares.balance(0) <= 100 && shares.balance(1) <= 100);
    }

    #[test]
    fn a_stream_of_newcomers_does_not_pass_a_debtor_for_ever() {
        let mut shares = Shares::new(10);
        shares.arrive(0);
        shares.charge(0, 200);
        let mut passed = 0;
        for newcomer in 1.. {
            shares.arrive(newcomer);
            let owner = shares.next().unwrap();
            if owner == 0 {
                break;
            }
            shares.start(owner);
            shares.charge(owner, 30);
            shares.leave(owner);
            passed += 1;
        }
        assert!(passed <= 200 / 10 + 1, "{passed} passed");
    }

    #[test]
    fn accounts_of_the_gone_are_bounded() {
        let mut shares = Shares::new(1);
        for owner in 0..3 * DEBTORS_MAX as u64 {
            shares.arrive(owner);
            shares.start(owner);
            shares.charge(owner, 1_000_000 + owner as usize);
            shares.leave(owner);
        }
        assert_eq!(shares.accounts(), DEBTORS_MAX);
        assert_eq!(shares.balance(0), 0, "the smallest debts are forgiven");
    }
}
