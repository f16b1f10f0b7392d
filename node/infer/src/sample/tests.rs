//! Owns the proofs about the draw: distribution, seeds, truncations, masks and corrections. Refuses to know models.

use super::*;

fn params(temperature: f32, seed: u64) -> SampleParams {
    SampleParams { temperature, seed, ..SampleParams::greedy() }
}

fn draw(logits: &[f32], position: u64, params: &SampleParams) -> u32 {
    sample(logits, &[], &[], position, params).unwrap()
}

/// Pearson's statistic of `draws` seeded draws against softmax(logit/T) over `allowed`.
fn chi_square(logits: &[f32], params: &SampleParams, allowed: &[u32], draws: u32) -> f64 {
    let weight = |id: &u32| (f64::from(logits[*id as usize]) / f64::from(params.temperature)).exp();
    let total: f64 = allowed.iter().map(weight).sum();
    let mut counts = vec![0u32; logits.len()];
    for position in 0..draws {
        counts[draw(logits, u64::from(position), params) as usize] += 1;
    }
    for (id, count) in counts.iter().enumerate() {
        assert!(*count == 0 || allowed.contains(&(id as u32)), "token {id} was truncated but drawn");
    }
    allowed
        .iter()
        .map(|id| {
            let expected = weight(id) / total * f64::from(draws);
            (f64::from(counts[*id as usize]) - expected).powi(2) / expected
        })
        .sum()
}

const LOGITS: [f32; 8] = [2.0, 1.5, 1.0, 0.5, 0.0, -0.5, -1.0, -1.5];

#[test]
fn draws_follow_the_softmax() {
    // 0.1 % points of chi-square: 24.3 for 7 degrees of freedom, 16.3 for 3, 13.8 for 2.
    for (temperature, seed) in [(1.0, 1), (0.7, 2), (1.6, 3)] {
        let chi = chi_square(&LOGITS, &params(temperature, seed), &[0, 1, 2, 3, 4, 5, 6, 7], 40_000);
        assert!(chi < 24.3, "temperature {temperature}: {chi}");
    }
    let chi = chi_square(&LOGITS, &SampleParams { top_k: 4, ..params(1.0, 4) }, &[0, 1, 2, 3], 40_000);
    assert!(chi < 16.3, "top-k: {chi}");
    // Probabilities 0.40 0.24 0.15 ...: 0.7 needs three.
    let chi = chi_square(&LOGITS, &SampleParams { top_p: 0.7, ..params(1.3, 5) }, &[0, 1, 2], 40_000);
    assert!(chi < 13.8, "top-p: {chi}");
    // exp(-1.0) = 0.368 stays, exp(-1.5) = 0.223 goes.
    let chi = chi_square(&LOGITS, &SampleParams { min_p: 0.3, ..params(1.0, 6) }, &[0, 1, 2], 40_000);
    assert!(chi < 13.8, "min-p: {chi}");
}

#[test]
fn a_wrong_distribution_is_found() {
    // The planted fault: draws at one temperature judged by another.
    let drawn = params(1.0, 9);
    let mut counts = [0u32; 8];
    for position in 0..40_000 {
        counts[draw(&LOGITS, position, &drawn) as usize] += 1;
    }
    let weights: Vec<f64> = LOGITS.iter().map(|l| (f64::from(*l) / 1.1).exp()).collect();
    let total: f64 = weights.iter().sum();
    let chi: f64 = counts
        .iter()
        .zip(&weights)
        .map(|(n, w)| (f64::from(*n) - w / total * 40_000.0).powi(2) / (w / total * 40_000.0))
        .sum();
    assert!(chi > 24.3, "{chi}");
}

/// Computed with another implementation (Python's blake3 and math packages).
#[test]
fn golden_draws() {
    let p = params(0.8, 2024);
    let draws: Vec<u32> = (0..16).map(|position| draw(&LOGITS, position, &p)).collect();
    assert_eq!(draws, [0, 0, 0, 0, 0, 0, 2, 0, 1, 2, 0, 1, 2, 0, 2, 1]);
}

#[test]
fn the_same_seed_and_position_draw_the_same_token() {
    let p = params(1.0, 77);
    for position in 0..200 {
        assert_eq!(draw(&LOGITS, position, &p), draw(&LOGITS, position, &p));
    }
    let line = |p: &SampleParams| (0..64).map(|n| draw(&LOGITS, n, p)).collect::<Vec<_>>();
    assert_ne!(line(&p), line(&params(1.0, 78)));
}

#[test]
fn positions_are_independent() {
    // Counts of pairs of successive draws against the product of the shares: 49 degrees of freedom, 0.1 % point 85.4.
    let p = params(1.0, 5);
    let draws: Vec<usize> = (0..60_001).map(|n| draw(&LOGITS, n, &p) as usize).collect();
    let mut pairs = [[0u32; 8]; 8];
    let (mut first, mut second) = ([0u32; 8], [0u32; 8]);
    for pair in draws.windows(2) {
        pairs[pair[0]][pair[1]] += 1;
        first[pair[0]] += 1;
        second[pair[1]] += 1;
    }
    let mut chi = 0.0;
    for a in 0..8 {
        for b in 0..8 {
            let expected = f64::from(first[a]) * f64::from(second[b]) / 60_000.0;
            chi += (f64::from(pairs[a][b]) - expected).powi(2) / expected;
        }
    }
    assert!(chi < 85.4, "{chi}");
}

#[test]
fn noise_of_a_token_does_not_depend_on_the_others() {
    let p = params(1.0, 11);
    for position in 0..300 {
        let all = draw(&LOGITS, position, &p);
        let mut without = LOGITS;
        without[((all + 1) % 8) as usize] = f32::NEG_INFINITY;
        assert_eq!(draw(&without, position, &p), all, "position {position}");
    }
}

#[test]
fn greedy_takes_the_largest_and_the_lower_number_at_a_tie() {
    assert_eq!(draw(&[0.0, 3.0, 3.0, 1.0], 0, &SampleParams::greedy()), 1);
    assert_eq!(draw(&LOGITS, 9, &params(1e-4, 1)), 0);
    assert_eq!(sample(&[5.0, 4.0, 3.0], &[], &[0, 1], 0, &SampleParams::greedy()), Ok(2));
}

#[test]
fn the_penalty_reaches_back_a_bounded_way() {
    let p = SampleParams { repeat_penalty: 2.0, ..SampleParams::greedy() };
    assert_eq!(sample(&[3.0, 2.0, -1.0], &[0], &[], 1, &p), Ok(1));
    let mut recent = vec![0];
    recent.extend([2; REPEAT_WINDOW_TOKENS]);
    assert_eq!(sample(&[3.0, 2.0, -1.0], &recent, &[], 1, &p), Ok(0));
    let negative = SampleParams { repeat_penalty: 3.0, ..SampleParams::greedy() };
    assert_eq!(sample(&[-1.0, -2.0], &[0, 0], &[], 2, &negative), Ok(1));
}

/// What a draw without corrections is asked, and each test changes.
fn plain<'a>(params: &'a SampleParams, counts: &'a TokenCounts, extras: &'a SampleExtras) -> Draw<'a> {
    Draw { recent: &[], counts, forbidden: &[], mask: None, position: 0, params, extras }
}

#[test]
fn a_mask_and_a_bias_steer_the_draw() {
    let (counts, greedy) = (TokenCounts::default(), SampleParams::greedy());
    let mut scratch = SampleScratch::default();
    let mut mask = TokenMask::none(8);
    [3, 5, 6].into_iter().for_each(|token| mask.allow(token));
    let off = SampleExtras::default();
    let masked = Draw { mask: Some(&mask), ..plain(&greedy, &counts, &off) };
    assert_eq!(sample_with(&LOGITS, &masked, &mut scratch), Ok(3));
    assert_eq!(sample_with(&LOGITS, &Draw { forbidden: &[3], ..masked }, &mut scratch), Ok(5));
    let bias = SampleExtras::new(0.0, 0.0, vec![(6, 2.0), (0, 100.0)], 8).unwrap();
    assert_eq!(sample_with(&LOGITS, &Draw { extras: &bias, ..masked }, &mut scratch), Ok(6));
    assert_eq!(sample_with(&LOGITS, &Draw { extras: &bias, mask: None, ..masked }, &mut scratch), Ok(0));
    mask.clear();
    assert_eq!(
        sample_with(&LOGITS, &Draw { mask: Some(&mask), ..plain(&greedy, &counts, &off) }, &mut scratch),
        Err(SampleError::Empty)
    );
    // A mask made for a larger vocabulary than there are logits.
    let mut wide = TokenMask::none(100);
    [7, 90].into_iter().for_each(|token| wide.allow(token));
    let wide = Draw { mask: Some(&wide), ..plain(&greedy, &counts, &off) };
    assert_eq!(sample_with(&LOGITS, &wide, &mut scratch), Ok(7));
}

#[test]
fn masked_draws_follow_the_softmax_of_what_is_left() {
    let (counts, extras, p) = (TokenCounts::default(), SampleExtras::default(), params(1.0, 8));
    let mut mask = TokenMask::none(8);
    [1, 2, 6].into_iter().for_each(|token| mask.allow(token));
    let (mut scratch, mut seen) = (SampleScratch::default(), [0u32; 8]);
    for position in 0..40_000 {
        let draw = Draw { mask: Some(&mask), position, ..plain(&p, &counts, &extras) };
        seen[sample_with(&LOGITS, &draw, &mut scratch).unwrap() as usize] += 1;
    }
    let total: f64 = [1, 2, 6].iter().map(|&id: &usize| f64::from(LOGITS[id]).exp()).sum();
    let chi: f64 = [1, 2, 6]
        .iter()
        .map(|&id: &usize| {
            let expected = f64::from(LOGITS[id]).exp() / total * 40_000.0;
            (f64::from(seen[id]) - expected).powi(2) / expected
        })
        .sum();
    assert!(chi < 13.8, "{chi}: {seen:?}");
    assert_eq!(seen[1] + seen[2] + seen[6], 40_000);
}

#[test]
fn what_was_said_counts_less() {
    let p = SampleParams::greedy();
    let mut counts = TokenCounts::default();
    let extras = SampleExtras::new(0.3, 0.3, Vec::new(), 8).unwrap();
    let mut scratch = SampleScratch::default();
    let mut said = Vec::new();
    for _ in 0..6 {
        let token = sample_with(&LOGITS, &plain(&p, &counts, &extras), &mut scratch).unwrap();
        counts.push(token);
        said.push(token);
    }
    // 2.0 falls to 1.4 at once, then by 0.3 each time; 1.5 falls to 0.9; 1.1 beats 1.0; 0.8 does not.
    assert_eq!(said, [0, 1, 0, 0, 2, 1]);
}

/// The rule as it stood before masks and corrections, over a list of all candidates.
fn before(logits: &[f32], recent: &[u32], forbidden: &[u32], position: u64, p: &SampleParams) -> u32 {
    let penalty = f64::from(p.repeat_penalty);
    let window = &recent[recent.len().saturating_sub(REPEAT_WINDOW_TOKENS)..];
    let mut all: Vec<Candidate> = logits.iter().zip(0u32..).map(|(&l, id)| (id, f64::from(l))).collect();
    for (id, logit) in &mut all {
        if penalty != 1.0 && window.contains(id) {
            *logit = if *logit > 0.0 { *logit / penalty } else { *logit * penalty };
        }
    }
    all.retain(|(id, logit)| *logit != f64::NEG_INFINITY && !forbidden.contains(id));
    if p.temperature == 0.0 {
        return all.iter().min_by(|a, b| by_logit(a, b)).unwrap().0;
    }
    keep_top_k(&mut all, p.top_k as usize);
    keep_min_p(&mut all, f64::from(p.min_p));
    let sum = total(&all);
    keep_top_p(&mut all, f64::from(p.top_p), sum);
    draw_from(&all, position, p).unwrap()
}

#[test]
fn without_corrections_the_old_rule_holds_bit_by_bit() {
    let logits: Vec<f32> =
        (0..900u32).map(|id| (id.wrapping_mul(2_654_435_761) >> 22) as f32 / 128.0 - 4.0).collect();
    let recent: Vec<u32> = (0..200u32).map(|n| n * 7 % 900).collect();
    let mut scratch = SampleScratch::default();
    let (counts, extras, everything) = (TokenCounts::default(), SampleExtras::default(), TokenMask::all(900));
    for position in 0..300u64 {
        let p = SampleParams {
            temperature: [0.0, 0.4, 1.0, 1.7][position as usize % 4],
            top_p: [1.0, 0.9, 0.5][position as usize % 3],
            top_k: [0, 40][position as usize % 2],
            min_p: [0.0, 0.05][position as usize / 2 % 2],
            repeat_penalty: [1.0, 1.3, 0.8][position as usize / 3 % 3],
            seed: position * 31,
        };
        let expected = before(&logits, &recent, &[3, 500], position, &p);
        assert_eq!(sample(&logits, &recent, &[3, 500], position, &p), Ok(expected), "{p:?}");
        let mask = Some(&everything);
        let draw =
            Draw { recent: &recent, forbidden: &[3, 500], mask, position, ..plain(&p, &counts, &extras) };
        assert_eq!(sample_with(&logits, &draw, &mut scratch), Ok(expected), "{p:?}");
    }
}

#[test]
fn nonsense_is_refused() {
    let p = SampleParams::greedy();
    assert_eq!(sample(&[0.0, f32::NAN], &[], &[], 0, &p), Err(SampleError::NotFinite { token: 1 }));
    assert_eq!(sample(&[f32::INFINITY], &[], &[], 0, &p), Err(SampleError::NotFinite { token: 0 }));
    assert_eq!(sample(&[f32::NEG_INFINITY], &[], &[], 0, &p), Err(SampleError::Empty));
    assert_eq!(sample(&[], &[], &[], 0, &params(1.0, 0)), Err(SampleError::Empty));
}

#[test]
fn a_wide_vocabulary_keeps_the_same_nucleus_as_a_full_sort() {
    let logits: Vec<f32> =
        (0..5000u32).map(|id| (id.wrapping_mul(2_654_435_761) >> 20) as f32 / 900.0).collect();
    for top_p in [0.01, 0.3, 0.9, 0.999] {
        let all: Vec<Candidate> = logits.iter().zip(0u32..).map(|(&l, id)| (id, f64::from(l))).collect();
        let mut kept = all.clone();
        let sum = total(&kept);
        keep_top_p(&mut kept, top_p, sum);
        let mut sorted = all;
        sorted.sort_by(by_logit);
        let total: f64 = sorted.iter().map(|c| (c.1 - sorted[0].1).exp()).sum();
        let mut reached = 0.0;
        let len = sorted.iter().position(|c| {
            reached += (c.1 - sorted[0].1).exp() / total;
            reached >= top_p
        });
        assert_eq!(kept.len(), len.unwrap() + 1);
        kept.sort_by(by_logit);
        assert_eq!(kept, sorted[..kept.len()]);
    }
}

#[test]
fn the_short_way_to_a_nucleus_draws_what_the_long_way_draws() {
    let mut state = 7u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u32 << 24) as f32
    };
    let mut short_ways = 0;
    for round in 0..300 {
        let spread = [1.0, 6.0, 25.0][round % 3];
        let logits: Vec<f32> = (0..3000).map(|_| random() * spread + random() * random() * spread).collect();
        let params = SampleParams {
            temperature: 0.2 + random() * 1.5,
            top_p: 0.05 + random() * 0.94,
            repeat_penalty: if round % 2 == 0 { 1.0 } else { 1.3 },
            seed: round as u64,
            ..SampleParams::greedy()
        };
        let recent: Vec<u32> = (0..40).map(|_| (random() * 3000.0) as u32).collect();
        let best = (0..3000u32).max_by(|a, b| logits[*a as usize].total_cmp(&logits[*b as usize])).unwrap();
        let forbidden = if round % 5 == 0 { vec![best] } else { Vec::new() };
        let (counts, extras) = (TokenCounts::default(), SampleExtras::default());
        let draw = Draw {
            recent: &recent,
            counts: &counts,
            forbidden: &forbidden,
            mask: None,
            position: round as u64,
            params: &params,
            extras: &extras,
        };
        let mut scratch = SampleScratch::default();
        let ours = sample_with(&logits, &draw, &mut scratch).unwrap();
        // A mask that allows everything changes nothing but the way.
        let all = TokenMask::all(3000);
        let long = sample_with(&logits, &Draw { mask: Some(&all), ..draw }, &mut scratch).unwrap();
        assert_eq!(ours, long, "round {round}");
        let mut corrected = Vec::new();
        let mut window = Vec::new();
        Corrections {
            recent: &recent,
            repeat_penalty: params.repeat_penalty.into(),
            counts: &counts,
            extras: &extras,
        }
        .fill(&logits, &mut window, &mut corrected);
        short_ways += usize::from(nucleus(Isa::best(), &logits, &draw, &corrected, &mut Vec::new()));
    }
    assert_eq!(short_ways, 300);
}

#[test]
fn a_nucleus_that_reaches_too_deep_goes_the_long_way() {
    // Half of what is left lies below where the short way looks.
    let mut logits = vec![-12.5f32; 49_152];
    logits[77] = 0.0;
    let params = SampleParams { temperature: 1.0, top_p: 0.95, seed: 3, ..SampleParams::greedy() };
    let (counts, extras) = (TokenCounts::default(), SampleExtras::default());
    let draw = Draw {
        recent: &[],
        counts: &counts,
        forbidden: &[],
        mask: None,
        position: 5,
        params: &params,
        extras: &extras,
    };
    assert!(!nucleus(Isa::best(), &logits, &draw, &[], &mut Vec::new()));
    let mut scratch = SampleScratch::default();
    let all = TokenMask::all(logits.len());
    let long = sample_with(&logits, &Draw { mask: Some(&all), ..draw }, &mut scratch);
    assert_eq!(sample_with(&logits, &draw, &mut scratch), long);
}
