//! Programs that read dbt's artifacts read ours.

use std::process::Command;

use crate::sandbox::Sandbox;

#[test]
fn the_artifacts_of_the_example_are_read_by_others() {
    let Ok(python) = std::env::var("MODEL_TEST_CONSUMERS") else {
        eprintln!("not tried: MODEL_TEST_CONSUMERS names no interpreter");
        return;
    };
    let sandbox = Sandbox::example();
    let _ = sandbox.run(["source", "freshness"]);
    let _ = sandbox.run(["build"]).success();
    let results = sandbox.read("target/model/run_results.json");
    let _ = sandbox.run(["docs", "generate"]).success();
    sandbox.write_exactly("target/model/run_results.json", &results);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/read_artifacts.py");
    let read = Command::new(python)
        .arg(script)
        .args([sandbox.path("target/model"), sandbox.path("")])
        // What they keep is kept nowhere else.
        .env("AIRFLOW_HOME", sandbox.path("airflow"))
        .output()
        .expect("the interpreter runs");
    let said = String::from_utf8_lossy(&read.stdout);
    assert!(read.status.success(), "{said}\n{}", String::from_utf8_lossy(&read.stderr));
    for reader in ["parser: ManifestV12, RunResultsV6, CatalogV1, SourcesV3", "dagster: ", "cosmos: "] {
        assert!(said.lines().any(|line| line.starts_with(reader)), "{said}");
    }
}
