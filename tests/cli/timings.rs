//! `--timings`.

use crate::sandbox::Sandbox;

fn shop() -> Sandbox {
    Sandbox::new().model("a", "select 1 as id").model("b", "select * from {{ ref('a') }}")
}

/// What a command says on stderr, with the numbers taken out.
fn told(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let output = sandbox.command(arguments.iter().copied()).output().expect("the binary runs");
    assert!(output.status.success());
    let text = String::from_utf8(output.stderr).expect("text");
    let words = text.lines().map(|line| line.trim_end_matches(|c: char| c == 's' || !c.is_alphabetic()));
    words.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_phases_of_a_run_stand_on_stderr() {
    let sandbox = shop();
    let phases = "where the time went\n  read\n  recall\n  parse\n  resolve\n  run\n    connect\n    render\n    introspect\n    execute\n  write\n  other\n  all";
    assert_eq!(told(&sandbox, &["build", "--timings", "--quiet"]), phases);
    let without_run = "where the time went\n  read\n  recall\n  parse\n  resolve\n  write\n  other\n  all";
    assert_eq!(told(&sandbox, &["--timings", "list"]), without_run);
    assert_eq!(told(&sandbox, &["list"]), "");
}

#[test]
fn programs_read_them_as_a_record() {
    let sandbox = shop();
    let output = sandbox.run(["run", "--timings", "--log-format", "json"]).success();
    let records = output.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON"));
    let record: serde_json::Value = records
        .into_iter()
        .find(|record: &serde_json::Value| record["info"]["name"] == "Timings")
        .expect("a record");
    let seconds = |phase: &str| record["data"][phase].as_f64().expect("a number");
    let steps = ["read", "recall", "parse", "resolve", "run", "write", "other"];
    assert!((steps.map(seconds).iter().sum::<f64>() - seconds("all")).abs() < 0.001, "{record}");
    for inner in ["connect", "render", "introspect", "execute"] {
        assert!(seconds(inner) > 0.0, "{record}");
        assert!(seconds(inner) <= seconds("all"), "{record}");
    }
}
