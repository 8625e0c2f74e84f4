//! What goes wrong with a PostgreSQL server: what people read, what stays in the
//! warehouse, and that `model retry` goes on from there. Without a server, see
//! `CONTRIBUTING.md`, there is nothing to go wrong.

use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use fancy_regex::Regex;
use serde_json::{Value as Json, json};

use crate::interrupt::interrupt;
use crate::postgres::{Database, OwnServer, Server};
use crate::proxy::Proxy;
use crate::sandbox::{Output, Sandbox};

/// A table whose SQL the command line may replace, and a view on it.
struct Stage {
    sandbox: Sandbox,
    database: Database,
}

impl Stage {
    /// Built once, so that there is something to lose.
    fn on(server: &Server) -> Self {
        let sandbox = Sandbox::new()
            .file("project.yml", "{name: shop, profile: shop}")
            .model("kept", "{{ config(materialized='table') }} {{ var('sql', 'select 1 as n') }}")
            .model("after", "select n + 1 as n from {{ ref('kept') }}");
        let stage = Self { sandbox, database: server.database() };
        stage.profile(&[]);
        stage.run(&["build"]).success();
        stage
    }

    /// On the server of all tests, where there is one.
    fn new() -> Option<Self> {
        Some(Self::on(&Server::of_tests()?))
    }

    /// The way to the database, with these settings instead.
    fn profile(&self, changes: &[(&str, Json)]) {
        let mut output = self.database.output();
        let own = [("type", json!("postgres")), ("schema", json!("main"))];
        let changes = own.iter().chain(changes).map(|(name, value)| ((*name).to_owned(), value.clone()));
        output.extend(changes);
        let profile = json!({"shop": {"target": "dev", "outputs": {"dev": Json::Object(output)}}});
        self.sandbox.write("profiles.yml", &profile.to_string());
    }

    /// Runs a command, whose output must be without secrets.
    fn run(&self, arguments: &[&str]) -> Output {
        let output = self.sandbox.run(arguments.iter().copied());
        self.finished(&output)
    }

    /// Starts a build that makes the table of this SQL; returns when the server works on it.
    fn start(&self, sql: &str) -> Child {
        let variables = json!({"sql": sql}).to_string();
        let mut command = self.sandbox.command(["build", "--vars", &variables]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        let start = Instant::now();
        while self.database.rows(RUNNING).is_empty() {
            assert!(start.elapsed() < Duration::from_mins(1), "the statement never runs");
            std::thread::sleep(Duration::from_millis(20));
        }
        child
    }

    /// What it said in the end.
    fn end(&self, child: Child) -> Output {
        let output = child.wait_with_output().expect("the process ends");
        self.finished(&self.sandbox.output(&output))
    }

    fn finished(&self, output: &Output) -> Output {
        let secret = self.database.server.setting("password");
        for folder in ["target", "logs"] {
            for entry in walkdir::WalkDir::new(self.sandbox.path(folder)).into_iter().filter_map(Result::ok) {
                let text = std::fs::read(entry.path()).unwrap_or_default();
                let found = String::from_utf8_lossy(&text).contains(secret);
                assert!(!found, "the password is in {}", entry.path().display());
            }
        }
        let plain = |text: &str| {
            assert!(!text.contains(secret), "the password is in\n{text}");
            let port = format!(":{}", self.database.server.setting("port"));
            let text = text.replace(&self.database.name, "shop").replace(&port, ":[PORT]");
            let text = text.replace("Temporary failure in name resolution", "[WHY]");
            let text = text.replace("Name or service not known", "[WHY]");
            let file = Regex::new(r#""base/[0-9/]+""#).expect("a valid pattern");
            file.replace_all(&text, r#""base/[FILE]""#).into_owned()
        };
        Output { code: output.code, stdout: plain(&output.stdout), talk: plain(&output.talk) }
    }

    /// The old table is there with its rows, and nothing beside it and the view.
    #[track_caller]
    fn keeps_the_old_table(&self) {
        assert_eq!(self.text("select n from main.kept"), "1");
        assert_eq!(self.text("select n from main.after"), "2");
        let names = "select relname from pg_class c join pg_namespace n on n.oid = relnamespace \
                     where nspname = 'main' and relkind in ('r', 'v') order by 1";
        assert_eq!(self.text(names), "after kept");
    }

    /// The next attempt does what was not done, with another number to see it by.
    #[track_caller]
    fn goes_on(&self, done: &str) {
        self.profile(&[]);
        self.run(&["retry", "--vars", "{sql: select 5 as n}"]).success().talk_has(done);
        assert_eq!(self.text("select n from main.after"), "6");
    }

    fn text(&self, sql: &str) -> String {
        self.database.rows(sql).into_iter().flatten().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// The statement that [`Stage::start`] waits for.
const RUNNING: &str = "select pid from pg_stat_activity where datname = current_database() \
                       and query like '%pg_sleep%' and pid <> pg_backend_pid() and state = 'active'";

/// A table that takes this many seconds.
fn slow(seconds: u32) -> String {
    format!("select 3 as n, pg_sleep({seconds})::text as slept")
}

/// A port on which nobody listens.
fn closed_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

/// A server that cannot be reached, or does not let us in, changes nothing, not
/// even what there is to retry.
#[track_caller]
fn check_no_way(stage: &Stage, changes: &[(&str, Json)], told: &str) {
    stage.profile(&[]);
    stage.run(&["build"]).success();
    stage.run(&["build", "--vars", "{sql: select nothing}"]).code(1);
    stage.profile(changes);
    let secret = changes.iter().find(|(name, _)| *name == "password").and_then(|(_, value)| value.as_str());
    let output = stage.run(&["retry"]).code(2).talk(told);
    assert!(secret.is_none_or(|secret| !output.talk.contains(secret)), "{}", output.talk);
    stage.keeps_the_old_table();
    stage.goes_on("2 passed");
}

#[test]
fn a_host_that_does_not_exist() {
    let Some(stage) = Stage::new() else { return };
    check_no_way(&stage, &[("host", json!("warehouse.invalid"))], "
            2 nodes, 1 thread, target `dev`

            error[database-error]: cannot reach the server at `warehouse.invalid:[PORT]`: failed to lookup address information: [WHY]

            Gave up before the first node, after [ELAPSED]
        ");
}

#[test]
fn a_port_on_which_nobody_listens() {
    let Some(stage) = Stage::new() else { return };
    let port = closed_port();
    let told = "
            2 nodes, 1 thread, target `dev`

            error[database-error]: cannot reach the server at `127.0.0.1:[CLOSED]`: Connection refused (os error 111)

            Gave up before the first node, after [ELAPSED]
        ";
    check_no_way(&stage, &[("port", json!(port))], &told.replace("[CLOSED]", &port.to_string()));
}

#[test]
fn a_wrong_password() {
    let Some(stage) = Stage::new() else { return };
    check_no_way(
        &stage,
        &[("password", json!("not-the-right-one"))],
        r#"
            2 nodes, 1 thread, target `dev`

            error[database-error]: the server at `127.0.0.1:[PORT]` refuses the connection: password authentication failed for user "model" (SQLSTATE 28P01)

            Gave up before the first node, after [ELAPSED]
        "#,
    );
}

#[test]
fn an_unknown_database() {
    let Some(stage) = Stage::new() else { return };
    check_no_way(
        &stage,
        &[("dbname", json!("no_such_database"))],
        r#"
            2 nodes, 1 thread, target `dev`

            error[database-error]: the server at `127.0.0.1:[PORT]` refuses the connection: database "no_such_database" does not exist (SQLSTATE 3D000)

            Gave up before the first node, after [ELAPSED]
        "#,
    );
}

#[test]
fn certificates_are_looked_at() {
    if Server::of_tests().is_none() {
        return;
    }
    let server = OwnServer::start("");
    let stage = Stage::on(&server.server);
    let authority = json!(server.path("tls/ca.crt"));
    let careful = [("sslmode", json!("verify-full")), ("sslrootcert", authority.clone())];
    stage.profile(&careful);
    stage.run(&["build"]).success();
    server.certify("expired");
    check_no_way(&stage, &careful, "
            2 nodes, 1 thread, target `dev`

            error[database-error]: no encrypted connection with the server at `127.0.0.1:[PORT]`: its certificate has expired on 2020-02-01

            Gave up before the first node, after [ELAPSED]
        ");
    server.certify("elsewhere");
    check_no_way(&stage, &careful, "
            2 nodes, 1 thread, target `dev`

            error[database-error]: no encrypted connection with the server at `127.0.0.1:[PORT]`: its certificate is for another host; `sslmode: verify-ca` does not mind

            Gave up before the first node, after [ELAPSED]
        ");
    stage.profile(&[("sslmode", json!("verify-ca")), ("sslrootcert", authority)]);
    stage.run(&["build"]).success();
    let other = [("sslmode", json!("verify-ca")), ("sslrootcert", json!(server.path("tls/valid.crt")))];
    check_no_way(&stage, &other, "
            2 nodes, 1 thread, target `dev`

            error[database-error]: no encrypted connection with the server at `127.0.0.1:[PORT]`: its certificate is signed by nobody whom `sslrootcert` names

            Gave up before the first node, after [ELAPSED]
        ");
}

#[test]
fn the_system_knows_whom_to_trust() {
    if Server::of_tests().is_none() {
        return;
    }
    let server = OwnServer::start("");
    let Stage { sandbox, database } = Stage::on(&server.server);
    let authority = server.path("tls/ca.crt");
    let home = sandbox.path("home").display().to_string();
    let stage = Stage { sandbox: sandbox.env("HOME", &home), database };
    stage.profile(&[("sslrootcert", json!("system"))]);
    stage.run(&["build"]).code(2).talk_has("`sslrootcert`");
    // What is not named is looked for at home.
    let certificate = std::fs::read_to_string(&authority).expect("the authority");
    stage.sandbox.write_exactly("home/.postgresql/root.crt", &certificate);
    stage.profile(&[("sslmode", json!("verify-full"))]);
    stage.run(&["build"]).success();
    let Stage { sandbox, database } = stage;
    let stage = Stage { sandbox: sandbox.env("SSL_CERT_FILE", &authority.display().to_string()), database };
    stage.profile(&[("sslrootcert", json!("system"))]);
    stage.run(&["build"]).success();
}

#[test]
fn a_connection_that_the_server_ends() {
    let Some(stage) = Stage::new() else { return };
    let child = stage.start(&slow(60));
    let pid = stage.text(RUNNING);
    stage.database.execute(&format!("select pg_terminate_backend({pid})"));
    let output = stage.end(child).code(1);
    // The server's last words may be lost with the connection.
    let words = "the server closed the connection: terminating connection due to administrator command (SQLSTATE 57P01)";
    let silence = "the connection to the server was lost: connection closed";
    Output { talk: output.talk.replace(silence, words), ..output }.talk("
            2 nodes, 1 thread, target `dev`

            ERROR    [ELAPSED]  1/2  table        main.kept
             SKIP           2/2  view         main.after  (kept failed)

            ERROR kept
              error[database-error]: the server closed the connection: terminating connection due to administrator command (SQLSTATE 57P01)

            Done in [ELAPSED]: 0 passed, 1 failed, 1 skipped
            `model retry` goes on with what failed or was skipped
        ");
    stage.keeps_the_old_table();
    stage.goes_on("2 passed");
}

#[test]
fn a_server_that_stops() {
    if Server::of_tests().is_none() {
        return;
    }
    let server = OwnServer::start("");
    let stage = Stage::on(&server.server);
    let child = stage.start(&slow(60));
    server.kill();
    stage.end(child).code(1).talk(
        "
            2 nodes, 1 thread, target `dev`

            ERROR    [ELAPSED]  1/2  table        main.kept
             SKIP           2/2  view         main.after  (kept failed)

            ERROR kept
              error[database-error]: the connection to the server was lost: the server hung up

            Done in [ELAPSED]: 0 passed, 1 failed, 1 skipped
            `model retry` goes on with what failed or was skipped
        ",
    );
    server.start_again();
    stage.keeps_the_old_table();
    stage.goes_on("2 passed");
}

#[test]
fn a_wire_that_is_cut() {
    let Some(stage) = Stage::new() else { return };
    let port = stage.database.server.setting("port").parse().expect("a port");
    let proxy = Proxy::to(port);
    stage.profile(&[("port", json!(proxy.port))]);
    let child = stage.start(&slow(2));
    proxy.cut();
    stage.end(child).code(1).talk(
        "
            2 nodes, 1 thread, target `dev`

            ERROR    [ELAPSED]  1/2  table        main.kept
             SKIP           2/2  view         main.after  (kept failed)

            ERROR kept
              error[database-error]: the connection to the server was lost: the server hung up

            Done in [ELAPSED]: 0 passed, 1 failed, 1 skipped
            `model retry` goes on with what failed or was skipped
        ",
    );
    stage.keeps_the_old_table();
    stage.goes_on("2 passed");
}

#[test]
fn an_interrupt_stops_the_statement() {
    let Some(stage) = Stage::new() else { return };
    let child = stage.start(&slow(60));
    interrupt(&child);
    stage.end(child).code(2).talk(
        "
            2 nodes, 1 thread, target `dev`

            stopping as asked: cancelling 1 running node
             SKIP           1/2  table        main.kept

            Cancelled after [ELAPSED]: 0 passed, 2 skipped
            `model retry` goes on with what failed or was skipped
        ",
    );
    assert_eq!(stage.text(RUNNING), "");
    stage.keeps_the_old_table();
    stage.goes_on("2 passed");
}

#[test]
fn a_role_that_may_not() {
    let Some(stage) = Stage::new() else { return };
    let role = format!("{}_guest", stage.database.name);
    let database = &stage.database;
    database.execute(&format!("create role {role} login password 'guest-of-the-shop'"));
    let guest = [("user", json!(role)), ("password", json!("guest-of-the-shop"))];
    stage.profile(&guest);
    let told = stage.run(&["build"]);
    assert!(!told.talk.contains("guest-of-the-shop"));
    told.code(1).talk(
        "
            2 nodes, 1 thread, target `dev`

            ERROR    [ELAPSED]  1/2  table        main.kept
             SKIP           2/2  view         main.after  (kept failed)

            ERROR kept
              error[database-error]: permission denied for schema main (SQLSTATE 42501)

            Done in [ELAPSED]: 0 passed, 1 failed, 1 skipped
            `model retry` goes on with what failed or was skipped
        ",
    );
    stage.keeps_the_old_table();
    stage.goes_on("2 passed");
    database.execute(&format!("drop role {role}"));
}

#[test]
fn a_full_disk() {
    if Server::of_tests().is_none() {
        return;
    }
    // No file of this server may grow beyond 32 MiB.
    let server = OwnServer::start("ulimit -f 32768 && ");
    let stage = Stage::on(&server.server);
    let sql = "select 3 as n, repeat('x', 1000) as filler from generate_series(1, 100000)";
    let output = stage.run(&["build", "--vars", &json!({"sql": sql}).to_string()]).code(1);
    // Newer servers name the call that failed.
    Output { talk: output.talk.replace(" with FileFallocate()", ""), ..output }.talk(
        r#"
            2 nodes, 1 thread, target `dev`

            ERROR    [ELAPSED]  1/2  table        main.kept
             SKIP           2/2  view         main.after  (kept failed)

            ERROR kept
              error[database-error]: could not extend file "base/[FILE]": File too large (SQLSTATE XX000)
                                     hint: Check free disk space.

            Done in [ELAPSED]: 0 passed, 1 failed, 1 skipped
            `model retry` goes on with what failed or was skipped
        "#,
    );
    stage.keeps_the_old_table();
    stage.goes_on("2 passed");
}

/// What people read then.
const IN_THE_WAY: &str = r#"
    3 nodes, 1 thread, target `dev`

       OK    [ELAPSED]  1/3  table        main.kept  (1 row)
    ERROR    [ELAPSED]  2/3  table        main.late
       OK    [ELAPSED]  3/3  view         main.after

    ERROR late
      error[database-error]: relation "late" already exists (SQLSTATE 42P07)
                             hint: a table, view, index, sequence, type or foreign table has this name: drop it or rename it, or choose another `alias`
       --> models/late.sql:1:1
        |
      1 | {{ config(materialized='table') }} select 1 as n
        | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    Done in [ELAPSED]: 2 passed, 1 failed
    `model retry` goes on with what failed or was skipped
"#;

/// Something else has the name of a model.
#[track_caller]
fn check_in_the_way(create: &str, drop: &str) {
    let Some(stage) = Stage::new() else { return };
    stage.sandbox.write("models/late.sql", "{{ config(materialized='table') }} select 1 as n");
    stage.database.execute(create);
    stage.run(&["build"]).code(1).talk(IN_THE_WAY);
    stage.keeps_the_old_table();
    stage.database.execute(drop);
    stage.run(&["retry"]).success().talk_has("1 passed");
}

#[test]
fn a_foreign_table_in_the_way() {
    check_in_the_way(
        "create foreign data wrapper none; create server far foreign data wrapper none; \
         create foreign table main.late (n integer) server far",
        "drop foreign table main.late",
    );
}

#[test]
fn a_sequence_in_the_way() {
    check_in_the_way("create sequence main.late", "drop sequence main.late");
}

#[test]
fn a_type_in_the_way() {
    check_in_the_way("create type main.late as (n integer)", "drop type main.late");
}

#[test]
fn another_database() {
    let Some(stage) = Stage::new() else { return };
    stage.sandbox.write("models/lost.sql", "{{ config(database='nowhere') }} select 1 as n");
    let told = "error[unseen-database]: `lost` cannot be stored: `nowhere` is another database";
    stage.run(&["compile"]).code(2).talk_has(told).talk_has("--> models/lost.sql");
    stage.run(&["build"]).code(2).talk_has(told);
    stage.run(&["build", "--exclude", "lost"]).success();
    stage.keeps_the_old_table();
}

#[test]
fn a_name_that_is_too_long() {
    let Some(stage) = Stage::new() else { return };
    let name = "long_".repeat(13);
    let sql = "{{ config(materialized='table') }} select 1 as n";
    stage.sandbox.write(&format!("models/{name}.sql"), sql);
    let told = "
            3 nodes, 1 thread, target `dev`

               OK    [ELAPSED]  1/3  table        main.kept  (1 row)
            ERROR    [ELAPSED]  2/3  table        main.[LONG]
               OK    [ELAPSED]  3/3  view         main.after

            ERROR [LONG]
              error[long-name]: the name `[LONG]` has 65 characters; at most 63 are possible
              --> models/[LONG].sql
               = note: dbt says: Relation name '[LONG]' is longer than 63 characters
               = help: give it a shorter `alias`

            Done in [ELAPSED]: 2 passed, 1 failed
            `model retry` goes on with what failed or was skipped
        ";
    stage.run(&["build"]).code(1).talk(&told.replace("[LONG]", &name));
    stage.keeps_the_old_table();
}
