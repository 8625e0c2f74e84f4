//! A column of a relation, as the warehouse describes it.

use super::Dialect;

/// A column's name and type. dbt's `Column`; the face for templates is in `objects`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Column {
    /// The name, as the warehouse stores it.
    pub name: String,
    /// The type as the warehouse tells it; dbt's `dtype`. It holds a width only
    /// where the warehouse does not tell widths apart: `VARCHAR`, `DECIMAL(18,3)`.
    pub data_type: String,
    /// Characters, for text types that have a limit.
    pub char_size: Option<u32>,
    /// Digits, for exact numbers.
    pub numeric_precision: Option<u32>,
    /// Digits after the point, for exact numbers.
    pub numeric_scale: Option<u32>,
}

/// Type names by family: standard SQL's, PostgreSQL's aliases, and the sized and
/// unsigned integers of analytical engines.
const STRINGS: &[&str] = &["text", "character varying", "character", "varchar"];
const FLOATS: &[&str] = &["real", "float4", "float", "double precision", "float8", "double"];
const EXACT: &[&str] = &["numeric", "decimal"];
const INTEGERS: &[&str] = &[
    "tinyint",
    "smallint",
    "integer",
    "bigint",
    "hugeint",
    "utinyint",
    "usmallint",
    "uinteger",
    "ubigint",
    "int1",
    "int2",
    "int4",
    "int8",
    "short",
    "int",
    "signed",
    "long",
    "smallserial",
    "serial",
    "bigserial",
    "serial2",
    "serial4",
    "serial8",
];

impl Column {
    /// A column whose type has no separate width.
    pub fn new(name: impl Into<String>, data_type: impl Into<String>) -> Self {
        Self { name: name.into(), data_type: data_type.into(), ..Self::default() }
    }

    /// The column that a name and a type such as `varchar(10)` or `numeric(18,2)` describe.
    ///
    /// # Errors
    /// The words that say which part is not a number, or that there is no type.
    pub fn from_description(name: &str, description: &str) -> Result<Self, String> {
        let (base, size) = description.split_once('(').unwrap_or((description, ""));
        if base.is_empty() {
            return Err(format!("`{description}` is not a data type"));
        }
        let mut column = Self::new(name, base);
        let number = |part: &str| {
            let parsed = part.trim().parse::<u32>();
            parsed.map_err(|_| format!("`{part}` in the data type `{description}` is not a number"))
        };
        let Some((inner, _)) = size.split_once(')') else { return Ok(column) };
        match inner.split(',').collect::<Vec<_>>().as_slice() {
            [length] => column.char_size = Some(number(length)?),
            [precision, scale] => {
                column.numeric_precision = Some(number(precision)?);
                column.numeric_scale = Some(number(scale)?);
            }
            _ => {}
        }
        Ok(column)
    }

    /// The warehouse's name for a type that projects may write in dbt's own word.
    #[must_use]
    pub fn translate_type(data_type: &str) -> &str {
        if data_type.eq_ignore_ascii_case("string") { "TEXT" } else { data_type }
    }

    /// The type of a text of at most `size` characters.
    #[must_use]
    pub fn string_type(size: impl std::fmt::Display) -> String {
        format!("character varying({size})")
    }

    /// The type as DDL writes it, with its width; dbt's `data_type`.
    #[must_use]
    pub fn type_text(&self, dialect: &Dialect) -> String {
        let is_plain = |name: &&str| self.data_type.eq_ignore_ascii_case(name);
        if self.char_size.is_none() && dialect.widthless_texts.iter().any(is_plain) {
            return self.data_type.clone();
        }
        match (self.string_size(), self.numeric_precision, self.numeric_scale) {
            (Some(size), _, _) => Self::string_type(size),
            (None, Some(precision), Some(scale)) if self.is_numeric() => {
                format!("{}({precision},{scale})", self.data_type)
            }
            _ => self.data_type.clone(),
        }
    }

    /// Whether it is a text type.
    #[must_use]
    pub fn is_string(&self) -> bool {
        self.is_one_of(STRINGS)
    }

    /// Whether it is a binary floating-point type.
    #[must_use]
    pub fn is_float(&self) -> bool {
        self.is_one_of(FLOATS)
    }

    /// Whether it is an integer type.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        self.is_one_of(INTEGERS)
    }

    /// Whether it is an exact number with digits after the point.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        self.is_one_of(EXACT)
    }

    /// Whether it is a number of any kind.
    #[must_use]
    pub fn is_number(&self) -> bool {
        self.is_integer() || self.is_numeric() || self.is_float()
    }

    fn is_one_of(&self, family: &[&str]) -> bool {
        family.iter().any(|name| self.data_type.eq_ignore_ascii_case(name))
    }

    /// The width of a text type, 256 where it is unknown (dbt's number); `None`
    /// for other types.
    #[must_use]
    pub fn string_size(&self) -> Option<u32> {
        let unlimited = self.data_type == "text";
        self.is_string().then(|| self.char_size.filter(|_| !unlimited).unwrap_or(256))
    }

    /// Whether this is a text type that becomes wide enough for `other` when it is widened.
    #[must_use]
    pub fn can_expand_to(&self, other: &Self) -> bool {
        matches!((self.string_size(), other.string_size()), (Some(own), Some(wanted)) if wanted > own)
    }

    /// Whether it is made of named fields.
    #[must_use]
    pub fn is_struct(&self) -> bool {
        self.fields_text().is_some()
    }

    /// The innermost fields of a struct, named `column.field`; any other column is alone.
    #[must_use]
    pub fn flatten(&self) -> Vec<Self> {
        let Some(fields) = self.fields_text() else { return vec![self.clone()] };
        let named = split_at_commas(fields).into_iter().filter_map(|field| field.split_once(' '));
        named
            .flat_map(|(name, data_type)| Self::new(format!("{}.{name}", self.name), data_type).flatten())
            .collect()
    }

    /// What stands between the parentheses of `STRUCT(...)`.
    fn fields_text(&self) -> Option<&str> {
        let (word, rest) = self.data_type.split_once('(')?;
        let fields = rest.strip_suffix(')')?;
        word.eq_ignore_ascii_case("struct").then_some(fields)
    }
}

/// The parts between commas that stand outside parentheses and quotes.
fn split_at_commas(text: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut start, mut parts) = (0_usize, false, 0, Vec::new());
    for (at, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(text.get(start..at).unwrap_or_default().trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default().trim());
    parts
}

#[cfg(test)]
mod tests {
    use super::{Column, Dialect};

    #[test]
    fn descriptions_are_read() {
        let check = |description: &str, type_text: &str| {
            let column = Column::from_description("a", description);
            assert_eq!(column.map(|column| column.type_text(&Dialect::ANSI)), Ok(type_text.to_owned()));
        };
        check("integer", "integer");
        check("varchar(10)", "character varying(10)");
        check("VARCHAR", "character varying(256)");
        check("numeric(18,2)", "numeric(18,2)");
        check("decimal", "decimal");
        assert!(Column::from_description("a", "varchar(x)").is_err());
        assert!(Column::from_description("a", "").is_err());
    }

    #[test]
    fn texts_without_a_width_may_stay_so() {
        let dialect = Dialect { widthless_texts: &["text", "character varying"], ..Dialect::ANSI };
        let check = |description: &str, type_text: &str| {
            let column = Column::from_description("a", description).unwrap();
            assert_eq!(column.type_text(&dialect), type_text);
        };
        check("text", "text");
        check("character varying", "character varying");
        check("varchar", "character varying(256)");
        check("character varying(10)", "character varying(10)");
        check("numeric(18,2)", "numeric(18,2)");
    }

    #[test]
    fn only_texts_grow() {
        let column = |description: &str| Column::from_description("a", description).unwrap();
        assert!(column("varchar(10)").can_expand_to(&column("varchar(20)")));
        assert!(!column("varchar(20)").can_expand_to(&column("varchar(20)")));
        assert!(!column("integer").can_expand_to(&column("varchar(20)")));
    }

    #[test]
    fn structs_flatten_to_their_innermost_fields() {
        let column = Column::new("s", "STRUCT(a DECIMAL(10,2), b STRUCT(c VARCHAR, d INTEGER[]))");
        let flat: Vec<_> = column.flatten().into_iter().map(|c| (c.name, c.data_type)).collect();
        let expected = [("s.a", "DECIMAL(10,2)"), ("s.b.c", "VARCHAR"), ("s.b.d", "INTEGER[]")];
        assert_eq!(flat, expected.map(|(name, kind)| (name.to_owned(), kind.to_owned())));
    }
}
