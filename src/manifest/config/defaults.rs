//! The keys that every node of a kind has, with dbt's defaults, in dbt's order.

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use crate::manifest::ResourceType;

/// Values by key, in order. Each node asks for some dozen of them.
pub(super) type Defaults = IndexMap<String, Json, foldhash::fast::RandomState>;

/// The configuration of a node that nobody configured, by the place of its kind in
/// [`ResourceType::EVERY`]. Artifacts and `model.config` show the keys in this order.
pub(super) fn defaults(kind: Option<usize>) -> &'static Defaults {
    static NOTHING: LazyLock<Defaults> = LazyLock::new(Defaults::default);
    static KNOWN: LazyLock<[Defaults; ResourceType::EVERY.len()]> =
        LazyLock::new(|| ResourceType::EVERY.map(made));
    kind.and_then(|place| KNOWN.get(place)).unwrap_or(&NOTHING)
}

fn made(kind: ResourceType) -> Defaults {
    match kind {
        ResourceType::Model => of(&[common(None), node("view"), model()]),
        ResourceType::Seed => of(&[common(None), node("seed"), seed()]),
        ResourceType::Snapshot => of(&[common(None), node("snapshot"), snapshot()]),
        ResourceType::Analysis | ResourceType::Operation => of(&[common(None), node("view")]),
        ResourceType::Test => of(&[common(Some("dbt_test__audit")), test()]),
        ResourceType::Source => of(&[source()]),
        ResourceType::Exposure => of(&[json!({ "enabled": true, "tags": [], "meta": {} })]),
        ResourceType::Metric | ResourceType::SemanticModel => of(&[semantic()]),
        ResourceType::SavedQuery => of(&[semantic(), saved_query()]),
        ResourceType::Function => of(&[common(None), node("function"), function()]),
        ResourceType::UnitTest => of(&[json!({
            "tags": [], "meta": {}, "enabled": true, "static_analysis": null
        })]),
    }
}

fn of(groups: &[Json]) -> Defaults {
    let entries = groups.iter().filter_map(Json::as_object).flatten();
    entries.map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn common(schema: Option<&str>) -> Json {
    json!({
        "enabled": true,
        "alias": null,
        "schema": schema,
        "database": null,
        "tags": [],
        "meta": {},
        "group": null,
        "static_analysis": null,
    })
}

fn node(materialized: &str) -> Json {
    json!({
        "materialized": materialized,
        "incremental_strategy": null,
        "batch_size": null,
        "lookback": 1,
        "begin": null,
        "persist_docs": {},
        "post-hook": [],
        "pre-hook": [],
        "quoting": {},
        "column_types": {},
        "full_refresh": null,
        "unique_key": null,
        "on_schema_change": "ignore",
        "on_configuration_change": "apply",
        "grants": {},
        "packages": [],
        "docs": { "show": true, "node_color": null },
        "contract": { "enforced": false, "alias_types": true },
        "event_time": null,
        "concurrent_batches": null,
    })
}

fn model() -> Json {
    json!({ "access": "protected", "freshness": null })
}

fn function() -> Json {
    json!({ "type": "scalar", "volatility": null, "runtime_version": null, "entry_point": null })
}

fn seed() -> Json {
    json!({ "delimiter": ",", "quote_columns": null })
}

fn snapshot() -> Json {
    json!({
        "strategy": null,
        "target_schema": null,
        "target_database": null,
        "updated_at": null,
        "check_cols": null,
        "snapshot_meta_column_names": {
            "dbt_valid_to": null,
            "dbt_valid_from": null,
            "dbt_scd_id": null,
            "dbt_updated_at": null,
            "dbt_is_deleted": null,
        },
        "dbt_valid_to_current": null,
    })
}

fn test() -> Json {
    json!({
        "materialized": "test",
        "severity": "ERROR",
        "store_failures": null,
        "store_failures_as": null,
        "where": null,
        "limit": null,
        "fail_calc": "count(*)",
        "warn_if": "!= 0",
        "error_if": "!= 0",
    })
}

fn semantic() -> Json {
    json!({ "enabled": true, "group": null, "meta": {} })
}

fn saved_query() -> Json {
    json!({ "export_as": null, "schema": null, "cache": { "enabled": false } })
}

fn source() -> Json {
    let no_age = json!({ "count": null, "period": null });
    json!({
        "enabled": true,
        "event_time": null,
        "freshness": { "warn_after": no_age, "error_after": no_age, "filter": null },
        "loaded_at_field": null,
        "loaded_at_query": null,
        "meta": {},
        "tags": [],
        "static_analysis": null,
    })
}
