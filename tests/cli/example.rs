//! The example project at the repository's root is the acceptance test.

use crate::sandbox::Sandbox;

const MARTS: &str = "select table_name, estimated_size from duckdb_tables() \
                     where schema_name = 'marts' order by table_name";

#[test]
fn builds_with_every_test_and_a_second_run_changes_nothing() {
    let sandbox = Sandbox::example();
    sandbox.run(["build"]).success().stderr_has("118 passed, 1 without work");
    let first = sandbox.query(MARTS);
    assert_eq!(
        first,
        [
            "dim_category|14",
            "dim_customer|900",
            "dim_date|547",
            "dim_department|4",
            "dim_product|126",
            "dim_promotion|10",
            "dim_store|6",
            "fct_order_lines|9254",
            "fct_payments|4428",
            "fct_store_days|3190",
            "fct_web_sessions|2500",
        ]
    );
    let sum = "select sum(net_amount), count(distinct customer_key) from marts.fct_order_lines";
    let sums = sandbox.query(sum);
    sandbox.run(["build"]).success().stderr_has("118 passed, 1 without work");
    assert_eq!(sandbox.query(MARTS), first);
    assert_eq!(sandbox.query(sum), sums);
    assert_eq!(sandbox.query("select count(*) from history.customer_history"), ["900"]);
}

#[test]
fn a_changed_customer_gets_a_second_version() {
    let sandbox = Sandbox::example();
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
    assert_eq!(
        sandbox.query("select city, segment, is_current from marts.dim_customer where customer_id = 1 order by valid_from"),
        ["Groningen|consumer|false", "Utrecht|club|true"]
    );
}

#[test]
fn sources_are_fresh_right_after_a_build() {
    let sandbox = Sandbox::example();
    sandbox.run(["source", "freshness"]).success();
    let results = sandbox.json("target/model/sources.json");
    assert_eq!(results["results"][0]["unique_id"], "source.shop.web_shop.web_sessions");
    assert_eq!(results["results"][0]["status"], "pass");
}
