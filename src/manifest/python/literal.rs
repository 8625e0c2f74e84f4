//! Python's literals as templates write them.

use super::tokens::Kind;

/// A token of a literal, or the name of an argument, in a template; `None` for
/// what is no literal.
pub(super) fn literal(kind: Kind, text: &str, names_argument: bool) -> Option<String> {
    match kind {
        Kind::Name if names_argument => Some(text.to_owned()),
        Kind::Name => match text {
            "True" => Some("true".to_owned()),
            "False" => Some("false".to_owned()),
            "None" => Some("none".to_owned()),
            _ => None,
        },
        Kind::Number => number(text),
        Kind::Text => quoted(text),
        Kind::Mark => "()[]{},:=-+".contains(text).then(|| text.to_owned()),
    }
}

fn number(text: &str) -> Option<String> {
    let plain = text.replace('_', "");
    let based = |prefix: &str, radix| {
        let digits = plain.to_lowercase().strip_prefix(prefix)?.to_owned();
        i64::from_str_radix(&digits, radix).ok().map(|number| number.to_string())
    };
    based("0x", 16)
        .or_else(|| based("0o", 8))
        .or_else(|| based("0b", 2))
        .or_else(|| plain.parse::<f64>().is_ok().then(|| plain.clone()))
}

/// A text, as it stands where both languages read it alike.
fn quoted(text: &str) -> Option<String> {
    let at = text.find(['\'', '"'])?;
    let (prefix, quoted) = text.split_at(at);
    let prefix = prefix.to_lowercase();
    if prefix.contains(['f', 'b']) {
        return None;
    }
    let quote = ["'''", "\"\"\"", "'", "\""].into_iter().find(|quote| quoted.starts_with(quote))?;
    let inner = quoted.strip_prefix(quote)?.strip_suffix(quote)?;
    if prefix.is_empty() && quote.len() == 1 && !inner.contains(['\\', '\n']) {
        return Some(quoted.to_owned());
    }
    let value = if prefix == "r" { inner.to_owned() } else { unescaped(inner) };
    Some(serde_json::Value::from(value).to_string())
}

/// The escapes that names and configs may hold; others stay as they are, as in Python.
fn unescaped(inner: &str) -> String {
    let mut value = String::new();
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            value.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => value.push('\n'),
            Some('t') => value.push('\t'),
            Some('r') => value.push('\r'),
            Some('\n') | None => {}
            Some(same @ ('\\' | '\'' | '"')) => value.push(same),
            Some(other) => value.extend(['\\', other]),
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_mean_the_same_in_a_template() {
        let check = |kind, text: &str, expected: Option<&str>| {
            assert_eq!(literal(kind, text, false).as_deref(), expected, "{text}");
        };
        check(Kind::Text, "'a'", Some("'a'"));
        check(Kind::Text, r"'it\'s'", Some("\"it's\""));
        check(Kind::Text, r"u'a\tb'", Some("\"a\\tb\""));
        check(Kind::Text, r"R'a\b'", Some("\"a\\\\b\""));
        check(Kind::Text, "b'a'", None);
        check(Kind::Text, "'open", None);
        check(Kind::Number, "1_000", Some("1000"));
        check(Kind::Number, "0xff", Some("255"));
        check(Kind::Number, "1e3", Some("1e3"));
        check(Kind::Number, "1j", None);
        check(Kind::Name, "None", Some("none"));
        check(Kind::Name, "name", None);
        check(Kind::Mark, "*", None);
        assert_eq!(literal(Kind::Name, "tags", true).as_deref(), Some("tags"));
    }
}
