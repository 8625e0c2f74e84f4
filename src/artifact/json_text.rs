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
    if plain_bytes(bytes) == bytes.len() {
        out.extend_from_slice(bytes);
    } else {
        write_with_escapes(out, bytes);
    }
    out.push(b'"');
}

fn needs_escape(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// How many bytes at the beginning stand in JSON as they are.
fn plain_bytes(bytes: &[u8]) -> usize {
    // No early end within a chunk, so that its bytes are compared at once.
    let is_plain = |chunk: &&[u8; 8]| !chunk.iter().fold(false, |found, byte| found | needs_escape(*byte));
    let (chunks, _) = bytes.as_chunks();
    let seen = 8 * chunks.iter().take_while(is_plain).count();
    let rest = bytes.iter().skip(seen);
    seen + rest.take_while(|byte| !needs_escape(**byte)).count()
}

fn write_with_escapes(out: &mut Vec<u8>, mut bytes: &[u8]) {
    while let (run, [byte, after @ ..]) = bytes.split_at(plain_bytes(bytes)) {
        out.extend_from_slice(run);
        write_escaped(out, *byte);
        bytes = after;
    }
    out.extend_from_slice(bytes);
}

fn write_escaped(out: &mut Vec<u8>, byte: u8) {
    let letter = match byte {
        b'\x08' => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        b'\x0c' => b'f',
        b'\r' => b'r',
        b'"' | b'\\' => byte,
        _ => return out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
    };
    out.extend_from_slice(&[b'\\', letter]);
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
