//! Tests of dbt's own whose needs are known without a render.
//!
//! `unique` and `not_null` are not rendered by dbt either. It renders `accepted_values` and
//! `relationships`, but what comes of it is always the same where only macros that come with the
//! program take part, and plain arguments: one that calls `ref` or `source` needs what it names,
//! `model` calls the macro that reads a table under a `where` besides, and the test's own macro
//! calls only what has its place in the program. The text that it writes is thrown away. What the
//! entry configures is noted a second time, as its `config()` call would do.
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

/// What a test needs, where that is known without a render.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::manifest) enum Known {
    /// The test is not rendered: it reads what it stands below, and configures nothing.
    Unread(ResourceCall),
    /// The render would note these, the macro of `model`, and what the entry configures.
    Rendered {
        /// What the arguments name, in their order.
        calls: Vec<ResourceCall>,
        /// The macro that `model` calls, by its unique id.
        where_macro: String,
    },
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

/// The tests whose needs are known, package by package.
#[derive(Debug)]
pub(in crate::manifest) struct KnownTests<'a>(HashMap<&'a str, Vec<OwnTest>>);

impl<'a> KnownTests<'a> {
    /// Those of these packages.
    pub(in crate::manifest) fn of(library: &Library, packages: impl IntoIterator<Item = &'a str>) -> Self {
        let of_package = |package: &'a str| {
            let known = OwnTest::ALL.into_iter().filter(|test| is_built_in(library, *test, package));
            (package, known.collect())
        };
        Self(packages.into_iter().map(of_package).collect())
    }

    /// What a test of `package` needs that calls the macro `info` with these arguments.
    pub(in crate::manifest) fn rendered(
        &self,
        (info, package): (&MacroInfo, &str),
        (kwargs, forms): (&Map<String, Json>, &Forms),
        settings: &Map<String, Json>,
    ) -> Option<Known> {
        let known = self.0.get(package)?;
        let test = known.iter().find(|test| is_own(info) && info.name == test.macro_name())?;
        if !forms.is_empty() || !settings.iter().all(|(key, value)| is_read_back(key, value)) {
            return None;
        }
        let where_macro = format!("macro.{BUILTIN_PACKAGE}.{WHERE_MACRO}");
        Some(Known::Rendered { calls: test.calls(kwargs)?, where_macro })
    }
}

/// What the argument `model` reads: the inside of what is generated for it.
pub(in crate::manifest) fn tested(model: &str) -> Option<&str> {
    model.strip_prefix("{{ get_where_subquery(")?.strip_suffix(") }}")
}

/// Whether nothing but the program's own macros takes part in a test of this package.
fn is_built_in(library: &Library, test: OwnTest, package: &str) -> bool {
    let named = |name: &str| library.find(name, package).filter(|info| is_own(info));
    let implementation = |name: &str| {
        let found = library.find_dispatched(name, Some(BUILTIN_PACKAGE), package).ok();
        found.filter(|info| is_own(info) && info.name.strip_prefix("default__") == Some(name))
    };
    let with_implementation = |name: &str| Some([named(name)?, implementation(name)?]);
    let (Some(of_test), Some(of_model)) =
        (with_implementation(test.macro_name()), with_implementation(WHERE_MACRO))
    else {
        return false;
    };
    let all = || of_test.into_iter().chain(of_model);
    let spoken = all().flat_map(|info| spoken_names(info.source())).chain(["ref", "source"]);
    let is_replaced = |name: &str| {
        library.find(name, package).is_some_and(|info| !is_own(info))
            || library.package_names().any(|package| package == name)
    };
    library.reached_from(all()).values().all(|info| info.is_internal) && !spoken.into_iter().any(is_replaced)
}

fn is_own(info: &MacroInfo) -> bool {
    info.is_internal && info.package == BUILTIN_PACKAGE
}
