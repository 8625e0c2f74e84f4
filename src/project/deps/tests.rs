use std::sync::Arc;

use super::*;
use crate::host::Environment;
use crate::project::Invocation;

fn sandbox(files: &[(&str, &str)]) -> (tempfile::TempDir, LoadRequest) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        files::write(&folder.path().join(path), text).unwrap();
    }
    let request = LoadRequest {
        current_dir: folder.path().join("root"),
        project_dir: None,
        profiles_dir: None,
        profile: None,
        target: None,
        threads: None,
        vars: None,
        flags: serde_json::Map::new(),
        invocation: Invocation {
            id: String::new(),
            started_at: chrono::DateTime::UNIX_EPOCH,
            which: "deps".to_owned(),
            command_line: String::new(),
            timings: Arc::default(),
        },
        environment: Environment::default(),
        sources: Arc::new(SourceMap::new()),
    };
    (folder, request)
}

const CHAIN: &[(&str, &str)] = &[
    ("root/dbt_project.yml", "name: shop\nmodels: {+x: \"{{ var('unset') }}\"}"),
    ("root/packages.yml", "packages:\n  - local: ../pk2\n"),
    ("pk2/dbt_project.yml", "name: pk2"),
    ("pk2/packages.yml", "packages: [{local: inner}]"),
    ("pk2/inner/dbt_project.yml", "name: inner"),
];

#[test]
fn local_packages_are_linked_and_locked() {
    let (folder, request) = sandbox(CHAIN);
    let root = folder.path().join("root");
    files::write(&root.join("dbt_packages/stale/x.txt"), "").unwrap();
    let installed = deps(&request, &DepsOptions::default()).unwrap();
    let expected = [("pk2", "../pk2"), ("inner", "../pk2/inner")];
    let told = installed.packages.iter().map(|package| (package.name.as_str(), package.told.as_str()));
    assert_eq!(told.collect::<Vec<_>>(), expected);
    assert!(installed.written_lock.is_some());
    assert!(files::is_file(&root.join("dbt_packages/pk2/dbt_project.yml")));
    assert!(files::is_file(&root.join("dbt_packages/inner/dbt_project.yml")));
    assert!(!files::is_folder(&root.join("dbt_packages/stale")));
    let lock = files::read_text(&root.join("package-lock.yml")).unwrap();
    assert!(
        lock.starts_with("packages:\n  - local: ../pk2\n    name: pk2\n  - local: ../pk2/inner\n"),
        "{lock}"
    );
    assert!(deps(&request, &DepsOptions::default()).unwrap().written_lock.is_none());
    let upgrade = DepsOptions { upgrade: true, lock_only: true, add: None };
    assert!(deps(&request, &upgrade).unwrap().written_lock.is_some());
}

#[test]
fn only_the_lock_is_written_where_that_is_asked_for() {
    let (folder, request) = sandbox(CHAIN);
    deps(&request, &DepsOptions { lock_only: true, ..DepsOptions::default() }).unwrap();
    assert!(files::is_file(&folder.path().join("root/package-lock.yml")));
    assert!(!files::is_folder(&folder.path().join("root/dbt_packages")));
}

#[test]
fn what_cannot_be_installed_is_told() {
    let check = |packages: &str, more: &[(&str, &str)], expected: &[&str]| {
        let base = [("root/dbt_project.yml", "name: shop"), ("root/packages.yml", packages)];
        let (folder, request) = sandbox(&[&base, more].concat());
        let found = deps(&request, &DepsOptions::default()).unwrap_err();
        let codes: Vec<&str> = found.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, expected, "{packages} {found:?}");
        assert!(!files::is_folder(&folder.path().join("root/dbt_packages")), "nothing was changed");
    };
    check("packages: [{package: acme/tools}, {tarball: 'http://x/y'}]", &[], &["packages"; 2]);
    check("packages: [{package: tools, version: 1.0.0}]", &[], &["packages"]);
    check("packages: [{private: acme/tools, provider: x}]", &[], &["packages"]);
    check("packages: [{package: acme/tools, version: latest}]", &[], &["hub"]);
    check("packages: [{local: ../gone}]", &[], &["package"]);
    check("packages: [{local: ../empty}]", &[("empty/x.txt", "")], &["package"]);
    check("packages: [{local: ../a}]", &[("a/dbt_project.yml", "name: shop")], &["package-name"]);
    let twins = [("a/dbt_project.yml", "name: a"), ("b/dbt_project.yml", "name: a")];
    check("packages: [{local: ../a}, {local: ../b}]", &twins, &["package-name"]);
}

#[test]
fn paths_lose_their_detours() {
    let check = |path: &str, expected: &str| assert_eq!(normal(Path::new(path)), expected);
    check("../a/../b", "../b");
    check("../../a/./b", "../../a/b");
    check("a", "a");
}
