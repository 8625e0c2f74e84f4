//! Flags: wrong ones, and those that change how output looks.

use crate::sandbox::Sandbox;

#[test]
fn what_a_selection_misses_is_named() {
    let sandbox = Sandbox::new().model("orders", "select 1 as id");
    sandbox.run(["build", "--select", "order"]).success().talk(
        "
            warning[no-nodes-selected]: this selects nothing
             --> --select:1:1
              |
            1 | order
              | ^^^^^
              |
              = help: did you mean `orders`?

            nothing to do
        ",
    );
    sandbox.run(["build", "--select", "tagg:x"]).code(2)
        .talk("
            error[unknown-method]: there is no selection method `tagg`
             --> --select:1:1
              |
            1 | tagg:x
              | ^^^^^^
              |
              = note: the methods are: fqn, tag, path, file, source, exposure, package, config, resource_type, test_name, test_type, unit_test, group, access, version, selector, metric, semantic_model, saved_query, state, result, source_status
              = help: did you mean `tag`?
        ");
    sandbox.run(["build", "--selector", "nightly"]).code(2).talk(
        "
            error[unknown-selector]: there is no selector `nightly`
             --> --selector:1:1
              |
            1 | nightly
              | ^^^^^^^
              |
              = note: `selectors.yml` defines none
        ",
    );
}

#[test]
fn vars_that_are_no_mapping() {
    let sandbox = Sandbox::new().model("a", "select 1 as id");
    sandbox.run(["build", "--vars", "{x: ["]).code(2)
        .talk("
            error[yaml-syntax]: this is not valid YAML: while parsing a node, did not find expected node content
             --> --vars:1:6
              |
            1 | {x: [
              |      ^
        ");
    sandbox.run(["build", "--vars", "hello"]).code(2).talk(
        "
            error[vars]: `--vars` takes a mapping, this is a text
             --> --vars:1:1
              |
            1 | hello
              | ^^^^^
              |
              = help: write `--vars 'name: value'` or `--vars '{a: 1, b: 2}'`
        ",
    );
}

#[test]
fn zero_threads() {
    let sandbox = Sandbox::new();
    sandbox.run(["build", "--threads", "0"]).code(2).talk(
        "
            error[threads]: `--threads` must be at least 1
        ",
    );
}

#[test]
fn show_needs_to_know_what() {
    let sandbox = Sandbox::new();
    sandbox.run(["show"]).code(2).talk(
        "
            error[bad-flag]: `show` needs to know what to show
             |
             = note: dbt says: Either --select or --inline must be passed to show
             = help: name nodes with `--select`, or give a query with `--inline`
        ",
    );
}

#[test]
fn flags_and_commands_that_are_not_there_are_explained() {
    let sandbox = Sandbox::new();
    sandbox.run(["--select", "a", "build"]).code(2).talk(
        "
            error: unexpected argument '--select' found

              tip: it stands after the command: `model build --select …`

            Usage: model [OPTIONS] <COMMAND>

            For more information, try '--help'.
        ",
    );
    sandbox.run(["build", "dim_store"]).code(2).talk(
        "
            error: unexpected argument 'dim_store' found

              tip: a flag chooses nodes: `--select dim_store`

            Usage: model build [OPTIONS]

            For more information, try '--help'.
        ",
    );
    sandbox.run(["deps", "dim_store"]).code(2).talk(
        "
            error: unexpected argument 'dim_store' found

            Usage: model deps [OPTIONS]

            For more information, try '--help'.
        ",
    );
    let wrong = "error: invalid value 'all' for '--limit <N>': this must be a whole number";
    sandbox.run(["show", "--limit", "all"]).code(2).talk_has(wrong);
    sandbox.run(["environment"]).code(2).talk(
        "
            error: unrecognized subcommand 'environment'

              tip: dbt's `environment` is not part of this program yet

            Usage: model [OPTIONS] <COMMAND>

            For more information, try '--help'.
        ",
    );
    sandbox.run(["build", "--threads", "many"]).code(2).talk(
        "
            error: invalid value 'many' for '--threads <N>': this must be a whole number

            For more information, try '--help'.
        ",
    );
}

#[test]
fn what_templates_warn_of_is_an_error_where_all_warnings_are() {
    let sandbox = Sandbox::new().model("a", "{{ exceptions.warn('careful') }} select 1 as id");
    sandbox.run(["build"]).success().talk_has("warning: careful");
    let options = ["build", "--warn-error-options", "{error: all}"];
    sandbox.run(options).code(2).talk_has("error[raised-warning]: careful");
    sandbox.run(["build", "--warn-error-options", "all"]).code(2).talk_has("this must be a mapping");
}

#[test]
fn warnings_are_errors_or_silent_by_dbts_names() {
    let sandbox = Sandbox::new().model("a", "select 1 as id").file("models/a.yml", "models: [{name: b}]");
    let under = |options: &str| sandbox.run(["parse", "--warn-error-options", options]);
    under("{error: [UnusedResourceConfigPath]}").success();
    let output = under("{error: [NoNodeForYamlKey]}").code(2);
    assert!(output.talk.starts_with("error[unknown-node]"), "{}", output.talk);
    let output = under("{error: all, warn: [NoNodeForYamlKey]}").success();
    assert!(output.talk.starts_with("warning[unknown-node]"), "{}", output.talk);
    let output = under("{silence: [NoNodeForYamlKey]}").success();
    assert!(!output.talk.contains("unknown-node"), "{}", output.talk);
}

#[test]
fn variables_that_look_like_settings_and_are_none_are_told() {
    let sandbox = Sandbox::new().env("DBT_ENGINE_THRAEDS", "4").env("DBT_ENGINE_FAIL_FAST", "1");
    sandbox.run(["parse"]).success().talk_has(
        "warning[unknown-variable]: the environment variable `DBT_ENGINE_THRAEDS` sets nothing, although its name \
         is dbt's own",
    );
}

#[test]
fn variables_are_known_under_the_names_that_they_had() {
    let sandbox = Sandbox::new()
        .env("DBT_DEFER_TO_STATE", "0")
        .env("DBT_NO_PRINT", "1")
        .env("DBT_HOST", "old")
        .env("DBT_ENGINE_SINGLE_THREADED", "new")
        .model(
            "a",
            "{{ print('printed') }} select '{{ env_var('DBT_ENGINE_HOST') }}' as a, '{{ env_var('DBT_SINGLE_THREADED') }}' as b",
        );
    let run = sandbox.run(["--print", "run", "--log-format-file", "json"]).success();
    assert!(!run.stdout.contains("printed"), "{}", run.stdout);
    assert_eq!(sandbox.query("select a || b from a"), ["oldnew"]);
    let log = sandbox.read("logs/dbt.log");
    let words = [
        "The environment variable `DBT_DEFER_TO_STATE` has been renamed as `DBT_ENGINE_DEFER`",
        "`DBT_ENGINE_PRINT`",
    ];
    assert_eq!(words.map(|words| log.contains(words)), [true; 2], "{log}");
    assert!(log.contains(r#""name":"EnvironmentVariableRenamed""#), "{log}");
}

/// Scripts put flags behind those that they were given.
#[test]
fn the_last_of_several_flags_counts() {
    let sandbox =
        Sandbox::new().model("a", "select '{{ var('day') }}' as day, {{ target.threads }} as threads");
    let flags = ["--threads", "2", "--vars", "day: monday", "--threads", "3", "--vars", "day: friday"];
    sandbox.run(["run"].into_iter().chain(flags)).success();
    assert_eq!(sandbox.query("select day || threads from a"), ["friday3"]);
    // Selections are added to each other.
    sandbox.write("models/b.sql", "select 1 as id");
    let listed = sandbox.run(["list", "--select", "a", "--select", "b"]).success().stdout;
    assert_eq!(listed.lines().collect::<Vec<_>>(), ["shop.a", "shop.b"]);
}

#[test]
fn words_of_flags_may_be_in_capitals() {
    let sandbox = Sandbox::new().model("a", "select 1 as id");
    let output = sandbox.run(["--log-format", "JSON", "list", "--indirect-selection", "Cautious"]).success();
    assert!(output.talk.contains("\"level\":") || output.stdout.contains("\"level\":"), "{}", output.stdout);
    sandbox.run(["--log-level", "WARN", "run"]).success();
    let listed = sandbox.run(["list", "--output", "NAME"]).success().stdout;
    assert_eq!(listed.trim(), "a");
    sandbox.run(["show", "--inline", "select 1 as id", "--output", "Json"]).success();
}

#[test]
fn models_are_listed_without_other_kinds() {
    let sandbox = Sandbox::new().model("a", "select 1 as id");
    sandbox
        .run(["list", "--models", "a", "--select", "a"])
        .code(2)
        .talk_has("`--models` and `--select` exclude each other");
    sandbox.run(["list", "--models", "a", "--resource-type", "test"]).code(2);
    sandbox.run(["run", "--models", "a", "--select", "a"]).success();
}

/// What `flags:` of a project say of the output counts as well as the command line.
#[test]
fn a_project_says_how_the_output_looks() {
    let stdout = |flags: &str, arguments: &[&str]| {
        let project = format!(
            "name: shop\nversion: '1.0'\nprofile: shop\nflags: {{{flags}}}\nmodels: {{none: {{+enabled: true}}}}\n"
        );
        let sandbox = Sandbox::new().model("a", "select 1 as id").file("project.yml", &project);
        sandbox.run_as_dbt(arguments.iter().copied()).success().stdout
    };
    let told = stdout("log_format: json", &["run"]);
    assert!(told.lines().all(|line| line.starts_with('{')), "{told}");
    let told = stdout("log_format: json", &["--log-format", "text", "run"]);
    assert!(told.lines().all(|line| !line.starts_with('{')), "{told}");
    let told = stdout("log_level: warn", &["run"]);
    assert!(told.contains("unused configuration path") && !told.contains("Running with dbt"), "{told}");
    assert_eq!(stdout("log_level: error", &["run"]), "");
    assert!(stdout("use_colors: true", &["run"]).contains("\u{1b}["));
    assert!(stdout("debug: true", &["run"]).contains("create view"));
    let status = |flags: &str, arguments: &[&str]| {
        let told = stdout(flags, arguments);
        let line = told.lines().find_map(|line| line.split_once("1 of 1 START")).unwrap();
        line.1.find(" [RUN]")
    };
    let usual = status("fail_fast: false", &["run"]).unwrap();
    assert_eq!(status("printer_width: 60.5", &["run"]), Some(usual - 20));
    assert_eq!(status("printer_width: 60", &["run", "--printer-width", "100"]), Some(usual + 20));
    let endless = i64::MAX.to_string();
    assert!(status("printer_width: 60", &["run", "--printer-width", &endless]).is_some_and(|at| at < 20_000));
    assert_eq!(
        status("printer_width: 60", &["run", "--printer-width", "-1"]),
        Some(" sql view model main.a ".len())
    );
}

#[test]
fn values_of_flags_that_do_nothing_here_are_judged_as_dbt_judges_them() {
    let project = |flags: &str| format!("name: shop\nversion: '1.0'\nprofile: shop\nflags: {{{flags}}}\n");
    let sandbox =
        Sandbox::new().model("a", "select 1 as id").file("project.yml", &project("log_format: xml"));
    sandbox.run(["parse"]).success().talk_has("warning[flag-type]: the flag `log_format` must be one of");
    sandbox.run(["parse", "--log-file-max-bytes", "-1"]).success();
    sandbox.run(["run", "--threads", "-1"]).code(2).talk_has("invalid value '-1' for '--threads <N>'");
    sandbox.run(["parse", "--printer-width", "wide"]).code(2).talk_has("this must be a whole number");
    sandbox.run(["parse", "--partial-parse-file-path", "none"]).code(2).talk_has("there is no file `none`");
    sandbox.run(["parse", "--partial-parse-file-path", "project.yml"]).success();
}
