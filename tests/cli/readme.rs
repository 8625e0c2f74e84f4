//! The README's words hold.

use std::path::Path;

fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("the README")
}

/// The commands of the README's first block; `.ci/run` runs the second one, and
/// this test is a part of it.
#[test]
fn its_two_commands_share_one_profile() {
    let readme = readme();
    let block = readme.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block");
    let commands: Vec<&str> =
        block.lines().filter_map(|line| line.split('#').next()).map(str::trim).collect();
    assert_eq!(commands, ["cargo run --release -- build", "cargo test --release"]);
    let ci =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/run")).expect("the script");
    for command in commands {
        let runs = |line: &str| line.starts_with("step ") && line.ends_with(command);
        assert!(ci.lines().any(runs), ".ci/run does not run `{command}`");
    }
}

#[test]
fn its_links_lead_somewhere() {
    let documents = [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs/adapters.md",
        "docs/coming-from-dbt.md",
        "docs/commands.md",
        "docs/compatibility.md",
    ];
    for document in documents {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(document);
        let text = std::fs::read_to_string(&path).expect("a document");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if !link.starts_with("http") && !link.starts_with('#') {
                let target = path.parent().expect("a folder").join(link);
                assert!(target.exists(), "{document}: `{link}` leads nowhere");
            }
        }
    }
}
