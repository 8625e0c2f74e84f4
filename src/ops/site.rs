//! The documentation as a page: `index.html` beside the artifacts that it reads.

use std::path::Path;

use crate::diagnostics::Diagnostic;
use crate::host::files;

/// The page. It reads `manifest.json` and `catalog.json` beside it, unless they
/// stand inside.
pub const PAGE: &str = include_str!("site/index.html");

/// Where the page takes data from that stand inside it.
const INSIDE: &str = r#"<script id="data" type="application/json"></script>"#;

/// Writes the page into the target folder, and where `is_whole` the same with the
/// artifacts inside, as `static_index.html`, which needs no server.
///
/// # Errors
/// A file cannot be written, or there is no manifest.
pub fn write(target: &Path, is_whole: bool) -> Result<(), Diagnostic> {
    files::write(&target.join("index.html"), PAGE)?;
    if is_whole {
        let read = |name: &str| files::read_text(&target.join(name));
        let page = whole(&read("manifest.json")?, &read("catalog.json")?);
        files::write(&target.join("static_index.html"), page)?;
    }
    Ok(())
}

/// The page with the artifacts inside. No text of theirs ends the script.
fn whole(manifest: &str, catalog: &str) -> String {
    let data = format!(r#"{{"manifest": {manifest}, "catalog": {catalog}}}"#).replace('<', "\\u003c");
    PAGE.replacen(INSIDE, &INSIDE.replacen("></", &format!(">{data}</"), 1), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn artifacts_inside_the_page_cannot_end_the_script() {
        let page = whole(r#"{"nodes": {"a": "</script>"}}"#, "{}");
        let (_, rest) = page.split_once(r#"type="application/json">"#).unwrap();
        let (data, _) = rest.split_once("</script>").unwrap();
        let data: serde_json::Value = serde_json::from_str(data).unwrap();
        assert_eq!(data["manifest"]["nodes"]["a"], "</script>");
        assert_eq!(data["catalog"], serde_json::json!({}));
    }
}
