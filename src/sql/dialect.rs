//! How a warehouse writes names, literals and types. Data, not code: an adapter states it.

/// The lexical rules of a warehouse's SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// The character around a quoted identifier; doubled inside it.
    pub quote_char: char,
    /// Which name parts are quoted unless a project says otherwise.
    pub default_quoting: super::Policy,
    /// A text type without a width is written without one; elsewhere dbt gives
    /// it 256 characters.
    pub unsized_texts: bool,
}

impl Dialect {
    /// Standard SQL: double quotes, everything quoted.
    pub const ANSI: Self =
        Self { quote_char: '"', default_quoting: super::Policy::ALL, unsized_texts: false };

    /// The identifier in quotes, with quotes inside it doubled.
    #[must_use]
    pub fn quote(&self, identifier: &str) -> String {
        let quote = self.quote_char;
        let inner = identifier.replace(quote, &format!("{quote}{quote}"));
        format!("{quote}{inner}{quote}")
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
