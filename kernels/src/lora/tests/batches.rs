//! The cases: ranks, widths, kinds, and how a batch is divided among adapters.

use super::*;

#[test]
fn every_rank_width_and_kind() {
    let ranks = [1, 2, 3, 4, 7, 8, 16, 63, 64, 128, 256];
    let widths = [(1, 1), (15, 17), (16, 16), (40, 70), (100, 33), (33, 130)];
    for (at, rank) in ranks.into_iter().enumerate() {
        for (inputs, outputs) in [widths[at % 6], widths[(at + 3) % 6]] {
            let kind = KINDS[at % 4];
            let adapters = [Both::new(kind, (inputs, outputs, rank), 0.5, 7)];
            for rows in [1, 2, 3, 4, 6, 9] {
                check(&adapters, &[(0..rows, Some(0))], rows, inputs, outputs);
            }
        }
    }
    for kind in KINDS {
        for (inputs, outputs) in widths {
            check(&[Both::new(kind, (inputs, outputs, 6), -1.5, 9)], &[(0..7, Some(0))], 7, inputs, outputs);
        }
    }
}

/// Adapters of mixed ranks and kinds for one matrix.
fn mixed(inputs: usize, outputs: usize, count: usize) -> Vec<Both> {
    let ranks = [8, 1, 16, 4, 63, 64, 2, 32];
    (0..count)
        .map(|at| Both::new(KINDS[at % 4], (inputs, outputs, ranks[at % 8]), 0.25, at as u32 * 2))
        .collect()
}

/// Segments of the given lengths, one adapter after the other.
fn division(lengths: &[usize]) -> Vec<(Range<usize>, Option<usize>)> {
    let mut next = 0;
    let mut segment = |(at, len): (usize, &usize)| {
        next += len;
        (next - len..next, Some(at))
    };
    lengths.iter().enumerate().map(&mut segment).collect()
}

#[test]
fn punicas_divisions_of_a_batch() {
    let (inputs, outputs) = (50, 40);
    let adapters = mixed(inputs, outputs, 16);
    let cases: [&[usize]; 8] = [
        &[],
        &[32],
        &[1; 16],
        &[2; 16],
        // Zipf, and one that has nearly all.
        &[12, 6, 4, 3, 2, 2, 1, 1, 1],
        &[1, 1, 27, 1, 1, 1],
        &[0, 3, 0, 0, 5, 0],
        &[0, 0, 0],
    ];
    for lengths in cases {
        check(&adapters, &division(lengths), 32, inputs, outputs);
    }
    // The same adapter in several places, none between, and rows in no segment.
    let batch =
        [(2..5, Some(1)), (5..6, None), (8..9, Some(0)), (9..9, Some(2)), (9..20, Some(1)), (25..32, None)];
    check(&adapters, &batch, 32, inputs, outputs);
    check(&adapters, &[(0..32, None)], 32, inputs, outputs);
    check(&adapters, &division(&[0]), 0, inputs, outputs);
}

#[test]
fn work_large_enough_for_several_parts_and_two_regions() {
    for (rank, rows) in [(64, 1), (130, 3), (8, 128), (63, 40)] {
        let adapters = [Both::new(LoraKind::BF16, (330, 300, rank), 2.0, 3)];
        check(&adapters, &[(0..rows, Some(0))], rows, 330, 300);
    }
}

#[test]
fn a_row_in_a_batch_is_the_row_alone() {
    let (rows, inputs, outputs) = (21, 70, 50);
    let adapters = mixed(inputs, outputs, 4);
    let (input, before) = (noise(1, rows * inputs), noise(2, rows * outputs));
    let batch = [(0..6, Some(0)), (6..7, Some(1)), (7..16, Some(2)), (17..21, Some(3))];
    for isa in Isa::all() {
        let pool = Pool::new(2);
        let whole = run(isa, &pool, &input, &segments(&adapters, &batch), &before, outputs);
        for (own, adapter) in batch.clone() {
            for row in own {
                let (x, out) = (&input[row * inputs..][..inputs], &before[row * outputs..][..outputs]);
                let one = run(isa, &pool, x, &segments(&adapters, &[(0..1, adapter)]), out, outputs);
                assert_eq!(bits(&one), bits(&whole[row * outputs..][..outputs]), "{} row {row}", isa.name());
            }
        }
        let untouched = 16 * outputs..17 * outputs;
        assert_eq!(bits(&whole[untouched.clone()]), bits(&before[untouched]));
    }
}

#[test]
fn what_is_not_a_number_stays_with_its_rows() {
    let (rows, inputs, outputs, rank) = (9, 40, 35, 6);
    let (input, before) = (noise(1, rows * inputs), noise(2, rows * outputs));
    for kind in KINDS {
        let mut down = noise(3, rank * inputs);
        let mut up = noise(4, outputs * rank);
        down[2 * inputs + 39] = f32::NAN;
        let first = Both::of(kind, (inputs, outputs, rank), 1.0, &down, &up);
        up[5 * rank] = f32::INFINITY;
        let good = Both::new(kind, (inputs, outputs, rank), 1.0, 5);
        let second = Both::of(kind, (inputs, outputs, rank), 1.0, &noise(6, rank * inputs), &up);
        let adapters = [first, good, second];
        let batch = [(0..2, Some(0)), (2..6, Some(1)), (6..8, Some(2))];
        check(&adapters, &batch, rows, inputs, outputs);
        let mut poisoned = input.clone();
        poisoned[3 * inputs..4 * inputs].fill(f32::NAN);
        for isa in Isa::all() {
            let out = run(isa, &Pool::new(2), &poisoned, &segments(&adapters, &batch), &before, outputs);
            let finite = |row: usize| out[row * outputs..][..outputs].iter().all(|value| value.is_finite());
            let sound: Vec<usize> = (0..rows).filter(|row| finite(*row)).collect();
            assert_eq!(sound, [2, 4, 5, 8], "{} {kind:?}", isa.name());
        }
    }
}

#[test]
fn a_scale_of_zero_adds_nothing() {
    let (inputs, outputs) = (20, 20);
    let adapters = [Both::new(LoraKind::Q8, (inputs, outputs, 5), 0.0, 1)];
    let (input, before) = (noise(1, 3 * inputs), noise(2, 3 * outputs));
    let out =
        run(Isa::best(), &Pool::new(1), &input, &segments(&adapters, &[(0..3, Some(0))]), &before, outputs);
    assert_eq!(out, before);
}

#[test]
fn products_together_are_products_alone_and_memory_is_used_again() {
    let (rows, inputs) = (6, 48);
    let shapes = [48, 16, 130];
    let input = noise(1, rows * inputs);
    let adapters: Vec<Vec<Both>> = shapes.iter().map(|outputs| mixed(inputs, *outputs, 3)).collect();
    let batches: [&Batch; 3] =
        [&[(0..2, Some(0)), (2..6, Some(1))], &[(1..4, Some(2))], &[(0..1, None), (1..6, Some(0))]];
    let own: Vec<Vec<Segment<'_>>> =
        adapters.iter().zip(batches).map(|(adapters, batch)| segments(adapters, batch)).collect();
    let mut scratch = LoraScratch::new();
    for isa in Isa::all() {
        for threads in [1, 2] {
            let pool = Pool::new(threads);
            let mut outs = shapes.map(|outputs| noise(2, rows * outputs));
            let mut products: Vec<LoraProduct<'_>> = outs
                .iter_mut()
                .zip(shapes)
                .zip(&own)
                .map(|((out, outputs), segments)| LoraProduct { segments, out, outputs })
                .collect();
            lora(isa, &pool, &input, &mut products, &mut scratch);
            for ((out, outputs), segments) in outs.iter().zip(shapes).zip(&own) {
                let alone = run(isa, &pool, &input, segments, &noise(2, rows * outputs), outputs);
                assert_eq!(bits(out), bits(&alone), "{}", isa.name());
            }
        }
    }
}

#[test]
fn an_int8_adapter_is_near_to_the_f32_one() {
    let (rows, inputs, outputs, rank) = (4, 576, 192, 8);
    let (down, up) = (noise(1, rank * inputs), noise(2, outputs * rank));
    let (input, before) = (noise(3, rows * inputs), vec![0.0; rows * outputs]);
    let of = |kind| {
        let both = [Both::of(kind, (inputs, outputs, rank), 1.0, &down, &up)];
        run(Isa::best(), &Pool::new(1), &input, &segments(&both, &[(0..rows, Some(0))]), &before, outputs)
    };
    let (full, small) = (of(LoraKind::F32), of(LoraKind::Q8));
    let norm =
        |values: &mut dyn Iterator<Item = f32>| values.map(|value| f64::from(value).powi(2)).sum::<f64>();
    let lost = norm(&mut full.iter().zip(&small).map(|(a, b)| a - b));
    let error = (lost / norm(&mut full.iter().copied())).sqrt();
    assert!(error > 1e-5 && error < 0.01, "relative error {error}");
}

#[test]
fn a_callers_mistakes_are_named() {
    let adapters = [Both::new(LoraKind::F32, (4, 3, 1), 1.0, 1)];
    let refused = |rows: usize, inputs: usize, outputs: usize, batch: &Batch| {
        let (input, out) = (vec![0.0; rows * inputs], vec![0.0; rows * outputs]);
        let segments = segments(&adapters, batch);
        let call = || run(Isa::SCALAR, &Pool::new(1), &input, &segments, &out, outputs);
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)).is_err()
    };
    assert!(!refused(4, 4, 3, &[(0..2, Some(0)), (2..4, Some(0))]));
    assert!(refused(4, 4, 3, &[(0..2, Some(0)), (1..4, Some(0))]), "overlapping");
    assert!(refused(4, 4, 3, &[(2..4, Some(0)), (0..2, Some(0))]), "out of order");
    assert!(refused(4, 4, 3, &[(3..5, Some(0))]), "outside the rows");
    assert!(refused(4, 5, 3, &[(0..4, Some(0))]), "inputs");
    assert!(refused(4, 4, 4, &[(0..4, Some(0))]), "outputs");
}
