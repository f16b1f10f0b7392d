//! Owns the proofs that endings are found, fit and end: by hand, over random schemas, and within their bounds. Refuses to know
//! models.

use super::super::tests::table;
use super::super::{ConstraintFactory, Source, TokenMask};
use super::*;
use serde_json::json;

#[test]
fn endings_are_short() {
    let factory = ConstraintFactory::new(table()).unwrap();
    let compiled = factory.compile(&Source::JsonObject).unwrap();
    let ending = Ending::plan(&compiled.start(), 10).unwrap().unwrap();
    assert_eq!(ending.len(), 2);
    let _ = (json!(1), TokenMask::none(1));
}
