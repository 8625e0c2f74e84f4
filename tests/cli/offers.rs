//! What `tests/golden/engines.json` says that an engine offers, and what its adapter
//! declares, are the same. One table says where each offer is declared.

use std::path::PathBuf;
use std::sync::Arc;

use model::adapter::{Adapter, Capabilities, Credentials, Folders, open};
use model::sql::Dialect;
use serde_json::{Map, Value as Json};

use crate::conformance::{CASES, recording, words};
use crate::sandbox::Sandbox;
use crate::warehouse::{ENGINES, Warehouse, engine, is_newer, offers};

/// Where an adapter declares an offer.
#[derive(Clone, Copy)]
enum Declared {
    /// In its capabilities: plans depend on it.
    Capability(fn(&Capabilities) -> bool),
    /// In its dialect.
    Dialect(fn(&Dialect) -> bool),
    /// In its own macros, by this text; `KIND` stands for the type.
    Macros(&'static str),
    /// Nowhere, since nothing depends on it but a project's SQL: the engine accepts this query.
    Sql(&'static str),
}

use Declared::{Capability, Macros, Sql};

const OFFERS: &[(&str, Declared)] = &[
    ("grants", Macros("macro KIND__get_show_grant_sql(")),
    ("index types", Macros("index.type")),
    ("indexes", Macros("macro KIND__get_create_index_sql(")),
    ("intervals of quarters", Sql("select cast('2024-01-31' as date) + interval '1 quarter'")),
    ("materialized views", Capability(|it| it.materialized_views)),
    ("merge", Capability(|it| it.incremental_strategies.contains(&"merge"))),
    ("merge clauses", Macros("config.get('merge_clauses')")),
    ("names of at most 63 bytes", Declared::Dialect(|it| it.longest_name == Some(63))),
    ("table functions", Macros("materialization table_function,")),
    ("unlogged tables", Macros("config.get('unlogged'")),
];

impl Declared {
    fn holds(self, adapter: &dyn Adapter) -> bool {
        match self {
            Capability(has) => has(adapter.capabilities()),
            Self::Dialect(has) => has(adapter.dialect()),
            Macros(text) => {
                let text = text.replace("KIND", adapter.kind());
                let own = adapter.macros().iter().filter(|set| set.kind == adapter.kind());
                own.flat_map(|set| set.files).any(|(_, file)| file.contains(&text))
            }
            Sql(query) => adapter.connect().expect("a session").execute(query).is_ok(),
        }
    }
}

/// The adapter of the profile that leads to a warehouse.
fn adapter(warehouse: &Warehouse, project: PathBuf) -> Arc<dyn Adapter> {
    let folders = Folders { project, home: None };
    let profile: Json = serde_json::from_str(&warehouse.profile()).expect("JSON");
    let mut fields: Map<String, Json> =
        profile["shop"]["outputs"]["dev"].as_object().expect("an output").clone();
    let kind = fields.remove("type").and_then(|kind| kind.as_str().map(str::to_owned)).expect("a type");
    open(&Credentials { kind, fields }, &folders).expect("an adapter")
}

#[test]
fn engines_offer_what_their_adapters_declare() {
    for name in ENGINES {
        let (sandbox, engine) = (Sandbox::empty(), engine(name));
        let Some(warehouse) = Warehouse::create(name, &sandbox) else { continue };
        let adapter = adapter(&warehouse, sandbox.path(""));
        let declared = OFFERS.iter().filter(|(_, declared)| declared.holds(adapter.as_ref()));
        let declared: Vec<&str> = declared.map(|(offer, _)| *offer).collect();
        assert_eq!(offers(&engine), declared, "{name}");
    }
}

#[test]
fn an_offer_of_newer_servers_is_none_of_older_ones() {
    let engine = engine("postgres");
    let check = |version: Option<u64>, newer: bool| {
        assert_eq!(is_newer(&engine, "merge", version), newer, "{version:?}");
        assert!(!is_newer(&engine, "grants", version));
    };
    check(Some(14), true);
    check(Some(15), false);
    check(None, false);
}

#[test]
fn cases_need_only_what_can_be_offered() {
    for case in CASES {
        for need in words(&recording(case)["needs"]) {
            assert!(OFFERS.iter().any(|(offer, _)| *offer == need), "{case}: {need}");
        }
    }
}
