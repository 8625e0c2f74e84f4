//! JSON as text, added to what is there already. A manifest is tens of megabytes of short
//! texts, in which hardly a character needs to be escaped: runs of others are looked for
//! several bytes at a time.

use serde_json::Value as Json;

/// Adds a value.
pub(super) fn write_value(out: &mut Vec<u8>, json: &Json) {
    match json {
        Json::Null => out.extend_from_slice(b"null"),
        Json::Bool(flag) => write_flag(out, *flag),
        Json::Number(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Json::String(text) => write_text(out, text),
        Json::Array(items) => write_list(out, items, write_value),
        Json::Object(fields) => write_object(out, fields, write_value),
    }
}

pub(super) fn write_flag(out: &mut Vec<u8>, flag: bool) {
    out.extend_from_slice(if flag { b"true" } else { b"false" });
}

/// Adds a list of what `write` adds for each item.
pub(super) fn write_list<T>(
    out: &mut Vec<u8>,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    out.push(b'[');
    for (place, item) in items.into_iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

/// Adds an object of these keys and what `write` adds for each value.
pub(super) fn write_object<K: AsRef<str>, T>(
    out: &mut Vec<u8>,
    fields: impl IntoIterator<Item = (K, T)>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    out.push(b'{');
    for (place, (key, value)) in fields.into_iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write_text(out, key.as_ref());
        out.push(b':');
        write(out, value);
    }
    out.push(b'}');
}

/// Adds a text in quotes, escaped where JSON asks for it.
pub(super) fn write_text(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    if is_plain(bytes) {
        out.extend_from_slice(bytes);
    } else {
        write_with_escapes(out, bytes);
    }
    out.push(b'"');
}

fn needs_escape(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// Whether bytes stand in JSON as they are. Eight of them are compared at once; of the last
/// eight, some may be compared twice.
fn is_plain(bytes: &[u8]) -> bool {
    let is_plain = |eight: &[u8; 8]| !eight.iter().fold(false, |found, byte| found | needs_escape(*byte));
    match bytes.last_chunk() {
        Some(last) => is_plain(last) && bytes.as_chunks().0.iter().all(is_plain),
        None => !bytes.iter().any(|byte| needs_escape(*byte)),
    }
}

fn write_with_escapes(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut written = 0;
    for (place, byte) in bytes.iter().enumerate().filter(|(_, byte)| needs_escape(**byte)) {
        out.extend_from_slice(bytes.get(written..place).unwrap_or_default());
        match *byte {
            b'\x08' => out.extend_from_slice(br"\b"),
            b'\t' => out.extend_from_slice(br"\t"),
            b'\n' => out.extend_from_slice(br"\n"),
            b'\x0c' => out.extend_from_slice(br"\f"),
            b'\r' => out.extend_from_slice(br"\r"),
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            _ => out.extend_from_slice(format!(r"\u{byte:04x}").as_bytes()),
        }
        written = place + 1;
    }
    out.extend_from_slice(bytes.get(written..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Map;

    use super::*;

    fn any_json() -> impl Strategy<Value = Json> {
        let text = "[\\x00-\\x7fäß€😀]{0,40}";
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<u64>().prop_map(Json::from),
            any::<f64>().prop_map(Json::from),
            text.prop_map(Json::from),
        ];
        leaf.prop_recursive(3, 40, 6, move |inner| {
            let field = (text, inner.clone());
            prop_oneof![
                prop::collection::vec(inner, 0..6).prop_map(Json::from),
                prop::collection::vec(field, 0..6)
                    .prop_map(|fields| fields.into_iter().collect::<Map<_, _>>().into()),
            ]
        })
    }

    proptest! {
        #[test]
        fn values_are_written_as_by_serde_json(json in any_json()) {
            let mut out = Vec::new();
            write_value(&mut out, &json);
            prop_assert_eq!(String::from_utf8(out).unwrap(), json.to_string());
        }
    }
}
