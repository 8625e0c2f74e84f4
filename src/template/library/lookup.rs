//! Which macro a name means.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use foldhash::{HashMap, HashMapExt as _};

use super::builder::LibraryBuilder;
use super::info::{MacroInfo, MaterializationFound};
use crate::template::calls::MacroCall;

/// The name that stands for all internal packages together.
const INTERNAL_NAMESPACE: &str = "dbt";

/// The macros of all packages. Immutable, shared by all threads.
#[derive(Debug)]
pub struct Library {
    root: String,
    macros: Vec<MacroInfo>,
    packages: HashMap<String, Package>,
    internal_macros: HashMap<String, usize>,
    /// The last macro of each name that is not internal.
    imported: HashMap<String, usize>,
    /// Which macros each macro's body names, once that was asked.
    named: Vec<OnceLock<Vec<usize>>>,
    rules: Rules,
}

/// What the root project decides about where macros are sought.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) adapter_kinds: Vec<String>,
    pub(super) search_orders: BTreeMap<String, Vec<String>>,
    pub(super) packages_replace_builtins: bool,
}

/// The macros of one package, by name.
#[derive(Debug, Default)]
pub(crate) struct Package {
    pub(crate) macros: HashMap<String, usize>,
}

impl Library {
    /// Starts a library for the root project of this name.
    pub fn builder(root: &str) -> LibraryBuilder {
        LibraryBuilder::new(root)
    }

    pub(super) fn new(
        root: String,
        macros: Vec<MacroInfo>,
        packages: HashMap<String, Package>,
        internal: &[String],
        rules: Rules,
    ) -> Self {
        let mut internal_macros = HashMap::new();
        for package in internal.iter().rev().filter_map(|name| packages.get(name)) {
            internal_macros.extend(package.macros.iter().map(|(name, index)| (name.clone(), *index)));
        }
        let places = macros.iter().enumerate().filter(|(_, info)| !info.is_internal);
        let imported = places.map(|(place, info)| (info.name.clone(), place)).collect();
        let named = macros.iter().map(|_| OnceLock::new()).collect();
        Self { root, macros, packages, internal_macros, imported, named, rules }
    }

    /// The root project's name.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// All macros: in the order in which they were added.
    pub fn macros(&self) -> impl Iterator<Item = &MacroInfo> {
        self.macros.iter()
    }

    /// The macro that an unqualified name means in a node of `from_package`.
    pub fn find(&self, name: &str, from_package: &str) -> Option<&MacroInfo> {
        self.find_in_projects(name, from_package).or_else(|| self.find_internal(name))
    }

    /// As [`Library::find`], but not among the internal packages.
    pub(crate) fn find_in_projects(&self, name: &str, from_package: &str) -> Option<&MacroInfo> {
        let own = self.find_in(from_package, name).filter(|found| !found.is_internal);
        own.or_else(|| self.find_in(&self.root, name))
    }

    /// The macro of this name in the internal packages.
    pub(crate) fn find_internal(&self, name: &str) -> Option<&MacroInfo> {
        self.macro_at(*self.internal_macros.get(name)?)
    }

    /// The macro `package.name`; `dbt` stands for all internal packages.
    pub fn find_in(&self, package: &str, name: &str) -> Option<&MacroInfo> {
        if package == INTERNAL_NAMESPACE {
            return self.find_internal(name);
        }
        self.find_exactly_in(package, name)
    }

    /// The macro of this name in this very package: `dbt` is none but the one of that name.
    fn find_exactly_in(&self, package: &str, name: &str) -> Option<&MacroInfo> {
        self.macro_at(*self.packages.get(package)?.macros.get(name)?)
    }

    /// The macro that `adapter.dispatch(name, namespace)` means.
    ///
    /// dbt: for each package of the namespace's search order (the `dispatch:`
    /// entry; else root project and namespace; else the usual order), the
    /// adapter's kinds and then `default` are tried as prefixes.
    ///
    /// # Errors
    /// There is none: the names that were sought, in order.
    pub fn find_dispatched(
        &self,
        name: &str,
        namespace: Option<&str>,
        from_package: &str,
    ) -> Result<&MacroInfo, Vec<String>> {
        let mut sought = Vec::new();
        for package in self.search_packages(namespace) {
            for prefix in self.prefixes() {
                let full = format!("{prefix}__{name}");
                let found = match package {
                    Some(package) => self.find_in(package, &full),
                    None => self.find(&full, from_package),
                };
                if let Some(found) = found {
                    return Ok(found);
                }
                sought.push(package.map_or_else(|| full.clone(), |package| format!("{package}.{full}")));
            }
        }
        Err(sought)
    }

    /// The macro that a dispatch without a namespace means in a generic test, where it is
    /// among those that the test's macro reaches.
    pub fn find_dispatched_in_test(&self, name: &str, test_macro: &str) -> Option<&MacroInfo> {
        let reached = self.reached_from(self.by_unique_id(test_macro));
        let named = |full: &str| {
            let found = reached.values().copied().filter(|info| info.name == full);
            found.min_by_key(|info| info.index)
        };
        self.prefixes().find_map(|prefix| named(&format!("{prefix}__{name}")))
    }

    /// The macro that dbt notes for a dispatch. Without a namespace it is the root project's,
    /// whatever is found once the dispatch is made.
    fn named_by_dispatch(&self, name: &str, namespace: Option<&str>, package: &str) -> Option<&MacroInfo> {
        if namespace.is_none() {
            let in_root = self.find_dispatched(name, None, &self.root).ok();
            return in_root
                .filter(|info| !info.is_internal)
                .or_else(|| self.find_dispatched(name, None, package).ok());
        }
        self.find_dispatched(name, namespace, package).ok()
    }

    fn prefixes(&self) -> impl Iterator<Item = &str> {
        self.rules.adapter_kinds.iter().map(String::as_str).chain(["default"])
    }

    /// The packages that a dispatch searches; `None` stands for the usual order.
    fn search_packages<'a>(&'a self, namespace: Option<&'a str>) -> Vec<Option<&'a str>> {
        let Some(namespace) = namespace else { return vec![None] };
        if let Some(order) = self.rules.search_orders.get(namespace).filter(|order| !order.is_empty()) {
            return order.iter().map(|package| Some(package.as_str())).collect();
        }
        // dbt: among the packages of a project are those that come with the program.
        if self.packages.contains_key(namespace) {
            return vec![Some(&self.root), Some(namespace)];
        }
        vec![None]
    }

    /// Whether a package's materialization replaces a built-in one.
    pub fn packages_replace_builtins(&self) -> bool {
        self.rules.packages_replace_builtins
    }

    /// The macro that implements a materialization for this adapter.
    ///
    /// dbt: the more specific adapter wins, then root project over package over
    /// built-in. A package replaces a built-in one only where the root project
    /// re-exports it, or allows it: [`LibraryBuilder::packages_replace_builtins`].
    pub fn materialization(&self, name: &str) -> Option<MaterializationFound<'_>> {
        let mut candidates = Vec::new();
        for prefix in self.prefixes() {
            let full = format!("materialization_{name}_{prefix}");
            let root = self.find_in(&self.root, &full);
            let internal = self.find_internal(&full);
            candidates.extend(root.into_iter().chain(self.find_imported(&full)).chain(internal));
        }
        let is_free =
            self.rules.packages_replace_builtins || !candidates.iter().any(|found| found.is_internal);
        let allowed = |found: &&MacroInfo| is_free || found.is_internal || found.package == self.root;
        let info = candidates.into_iter().find(allowed)?;
        Some(MaterializationFound { info, is_builtin: info.is_internal })
    }

    /// The first macro of this name in a package that is not the root project.
    fn find_imported(&self, name: &str) -> Option<&MacroInfo> {
        let named = self.packages.values().filter_map(|package| self.macro_at(*package.macros.get(name)?));
        named.filter(|found| !found.is_internal && found.package != self.root).min_by_key(|found| found.index)
    }

    /// The macros that a macro's body names, each once, without itself: what
    /// `depends_on.macros` of the manifest holds.
    pub fn depends_on(&self, info: &MacroInfo) -> Vec<&MacroInfo> {
        let found = self.named.get(info.index).map(|named| named.get_or_init(|| self.names_of(info)));
        found.into_iter().flatten().filter_map(|index| self.macro_at(*index)).collect()
    }

    fn names_of(&self, info: &MacroInfo) -> Vec<usize> {
        // dbt: a macro that calls itself behind a dot is among them.
        let names_itself = |call: &MacroCall| matches!(call, MacroCall::Direct { package: Some(_), name } if *name == info.name);
        let calls_itself = info.calls.iter().any(names_itself);
        let mut found = self.named_by(&info.calls, &info.package);
        found.retain(|found| found.index != info.index || calls_itself);
        found.into_iter().map(|found| found.index).collect()
    }

    /// The macros of `start` and all that they name, directly or not, by their unique ids.
    pub fn reached_from<'a>(
        &'a self,
        start: impl IntoIterator<Item = &'a MacroInfo>,
    ) -> HashMap<&'a str, &'a MacroInfo> {
        let mut open: Vec<&MacroInfo> = start.into_iter().collect();
        let mut found: HashMap<&str, &MacroInfo> = HashMap::new();
        while let Some(next) = open.pop() {
            if found.insert(&next.unique_id, next).is_none() {
                open.extend(self.depends_on(next));
            }
        }
        found
    }

    /// The macro of this unique id.
    pub fn by_unique_id(&self, unique_id: &str) -> Option<&MacroInfo> {
        let (package, name) = unique_id.strip_prefix("macro.")?.split_once('.')?;
        self.find_exactly_in(package, name)
    }

    /// The macros that `calls`, written in a text of `package`, mean; each once.
    ///
    /// dbt's static rule differs from its rule at run time: a macro of any
    /// package may be meant by its bare name, and by the name of a method.
    pub fn named_by<'a>(&'a self, calls: &[MacroCall], package: &str) -> Vec<&'a MacroInfo> {
        let mut found: Vec<&MacroInfo> = Vec::new();
        for call in calls {
            let named = match call {
                MacroCall::Direct { package: Some(package), name } => vec![self.find_anywhere(name, package)],
                // dbt: also where a project has macros of these names.
                MacroCall::Direct { package: None, name }
                    if matches!(name.as_str(), "ref" | "source" | "config") =>
                {
                    vec![]
                }
                MacroCall::Direct { package: None, name } => vec![self.find_anywhere(name, package)],
                MacroCall::Dispatched { name, namespace } => vec![
                    self.find_anywhere(name, package),
                    self.named_by_dispatch(name, namespace.as_deref(), package),
                ],
            };
            for info in named.into_iter().flatten() {
                if !found.iter().any(|known| known.index == info.index) {
                    found.push(info);
                }
            }
        }
        found
    }

    /// The name that a literal dispatch of a macro asks for, and the names that were
    /// sought, where no macro of any package answers to it.
    pub fn unanswered<'a>(&self, call: &'a MacroCall, by: &MacroInfo) -> Option<(&'a str, Vec<String>)> {
        let MacroCall::Dispatched { name, namespace } = call else { return None };
        let sought = self.find_dispatched(name, namespace.as_deref(), &by.package).err()?;
        let bare = sought.iter().filter(|sought| !sought.contains('.'));
        let is_somewhere = bare.into_iter().any(|bare| self.find_anywhere(bare, &by.package).is_some());
        (!is_somewhere).then_some((name, sought))
    }

    /// The macro of this name that dbt notes while it reads a text of `package`: that package's,
    /// the root project's, any other's, or one that comes with the program. dbt: other than at
    /// run time, `dbt.name` is what dbt itself has before what the adapter has.
    pub fn find_anywhere(&self, name: &str, package: &str) -> Option<&MacroInfo> {
        let imported = || self.macro_at(*self.imported.get(name)?);
        self.find_exactly_in(package, name)
            .or_else(|| self.find_in(&self.root, name))
            .or_else(imported)
            .or_else(|| self.find_internal(name))
    }

    /// The names that can stand before the dot of `package.name(..)`.
    pub(crate) fn package_names(&self) -> impl Iterator<Item = &str> {
        let others = self.packages.keys().map(String::as_str).filter(|name| *name != INTERNAL_NAMESPACE);
        others.chain([INTERNAL_NAMESPACE])
    }

    /// The names that can be called without a package in a node of `package`.
    pub(crate) fn visible_names<'a>(&'a self, package: &str) -> impl Iterator<Item = &'a str> {
        let own = self.packages.get(package);
        let root = self.packages.get(&self.root);
        let names = own.into_iter().chain(root).flat_map(|package| package.macros.keys());
        names.chain(self.internal_macros.keys()).map(String::as_str)
    }

    /// The names that can stand after `package.`.
    pub(crate) fn names_in<'a>(&'a self, package: &str) -> Vec<&'a str> {
        if package == INTERNAL_NAMESPACE {
            return self.internal_macros.keys().map(String::as_str).collect();
        }
        self.packages
            .get(package)
            .map(|package| package.macros.keys().map(String::as_str).collect())
            .unwrap_or_default()
    }

    /// The macro at this place.
    pub(crate) fn macro_at(&self, index: usize) -> Option<&MacroInfo> {
        self.macros.get(index)
    }
}
