use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Library, LibraryBuilder, MacroInfo};
use crate::source::SourceMap;
use crate::template::scan::{Holds, scan};

fn library(files: &[(&str, &str)], orders: &[(&str, &[&str])]) -> Library {
    let (library, diagnostics) = builder(files, orders).build();
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    library
}

/// Packages named `dbt…` are internal.
fn builder(files: &[(&str, &str)], orders: &[(&str, &[&str])]) -> LibraryBuilder {
    let sources = SourceMap::new();
    let orders: BTreeMap<String, Vec<String>> = orders
        .iter()
        .map(|(name, order)| ((*name).to_owned(), order.iter().map(|s| (*s).to_owned()).collect()))
        .collect();
    let mut builder =
        Library::builder("root").adapter_kinds(["duckdb"]).search_orders(orders).package("bare");
    for (package, text) in files {
        let file = sources.add(*package, *text);
        for block in scan(&file, Holds::Macros).blocks {
            if package.starts_with("dbt") {
                builder.internal(package, &file, block);
            } else {
                builder.add(package, &file, block);
            }
        }
    }
    builder
}

fn empty_macros(names: &[&str]) -> String {
    let one = |name: &&str| format!("{{% macro {name}() %}}{{% endmacro %}}");
    names.iter().map(one).collect::<Vec<_>>().concat()
}

#[test]
fn what_an_adapter_descends_from_is_asked_after_it() {
    let child = empty_macros(&["child__own", "shared"]);
    let parent = empty_macros(&["parent__own", "parent__inherited", "shared", "told"])
        + "{% materialization heap, adapter='parent' %}{% endmaterialization %}";
    let core = empty_macros(&["default__own", "default__inherited", "default__plain", "shared", "told"])
        + "{% materialization heap, default %}{% endmaterialization %}";
    let files = [("dbt_child", &*child), ("dbt_parent", &*parent), ("dbt", &*core)];
    let (library, _) = builder(&files, &[]).adapter_kinds(["child", "parent"]).build();
    let dispatched = |name: &str| library.find_dispatched(name, Some("dbt"), "root");
    let found = |name: &str| dispatched(name).map(|found| found.unique_id.clone()).unwrap_or_default();
    assert_eq!(found("own"), "macro.dbt_child.child__own");
    assert_eq!(found("inherited"), "macro.dbt_parent.parent__inherited");
    assert_eq!(found("plain"), "macro.dbt.default__plain");
    let sought = "root.child__none root.parent__none root.default__none \
                  dbt.child__none dbt.parent__none dbt.default__none";
    assert_eq!(dispatched("none").unwrap_err().join(" "), sought);
    let named = |name: &str| library.find(name, "root").map(|found| found.package.as_str());
    assert_eq!((named("shared"), named("told")), (Some("dbt_child"), Some("dbt_parent")));
    let heap = library.materialization("heap").map(|found| found.info.name.as_str());
    assert_eq!(heap, Some("materialization_heap_parent"));
}

#[test]
fn dispatch_follows_search_orders() {
    let root = empty_macros(&["default__a", "default__b"]);
    let pkg = empty_macros(&["duckdb__a", "default__b", "default__c"]);
    let shim = empty_macros(&["default__c", "duckdb__core"]);
    let core = empty_macros(&["default__core", "default__a"]);
    let files = [("root", &*root), ("pkg", &*pkg), ("shim", &*shim), ("dbt", &*core)];
    let library = library(&files, &[("pkg", &["shim", "pkg"]), ("dbt", &["shim", "dbt"])]);
    let find = |name: &str, namespace: Option<&str>| match library.find_dispatched(name, namespace, "root") {
        Ok(found) => found.unique_id.clone(),
        Err(sought) => sought.join(" "),
    };
    assert_eq!(find("c", Some("pkg")), "macro.shim.default__c");
    assert_eq!(find("a", Some("pkg")), "macro.pkg.duckdb__a");
    assert_eq!(find("c", Some("shim")), "macro.shim.default__c");
    assert_eq!(find("b", Some("shim")), "macro.root.default__b");
    assert_eq!(find("core", Some("dbt")), "macro.shim.duckdb__core");
    assert_eq!(find("core", None), "macro.dbt.default__core");
    assert_eq!(find("core", Some("unknown")), "macro.dbt.default__core");
    assert_eq!(find("x", Some("bare")), "root.duckdb__x root.default__x bare.duckdb__x bare.default__x");
    assert_eq!(find("x", None), "duckdb__x default__x");
}

#[test]
fn materializations_follow_dbt_s_order() {
    let block = |name: &str, adapter: &str| {
        format!("{{% materialization {name}, {adapter} %}}{{% endmaterialization %}}")
    };
    let duckdb = "adapter='duckdb'";
    let root = block("view", "default") + &block("mine", "default");
    let pkg = block("table", "default")
        + &block("view", duckdb)
        + &block("theirs", duckdb)
        + &block("mine", "default");
    let core = block("table", "default")
        + &block("view", "default")
        + &block("seed", "default")
        + &block("seed", duckdb);
    let files = [("root", &*root), ("pkg", &*pkg), ("dbt", &*core)];
    let strict = library(&files, &[]);
    let find = |library: &Library, name: &str| {
        library.materialization(name).map(|found| (found.info.unique_id.clone(), found.is_builtin))
    };
    let check = |name: &str, id: &str, is_builtin: bool| {
        assert_eq!(find(&strict, name), Some((id.to_owned(), is_builtin)), "{name}");
    };
    check("view", "macro.root.materialization_view_default", false);
    check("table", "macro.dbt.materialization_table_default", true);
    check("theirs", "macro.pkg.materialization_theirs_duckdb", false);
    check("mine", "macro.root.materialization_mine_default", false);
    check("seed", "macro.dbt.materialization_seed_duckdb", true);
    assert_eq!(find(&strict, "nope"), None);
    let (free, _) = builder(&files, &[]).packages_replace_builtins(true).build();
    let check = |name: &str, id: &str, is_builtin: bool| {
        assert_eq!(find(&free, name), Some((id.to_owned(), is_builtin)), "{name}");
    };
    check("view", "macro.pkg.materialization_view_duckdb", false);
    check("table", "macro.pkg.materialization_table_default", false);
    check("mine", "macro.root.materialization_mine_default", false);
    check("seed", "macro.dbt.materialization_seed_duckdb", true);
}

#[test]
fn bodies_name_what_they_depend_on() {
    let root = "{% macro a() %}{{ b() }}{{ pkg.c() }}{{ a() }}{{ ref('x') }}{{ adapter.dispatch('d', 'pkg')() }}{% endmacro %}
                {% macro b() %}{% endmacro %}{% test t(model) %}{{ far() }}{% endtest %}";
    let pkg = empty_macros(&["c", "default__d", "far"]);
    let library = library(&[("root", root), ("pkg", &pkg)], &[]);
    let names = |name: &str| -> Vec<String> {
        let info = library.find_in("root", name).unwrap();
        library.depends_on(info).iter().map(|info| info.unique_id.clone()).collect()
    };
    assert_eq!(names("a"), ["macro.root.b", "macro.pkg.c", "macro.pkg.default__d"]);
    assert_eq!(names("test_t"), ["macro.pkg.far"]);
}

#[test]
fn dbts_own_macro_is_noted_behind_its_name() {
    let root = "{% macro a() %}{{ dbt.both() }}{{ both() }}{{ dbt.one() }}{% endmacro %}";
    let files =
        [("root", root), ("dbt_duckdb", &empty_macros(&["both", "one"])), ("dbt", &empty_macros(&["both"]))];
    let library = library(&files, &[]);
    let found = library.depends_on(library.find_in("root", "a").unwrap());
    let ids: Vec<&str> = found.iter().map(|info| info.unique_id.as_str()).collect();
    assert_eq!(ids, ["macro.dbt.both", "macro.dbt_duckdb.both", "macro.dbt_duckdb.one"]);
    // What runs is the adapter's.
    assert_eq!(library.find_in("dbt", "both").unwrap().package, "dbt_duckdb");
    assert_eq!(library.by_unique_id("macro.dbt.both").unwrap().package, "dbt");
}

#[test]
fn the_names_of_what_every_model_calls_mean_no_macro() {
    let root = "{% macro a() %}{{ ref('x') }}{{ pkg.ref('x') }}{% endmacro %}{% macro ref() %}{% endmacro %}";
    let library = library(&[("root", root), ("pkg", &empty_macros(&["ref"]))], &[]);
    let found = library.depends_on(library.find_in("root", "a").unwrap());
    assert_eq!(found.iter().map(|info| info.unique_id.as_str()).collect::<Vec<_>>(), ["macro.pkg.ref"]);
}

#[test]
fn a_dispatch_that_nothing_answers_is_found() {
    let root = "{% macro a() %}{{ adapter.dispatch('far')() }}{{ adapter.dispatch('b', 'pkg')() }}
                {{ adapter.dispatch('c', 'pkg')() }}{{ adapter.dispatch(name)() }}{% endmacro %}";
    let library =
        library(&[("root", root), ("pkg", &empty_macros(&["default__far", "default__b", "other__c"]))], &[]);
    let info = library.find_in("root", "a").unwrap();
    let found: Vec<&str> =
        info.calls.iter().filter_map(|call| library.unanswered(call, info)).map(|(name, _)| name).collect();
    assert_eq!(found, ["c"]);
}

/// dbt takes what stands before the dot for a package, finds none, and seeks the name anywhere.
#[test]
fn methods_that_are_named_like_macros_count_as_calls() {
    let root = "{% macro a(x) %}{{ x.far() }}{{ x.none() }}{% endmacro %}
                {% macro b(x) %}{{ x.b() }}{% endmacro %}{% macro c(x) %}{{ c(x) }}{% endmacro %}";
    let library = library(&[("root", root), ("pkg", &empty_macros(&["far"]))], &[]);
    let check = |name: &str, expected: &[&str]| {
        let info = library.find_in("root", name).unwrap();
        let found: Vec<&str> = library.depends_on(info).iter().map(|info| info.unique_id.as_str()).collect();
        assert_eq!(found, expected, "{name}");
    };
    check("a", &["macro.pkg.far"]);
    check("b", &["macro.root.b"]);
    check("c", &[]);
}

#[test]
fn one_package_declares_a_name_once() {
    let twice = empty_macros(&["a", "a"]);
    let (library, diagnostics) = builder(&[("root", &*twice), ("pkg", &*empty_macros(&["a"]))], &[]).build();
    assert_eq!(library.macros().count(), 2);
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].message, "package `root` declares macro `a` twice");
    assert_eq!(diagnostics[0].labels.len(), 2);
    let _ = Arc::new(library);
}

#[test]
fn a_macro_s_text_has_the_blanks_that_its_tags_swallow() {
    let sources = SourceMap::new();
    let text = "\n{% macro a() %}1{% endmacro %}\n\n{%- macro b() %}2{% endmacro -%} \n{%- macro c() -%}3{% endmacro %}\n{%- macro d() %}4{% endmacro -%}\n\n";
    let file = sources.add("m.sql", text);
    let mut builder = Library::builder("root");
    for block in scan(&file, Holds::Macros).blocks {
        builder.add("root", &file, block);
    }
    let (library, _) = builder.build();
    let texts: Vec<&str> = library.macros().map(MacroInfo::macro_sql).collect();
    assert_eq!(
        texts,
        [
            "{% macro a() %}1{% endmacro %}",
            "\n\n{%- macro b() %}2{% endmacro -%} \n",
            "{%- macro c() -%}3{% endmacro %}",
            "\n{%- macro d() %}4{% endmacro -%}",
        ]
    );
}
