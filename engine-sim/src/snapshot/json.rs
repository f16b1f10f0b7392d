//! stub
/// j
pub fn judge_line(
    _v: &crate::content::Village,
    _w: &crate::talk::vocabulary::Vocabulary,
    _t: &str,
) -> Result<serde_json::Value, String> {
    Err("stub".into())
}
