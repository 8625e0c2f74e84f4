use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::*;
use crate::diagnostics::Diagnostic;
use crate::project::vars;
use crate::source::SourceMap;
use crate::template::{Engine, Library, Notice, Notices, Scope, Text};

/// What was said during a render.
#[derive(Debug, Default)]
struct Said(Mutex<Vec<Notice>>);

impl Notices for Said {
    fn notice(&self, notice: Notice) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
    }
}

struct TestScope {
    members: Members,
    said: Arc<Said>,
    is_chainable: bool,
}

impl fmt::Debug for TestScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TestScope")
    }
}

impl Scope for TestScope {
    fn lookup(&self, name: &str) -> Option<Value> {
        self.members.lookup(name, "shop")
    }

    fn package(&self) -> &'static str {
        "shop"
    }

    fn names(&self) -> Vec<&'static str> {
        self.members.names()
    }

    fn is_chainable(&self) -> bool {
        self.is_chainable
    }

    fn notices(&self) -> Arc<dyn Notices> {
        Arc::clone(&self.said) as Arc<dyn Notices>
    }
}

fn members() -> Members {
    let environment: Environment =
        [("HOST", "db"), ("DBT_ENV_SECRET_PASSWORD", "hunter2"), ("DBT_ENV_CUSTOM_ENV_TEAM", "core")]
            .into_iter()
            .collect();
    let command_line = serde_json::json!({"full_refresh": true});
    let flags =
        Flags::of(command_line.as_object().unwrap(), &environment, &yaml::Map::default(), &mut Vec::new());
    let facts = Facts {
        told: Mutex::default(),
        secrets: Secrets::of(&environment),
        environment,
        flags,
        invocation: Invocation {
            id: "some-id".to_owned(),
            started_at: chrono::DateTime::UNIX_EPOCH,
            which: "build".to_owned(),
            command_line: "model build".to_owned(),
            timings: Arc::default(),
        },
        target: serde_json::json!({"name": "dev", "schema": "main"}).as_object().cloned(),
        project_name: "shop".to_owned(),
        reads: Arc::default(),
    };
    let text = "{a: 1, text: plain, nested: \"{{ var('a') + 1 }}\", list: [1, x]}";
    let command_line = vars::read(text, "--vars", &SourceMap::new()).unwrap();
    Members::new(facts, Vars { command_line, ..Vars::default() }, Policy::default())
}

fn render(members: Members, text: &str, is_chainable: bool) -> (Result<String, Diagnostic>, Vec<Notice>) {
    let (library, _) = Library::builder("shop").build();
    let file = SourceMap::new().add("m.sql", text);
    let said = Arc::new(Said::default());
    let scope = TestScope { members, said: Arc::clone(&said), is_chainable };
    let rendered = Engine::new(Arc::new(library)).render(&Text::of_file(&file), Arc::new(scope));
    let notices = said.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (rendered.map_err(|error| error.diagnostic()), notices)
}

#[test]
fn members_have_dbts_values() {
    let check = |text: &str, expected: &str| {
        assert_eq!(render(members(), text, false).0.as_deref(), Ok(expected), "{text}");
    };
    check("{{ var('a') }} {{ var('text') }} {{ var('list') }}", "1 plain [1, 'x']");
    check("{{ var('nested') }}", "2");
    check("{{ var('gone', 'default') }} {{ var('gone', none) }}", "default None");
    check("{{ var.has_var('a') }} {{ var.has_var('gone') }}", "True False");
    check("{{ env_var('HOST') }} {{ env_var('GONE', 'x') }} {{ env_var('GONE', default='y') }}", "db x y");
    check(
        "{{ target.name }} {{ target['schema'] }} {{ target.get('x') }} {{ env.name }}",
        "dev main None dev",
    );
    check("{{ flags.FULL_REFRESH }} {{ flags.WHICH }} {{ flags.full_refresh }}", "True build ");
    check(
        "{{ invocation_id }} {{ project_name }} {{ dbt_version }} {{ thread_id }}",
        "some-id shop 1.11.16 MainThread",
    );
    check("{{ run_started_at.strftime('%Y-%m-%d') }}", "1970-01-01");
    check("{{ dbt_metadata_envs }} {{ invocation_args_dict['which'] }}", "{'TEAM': 'core'} build");
}

#[test]
fn what_fails_says_why() {
    let check = |text: &str, code: &str, message: &str| {
        let finding = render(members(), text, false).0.unwrap_err();
        assert_eq!((finding.code, finding.message.as_str()), (code, message), "{text}");
        assert!(!finding.labels.is_empty(), "{text}");
    };
    check("{{ var('gone') }}", "unknown-var", "there is no var `gone`");
    check("{{ env_var('GONE') }}", "unknown-env-var", "the environment variable `GONE` is not set");
    check("{{ env_var('GONE', none) }}", "unknown-env-var", "the environment variable `GONE` is not set");
    let secret = "the secret environment variable `DBT_ENV_SECRET_PASSWORD` cannot be read here";
    check("{{ env_var('DBT_ENV_SECRET_PASSWORD') }}", "secret-env-var", secret);
    check("{{ exceptions.raise_compiler_error('no') }}", "raised", "no");
    check("{{ exceptions.raise_compiler_error(msg='is hunter2') }}", "raised", "is *****");
    let missing = "`m` does not set the config `key`, which its materialization needs";
    check("{{ exceptions.missing_config({'unique_id': 'm'}, 'key') }}", "missing-config", missing);
    let broken = "the model's columns are not those that its contract promises

| column_name | definition_type | contract_type | mismatch_reason       |
| ----------- | --------------- | ------------- | --------------------- |
| a           |                 | int           | missing in definition |
| b           | text            | date          | data type mismatch    |
| c           | int             |               | missing in contract   |";
    check(
        "{% set a, b, c = {'name': 'a', 'data_type': 'int'}, {'name': 'b', 'data_type': 'date'}, \
         {'name': 'c', 'data_type': 'int'} %}\
         {{ exceptions.raise_contract_error([a, b], [{'name': 'b', 'data_type': 'text'}, c]) }}",
        "contract-broken",
        broken,
    );
}

#[test]
fn parsing_forgives_a_missing_var() {
    assert_eq!(render(members().for_parsing(), "{{ var('gone') }}", true).0.as_deref(), Ok("None"));
}

#[test]
fn templates_talk() {
    let text = "{{ log('a') }}{{ log('hunter2', info=true) }}{{ log('c', true) }}{{ print([none, true]) }}{{ exceptions.warn('w') }}";
    let (rendered, notices) = render(members(), text, false);
    assert_eq!(rendered.as_deref(), Ok(""));
    let log = |message: &str, info| Notice::Log { message: message.to_owned(), info };
    let expected = [
        log("a", false),
        log("*****", true),
        log("c", true),
        Notice::Print("[None, True]".to_owned()),
        Notice::Warning("w".to_owned()),
    ];
    assert_eq!(notices, expected);
}

#[test]
fn places_differ_in_what_they_may() {
    let raw = render(members().for_properties(), "{{ var('nested') }}", false).0;
    assert_eq!(raw.as_deref(), Ok("{{ var('a') + 1 }}"));
    let vars = vars::read("a: 7", "overrides", &SourceMap::new()).unwrap();
    let environment = [("HOST".to_owned(), "mock".to_owned())].into_iter().collect();
    let overridden =
        render(members().overriding(vars, environment), "{{ var('a') }} {{ env_var('HOST') }}", false).0;
    assert_eq!(overridden.as_deref(), Ok("7 mock"));
    let policy = Policy { allows_secrets: true, ..Policy::default() };
    let secretive = Members { policy, ..members() };
    let placeholder = render(secretive, "{{ env_var('DBT_ENV_SECRET_PASSWORD')[:3] }}", false).0.unwrap();
    assert!(!placeholder.contains("hun"), "a template cannot take a secret apart");
}
