//! Parsed selections, not yet evaluated.

use serde_json::Value as Json;

use super::method::Method;
use crate::source::Span;

/// A selection as written.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// Every node.
    All,
    /// The nodes of one criterion.
    Criterion(Criterion),
    /// Several selections combined.
    Set(SetOperation),
}

/// Several selections combined.
#[derive(Debug, Clone, PartialEq)]
pub struct SetOperation {
    /// How.
    pub operator: Operator,
    /// What.
    pub members: Vec<Expression>,
    /// Whether tests that lacked a parent in each member alone are looked at
    /// again once the members are combined. dbt does so for flags, not for
    /// `selectors.yml`.
    pub rechecks_tests: bool,
    /// Where it was written, if people are to be warned when it gives nothing.
    pub expected: Option<Span>,
}

/// How selections are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// In any of them.
    Union,
    /// In all of them.
    Intersection,
    /// In the first and in none of the others.
    Difference,
}

/// One criterion: a method with a value, and which relatives come along.
#[derive(Debug, Clone, PartialEq)]
pub struct Criterion {
    /// Where it was written.
    pub span: Span,
    /// What is compared.
    pub method: Method,
    /// With what: a text, except for `config` in `selectors.yml`.
    pub value: Json,
    /// Whether everything that the descendants need comes along: `@`.
    pub childrens_parents: bool,
    /// Which ancestors come along.
    pub parents: Reach,
    /// Which descendants come along.
    pub children: Reach,
    /// Which tests come along, where the criterion says so itself.
    pub indirect: Option<Indirect>,
}

/// How far to go along the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Nowhere.
    None,
    /// So many steps.
    Steps(usize),
    /// To the end.
    All,
}

/// Which tests of selected nodes come along without being named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Indirect {
    /// Those with any parent selected.
    #[default]
    Eager,
    /// Those with all parents selected.
    Cautious,
    /// Those whose parents are selected or needed by what is selected.
    Buildable,
    /// None.
    Empty,
}

impl Criterion {
    /// The value as a text; empty where it is none.
    #[must_use]
    pub fn text(&self) -> &str {
        self.value.as_str().unwrap_or_default()
    }

    /// Whether it adds neither relatives nor its own rule for tests.
    pub(super) fn is_bare(&self) -> bool {
        let goes_nowhere = self.parents == Reach::None && self.children == Reach::None;
        goes_nowhere && !self.childrens_parents && self.indirect.is_none()
    }
}

impl Indirect {
    /// All of them, in the order in which help texts name them.
    pub const EVERY: [Self; 4] = [Self::Eager, Self::Cautious, Self::Buildable, Self::Empty];

    /// dbt's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Eager => "eager",
            Self::Cautious => "cautious",
            Self::Buildable => "buildable",
            Self::Empty => "empty",
        }
    }

    /// The mode that dbt's word names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|mode| mode.as_str() == word)
    }
}

impl Expression {
    /// A union that nobody is warned about.
    pub(super) fn union(members: Vec<Self>) -> Self {
        Self::set(Operator::Union, members)
    }

    /// What is in the first but not in the second.
    pub(super) fn without(self, other: Self) -> Self {
        Self::set(Operator::Difference, vec![self, other])
    }

    /// All criteria in it, in the order in which they were written.
    pub(super) fn criteria(&self) -> Vec<&Criterion> {
        match self {
            Self::All => Vec::new(),
            Self::Criterion(criterion) => vec![criterion],
            Self::Set(set) => set.members.iter().flat_map(Self::criteria).collect(),
        }
    }

    pub(super) fn set(operator: Operator, members: Vec<Self>) -> Self {
        Self::Set(SetOperation { operator, members, rechecks_tests: false, expected: None })
    }
}
