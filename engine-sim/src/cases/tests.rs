//! Tests of whole cases.
use super::*;

#[test]
fn a_case_is_made_and_proved() {
    let village = Village::shipped().unwrap();
    for level in Difficulty::ALL {
        for seed in 0..20 {
            let case = generate(&village, seed, level).unwrap();
            let proof = solve(&village, &case);
            assert_eq!(proof.thief, Some(case.thief), "seed {seed} {level:?}");
        }
    }
}
