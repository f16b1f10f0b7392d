//! Writes the first inputs of the readers' fuzz targets: small whole files of each kind.
//!
//! Owns: the seeds of a corpus. Refuses to know how they are mutated. Run by `tools/fuzz`:
//! `cargo run -p infer --example reader_corpus -- fuzz/corpus`

#[path = "../tests/support/doors.rs"]
mod doors;
#[path = "../tests/support/adapters.rs"]
mod fixtures;

use fixtures::{Gguf, Meta, Peft, Tensor};
use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    let Some(corpus) = std::env::args().nth(1).map(PathBuf::from) else {
        return Err(std::io::Error::other("name the folder of the corpus"));
    };
    let tensors = ["a", "b"].map(|name| Tensor::f32(name, &[2, 4], &[1.0; 8]));
    let metadata = [
        ("general.architecture".to_owned(), Meta::Text("llama".to_owned())),
        ("general.alignment".to_owned(), Meta::U32(32)),
        ("tokens".to_owned(), Meta::Texts(vec!["a".to_owned(), "b".to_owned()])),
    ];
    let adapter = Gguf::new(2, "llama", true).bytes();
    write(&corpus, "gguf", &[fixtures::gguf_bytes(&metadata, &tensors), adapter.clone()])?;
    let peft = Peft::new(2);
    let metadata = [("format".to_owned(), "pt".to_owned())];
    let small = fixtures::safetensors_bytes(&metadata, &tensors);
    write(&corpus, "safetensors", &[small, peft.weights_bytes()])?;
    write(&corpus, "adapter_gguf", &[adapter])?;
    write(&corpus, "adapter_peft", &[doors::peft_bytes(&peft.config_bytes(), &peft.weights_bytes())])
}

fn write(corpus: &Path, target: &str, inputs: &[Vec<u8>]) -> std::io::Result<()> {
    let folder = corpus.join(target);
    std::fs::create_dir_all(&folder)?;
    for (n, input) in inputs.iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{n:03}")), input)?;
    }
    println!("{}: {} inputs", folder.display(), inputs.len());
    Ok(())
}
