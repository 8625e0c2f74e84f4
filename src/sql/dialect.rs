//! How a warehouse writes names, literals and types. Data, not code: an adapter states it.

/// How a statement says where a value that comes beside it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// A question mark, wherever it is code.
    Mark,
    /// `%s`, wherever it stands, as in Python's formats: `%%` is a percent sign.
    Format,
}

/// The lexical rules of a warehouse's SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// The character around a quoted identifier; doubled inside it.
    pub quote_char: char,
    /// Which name parts are quoted unless a project says otherwise.
    pub default_quoting: super::Policy,
    /// How many bytes a name may have, where more are cut off or refused.
    pub longest_name: Option<usize>,
    /// What `create or replace` replaces in place.
    pub replaceable: &'static [super::RelationKind],
    /// A subquery must have a name.
    pub names_subqueries: bool,
    /// Text types that DDL writes without a width where they have none, in lower case.
    pub widthless_texts: &'static [&'static str],
    /// A text column of a seed gets the width of its longest value, in bytes.
    pub measures_seed_texts: bool,
    /// Where values of a statement belong.
    pub placeholder: Placeholder,
    /// What gives the present time.
    pub now: &'static str,
}

impl Dialect {
    /// Standard SQL: double quotes, everything quoted.
    pub const ANSI: Self = Self {
        quote_char: '"',
        default_quoting: super::Policy::ALL,
        longest_name: None,
        replaceable: &[],
        names_subqueries: false,
        widthless_texts: &[],
        measures_seed_texts: false,
        placeholder: Placeholder::Mark,
        now: "now()",
    };

    /// The identifier in quotes, with quotes inside it doubled.
    #[must_use]
    pub fn quote(&self, identifier: &str) -> String {
        let mut quoted = String::with_capacity(identifier.len() + 2);
        self.quote_into(&mut quoted, identifier);
        quoted
    }

    /// Adds the identifier in quotes to a text.
    pub(super) fn quote_into(&self, text: &mut String, identifier: &str) {
        let quote = self.quote_char;
        text.push(quote);
        for (place, part) in identifier.split(quote).enumerate() {
            if place > 0 {
                text.extend([quote, quote]);
            }
            text.push_str(part);
        }
        text.push(quote);
    }

    /// The text as a string literal, with quotes inside it doubled.
    #[must_use]
    pub fn literal(&self, text: &str) -> String {
        format!("'{}'", text.replace('\'', "''"))
    }
}

#[cfg(test)]
mod tests {
    use super::Dialect;

    #[test]
    fn quotes_are_doubled() {
        assert_eq!(Dialect::ANSI.quote(r#"a"b"#), r#""a""b""#);
        assert_eq!(Dialect::ANSI.literal("it's"), "'it''s'");
    }
}
