//! Tests of dbt's own whose needs are known without a render.
//!
//! `unique` and `not_null` are not rendered by dbt either. It renders `accepted_values` and
//! `relationships`, but what comes of it is always the same where only macros that come with the
//! program take part, and plain arguments: one that calls `ref` or `source` needs what it names,
//! `model` calls the macro that reads a table under a `where` besides, and the test's own macro
//! calls only what has its place in the program. The text that it writes is thrown away. What the
//! entry configures is noted a second time, as its `config()` call would do.
//!
//! Of other tests, only such arguments are known.
//!
//! Which macros take part is a matter of the package alone. A name that their texts speak of may
//! mean another macro there; then, and where an argument or a setting is anything but plain, the
//! test is rendered.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::argument::asked_for;
use super::code::is_read_back;
use crate::manifest::macros::BUILTIN_PACKAGE;
use crate::manifest::properties::ResourceCall;
use crate::template::{Forms, Library, MacroInfo, spoken_names};

/// The macro that `model` among the arguments calls.
const WHERE_MACRO: &str = "get_where_subquery";

/// The unique id of the one that comes with the program.
pub(in crate::manifest) const OWN_WHERE_MACRO: &str = "macro.dbt.get_where_subquery";

/// What a test needs, where that is known without a render.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::manifest) enum Known {
    /// The test is not rendered: it reads what it stands below, and configures nothing.
    Unread(ResourceCall),
    /// The render would note these, which the arguments name in this order, the macro that
    /// `model` calls, and what the entry configures.
    Rendered(Vec<ResourceCall>),
}

/// A test of dbt's own that dbt renders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OwnTest {
    AcceptedValues,
    Relationships,
}

impl OwnTest {
    const ALL: [Self; 2] = [Self::AcceptedValues, Self::Relationships];

    fn macro_name(self) -> &'static str {
        match self {
            Self::AcceptedValues => "test_accepted_values",
            Self::Relationships => "test_relationships",
        }
    }

    /// The arguments without which the macro works with nothing.
    fn needed(self) -> &'static [&'static str] {
        match self {
            Self::AcceptedValues => &["model", "column_name", "values"],
            Self::Relationships => &["model", "column_name", "to", "field"],
        }
    }

    /// Whether the macro takes such an argument, whatever the value says.
    fn takes(self, name: &str, value: &Json) -> bool {
        match (self, name, value) {
            (_, "model" | "column_name", Json::String(_))
            | (Self::AcceptedValues, "quote", Json::Bool(_))
            | (Self::Relationships, "to" | "field", Json::String(_)) => true,
            (Self::AcceptedValues, "values", Json::Array(items)) => {
                items.iter().all(|item| !item.is_array() && !item.is_object())
            }
            _ => false,
        }
    }

    /// What the arguments name, where the macro takes them all and none has to be rendered.
    fn calls(self, kwargs: &Map<String, Json>) -> Option<Vec<ResourceCall>> {
        let is_whole = self.needed().iter().all(|name| kwargs.contains_key(*name));
        if !is_whole || !kwargs.iter().all(|(name, value)| self.takes(name, value)) {
            return None;
        }
        let mut calls = Vec::new();
        // dbt: the column's name is never rendered.
        for (name, value) in kwargs.iter().filter(|(name, _)| *name != "column_name") {
            match value {
                Json::String(model) if name == "model" => calls.extend(asked_for(tested(model)?)?),
                Json::String(text) => calls.extend(asked_for(text)?),
                Json::Array(items) => {
                    for text in items.iter().filter_map(Json::as_str) {
                        calls.extend(asked_for(text)?);
                    }
                }
                _ => {}
            }
        }
        Some(calls)
    }
}

/// What of data tests is known without a render, package by package.
#[derive(Debug)]
pub(in crate::manifest) struct KnownTests<'a>(HashMap<&'a str, InPackage>);

/// What is known in the files of one package.
#[derive(Debug)]
struct InPackage {
    /// Whether the macro that `model` calls, and `ref` and `source`, are those of the program.
    knows_calls: bool,
    /// The tests in which no other macro takes part.
    tests: Vec<OwnTest>,
}

impl<'a> KnownTests<'a> {
    /// What is known in these packages.
    pub(in crate::manifest) fn of(library: &Library, packages: impl IntoIterator<Item = &'a str>) -> Self {
        let of_package = |package: &'a str| {
            let knows_calls = with_implementation(library, WHERE_MACRO, package)
                .is_some_and(|macros| !is_any_replaced(library, macros, package));
            let is_known = |test: &OwnTest| knows_calls && is_built_in(library, *test, package);
            (package, InPackage { knows_calls, tests: OwnTest::ALL.into_iter().filter(is_known).collect() })
        };
        Self(packages.into_iter().map(of_package).collect())
    }

    /// Whether arguments that call `ref` or `source` come to what they always do, see [`named`].
    pub(in crate::manifest) fn knows_calls(&self, package: &str) -> bool {
        self.0.get(package).is_some_and(|known| known.knows_calls)
    }

    /// What a test of `package` needs that calls the macro `info` with these arguments.
    pub(in crate::manifest) fn rendered(
        &self,
        (info, package): (&MacroInfo, &str),
        (kwargs, forms): (&Map<String, Json>, &Forms),
        settings: &Map<String, Json>,
    ) -> Option<Known> {
        let known = &self.0.get(package)?.tests;
        let test = known.iter().find(|test| is_own(info) && info.name == test.macro_name())?;
        if !forms.is_empty() || !settings.iter().all(|(key, value)| is_read_back(key, value)) {
            return None;
        }
        Some(Known::Rendered(test.calls(kwargs)?))
    }
}

/// What a text among the arguments names, and whether it calls the macro that reads a table under
/// a `where`. Its render gives what every `ref` and `source` gives: no setting is known yet.
pub(in crate::manifest) fn named(text: &str) -> Option<(ResourceCall, bool)> {
    let inside = tested(text);
    let call = asked_for(inside.unwrap_or(text))?.pop()?;
    Some((call, inside.is_some()))
}

/// What the argument `model` reads: the inside of what is generated for it.
pub(in crate::manifest) fn tested(model: &str) -> Option<&str> {
    model.strip_prefix("{{ get_where_subquery(")?.strip_suffix(") }}")
}

/// Whether nothing but the program's own macros takes part in a test of this package, whose
/// arguments are known.
fn is_built_in(library: &Library, test: OwnTest, package: &str) -> bool {
    let Some(macros) = with_implementation(library, test.macro_name(), package) else { return false };
    let reached = library.reached_from(macros.into_iter().chain(library.find(WHERE_MACRO, package)));
    reached.values().all(|info| info.is_internal) && !is_any_replaced(library, macros, package)
}

/// The program's own macro of this name and the one that it dispatches to, where both are what
/// the name means in this package.
fn with_implementation<'l>(library: &'l Library, name: &str, package: &str) -> Option<[&'l MacroInfo; 2]> {
    let named = library.find(name, package).filter(|info| is_own(info))?;
    let found = library.find_dispatched(name, Some(BUILTIN_PACKAGE), package).ok()?;
    let is_default = is_own(found) && found.name.strip_prefix("default__") == Some(name);
    is_default.then_some([named, found])
}

/// Whether a name that these macros speak of, or `ref` or `source`, means another macro or a
/// package in a text of this package.
fn is_any_replaced(library: &Library, macros: [&MacroInfo; 2], package: &str) -> bool {
    let is_replaced = |name: &str| {
        library.find(name, package).is_some_and(|info| !is_own(info))
            || library.package_names().any(|package| package == name)
    };
    let spoken = macros.into_iter().flat_map(|info| spoken_names(info.source()));
    spoken.chain(["ref", "source"]).any(is_replaced)
}

fn is_own(info: &MacroInfo) -> bool {
    info.is_internal && info.package == BUILTIN_PACKAGE
}
