//! stub
/// s
pub struct Start {
    /// a
    pub setup: engine_sim::world::Setup,
    /// b
    pub load: Option<std::path::PathBuf>,
    /// c
    pub data_dir: std::path::PathBuf,
    /// d
    pub voices: crate::voices::Voices,
}
/// p
pub fn play(_l: &engine_sim::Library, _s: Start) -> anyhow::Result<()> {
    Ok(())
}
