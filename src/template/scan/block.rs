//! What a file declares.

use crate::source::Span;

/// One top-level `{% … %} … {% end… %}` declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it declares.
    pub kind: BlockKind,
    /// The declared name, as written.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// The whole declaration, tags included.
    pub span: Span,
    /// What stands between the tags.
    pub body: Span,
    /// The parameters of a macro or test.
    pub arguments: Vec<Argument>,
}

/// What a block declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockKind {
    /// `{% macro name(..) %}`.
    Macro,
    /// `{% test name(..) %}` or `{% data_test name(..) %}`: a generic test.
    Test,
    /// `{% materialization name, adapter='..' %}`.
    Materialization {
        /// The adapter it is for; `None` for `default`.
        adapter: Option<String>,
        /// `supported_languages`; `["sql"]` where it says nothing.
        languages: Vec<String>,
    },
    /// `{% snapshot name %}`.
    Snapshot,
    /// `{% docs name %}`.
    Docs,
}

impl BlockKind {
    /// The word in the opening tag.
    #[must_use]
    pub fn tag(&self) -> &'static str {
        match self {
            Self::Macro => "macro",
            Self::Test => "test",
            Self::Materialization { .. } => "materialization",
            Self::Snapshot => "snapshot",
            Self::Docs => "docs",
        }
    }
}

/// One parameter of a macro or test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its type annotation, as written.
    pub data_type: Option<String>,
    /// Its default, as written.
    pub default: Option<String>,
}
