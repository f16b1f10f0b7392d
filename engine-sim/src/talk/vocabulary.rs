//! stub
/// v
pub struct Vocabulary;
impl Vocabulary {
    /// b
    pub fn build(_v: &crate::content::Village, _w: &str, _e: &[&str]) -> Vocabulary {
        Vocabulary
    }
    /// c
    pub fn contains(&self, _w: &str) -> bool {
        true
    }
}
