use serde_json::json;

use super::super::{Layer, merge};
use super::*;
use crate::source::SourceMap;

fn findings(kind: ResourceType, config: &Json) -> (Merged, Vec<String>) {
    let span = SourceMap::new().add("x", "").span();
    let mut merged = merge(kind, &[Layer::of_values(config.as_object().unwrap(), span)]);
    let found = check(kind, "n", &mut merged, span);
    (merged, found.into_iter().map(|finding| finding.message).collect())
}

#[test]
fn wrong_values_are_named() {
    use ResourceType::{Model, Seed, Snapshot, Test};

    let check = |kind, config: Json, expected: &[&str]| {
        assert_eq!(findings(kind, &config).1, expected, "{config}");
    };
    check(Model, json!({"enabled": true, "tags": ["a"], "unique_key": "id"}), &[]);
    check(Model, json!({"enabled": "yes"}), &["`enabled` of `n` must be `true` or `false`, not `yes`"]);
    check(
        Model,
        json!({"materialized": null, "schema": null}),
        &["`materialized` of `n` must be a text, not `null`"],
    );
    check(Model, json!({"materialized": 1}), &["`materialized` of `n` must be a text, not `1`"]);
    check(
        Model,
        json!({"access": "publik"}),
        &["`access` of `n` must be `private`, `protected` or `public`, not `publik`"],
    );
    check(
        Model,
        json!({"access": "public", "materialized": "ephemeral"}),
        &["the ephemeral model `n` cannot be `public`"],
    );
    check(Model, json!({"on_error": "continue", "latest_version_pointer": true}), &[]);
    check(
        Model,
        json!({"on_error": "contniue", "latest_version_pointer": {"enabled": "yes"}}),
        &[
            "`on_error` of `n` must be `skip_children` or `continue`, not `contniue`",
            "`latest_version_pointer` of `n` must be `true`, `false` or a mapping with `enabled` and \
             `alias`, not `{\"enabled\":\"yes\",\"alias\":null}`",
        ],
    );
    check(
        Model,
        json!({"docs": {"show": "x"}, "contract": {"enforced": null}}),
        &[
            "`docs.show` of `n` must be `true` or `false`, not `x`",
            "`contract.enforced` of `n` must be `true` or `false`, not `null`",
        ],
    );
    check(Model, json!({"docs": {"shown": 1}, "lookback": {}, "sql_header": 1}), &[]);
    check(
        Model,
        json!({"post-hook": [{"sql": "a", "transaction": "no"}]}),
        &["`post-hook` of `n` must be a statement, or a mapping with `sql` and `transaction`, not \
           `[{\"sql\":\"a\",\"transaction\":\"no\",\"index\":n…`"],
    );
    let freshness = |rule: Json| json!({ "freshness": { "build_after": rule } });
    check(Model, freshness(json!({"count": "1", "period": "day", "updates_on": "any"})), &[]);
    let wrong = "`period` in `freshness` of `n` must be `minute`, `hour` or `day`, not `days`";
    check(Model, freshness(json!({"count": 1, "period": "days"})), &[wrong]);
    let wrong = "`updates_on` in `freshness` of `n` must be `all` or `any`, not `null`";
    check(Model, freshness(json!({"count": 1, "period": "day", "updates_on": null})), &[wrong]);
    check(
        Snapshot,
        json!({
            "strategy": "timestamp",
            "unique_key": ["id"],
            "updated_at": "at",
            "snapshot_meta_column_names": {"dbt_valid_to": 1, "dbt_scd_id": null},
        }),
        &["`snapshot_meta_column_names.dbt_valid_to` of `n` must be a text, not `1`"],
    );
    check(
        Test,
        json!({"store_failures_as": true}),
        &["`store_failures_as` of `n` must be a text, not `true`"],
    );
    check(Test, json!({"severity": "Warn"}), &[]);
    check(Test, json!({"severity": "bad"}), &["`severity` of `n` must be `error` or `warn`, not `bad`"]);
    check(Seed, json!({"materialized": "table"}), &["`materialized` of the seed `n` cannot be `table`"]);
    check(
        Snapshot,
        json!({"strategy": "check", "unique_key": "id"}),
        &["the snapshot `n` has no `check_cols`"],
    );
}

/// What others are joined to is something, as in dbt, wherever nothing is said.
#[test]
fn some_keys_are_never_nothing() {
    let refused = [
        "tags",
        "meta",
        "persist_docs",
        "pre-hook",
        "quoting",
        "column_types",
        "on_configuration_change",
        "grants",
        "packages",
        "docs",
        "contract",
        "access",
    ];
    for key in refused {
        assert_eq!(findings(ResourceType::Model, &json!({ key: null })).1.len(), 1, "{key}");
    }
    for key in ["group", "unique_key", "full_refresh", "alias", "event_time", "freshness"] {
        assert_eq!(findings(ResourceType::Model, &json!({ key: null })).1, [""; 0], "{key}");
    }
}

#[test]
fn a_wrong_value_gives_way_to_the_default() {
    let (merged, _) = findings(ResourceType::Model, &json!({"enabled": "yes", "materialized": 3}));
    assert!(merged.config.enabled());
    assert_eq!(merged.config.materialized(), "view");
}

#[test]
fn store_failures_settle_each_other() {
    let check = |config: Json, expected: (Option<bool>, Option<&str>)| {
        let (merged, _) = findings(ResourceType::Test, &config);
        let config = merged.config;
        assert_eq!((config.flag("store_failures"), config.text("store_failures_as")), expected);
    };
    check(json!({}), (None, None));
    check(json!({"store_failures": true}), (Some(true), Some("table")));
    check(
        json!({"store_failures_as": "ephemeral", "store_failures": true}),
        (Some(false), Some("ephemeral")),
    );
    check(json!({"store_failures_as": "view"}), (Some(true), Some("view")));
}

#[test]
fn what_dbt_gives_fits() {
    for kind in ResourceType::EVERY {
        let given = merge(kind, &[]).config;
        let unfit = |(key, shape): &(&'static str, Shape)| {
            given.get(key).is_some_and(|value| refusal(key, *shape, value).is_some())
        };
        let found: Vec<&str> = shapes(kind).filter(unfit).map(|(key, _)| key).collect();
        assert_eq!(found, [""; 0], "{kind}");
    }
}
