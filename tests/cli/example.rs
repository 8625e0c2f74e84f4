//! The example project at the repository's root is the acceptance test, on every engine.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::sandbox::Sandbox;
use crate::warehouse::{ENGINES, Warehouse};

/// The example with an empty warehouse, on each engine that there is.
fn on_each_engine(check: impl Fn(&Sandbox, &Warehouse)) {
    for engine in ENGINES {
        let sandbox = Sandbox::example();
        if let Some(warehouse) = Warehouse::create(engine, &sandbox) {
            sandbox.write_exactly("profiles.yml", &warehouse.profile());
            check(&sandbox.env("DBT_PROFILE", "shop"), &warehouse);
        }
    }
}

/// The tables that people read, with their rows.
fn marts(warehouse: &Warehouse) -> BTreeMap<String, Json> {
    let relations = warehouse.relations().into_iter();
    relations.filter(|(name, known)| name.starts_with("marts.") && known["kind"] == "table").collect()
}

#[test]
fn builds_with_every_test_and_a_second_run_changes_nothing() {
    on_each_engine(|sandbox, warehouse| {
        sandbox.run(["build"]).success().talk_has("118 passed, 1 without work");
        let first = marts(warehouse);
        let sizes: Vec<String> = first
            .iter()
            .map(|(name, known)| format!("{name} {}", known["rows"].as_array().map_or(0, Vec::len)))
            .collect();
        assert_eq!(
            sizes,
            [
                "marts.dim_category 14",
                "marts.dim_customer 900",
                "marts.dim_date 547",
                "marts.dim_department 4",
                "marts.dim_product 126",
                "marts.dim_promotion 10",
                "marts.dim_store 6",
                "marts.fct_order_lines 9254",
                "marts.fct_payments 4428",
                "marts.fct_store_days 3190",
                "marts.fct_web_sessions 2500",
            ]
        );
        sandbox.run(["build"]).success().talk_has("118 passed, 1 without work");
        assert!(marts(warehouse) == first, "the second run has changed a table");
        assert_eq!(warehouse.text("select cast(count(*) as text) from history.customer_history"), "900");
    });
}

#[test]
fn a_changed_customer_gets_a_second_version() {
    on_each_engine(|sandbox, warehouse| {
        let build = ["build", "--select", "+dim_customer", "--indirect-selection", "buildable"];
        sandbox.run(build).success();
        let seed = sandbox.read("seeds/raw_customers.csv");
        let moved = seed.replace(
            "1,Sam,Brandt,sam.brandt.1@example.com,Groningen,consumer,2024-04-22,2024-05-11 19:52:04",
            "1,Sam,Brandt,sam.brandt.1@example.com,Utrecht,club,2024-04-22,2025-07-01 10:00:00",
        );
        assert_ne!(seed, moved);
        sandbox.write_exactly("seeds/raw_customers.csv", &moved);
        sandbox.run(build).success();
        let versions = "select city || '|' || segment || '|' || cast(is_current as text) \
                        from marts.dim_customer where customer_id = 1 order by valid_from";
        assert_eq!(warehouse.text(versions), "Groningen|consumer|false\nUtrecht|club|true");
    });
}

#[test]
fn sources_are_fresh_right_after_a_build() {
    on_each_engine(|sandbox, _| {
        sandbox.run(["source", "freshness"]).success();
        let results = sandbox.json("target/model/sources.json");
        assert_eq!(results["results"][0]["unique_id"], "source.shop.web_shop.web_sessions");
        assert_eq!(results["results"][0]["status"], "pass");
    });
}
