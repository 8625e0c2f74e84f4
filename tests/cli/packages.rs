//! `deps`: packages from a hub, from git and from archives, all on this machine.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};

use crate::sandbox::Sandbox;

/// A server that knows some files.
struct Server {
    address: String,
    files: Arc<Mutex<HashMap<String, Vec<u8>>>>,
}

impl Server {
    fn new() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let files: Arc<Mutex<HashMap<String, Vec<u8>>>> = Arc::default();
        let known = Arc::clone(&files);
        std::thread::spawn(move || {
            for mut client in listener.incoming().map_while(Result::ok) {
                let mut lines =
                    BufReader::new(client.try_clone().expect("a wire")).lines().map_while(Result::ok);
                let path = lines.next().unwrap_or_default();
                let path = path.split(' ').nth(1).unwrap_or_default().to_owned();
                let _ = lines.find(String::is_empty);
                let found = known.lock().expect("files").get(&path).cloned();
                let (status, body) = found.map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                // A client that has gone away needs no answer.
                let _ = client.write_all(head.as_bytes()).and_then(|()| client.write_all(&body));
            }
        });
        Self { address, files }
    }

    fn serve(&self, path: &str, body: impl Into<Vec<u8>>) {
        self.files.lock().expect("files").insert(path.to_owned(), body.into());
    }

    /// Lists versions of `acme/NAME`, each with its archive.
    fn hub(&self, name: &str, versions: &[(&str, Json)]) {
        let mut listed = serde_json::Map::new();
        for (version, more) in versions {
            let path = format!("/{name}-{version}.tgz");
            self.serve(&path, archive(name, version, ""));
            let downloads = json!({"tarball": format!("{}{path}", self.address), "sha1": more["sha1"]});
            let about = json!({
                "name": name, "version": version, "packages": [], "downloads": downloads,
                "require_dbt_version": more["require_dbt_version"],
            });
            listed.insert((*version).to_owned(), about);
        }
        let about = json!({"name": name, "namespace": "acme", "versions": listed});
        self.serve(&format!("/api/v1/acme/{name}.json"), about.to_string());
    }
}

/// An archive with a project that has a macro and asks for packages.
fn archive(name: &str, version: &str, packages: &str) -> Vec<u8> {
    let mut builder =
        tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let say = format!("{{% macro {name}_version() %}}{version}{{% endmacro %}}");
    let project = format!("name: {name}\nversion: {version}\n");
    for (path, text) in
        [("dbt_project.yml", project.as_str()), ("macros/m.sql", &say), ("packages.yml", packages)]
    {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder
            .append_data(&mut header, format!("{name}-{version}/{path}"), text.as_bytes())
            .expect("an entry");
    }
    builder.into_inner().expect("an archive").finish().expect("an archive")
}

fn project(server: &Server, packages: &str) -> Sandbox {
    Sandbox::new().file("packages.yml", packages).env("DBT_PACKAGE_HUB_URL", &server.address)
}

const RANGE: &str = "packages:\n  - package: acme/tools\n    version: [\">=1.0.0\", \"<2.0.0\"]\n";

#[test]
fn the_hub_gives_the_newest_version_and_the_lock_holds_it() {
    let server = Server::new();
    let old = ("1.0.0", json!({}));
    let other = ("1.9.0", json!({"require_dbt_version": [">=2.0.0"]}));
    server.hub(
        "tools",
        &[old.clone(), ("1.1.0", json!({})), ("1.2.0-rc1", json!({})), other, ("2.0.0", json!({}))],
    );
    let sandbox = project(&server, RANGE).model("m", "select '{{ tools.tools_version() }}' as v");
    sandbox.run(["deps"]).success().talk_has("tools from acme/tools 1.1.0");
    // The hash is the one that dbt computes.
    let lock = "packages:\n  - name: tools\n    package: acme/tools\n    version: 1.1.0\n\
                sha1_hash: 10e9024ad59f10075eedabafce8d7ca4eb872bbf\n";
    assert_eq!(sandbox.read("package-lock.yml"), lock);
    let _ = sandbox.run(["build"]).success();
    assert_eq!(sandbox.query("select v from m"), ["1.1.0"]);
    server.hub("tools", &[old, ("1.1.0", json!({})), ("1.3.0", json!({}))]);
    sandbox.run(["deps"]).success().talk_has("tools from acme/tools 1.1.0");
    sandbox.run(["deps", "--upgrade"]).success().talk_has("tools from acme/tools 1.3.0");
    assert!(sandbox.read("package-lock.yml").contains("version: 1.3.0\n"));
}

#[test]
fn what_the_hub_cannot_give_is_told() {
    let server = Server::new();
    server.hub("tools", &[("1.0.0", json!({"sha1": "0123"})), ("3.0.0-rc1", json!({}))]);
    server.serve("/api/v1/index.json", "[\"acme/tools\"]");
    let run = |packages: &str| project(&server, packages).run(["deps"]);
    run("packages: [{package: acme/tool, version: 1.0.0}]\n")
        .code(2)
        .talk_has("the hub has no package `acme/tool`");
    run("packages: [{package: acme/tools, version: '>=2.0.0'}]\n")
        .code(2)
        .talk_has("there is no version of `acme/tools` that is >=2.0.0");
    run("packages: [{package: acme/tools, version: 1.0.0}]\n")
        .success()
        .talk_has("warning[package-checksum]: `acme/tools` 1.0.0 is not the archive that the hub has listed");
    let closed = TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("an address");
    let sandbox = Sandbox::new().file("packages.yml", RANGE);
    let sandbox = sandbox.env("DBT_PACKAGE_HUB_URL", &format!("http://{closed}"));
    sandbox.run(["deps"]).code(2).talk_has("this needs the network; a `local:` package does not");
    assert!(!sandbox.path("dbt_packages").exists());
}

#[test]
fn bounds_of_all_who_ask_are_met() {
    let server = Server::new();
    server.hub("tools", &[("1.0.0", json!({})), ("1.5.0", json!({})), ("1.8.0", json!({}))]);
    let asks = |bound: &str| format!("packages: [{{package: acme/tools, version: '{bound}'}}]\n");
    server.serve("/more.tgz", archive("more", "1.0.0", &asks("<1.6.0")));
    let more = format!("  - {{tarball: '{}/more.tgz', name: more}}\n", server.address);
    let sandbox = project(&server, &format!("{RANGE}{more}"));
    sandbox.run(["deps"]).success().talk_has("tools from acme/tools 1.5.0");
    assert!(sandbox.path("dbt_packages/more/macros/m.sql").exists());
    server.serve("/more.tgz", archive("more", "1.0.0", &asks(">=2.0.0")));
    sandbox
        .run(["deps", "--upgrade"])
        .code(2)
        .talk_has("there is no version of `acme/tools` that is >=1.0.0, <2.0.0, >=2.0.0");
}

#[test]
fn a_package_can_be_added() {
    let server = Server::new();
    server.hub("tools", &[("1.0.0", json!({})), ("1.1.0", json!({}))]);
    let sandbox = project(&server, "packages:\n  - package: acme/tools\n    version: 1.0.0\n");
    let _ = sandbox.run(["deps", "--add-package", "acme/tools@1.1.0", "--lock"]).success();
    assert_eq!(sandbox.read("packages.yml"), "packages:\n- package: acme/tools\n  version: 1.1.0\n");
    assert!(sandbox.read("package-lock.yml").contains("version: 1.1.0"));
    assert!(!sandbox.path("dbt_packages").exists());
}

fn git(folder: &Path, words: &[&str]) -> String {
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"];
    let output =
        Command::new("git").arg("-C").arg(folder).args(identity).args(words).output().expect("git runs");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A repository with two projects and a tag; gives its address and the tag's commit.
fn repository() -> (Sandbox, String, String) {
    let folder = Sandbox::empty()
        .file("dbt_project.yml", "name: tools\n")
        .file("inner/dbt_project.yml", "name: inner\n");
    let root = folder.path("");
    git(&root, &["init", "--quiet"]);
    git(&root, &["add", "."]);
    git(&root, &["commit", "--quiet", "-m", "one"]);
    git(&root, &["tag", "v1"]);
    let commit = git(&root, &["rev-parse", "HEAD"]);
    folder.write("macros/later.sql", "{% macro later() %}{% endmacro %}\n");
    git(&root, &["add", "."]);
    git(&root, &["commit", "--quiet", "-m", "two"]);
    let address = format!("file://{}", root.display().to_string().trim_end_matches('/'));
    (folder, address, commit)
}

#[test]
fn git_gives_a_commit_and_the_lock_holds_it() {
    let (_folder, address, commit) = repository();
    let packages = format!("packages:\n  - git: {address}\n    revision: v1\n    subdirectory: inner\n");
    let sandbox = Sandbox::new().file("packages.yml", &packages);
    let short: String = commit.chars().take(12).collect();
    sandbox.run(["deps"]).success().talk_has(&format!("at {short}"));
    assert!(sandbox.path("dbt_packages/inner/dbt_project.yml").exists());
    let lock = sandbox.read("package-lock.yml");
    let expected = format!(
        "packages:\n  - git: {address}\n    name: inner\n    revision: {commit}\n    subdirectory: inner\nsha1_hash: "
    );
    assert!(lock.starts_with(&expected), "{lock}");
    let _ = sandbox.run(["deps"]).success();
    assert_eq!(sandbox.read("package-lock.yml"), lock);
    let short = format!("packages:\n  - git: {address}\n    revision: {short}\n");
    sandbox.write("packages.yml", &short);
    let _ = sandbox.run(["deps"]).success();
    assert!(!sandbox.path("dbt_packages/tools/macros").exists());
}

#[test]
fn private_packages_come_from_their_provider() {
    let check = |provider: &str, asked: &str| {
        let (_folder, address, commit) = repository();
        let packages = format!("packages:\n  - private: acme/tools\n{provider}    revision: v1\n");
        // Git leads what is asked of the provider to the repository.
        let sandbox = Sandbox::new()
            .file("packages.yml", &packages)
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", &format!("url.{address}.insteadOf"))
            .env("GIT_CONFIG_VALUE_0", asked);
        let short: String = commit.chars().take(12).collect();
        sandbox.run(["deps"]).success().talk_has(&format!("at {short}"));
        assert!(sandbox.path("dbt_packages/tools/dbt_project.yml").exists());
        let lock = sandbox.read("package-lock.yml");
        assert!(lock.contains("private: acme/tools\n") && lock.contains(&commit), "{lock}");
        let _ = sandbox.run(["deps"]).success();
        assert_eq!(sandbox.read("package-lock.yml"), lock);
    };
    check("", "git@github.com:acme/tools.git");
    check("    provider: gitlab\n", "git@gitlab.com:acme/tools.git");
    check("    provider: ado\n", "git@ssh.dev.azure.com:v3/acme/tools");
}

#[test]
fn what_git_cannot_give_is_told() {
    let (_folder, address, _) = repository();
    let run = |packages: String| Sandbox::new().file("packages.yml", &packages).run(["deps"]);
    run(format!("packages: [{{git: '{address}'}}]\n")).success().talk_has("warning[unpinned-package]: ");
    run(format!("packages: [{{git: '{address}', revision: v9}}]\n"))
        .code(2)
        .talk_has("error[git]: cannot get");
    run(format!("packages: [{{git: '{address}', revision: v1, subdirectory: gone}}]\n"))
        .code(2)
        .talk_has("has no folder `gone`");
    let twice =
        format!("packages: [{{git: '{address}', revision: v1}}, {{git: '{address}.git', revision: main}}]\n");
    run(twice).code(2).talk_has("is wanted at several revisions");
}

#[test]
fn overrides_without_a_source_are_told() {
    let sandbox = Sandbox::new()
        .file("packages.yml", "packages: [{local: pkg}]")
        .file("pkg/dbt_project.yml", "name: pkg\nprofile: shop")
        .file("pkg/models/s.yml", "sources: [{name: raw, tables: [{name: t}]}]")
        .file(
            "models/s.yml",
            "sources: [{name: raw, overrides: pkg, tables: [{name: u}]}, {name: x, overrides: pkg}]",
        );
    sandbox.run(["deps"]).success();
    let output = sandbox.run(["parse"]).success();
    for told in [
        "warning[unused-override]: the source `pkg.raw` has no table `u` to override",
        "warning[unused-override]: there is no source `x` of a package `pkg` to override",
    ] {
        assert!(output.talk.contains(told), "{}", output.talk);
    }
    sandbox.write("models/t.yml", "sources: [{name: raw, overrides: pkg}]");
    sandbox
        .run(["parse"])
        .code(2)
        .talk_has("error[duplicate-override]: the source `raw` of `pkg` is overridden twice");
}

#[test]
fn keys_that_nobody_knows_are_refused() {
    let check = |packages: &str, told: &str, place: &str| {
        let sandbox = Sandbox::new().file("packages.yml", packages).file("near/project.yml", "name: near\n");
        sandbox.run(["deps"]).code(2).talk_has(told).talk_has(place);
    };
    let none = "`packages.yml` has no key `pakages`";
    check("pakages:\n  - local: near\n", none, "did you mean `packages`?");
    check("packages:\n", "`packages` must be a list", "packages.yml:1:");
    let none = "a package from `git` has no key `revison`";
    check("packages:\n  - git: x\n    revison: v1\n", none, "did you mean `revision`?");
    check(
        "packages:\n  - local: near\n    version: 1\n",
        "a package from `local` has no key `version`",
        "packages.yml:3:5",
    );
}

#[test]
fn hooks_of_the_root_project_run_before_those_of_packages() {
    let hooks = |name: &str| {
        let hook = |number: u8| format!("{{% if execute %}}{{{{ print('{name} {number}') }}}}{{% endif %}}");
        let (first, second, last) = (hook(1), hook(2), hook(3));
        format!("name: {name}\non-run-start: [\"{first}\", \"{second}\"]\non-run-end: [\"{last}\"]\n")
    };
    let sandbox = Sandbox::new()
        .file("project.yml", &hooks("shop"))
        .file("packages.yml", "packages: [{local: ware}, {local: early}]\n")
        .file("ware/dbt_project.yml", &hooks("ware"))
        .file("early/dbt_project.yml", &hooks("early"))
        .model("a", "select 1 as id");
    sandbox.run(["deps"]).success();
    let expected = "shop 1\nshop 2\nearly 1\nearly 2\nware 1\nware 2\nshop 3\nearly 3\nware 3\n";
    sandbox.run(["run", "--quiet"]).success().stdout(expected);
}

#[test]
fn as_dbt_what_deps_did_is_told_in_its_lines() {
    let server = Server::new();
    server.hub("tools", &[("1.0.0", json!({})), ("1.1.0", json!({}))]);
    let packages = "packages:\n  - local: near\n  - package: acme/tools\n    version: 1.0.0\n";
    let sandbox = project(&server, packages).file("near/dbt_project.yml", "name: near\n");
    let lines = |arguments: &[&str]| -> Vec<String> {
        let output = sandbox.run_as_dbt(arguments.iter().copied()).success();
        let lines = output.stdout.lines().map(|line| line.trim_start_matches("[TIME]").trim().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    };
    let installed = [
        "Installing near",
        "Installed from <local @ near>",
        "Installing acme/tools",
        "Installed from version 1.0.0",
        "Updated version available: 1.1.0",
        "Updates available for packages: ['acme/tools']",
        "Update your versions in packages.yml, then run dbt deps",
    ];
    let told = lines(&["deps"]);
    assert_eq!(told[0], "Running with dbt=1.11.16");
    assert!(
        told[1].starts_with("Updating lock file in file path: ") && told[1].ends_with("/package-lock.yml")
    );
    assert_eq!(told[2..], installed);
    assert_eq!(lines(&["deps"])[1..], installed);
    assert_eq!(lines(&["deps", "--lock"]).len(), 1);
    let told = lines(&["deps", "--add-package", "acme/tools@1.1.0"]);
    let removed =
        "Found duplicate package in packages.yml, removing: {'package': 'acme/tools', 'version': '1.0.0'}";
    assert_eq!(told[1], removed);
    assert!(told[2].starts_with("Added new package acme/tools@1.1.0 to "), "{told:?}");
    assert!(told.contains(&"Up to date!".to_owned()), "{told:?}");
}

#[test]
fn what_dbt_says_of_an_entry_without_a_package_is_said() {
    let check = |entry: &str, words: &str| {
        let sandbox = Sandbox::new().file("packages.yml", &format!("packages:\n  - {{{entry}}}\n"));
        let words = format!("dbt says: The packages.yml file in this project is malformed: {words}");
        sandbox.run(["deps"]).code(2).talk_has(&words);
    };
    check("package: '', version: 1.0.0", "A hub package is missing the value.");
    check("git: '', revision: x", "A git package is missing the value.");
    check("local: ''", "A local package is missing the value.");
    check("tarball: 'https://x/y', version: z", "Additional properties are not allowed");
    check("foo: bar", "it is not valid under any of the given schemas");
}

#[test]
fn a_test_behind_one_of_its_name_configures_nothing() {
    let test = |name: &str| {
        format!(
            "{{% test {name}(model) %}}{{{{ config(fail_calc='sum(n)') }}}}select 5 as n{{% endtest %}}\n"
        )
    };
    let sandbox = Sandbox::new()
        .file("packages.yml", "packages: [{local: pkg}]\n")
        .file("pkg/dbt_project.yml", "name: pkg\n")
        .file("pkg/tests/generic/all.sql", &(test("rows") + &test("reached") + &test("alone")))
        .file(
            "tests/generic/own.sql",
            "{% test rows(model) %}select 1 as n where false{% endtest %}
             {% test reached(model) %}{{ pkg.test_reached(model) }}{% endtest %}",
        )
        .model("a", "select 1 as id")
        .file(
            "models/s.yml",
            "models: [{name: a, data_tests: [{pkg.rows: {config: {severity: warn}}}, pkg.reached, pkg.alone]}]",
        );
    sandbox.run(["deps"]).success();
    sandbox.run(["build"]).code(1);
    let nodes = &sandbox.json("target/manifest.json")["nodes"];
    let results = sandbox.json("target/run_results.json");
    let told = |name: &str| {
        let result = results["results"].as_array().and_then(|results| {
            results.iter().find(|result| result["unique_id"].as_str().is_some_and(|id| id.contains(name)))
        });
        let result = result.expect("a result");
        let id = result["unique_id"].as_str().expect("a text");
        (
            nodes[id]["config"]["fail_calc"].clone(),
            nodes[id]["config"]["severity"].clone(),
            result["failures"].clone(),
        )
    };
    assert_eq!(told("pkg_rows"), (json!("count(*)"), json!("warn"), json!(1)));
    assert_eq!(told("pkg_reached"), (json!("sum(n)"), json!("ERROR"), json!(5)));
    assert_eq!(told("pkg_alone"), (json!("sum(n)"), json!("ERROR"), json!(5)));
}
