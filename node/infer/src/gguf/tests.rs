//! Owns the proof that what a writer wrote is read back, and that what contradicts itself is refused. Refuses to know models;
//! `tests/hostile.rs` damages a whole one.

use super::*;
use crate::fixtures::{Meta, Tensor, gguf_bytes};
use proptest::prelude::*;
use std::io::Cursor as Seekable;

fn header(bytes: &[u8]) -> Result<Header, LoadError> {
    read_header(bytes, bytes.len() as u64)
}

fn expected(meta: &Meta) -> Value {
    match meta.clone() {
        Meta::U8(number) => Value::Unsigned(number.into()),
        Meta::U32(number) => Value::Unsigned(number.into()),
        Meta::U64(number) => Value::Unsigned(number),
        Meta::I32(number) => Value::Signed(number.into()),
        Meta::F32(number) => Value::Float(number.into()),
        Meta::Bool(flag) => Value::Bool(flag),
        Meta::Text(text) => Value::Text(text),
        Meta::U8s(numbers) => Value::Unsigneds(numbers.into_iter().map(u64::from).collect()),
        Meta::U32s(numbers) => Value::Unsigneds(numbers.into_iter().map(u64::from).collect()),
        Meta::I32s(numbers) => Value::Signeds(numbers.into_iter().map(i64::from).collect()),
        Meta::Texts(texts) => Value::Texts(texts),
    }
}

fn any_meta() -> impl Strategy<Value = Meta> {
    let text = "[^\\x00]{0,20}";
    prop_oneof![
        any::<u8>().prop_map(Meta::U8),
        any::<i32>().prop_map(Meta::I32),
        any::<u32>().prop_map(Meta::U32),
        any::<u64>().prop_map(Meta::U64),
        (-1e30f32..1e30).prop_map(Meta::F32),
        any::<bool>().prop_map(Meta::Bool),
        text.prop_map(Meta::Text),
        prop::collection::vec(any::<u8>(), 0..9).prop_map(Meta::U8s),
        prop::collection::vec(any::<u32>(), 0..9).prop_map(Meta::U32s),
        prop::collection::vec(any::<i32>(), 0..9).prop_map(Meta::I32s),
        prop::collection::vec(text, 0..5).prop_map(Meta::Texts),
    ]
}

fn any_tensor() -> impl Strategy<Value = Tensor> {
    (prop::collection::vec(1usize..5, 1..=4), any::<bool>()).prop_map(|(mut shape, blocks)| {
        if blocks {
            *shape.last_mut().unwrap() *= 32;
        }
        let elements: usize = shape.iter().product();
        let (ggml, len) = if blocks { (8, elements / 32 * 34) } else { (30, elements * 2) };
        let bytes = (0..len).map(|at| (at * 31 + elements) as u8).collect();
        Tensor { name: String::new(), shape, ggml, dtype: String::new(), bytes }
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        metadata in prop::collection::btree_map("[a-z.]{1,12}", any_meta(), 0..8),
        tensors in prop::collection::btree_map("[a-z.]{1,12}", any_tensor(), 0..8),
    ) {
        let metadata: Vec<(String, Meta)> = metadata.into_iter().collect();
        let tensors: Vec<Tensor> =
            tensors.into_iter().map(|(name, tensor)| Tensor { name, ..tensor }).collect();
        let bytes = gguf_bytes(&metadata, &tensors);
        let read = header(&bytes).unwrap();
        prop_assert_eq!(read.metadata.len(), metadata.len());
        for (key, meta) in &metadata {
            prop_assert_eq!(&read.metadata[key], &expected(meta));
        }
        prop_assert_eq!(read.tensors.len(), tensors.len());
        for tensor in &tensors {
            let entry = &read.tensors[&tensor.name];
            prop_assert_eq!(&entry.shape, &tensor.shape);
            prop_assert_eq!(entry.format.ggml(), tensor.ggml);
            let stored = read.read_tensor(&mut Seekable::new(&bytes), &tensor.name).unwrap();
            prop_assert_eq!(&stored, &tensor.bytes);
            prop_assert_eq!(entry.slice(&bytes), Some(tensor.bytes.as_slice()));
        }
    }

    #[test]
    fn no_bytes_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..400), whole in any::<bool>()) {
        if whole {
            bytes.splice(0..0, *b"GGUF\x03\0\0\0");
        }
        if let Err(error) = header(&bytes) {
            prop_assert!(!error.to_string().contains('\n'));
        }
    }
}

fn two_tensors() -> Vec<Tensor> {
    ["a", "b"].map(|name| Tensor::f32(name, &[2, 4], &[1.0; 8])).to_vec()
}

/// The file of `two_tensors` with the second one's offset replaced; it is the header's last number.
fn with_offset(offset: u64) -> Vec<u8> {
    let mut bytes = gguf_bytes(&[], &two_tensors());
    let listed = 24 + 2 * (9 + 4 + 16 + 4 + 8);
    bytes[listed - 8..listed].copy_from_slice(&offset.to_le_bytes());
    bytes
}

#[test]
fn tensors_over_each_other_are_refused() {
    assert_eq!(header(&with_offset(32)).unwrap().tensors.len(), 2);
    let error = header(&with_offset(0)).unwrap_err();
    assert!(
        matches!(&error, LoadError::Malformed { .. }) && error.to_string().contains("overlap"),
        "{error}"
    );
}

#[test]
fn ranges_must_be_aligned_and_inside() {
    let malformed = header(&with_offset(33)).unwrap_err();
    assert!(matches!(&malformed, LoadError::Malformed { what, .. } if what == "b"), "{malformed}");
    for offset in [64, 1 << 40] {
        assert!(matches!(header(&with_offset(offset)), Err(LoadError::Truncated { .. })), "{offset}");
    }
    let overflow = header(&with_offset(u64::MAX - 31)).unwrap_err();
    assert!(overflow.to_string().contains("overflows"), "{overflow}");
}

#[test]
fn small_files_cannot_ask_for_much_memory_over_and_over() {
    // One byte of an array becomes eight in memory: 17 arrays of 2 000 000 pass the cap of 256 MiB, not that of the file.
    let metadata: Vec<(String, Meta)> =
        (0..17).map(|at| (format!("k{at}"), Meta::U8s(vec![0; 2_000_000]))).collect();
    let error = header(&gguf_bytes(&metadata, &[])).unwrap_err();
    assert!(matches!(error, LoadError::TooLarge { max: METADATA_BYTES_MAX, .. }), "{error}");
    assert!(header(&gguf_bytes(&metadata[..16], &[])).is_ok());
}

#[test]
fn rows_of_half_a_block_and_unknown_formats_are_refused() {
    let mut tensors = two_tensors();
    tensors[1].ggml = 8;
    let error = header(&gguf_bytes(&[], &tensors)).unwrap_err();
    assert!(error.to_string().contains("whole blocks of 32"), "{error}");
    tensors[1].ggml = 16;
    let error = header(&gguf_bytes(&[], &tensors)).unwrap_err();
    assert!(matches!(error, LoadError::TensorType { found: 16, .. }), "{error}");
}

#[test]
fn doubles_are_refused() {
    let key = ("k".to_owned(), Meta::U32(1));
    assert!(header(&gguf_bytes(&[key.clone(), key], &[])).unwrap_err().to_string().contains("twice"));
    let tensor = two_tensors()[0].clone();
    assert!(header(&gguf_bytes(&[], &[tensor.clone(), tensor])).unwrap_err().to_string().contains("twice"));
}

#[test]
fn a_tensor_that_is_not_there_and_a_file_that_shrank_are_told() {
    let bytes = gguf_bytes(&[], &two_tensors());
    let read = header(&bytes).unwrap();
    let missing = read.read_tensor(&mut Seekable::new(&bytes), "c").unwrap_err();
    assert!(matches!(missing, LoadError::MissingTensor { .. }), "{missing}");
    let shrunk = read.read_tensor(&mut Seekable::new(&bytes[..bytes.len() - 8]), "b").unwrap_err();
    assert!(matches!(shrunk, LoadError::Read { .. }), "{shrunk}");
    // A reader that ends before the length that was promised.
    let lied = read_header(&bytes[..40], bytes.len() as u64).unwrap_err();
    assert!(matches!(lied, LoadError::Read { .. }), "{lied}");
}
