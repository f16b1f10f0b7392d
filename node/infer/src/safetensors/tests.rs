//! Owns the proof that what a writer wrote is read back, and that every contradiction has its error. Refuses to know models.

use super::*;
use crate::fixtures::{Tensor, around_header, safetensors_bytes};
use proptest::prelude::*;

fn read(bytes: &[u8]) -> Result<Header, SafetensorsError> {
    read_header(bytes, bytes.len() as u64)
}

/// The error of a header's text before `data_bytes` bytes of data: one line, not a novel.
fn refused(header: &str, data_bytes: usize) -> SafetensorsError {
    let error = read(&around_header(header, &vec![0; data_bytes])).expect_err(header);
    let text = error.to_string();
    assert!(!text.contains('\n') && text.len() < 400, "{text:?}");
    error
}

const ONE: &str = r#"{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#;

fn any_tensor() -> impl Strategy<Value = Tensor> {
    let dtype = prop_oneof![Just(("F32", 4)), Just(("F16", 2)), Just(("BF16", 2))];
    (prop::collection::vec(0usize..5, 0..=8), dtype).prop_map(|(shape, (dtype, width))| {
        let elements: usize = shape.iter().product();
        let bytes = (0..elements * width).map(|at| (at * 31 + 7) as u8).collect();
        Tensor { name: String::new(), shape, ggml: 0, dtype: dtype.to_owned(), bytes }
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        metadata in prop::collection::btree_map(".{1,12}", ".{0,20}", 0..5),
        tensors in prop::collection::btree_map(".{1,12}", any_tensor(), 0..8),
    ) {
        let pairs: Vec<(String, String)> = metadata.clone().into_iter().collect();
        let tensors: Vec<Tensor> =
            tensors.into_iter().map(|(name, tensor)| Tensor { name, ..tensor }).collect();
        let bytes = safetensors_bytes(&pairs, &tensors);
        let header = read(&bytes).unwrap();
        prop_assert_eq!(header.metadata, metadata);
        prop_assert_eq!(header.tensors.len(), tensors.len());
        for tensor in &tensors {
            let entry = &header.tensors[&tensor.name];
            prop_assert_eq!(&entry.shape, &tensor.shape);
            prop_assert_eq!(entry.format.name(), &tensor.dtype);
            prop_assert_eq!(entry.slice(&bytes), Some(tensor.bytes.as_slice()));
        }
    }

    #[test]
    fn every_truncation_is_an_error(len in 0usize..200) {
        let bytes = safetensors_bytes(&[], &[Tensor::f32("t", &[4, 8], &[1.0; 32])]);
        let error = read(&bytes[..len.min(bytes.len() - 1)]).unwrap_err();
        prop_assert!(matches!(error, SafetensorsError::Truncated { .. }), "{}", error);
    }

    #[test]
    fn no_bytes_panic(json in "[\\[\\]{}\",:a-z0-9_ ]{0,80}", data in prop::collection::vec(any::<u8>(), 0..40)) {
        // Whether it is read or refused is not the question here.
        let _ = read(&around_header(&format!("{{{json}"), &data));
        let _ = read(&data);
    }
}

#[test]
fn an_empty_file_of_tensors_is_one() {
    assert!(read(&around_header("{}", &[])).unwrap().tensors.is_empty());
    assert!(read(&around_header("{}   ", &[])).unwrap().metadata.is_empty());
}

#[test]
fn lengths_are_judged_before_memory_is_asked_for() {
    for announced in [HEADER_BYTES_MAX + 1, 1 << 60, u64::MAX] {
        let error = read(&announced.to_le_bytes()).unwrap_err();
        assert!(matches!(error, SafetensorsError::TooLarge { max: HEADER_BYTES_MAX, .. }), "{error}");
    }
    let error = read(&HEADER_BYTES_MAX.to_le_bytes()).unwrap_err();
    assert!(matches!(error, SafetensorsError::Truncated { file_bytes: 8, .. }), "{error}");
    let lied = read_header(&2u64.to_le_bytes()[..], 100).unwrap_err();
    assert!(matches!(lied, SafetensorsError::Read { .. }), "{lied}");
}

#[test]
fn what_is_no_listing_is_refused() {
    let deep = format!("{{\"a\":{}", "[".repeat(200_000));
    let listed = |inside: &str| format!(r#"{{"t":{{{inside}}}}}"#);
    for header in [
        "",
        " {}",
        "[]",
        "{",
        "{}{}",
        "{\"t\":1}",
        &deep,
        &listed(r#""dtype":"F32","shape":[1]"#),
        &listed(r#""dtype":"F32","shape":[1],"data_offsets":[0,4,8]"#),
        &listed(r#""dtype":"F32","shape":[1],"data_offsets":[0]"#),
        &listed(r#""dtype":"F32","shape":[-1],"data_offsets":[0,4]"#),
        &listed(r#""dtype":"F32","shape":[1.0],"data_offsets":[0,4]"#),
        &listed(r#""dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]"#),
        &listed(r#""dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]"#),
        &listed(r#""dtype":"F32","shape":[1],"data_offsets":[0,4],"more":0"#),
        r#"{"__metadata__":{"a":1}}"#,
        r#"{"__metadata__":{},"__metadata__":{}}"#,
    ] {
        assert!(matches!(refused(header, 4), SafetensorsError::Json { .. }), "{header:.60}");
    }
    let many: Vec<String> = (0..=METADATA_ENTRIES_MAX).map(|at| format!("\"{at}\":\"\"")).collect();
    let header = format!("{{\"__metadata__\":{{{}}}}}", many.join(","));
    assert!(matches!(refused(&header, 0), SafetensorsError::Json { .. }));
}

#[test]
fn doubles_are_refused_by_name() {
    let twice = refused(&format!(r#"{{"t":{ONE},"t":{ONE}}}"#), 4);
    assert!(matches!(&twice, SafetensorsError::Twice { name } if name == "t"), "{twice}");
    let twice = refused(r#"{"__metadata__":{"a":"1","a":"2"}}"#, 0);
    assert!(matches!(&twice, SafetensorsError::Twice { name } if name == "a"), "{twice}");
}

#[test]
fn ranges_must_fill_the_file_in_order() {
    let two = |first: &str, second: &str| {
        let listed = |at: &str| format!(r#"{{"dtype":"F32","shape":[1],"data_offsets":{at}}}"#);
        format!(r#"{{"a":{},"b":{}}}"#, listed(first), listed(second))
    };
    assert!(read(&around_header(&two("[4,8]", "[0,4]"), &[0; 8])).is_ok());
    let overlap = refused(&two("[0,4]", "[0,4]"), 8);
    assert!(matches!(overlap, SafetensorsError::Offset { expected: 4, actual: 0, .. }), "{overlap}");
    let hole = refused(&two("[0,4]", "[8,12]"), 12);
    assert!(matches!(hole, SafetensorsError::Offset { expected: 4, actual: 8, .. }), "{hole}");
    let first = refused(&two("[4,8]", "[8,12]"), 12);
    assert!(matches!(first, SafetensorsError::Offset { expected: 0, actual: 4, .. }), "{first}");
    let trailing = refused(&two("[0,4]", "[4,8]"), 9);
    assert!(matches!(trailing, SafetensorsError::Trailing { .. }), "{trailing}");
    let outside = refused(&two("[0,4]", "[4,8]"), 7);
    assert!(matches!(outside, SafetensorsError::Truncated { .. }), "{outside}");
    let backwards = refused(&two("[0,4]", "[8,4]"), 8);
    assert!(matches!(backwards, SafetensorsError::ByteLen { .. }), "{backwards}");
    let far = refused(&two("[0,4]", "[18446744073709551611,18446744073709551615]"), 8);
    assert!(matches!(far, SafetensorsError::Truncated { .. }), "{far}");
}

#[test]
fn shapes_must_agree_with_their_bytes() {
    let shape = |shape: &str| {
        refused(&format!(r#"{{"t":{{"dtype":"F16","shape":{shape},"data_offsets":[0,4]}}}}"#), 4)
    };
    let wrong = shape("[3]");
    assert!(matches!(wrong, SafetensorsError::ByteLen { expected: 6, actual: 4, .. }), "{wrong}");
    // 2^63 elements of 2 bytes, and a product beyond 2^64.
    for huge in ["[9223372036854775808]", "[4294967296,4294967296,2]"] {
        let error = shape(huge);
        assert!(matches!(error, SafetensorsError::ByteLen { expected: u64::MAX, .. }), "{error}");
    }
}

#[test]
fn other_types_and_long_names_are_refused() {
    for dtype in ["F64", "I8", "F8_E4M3", "f32", "BOOL", ""] {
        let error =
            refused(&ONE.replace("F32", dtype).replacen('{', r#"{"t":{"#, 1).replace("4]}", "4]}}"), 4);
        assert!(matches!(&error, SafetensorsError::TensorType { actual, .. } if actual == dtype), "{error}");
    }
    let name = "n".repeat(NAME_BYTES_MAX + 1);
    let error = refused(&format!(r#"{{"{name}":{ONE}}}"#), 4);
    assert!(matches!(error, SafetensorsError::TooLarge { .. }), "{error}");
}
