use std::path::Path;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::*;
use crate::diagnostics::{Style, render_all};
use crate::host::Environment;
use crate::project::FileKind;
use crate::source::SourceMap;

/// A folder with a project, and what is asked of it.
struct Sandbox {
    folder: tempfile::TempDir,
    request: LoadRequest,
}

impl Sandbox {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = files::canonical(folder.path()).unwrap();
        for (path, text) in files {
            files::write(&root.join(path), text).unwrap();
        }
        let request = LoadRequest {
            current_dir: root,
            project_dir: None,
            profiles_dir: None,
            profile: None,
            target: None,
            threads: None,
            vars: None,
            flags: JsonMap::new(),
            invocation: Invocation {
                id: "id".to_owned(),
                started_at: chrono::DateTime::UNIX_EPOCH,
                which: "build".to_owned(),
                command_line: "model build".to_owned(),
                timings: Arc::default(),
            },
            environment: Environment::default(),
            sources: Arc::new(SourceMap::new()),
        };
        Self { folder, request }
    }

    fn with(mut self, change: impl FnOnce(&mut LoadRequest)) -> Self {
        change(&mut self.request);
        self
    }

    fn environment(self, variables: &[(&str, &str)]) -> Self {
        self.with(|request| request.environment = variables.iter().copied().collect())
    }

    fn load(&self) -> (Project, Vec<Diagnostic>) {
        load(&self.request).unwrap_or_else(|found| panic!("{}", self.shown(&found)))
    }

    /// The codes of all that is wrong.
    fn codes(&self) -> Vec<&'static str> {
        match load(&self.request) {
            Ok((_, warnings)) => warnings.iter().map(|finding| finding.code).collect(),
            Err(found) => found.iter().map(|finding| finding.code).collect(),
        }
    }

    fn shown(&self, found: &[Diagnostic]) -> String {
        let text = render_all(found, &self.request.sources, Style::Plain);
        text.replace(&self.folder.path().display().to_string(), "<root>")
    }
}

const PROFILES: &str = "
shop:
  target: \"{{ env_var('TARGET', 'dev') }}\"
  outputs:
    dev: {type: duckdb, path: dev.duckdb, schema: \"{{ var('schema', 'raw') }}\", threads: 3}
    prod: {type: duckdb, path: \"{{ env_var('PROD_PATH') }}\"}
    hidden: {type: duckdb, path: hidden.duckdb, schema: \"{{ env_var('DBT_ENV_SECRET_SCHEMA') }}\"}
";

#[test]
fn a_project_without_any_profile_is_built_in_the_embedded_database() {
    let (project, warnings) = Sandbox::new(&[("project.yml", "name: shop")]).load();
    assert_eq!(warnings, []);
    assert!(project.profile.is_embedded);
    assert_eq!(project.profile.target_name, "dev");
    assert_eq!(project.profile.threads, crate::host::environment::cores());
    assert_eq!(project.target(), Target { database: Some("shop".to_owned()), schema: "main".to_owned() });
    assert_eq!(project.root_package().file.name_on_disk, "project.yml");
}

#[test]
fn a_profile_is_chosen_and_only_its_target_rendered() {
    let files = [("dbt_project.yml", "name: shop\nprofile: shop"), ("profiles.yml", PROFILES)];
    let (project, warnings) = Sandbox::new(&files).load();
    assert_eq!(warnings, []);
    assert_eq!((project.profile.target_name.as_str(), project.profile.threads), ("dev", 3));
    assert_eq!(project.target().schema, "raw");
    let vars = |request: &mut LoadRequest| request.vars = Some("schema: other".to_owned());
    assert_eq!(Sandbox::new(&files).with(vars).load().0.target().schema, "other");
    let prod = Sandbox::new(&files).environment(&[
        ("TARGET", "prod"),
        ("PROD_PATH", "p.duckdb"),
        ("DBT_THREADS", "7"),
    ]);
    let (project, _) = prod.load();
    assert_eq!((project.profile.target_name.as_str(), project.profile.threads), ("prod", 7));
    assert_eq!(project.target().database.as_deref(), Some("p"));
    let hidden =
        Sandbox::new(&files).environment(&[("DBT_TARGET", "hidden"), ("DBT_ENV_SECRET_SCHEMA", "s3cr3t")]);
    assert_eq!(hidden.load().0.profile.credentials.fields.get("schema"), Some(&json!("s3cr3t")));
}

#[test]
fn what_is_wrong_with_a_profile_is_told() {
    let check = |project: &str, profiles: &str, environment: &[(&str, &str)], expected: &[&str]| {
        let files = [("dbt_project.yml", project), ("profiles.yml", profiles)];
        let sandbox = Sandbox::new(&files).environment(environment);
        assert_eq!(sandbox.codes(), expected, "{project} {profiles}");
    };
    let project = "name: shop\nprofile: shop";
    check("name: shop\nprofile: shpo", PROFILES, &[], &["unknown-profile"]);
    check(project, PROFILES, &[("DBT_TARGET", "pord")], &["unknown-target"]);
    check(project, PROFILES, &[("DBT_TARGET", "prod")], &["unknown-env-var"]);
    check(project, PROFILES, &[("DBT_THREADS", "many")], &["threads"]);
    check(project, "shop: {target: dev}", &[], &["profile-outputs"]);
    check(project, "shop: {target: dev, outputs: {dev: {path: x}}}", &[], &["profile-type"]);
    check(project, "shop: {target: dev, outputs: {dev: {type: oracle}}}", &[], &["bad-profile"]);
    check(project, "shop: {outputs: {default: {type: duckdb, threads: 0}}}", &[], &["threads"]);
    check(project, "shop: {outputs: {default: {type: duckdb}}}", &[], &[]);
    let missing = Sandbox::new(&[("dbt_project.yml", project)]);
    assert_eq!(missing.codes(), ["no-profiles"]);
    assert!(missing.load().0.profile.is_embedded);
    let asks = |target: &str, profile: Option<&str>| {
        let asking = |request: &mut LoadRequest| {
            request.target = Some(target.to_owned());
            request.profile = profile.map(str::to_owned);
        };
        Sandbox::new(&[("project.yml", "name: shop")]).with(asking).codes()
    };
    assert_eq!(asks("dev", None), [""; 0]);
    assert_eq!(asks("prod", None), ["unknown-target"]);
    assert_eq!(asks("dev", Some("shop")), ["no-profiles"]);
    let elsewhere = Sandbox::new(&[("dbt_project.yml", project)])
        .with(|request| request.profiles_dir = Some("nowhere".into()));
    assert_eq!(elsewhere.codes(), ["no-profiles"]);
}

#[test]
fn no_line_with_a_password_is_shown() {
    let shown = |profiles: &str| {
        let project = ("dbt_project.yml", "name: shop\nprofile: shop\n");
        let sandbox = Sandbox::new(&[project, ("profiles.yml", profiles)]);
        let found = load(&sandbox.request).unwrap_err();
        sandbox.shown(&found)
    };
    let block = shown("shop:\n  outputs:\n    default:\n      type: oracle\n      password: hush\n");
    assert!(block.contains("default:") && !block.contains("hush"), "{block}");
    let flow = shown("shop: {outputs: {default: {type: oracle, password: hush}}}");
    assert!(flow.contains("profiles.yml") && !flow.contains("hush"), "{flow}");
}

#[test]
fn a_profile_error_names_what_there_is() {
    let files = [("dbt_project.yml", "name: shop\nprofile: shpo\n"), ("profiles.yml", PROFILES)];
    let sandbox = Sandbox::new(&files);
    let found = load(&sandbox.request).unwrap_err();
    insta::assert_snapshot!(sandbox.shown(&found).replace("/private", ""), @r"
    error[unknown-profile]: there is no profile `shpo`
     --> dbt_project.yml:2:10
      |
    2 | profile: shpo
      |          ^^^^
      |
      = note: `profiles.yml` has `shop`
      = note: dbt says: Could not find profile named 'shpo'
      = help: did you mean `shop`?
    ");
}

#[test]
fn the_project_is_found_from_below() {
    let sandbox = Sandbox::new(&[("dbt_project.yml", "name: shop"), ("models/a/m.sql", "select 1")]);
    let root = sandbox.request.current_dir.clone();
    let below = sandbox.with(|request| request.current_dir = request.current_dir.join("models/a"));
    assert_eq!(below.load().0.root, root);
    assert_eq!(Sandbox::new(&[]).codes(), ["no-project"]);
    let given = Sandbox::new(&[("x/dbt_project.yml", "name: shop")]);
    assert_eq!(given.with(|request| request.project_dir = Some("x".into())).load().0.packages.len(), 1);
    let wrong = Sandbox::new(&[("dbt_project.yml", "name: shop")]);
    assert_eq!(wrong.with(|request| request.project_dir = Some("x".into())).codes(), ["no-project"]);
}

#[test]
fn files_are_found_by_folder_and_extension() {
    let (project, _) = Sandbox::new(&[
        ("dbt_project.yml", "name: shop\nanalysis-paths: [other/analyses/]\nmacro-paths: ['./macros']"),
        ("models/a/m.sql", "select 1"),
        ("models/p.py", "x"),
        ("models/schema.yml", "version: 2"),
        ("models/read.md", "{% docs d %}{% enddocs %}"),
        ("models/note.txt", "x"),
        ("models/.#m.sql", "x"),
        ("macros/x.SQL", "x"),
        ("tests/t.sql", "x"),
        ("tests/generic/g.sql", "x"),
        ("tests/fixtures/f.csv", "a"),
        ("tests/cli/main.rs", "fn main() {}"),
        ("snapshots/s.sql", "x"),
        ("other/analyses/a.sql", "x"),
        ("seeds/c.csv", "a,b"),
        ("seeds/c.yaml", "version: 2"),
        ("seeds/old.csv", "a,b"),
        ("target/compiled/models/z.sql", "x"),
        (".dbtignore", "# not these\nold.*\n*.txt\n"),
    ])
    .load();
    let found: Vec<(FileKind, &str, &str, bool)> = project
        .root_package()
        .files
        .iter()
        .map(|file| (file.kind, file.path.as_str(), file.resource_path.as_str(), file.file.is_some()))
        .collect();
    let expected = [
        (FileKind::Model, "models/a/m.sql", "a/m.sql", true),
        (FileKind::Model, "models/p.py", "p.py", true),
        (FileKind::Macro, "./macros/x.SQL", "x.SQL", true),
        (FileKind::Test, "tests/t.sql", "t.sql", true),
        (FileKind::GenericTest, "tests/generic/g.sql", "generic/g.sql", true),
        (FileKind::Snapshot, "snapshots/s.sql", "s.sql", true),
        (FileKind::Analysis, "other/analyses/a.sql", "a.sql", true),
        (FileKind::Seed, "seeds/c.csv", "c.csv", false),
        (FileKind::Properties, "models/schema.yml", "schema.yml", true),
        (FileKind::Properties, "seeds/c.yaml", "c.yaml", true),
        (FileKind::Docs, "models/read.md", "read.md", true),
        (FileKind::Fixture, "tests/fixtures/f.csv", "fixtures/f.csv", true),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_file_that_is_no_text_is_told() {
    let sandbox = Sandbox::new(&[("dbt_project.yml", "name: shop")]);
    files::write(&sandbox.request.current_dir.join("models/m.sql"), b"select '\xff'").unwrap();
    let (project, _) = load(&sandbox.request).unwrap();
    let found = project.read_texts().unwrap_err();
    assert_eq!(found.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["not-utf8"]);
}

#[test]
fn installed_packages_are_loaded_with_their_files() {
    let sandbox = Sandbox::new(&[
        ("dbt_project.yml", "name: shop\nvars: {utils: {a: 1}}"),
        ("packages.yml", "packages:\n- local: ../utils\n"),
        ("dbt_packages/zeta/dbt_project.yml", "name: zeta"),
        ("dbt_packages/utils/dbt_project.yml", "name: utils\nvars: {a: 2, b: 2}"),
        ("dbt_packages/utils/macros/m.sql", "x"),
        ("dbt_packages/__cache/x.txt", ""),
    ]);
    let (project, warnings) = sandbox.load();
    assert_eq!(warnings, []);
    let names: Vec<&str> = project.packages.iter().map(|package| package.name.as_str()).collect();
    assert_eq!(names, ["shop", "utils", "zeta"]);
    let utils = project.package("utils").unwrap();
    let macro_file = utils.files[0].file.as_ref().unwrap();
    assert_eq!(macro_file.path(), Path::new("dbt_packages/utils/macros/m.sql"));
}

#[test]
fn what_is_wrong_with_packages_is_told() {
    let check = |files: &[(&str, &str)], expected: &[&str]| {
        let project = [("dbt_project.yml", "name: shop")];
        assert_eq!(Sandbox::new(&[&project, files].concat()).codes(), expected, "{files:?}");
    };
    check(&[("packages.yml", "packages: [{local: ../utils}]")], &["packages-not-installed"]);
    check(&[("dependencies.yml", "packages: [{package: a/b, version: 1.0.0}]")], &["packages-not-installed"]);
    check(&[("packages.yml", "packages: []"), ("dependencies.yml", "packages: []")], &["packages"]);
    check(&[("packages.yml", "projects: [{name: x}]")], &["packages"]);
    check(&[("packages.yml", "packages: [{locl: ../utils}]")], &["packages"]);
    check(&[("dbt_packages/a/dbt_project.yml", "name: shop")], &["package-name"]);
    check(&[("dbt_packages/a/readme.txt", "")], &["package"]);
    let newer = "name: a\nrequire-dbt-version: '>=2.0.0'";
    check(&[("dbt_packages/a/dbt_project.yml", newer)], &["dbt-version"]);
}

#[test]
fn members_tell_templates_about_the_project() {
    let files = [
        (
            "dbt_project.yml",
            "name: shop\nprofile: shop\nflags: {fail_fast: true}\nmodels:\n  shop:\n    +schema: \"{{ target.schema }}_{{ var('x') }}\"\n    +enabled: \"{{ target.name == 'dev' }}\"\n    +post-hook: \"{{ this }}\"\n",
        ),
        ("profiles.yml", PROFILES),
        ("selectors.yml", "selectors: [{name: a, default: \"{{ target.name == 'dev' }}\", definition: x}]"),
    ];
    let sandbox = Sandbox::new(&files)
        .with(|request| request.vars = Some("x: 1".to_owned()))
        .with(|request| request.flags = json!({"full_refresh": true}).as_object().cloned().unwrap());
    let (project, _) = sandbox.load();
    let models = project.root_package().file.configs("models").unwrap();
    let expected = json!({"shop": {"+schema": "raw_1", "+enabled": true, "+post-hook": "{{ this }}"}});
    assert_eq!(Json::Object(models.rendered.to_json()), expected);
    assert_eq!(models.unrendered.to_json()["shop"]["+enabled"], json!("{{ target.name == 'dev' }}"));
    let selectors = project.selectors.as_ref().unwrap().to_json();
    assert_eq!(selectors["selectors"][0]["default"], json!(true));
    assert!(project.flags.is_on("fail_fast") && project.flags.is_on("full_refresh"));
    assert_eq!(project.target_path(), project.root.join("target"));
}

#[test]
fn catalogs_are_checked_where_they_are() {
    let check = |text: &str, expected: &str| {
        let files = [("dbt_project.yml", "name: shop"), ("catalogs.yml", text)];
        let found = load(&Sandbox::new(&files).request).map_or_else(|found| found, |(_, warnings)| warnings);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages.join("; "), expected, "{text}");
    };
    let with = |rest: &str| format!("catalogs: [{{name: lake, {rest}}}]");
    let one = "{name: a, catalog_type: '{{ var(\"x\", \"rest\") }}'}";
    check("version: 1", "");
    let refused = "no warehouse that is known here writes into catalogs of the type `rest`";
    check(&with(&format!("write_integrations: [{one}]")), refused);
    check(&with(&format!("write_integrations: [{one}], active_write_integration: a")), refused);
    let two = format!("write_integrations: [{one}, {{name: b, catalog_type: rest}}]");
    check(&with(&two), "the catalog `lake` does not say which write integration is used");
    check(
        &with(&format!("{two}, active_write_integration: c")),
        "the catalog `lake` has no write integration `c`",
    );
    check(
        &with(&format!("write_integrations: [{one}, {one}]")),
        "the catalog `lake` has two write integrations `a`",
    );
    check(
        &with("write_integrations: [{name: a}]"),
        "the write integration `a` needs the text `catalog_type`",
    );
    check(&with(&format!("write_integrations: [{one}], kind: x")), "a catalog has no key `kind`");
    check("catalogs: {}", "`catalogs` must be a list");
    check("catalogs: [lake]", "a catalog must be a mapping with the text `name`");
    check("", "`catalogs.yml` must be a mapping");
    let text = with(&format!("write_integrations: [{one}]"));
    let mut sandbox = Sandbox::new(&[("dbt_project.yml", "name: shop"), ("catalogs.yml", &text)]);
    "list".clone_into(&mut sandbox.request.invocation.which);
    assert!(load(&sandbox.request).is_ok(), "a command that only looks");
}

#[test]
fn all_findings_come_at_once() {
    let project = "name: shop\nprofile: shpo\nmodel-paths: 3\nmdoels: {}\nflags: {fail_fast: 3}\nmodels: {x: \"{{ var('gone') }}\"}\n";
    let files = [("dbt_project.yml", project), ("profiles.yml", PROFILES), ("packages.yml", "packages: 3")];
    let codes = Sandbox::new(&files).codes();
    assert_eq!(codes, ["flag-type", "unknown-profile", "unknown-var", "key-type", "project-key", "packages"]);
}
