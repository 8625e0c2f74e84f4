//! In which packages a name is looked for.

use crate::project::Project;

/// The order of packages in which `ref`, `source`, `function`, `metric`, `doc` and names in
/// semantic definitions are searched.
#[derive(Debug, Clone, Default)]
pub struct SearchOrder {
    root: String,
    own_first: bool,
}

impl SearchOrder {
    /// The root package is searched before the own one.
    #[must_use]
    pub fn from_root(root: &str) -> Self {
        Self { root: root.to_owned(), own_first: false }
    }

    /// The order in this project: the flag `require_ref_searches_node_package_before_root`
    /// lets a package find its own first.
    #[must_use]
    pub fn of(project: &Project) -> Self {
        Self {
            own_first: project.flags.is_on("require_ref_searches_node_package_before_root"),
            ..Self::from_root(&project.root_package().name)
        }
    }

    /// The root package.
    #[must_use]
    pub fn root(&self) -> &str {
        &self.root
    }

    /// Whether a package finds its own before those of the root.
    #[must_use]
    pub fn is_own_first(&self) -> bool {
        self.own_first
    }

    /// Where something in the package `own` looks for a name; `None` is all packages.
    /// Where it names a package, only there.
    pub fn packages<'a>(
        &'a self,
        named: Option<&'a str>,
        own: &'a str,
    ) -> impl Iterator<Item = Option<&'a str>> + Clone {
        let root = self.root.as_str();
        let (first, second) = if self.own_first { (own, root) } else { (root, own) };
        let order = match named {
            Some(named) => [Some(Some(named)), None, None],
            None => [Some(Some(first)), Some(Some(second)), Some(None)],
        };
        order.into_iter().flatten()
    }
}
