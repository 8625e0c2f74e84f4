//! What is looked at of every node, be it wanted or not.

use std::fmt;

use super::table::Row;
use crate::manifest::{Node, NodeId, NodeKind, ResourceType};
use crate::source::FileId;

/// The part of a node that graphs and selections look at, of every node of a project.
#[derive(Clone, Copy)]
pub struct Outline<'a>(Of<'a>);

#[derive(Clone, Copy)]
enum Of<'a> {
    Node(&'a Node),
    Row(Row<'a>),
}

impl<'a> Outline<'a> {
    /// The outline of a node.
    #[must_use]
    pub fn of(node: &'a Node) -> Self {
        Self(Of::Node(node))
    }

    /// An outline that was kept.
    pub(super) fn kept(row: Row<'a>) -> Self {
        Self(Of::Row(row))
    }

    /// Its identity.
    #[must_use]
    pub fn unique_id(&self) -> &'a str {
        match self.0 {
            Of::Node(node) => node.unique_id.as_str(),
            Of::Row(row) => row.unique_id(),
        }
    }

    /// [`Node::name`].
    #[must_use]
    pub fn name(&self) -> &'a str {
        match self.0 {
            Of::Node(node) => &node.name,
            Of::Row(row) => row.name(),
        }
    }

    /// The package that it belongs to.
    #[must_use]
    pub fn package(&self) -> &'a str {
        match self.0 {
            Of::Node(node) => &node.package,
            Of::Row(row) => row.package(),
        }
    }

    /// Package, folders, name: [`Node::fqn`].
    #[must_use]
    pub fn fqn(&self) -> Vec<&'a str> {
        match self.0 {
            Of::Node(node) => node.fqn.iter().map(String::as_str).collect(),
            Of::Row(row) => row.fqn(),
        }
    }

    /// Path from the package root.
    #[must_use]
    pub fn original_file_path(&self) -> &'a str {
        match self.0 {
            Of::Node(node) => &node.origin.original_file_path,
            Of::Row(row) => row.original_file_path(),
        }
    }

    /// The property file that describes it.
    #[must_use]
    pub fn patch_path(&self) -> Option<&'a str> {
        match self.0 {
            Of::Node(node) => node.origin.patch_path.as_deref(),
            Of::Row(row) => row.patch_path(),
        }
    }

    /// The file that defines it.
    #[must_use]
    pub fn file(&self) -> FileId {
        match self.0 {
            Of::Node(node) => node.origin.span.file,
            Of::Row(row) => row.file(),
        }
    }

    /// dbt's `resource_type`.
    #[must_use]
    pub fn resource_type(&self) -> ResourceType {
        match self.0 {
            Of::Node(node) => node.kind.resource_type(),
            Of::Row(row) => row.resource_type(),
        }
    }

    /// Whether it is of a sort.
    #[must_use]
    pub fn is(&self, sort: Sort) -> bool {
        match self.0 {
            Of::Node(node) => sort.holds(node),
            Of::Row(row) => row.sorts() & sort.bit() != 0,
        }
    }

    /// The bits of its sorts.
    pub(super) fn sorts(&self) -> u32 {
        match self.0 {
            Of::Node(node) => Sort::bits(node),
            Of::Row(row) => row.sorts(),
        }
    }

    /// What it needs: [`crate::manifest::DependsOn::nodes`].
    #[must_use]
    pub fn needs(&self) -> &'a [NodeId] {
        match self.0 {
            Of::Node(node) => &node.depends_on.nodes,
            Of::Row(row) => row.needs(),
        }
    }
}

impl PartialEq for Outline<'_> {
    fn eq(&self, other: &Self) -> bool {
        let paths = |it: &Self| (it.original_file_path(), it.patch_path(), it.file());
        let names = |it: &Self| (it.unique_id(), it.name(), it.package());
        names(self) == names(other)
            && paths(self) == paths(other)
            && self.resource_type() == other.resource_type()
            && self.sorts() == other.sorts()
            && self.needs() == other.needs()
            && self.fqn() == other.fqn()
    }
}

impl fmt::Debug for Outline<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sorts: Vec<Sort> = Sort::EVERY.into_iter().filter(|sort| self.is(*sort)).collect();
        f.debug_struct("Outline")
            .field("unique_id", &self.unique_id())
            .field("name", &self.name())
            .field("package", &self.package())
            .field("fqn", &self.fqn())
            .field("original_file_path", &self.original_file_path())
            .field("patch_path", &self.patch_path())
            .field("file", &self.file())
            .field("resource_type", &self.resource_type())
            .field("sorts", &sorts)
            .field("needs", &self.needs())
            .finish()
    }
}

/// What tells nodes of one type apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A data test that was made of a macro.
    GenericTest,
    /// A model of several versions.
    Versioned,
    /// A model that is to be gone one day.
    Deprecated,
    /// A model that says that it has a row for each day, or the like.
    TimeSpine,
    /// A model that is for its own group alone.
    Private,
    /// A data test whose arguments stand beside `config:`.
    BareArguments,
    /// A data test with an argument `arguments`.
    OwnArguments,
    /// A data test some of whose configuration stands beside `config:`.
    BareConfig,
}

impl Sort {
    pub(super) const EVERY: [Self; 8] = [
        Self::GenericTest,
        Self::Versioned,
        Self::Deprecated,
        Self::TimeSpine,
        Self::Private,
        Self::BareArguments,
        Self::OwnArguments,
        Self::BareConfig,
    ];

    pub(in crate::manifest) fn holds(self, node: &Node) -> bool {
        match (self, &node.kind) {
            (Self::GenericTest, NodeKind::Test(test)) => test.generic.is_some(),
            (Self::Versioned, NodeKind::Model(model)) => model.version.is_some(),
            (Self::Deprecated, NodeKind::Model(model)) => model.deprecation_date.is_some(),
            (Self::TimeSpine, NodeKind::Model(model)) => model.time_spine.is_some(),
            (Self::Private, NodeKind::Model(_)) => node.config.text("access") == Some("private"),
            (_, NodeKind::Test(test)) => test.old_forms.iter().any(|form| form.sort() == self),
            _ => false,
        }
    }

    /// The bits of those that a node is of.
    pub(super) fn bits(node: &Node) -> u32 {
        Self::EVERY.into_iter().filter(|sort| sort.holds(node)).fold(0, |bits, sort| bits | sort.bit())
    }

    /// The bit that stands for it.
    pub(super) fn bit(self) -> u32 {
        1 << self as u32
    }
}
