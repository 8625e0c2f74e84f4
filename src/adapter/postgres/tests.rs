//! Against a server: what `MODEL_TEST_POSTGRES` names, as libpq's words `host=… port=…`.

use serde_json::json;

use super::*;
use crate::adapter::{BadCell, Response, RowPlace};
use crate::host::Environment;
use crate::sql::{Cell, Relation, RelationKind, Rows};

/// A schema of its own on the server; gone with its owner.
struct Place {
    adapter: Postgres,
    schema: String,
}

impl Place {
    /// `None`, and a line that says so, where there is no server.
    fn new(test: &str) -> Option<Self> {
        let Some(words) = Environment::of_process().get("MODEL_TEST_POSTGRES").map(str::to_owned) else {
            println!("not run: MODEL_TEST_POSTGRES names no server");
            return None;
        };
        let schema = format!("model_{test}_{}", std::process::id());
        let mut fields = fields(&words);
        fields.insert("schema".into(), json!(schema));
        let adapter = Postgres::new(&fields, &Folders::default()).unwrap();
        adapter.connect().unwrap().execute(&format!("create schema {schema}")).unwrap();
        Some(Self { adapter, schema })
    }

    fn session(&self) -> Box<dyn Session> {
        let mut session = self.adapter.connect().unwrap();
        session.execute(&format!("set search_path to {}", self.schema)).unwrap();
        session
    }

    fn relation(&self, name: &str) -> Relation {
        Relation::new(Some(self.adapter.settings().database.as_str()), &self.schema, name)
    }

    /// The relations of this place, by name.
    fn relations(&self, session: &mut dyn Session) -> Vec<(String, RelationKind)> {
        let found = session.relations(None).unwrap();
        let own = found.into_iter().filter(|relation| relation.schema.as_ref() == Some(&self.schema));
        let mut own: Vec<_> = own.map(|found| (found.identifier.unwrap(), found.kind.unwrap())).collect();
        own.sort_by(|one, other| one.0.cmp(&other.0));
        own
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Ok(mut session) = self.adapter.connect() {
            let _ = session.execute(&format!("drop schema {} cascade", self.schema));
        }
    }
}

/// A column's name, type, size, precision and scale.
type Described<'a> = (&'a str, &'a str, Option<u32>, Option<u32>, Option<u32>);

/// The server's, as 15.
fn version(session: &mut dyn Session) -> i128 {
    let sql = "select current_setting('server_version_num')::int / 10000";
    let (_, rows) = session.query(sql, None).unwrap();
    let [Cell::Integer(version)] = rows.rows[0][..] else { panic!("{rows:?}") };
    version
}

fn fields(words: &str) -> Map<String, Json> {
    let pairs = words.split_whitespace().filter_map(|word| word.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), json!(value))).collect()
}

#[test]
fn cells_have_types_as_in_agate() {
    let Some(place) = Place::new("cells") else { return };
    let mut session = place.session();
    let mut check = |sql: &str, expected: Cell| {
        let (_, rows) = session.query(&format!("select {sql} as c"), None).unwrap();
        assert_eq!(rows.columns[0].name, "c");
        assert_eq!(rows.rows, [[expected]], "{sql}");
    };
    let text = |text: &str| Cell::Text(text.to_owned());
    check("1", Cell::Integer(1));
    check("null::int", Cell::Null);
    check("1.50::numeric(10,2)", Cell::Decimal("1.50".into()));
    check(
        "timestamptz '2024-02-29 01:02:03.5+00' at time zone 'UTC'",
        Cell::Timestamp("2024-02-29 01:02:03.500000".into()),
    );
    check("date 'infinity'", Cell::Date("9999-12-31".into()));
    check("interval '1 month -1 day 02:03:04'", text("29 days, 2:03:04"));
    check("array['a','b c',null]", text(r#"["a", "b c", null]"#));
    check("'{\"a\":1}'::json", text(r#"{"a": 1}"#));
    check("row(1,'a')", text("(1,a)"));
}

#[test]
fn scripts_run_to_their_last_statement() {
    let Some(place) = Place::new("scripts") else { return };
    let mut session = place.session();
    let script = "create table t (a int); insert into t values (1), (2); select a from t order by a; ";
    let (response, rows) = session.query(script, Some(1)).unwrap();
    assert_eq!((response.message.as_str(), response.rows_affected), ("SELECT 2", Some(2)));
    assert_eq!(rows.rows, [[Cell::Integer(1)]]);
    let response = session.execute("delete from t where a = 1").unwrap();
    assert_eq!((response.message.as_str(), response.code.as_deref()), ("DELETE 1", Some("DELETE")));
    assert_eq!(session.execute("create table u as select * from t").unwrap().message, "SELECT 1");
    assert_eq!(session.execute("create view v as select 1 as x").unwrap().rows_affected, Some(-1));
    assert_eq!(session.execute(" -- nothing\n").unwrap().rows_affected, None);
    let error = session.execute("select 1; copy t from stdin").unwrap_err();
    assert_eq!(error.message, "`copy … from stdin` and `copy … to stdout` need a client that has the data");
    assert_eq!(error.offset, Some(10));
    assert_eq!(session.execute("select 1").unwrap().message, "SELECT 1");
}

#[test]
fn bodies_of_functions_are_one_statement() {
    let Some(place) = Place::new("bodies") else { return };
    let mut session = place.session();
    if version(session.as_mut()) < 14 {
        return;
    }
    let body = "create function f() returns int begin atomic select 1; select 2; end";
    let (response, rows) = session.query(&format!("{body}; select f()"), None).unwrap();
    assert_eq!((response.message.as_str(), rows.rows), ("SELECT 1", vec![vec![Cell::Integer(2)]]));
}

#[test]
fn a_server_without_merge_says_from_which_version_on_there_is_one() {
    let Some(place) = Place::new("merge") else { return };
    let mut session = place.session();
    session.execute("create table t (a int)").unwrap();
    let sql = "-- rows\nmerge into t using t as u on t.a = u.a when matched then delete";
    let refused = session.execute(sql).err().map(|error| (error.message, error.offset));
    let message = "syntax error at or near \"merge\" (SQLSTATE 42601)\n\
        hint: `merge` exists from PostgreSQL 15 on; `incremental_strategy='delete+insert'` replaces rows \
        on every version";
    let is_old = version(session.as_mut()) < 15;
    assert_eq!(refused, is_old.then(|| (message.to_owned(), Some(8))));
    let later = session.execute("merge into t, u").unwrap_err().message;
    assert!(is_old || later == "syntax error at or near \",\" (SQLSTATE 42601)", "{later}");
}

#[test]
fn errors_point_into_the_whole_script() {
    let Some(place) = Place::new("errors") else { return };
    let mut session = place.session();
    let mut check = |sql: &str, message: &str, at: Option<&str>| {
        let error = session.execute(sql).unwrap_err();
        assert_eq!(error.message, message, "{sql}");
        assert_eq!(error.offset.and_then(|offset| sql.get(offset..)), at, "{sql}");
    };
    check(
        "select 'ä';\n\nselect 'ö', * t\n frm",
        "syntax error at or near \"t\" (SQLSTATE 42601)",
        Some("t\n frm"),
    );
    check("select 1; select nope", "column \"nope\" does not exist (SQLSTATE 42703)", Some("nope"));
    check("select 1 / 0", "division by zero (SQLSTATE 22012)", None);
    check(
        "do $$ begin execute 'select nope'; end $$",
        "column \"nope\" does not exist (SQLSTATE 42703)\n\
         context: PL/pgSQL function inline_code_block line 1 at EXECUTE\nin the statement: select nope",
        None,
    );
    check(
        "create table t (a int primary key); insert into t values (1), (1)",
        "duplicate key value violates unique constraint \"t_pkey\" (SQLSTATE 23505)\n\
         detail: Key (a)=(1) already exists.",
        None,
    );
}

#[test]
fn transactions_are_known() {
    let Some(place) = Place::new("transactions") else { return };
    let mut session = place.session();
    session.execute("BEGIN; create table t (a int)").unwrap();
    assert!(session.in_transaction());
    session.execute("ROLLBACK").unwrap();
    assert!(!session.in_transaction());
    session.execute("BEGIN; create table t (a int)").unwrap();
    session.execute("select nope").unwrap_err();
    assert!(session.in_transaction());
    let error = session.execute("COMMIT").unwrap_err();
    assert!(error.message.contains("rolled back instead of committed"), "{}", error.message);
    assert!(!session.in_transaction());
    assert_eq!(place.relations(session.as_mut()), []);
}

#[test]
fn the_catalog_is_read() {
    let Some(place) = Place::new("catalog") else { return };
    let mut session = place.session();
    session
        .execute(
            "create table \"T\" (a int, b numeric(5,2), c varchar(10), d text, e int[], f timestamptz, \
             g double precision); create view v as select 1 as x; \
             create materialized view m as select 'a'::char(3) as x; create temp table tmp (a int)",
        )
        .unwrap();
    let expected =
        [("T", RelationKind::Table), ("m", RelationKind::MaterializedView), ("v", RelationKind::View)];
    let found = place.relations(session.as_mut());
    assert_eq!(found, expected.map(|(name, kind)| (name.to_owned(), kind)));
    assert!(session.schemas(None).unwrap().contains(&place.schema));
    let mut check = |relation: &Relation, expected: &[Described<'_>]| {
        let columns = session.columns(relation).unwrap();
        let described: Vec<Described<'_>> = columns
            .iter()
            .map(|c| (&*c.name, &*c.data_type, c.char_size, c.numeric_precision, c.numeric_scale))
            .collect();
        assert_eq!(described, expected);
    };
    check(
        &place.relation("T"),
        &[
            ("a", "integer", None, Some(32), Some(0)),
            ("b", "numeric", None, Some(5), Some(2)),
            ("c", "character varying", Some(10), None, None),
            ("d", "text", None, None, None),
            ("e", "ARRAY", None, None, None),
            ("f", "timestamp with time zone", None, None, None),
            ("g", "double precision", None, Some(53), None),
        ],
    );
    check(&place.relation("m"), &[("x", "character", Some(3), None, None)]);
    check(&place.relation("none"), &[]);
    let temporary = Relation { database: None, schema: None, ..place.relation("tmp") };
    check(&temporary, &[("a", "integer", None, Some(32), Some(0))]);
    let error = session.relations(Some("elsewhere")).unwrap_err();
    assert!(error.message.starts_with("`elsewhere` is another database than `"), "{}", error.message);
}

#[test]
fn running_statements_can_be_stopped() {
    let Some(place) = Place::new("cancel") else { return };
    let mut session = place.session();
    let cancel = session.cancel_handle();
    std::thread::scope(|scope| {
        let (done, is_done) = std::sync::mpsc::channel::<()>();
        scope.spawn(move || {
            while is_done.recv_timeout(std::time::Duration::from_millis(25)).is_err() {
                cancel.cancel();
            }
        });
        let error = session.execute("select pg_sleep(100)").unwrap_err();
        assert!(error.is_cancelled, "{error:?}");
        done.send(()).unwrap();
    });
    // The first session may still be met by a stop that was on its way.
    let mut session = place.session();
    let error = session.execute("set statement_timeout to 1; select pg_sleep(100)").unwrap_err();
    assert!(error.message.starts_with("canceling statement due to statement timeout"), "{}", error.message);
}

#[test]
fn lost_connections_are_opened_again() {
    let Some(place) = Place::new("lost") else { return };
    let (mut session, mut killer) = (place.session(), place.session());
    let pid = |session: &mut dyn Session| {
        let (_, rows) = session.query("select pg_backend_pid()", None).unwrap();
        let Some(Cell::Integer(pid)) = rows.rows.first().and_then(|row| row.first()) else {
            panic!("{rows:?}")
        };
        *pid
    };
    let mut kill = |pid: i128| {
        let is_there = format!("select from pg_stat_activity where pid = {pid}");
        let sql = format!(
            "do $$ begin perform pg_terminate_backend({pid}); for i in 1 .. 200 loop \
             exit when not exists ({is_there}); perform pg_sleep(0.01); perform pg_stat_clear_snapshot(); \
             end loop; end $$"
        );
        killer.execute(&sql).unwrap();
    };
    let first = pid(session.as_mut());
    kill(first);
    assert_ne!(pid(session.as_mut()), first);

    session.execute("begin; select 1").unwrap();
    kill(pid(session.as_mut()));
    let error = session.execute("select 2").unwrap_err();
    assert!(error.message.starts_with("the server closed the connection: "), "{}", error.message);
    assert!(!session.in_transaction());
    session.execute("select 3").unwrap();
}

#[test]
fn what_was_refused_unread_is_told_with_the_next_answer() {
    let Some(place) = Place::new("late") else { return };
    let mut session = place.session();
    let mut check = |begins: &str, then: &str, added: &str| {
        session.execute(begins).unwrap();
        let error = session.execute(then).unwrap_err();
        let told = format!("relation \"nothing\" does not exist (SQLSTATE 42P01){added}");
        assert_eq!(error.message, told, "{then}");
        session.in_transaction()
    };
    let begins = "begin; create table t (a int); /* x */ alter table nothing rename to something";
    let named = "\nin the statement: alter table nothing rename to something";
    assert!(!check(begins, "commit", ""), "a commit of what failed rolls back");
    assert!(check(begins, "select 1", named), "what failed waits for its end");
    session.execute("rollback").unwrap();
    assert_eq!(place.relations(session.as_mut()), []);

    session
        .execute("begin; create table t (a int); alter table t rename to u; drop table if exists v")
        .unwrap();
    let response = session.execute("commit").unwrap();
    assert_eq!(response.message, "COMMIT");
    assert_eq!(response.remarks.len(), 1, "the notice about `v`: {response:?}");
    assert_eq!(place.relations(session.as_mut()), [("u".to_owned(), RelationKind::Table)]);
}

#[test]
fn others_follow_a_statement_that_runs() {
    let Some(place) = Place::new("start") else { return };
    let mut session = place.session();
    assert!(session.start("create table t as select 1").unwrap().is_some(), "outside of transactions");
    session.execute("begin").unwrap();
    assert_eq!(session.start("create table u as select generate_series(1, 7)").unwrap(), None);
    session.execute("alter table u rename to v").unwrap();
    session.execute("create index on v (generate_series)").unwrap();
    let response = session.answer().unwrap();
    assert_eq!((response.message.as_str(), response.rows_affected), ("SELECT 7", Some(7)));
    session.execute("commit").unwrap();
    let names: Vec<String> = place.relations(session.as_mut()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["t", "v"]);
    assert_eq!(session.answer().unwrap(), Response::default(), "nothing was started");
}

#[test]
fn a_refusal_of_what_was_started_is_told_once_with_its_place() {
    let Some(place) = Place::new("refused_start") else { return };
    let mut session = place.session();
    let script = "create view v as\nselect nothing";
    let mut check = |then: &dyn Fn(&mut dyn Session) -> Option<DatabaseError>| {
        session.execute("begin").unwrap();
        assert_eq!(session.start(script).unwrap(), None);
        session.execute("alter view v rename to w").unwrap();
        let error = then(session.as_mut()).unwrap();
        assert_eq!(error.message, "column \"nothing\" does not exist (SQLSTATE 42703)");
        assert_eq!((error.sql.as_deref(), error.offset), (Some(script), Some(24)));
        assert!(session.in_transaction(), "what failed waits for its end");
        assert_eq!(session.answer().unwrap(), Response::default());
        session.execute("rollback").unwrap();
        assert_eq!(place.relations(session.as_mut()), []);
    };
    check(&|session| session.answer().err());
    check(&|session| session.execute("create index on w (a)").err());
    check(&|session| session.query("select 1", None).err());
}

#[test]
fn refusals_at_the_door_are_plain() {
    let Some(place) = Place::new("door") else { return };
    let check = |field: &str, value: Json, expected: &str| {
        let words = Environment::of_process().get("MODEL_TEST_POSTGRES").map(str::to_owned).unwrap();
        let mut fields = fields(&words);
        fields.insert("schema".into(), json!(place.schema));
        fields.insert(field.to_owned(), value);
        let adapter = Postgres::new(&fields, &Folders::default()).unwrap();
        let message = adapter.connect().err().map(|error| error.message).unwrap_or_default();
        assert!(message.contains(expected), "{message}");
        assert!(!message.contains("hush"), "{message}");
    };
    check("password", json!("hush"), "password authentication failed for user");
    check("port", json!(1), "cannot reach the server at `");
    check("role", json!("nobody"), "the role `nobody` cannot be taken: ");
    check("dbname", json!("no_such_database"), "database \"no_such_database\" does not exist");
}

#[test]
fn rows_are_sent_in_one_go() {
    let Some(place) = Place::new("load") else { return };
    let mut session = place.session();
    session.execute("create table t (\"A\" int, b text, c timestamp, d boolean)").unwrap();
    let text = |text: &str| Cell::Text(text.to_owned());
    let row = |number: Cell, text: Cell| {
        vec![number, text, Cell::Timestamp("2024-02-29 01:02:03".into()), Cell::Bool(true)]
    };
    let mut rows = Rows {
        columns: Vec::new(),
        rows: vec![row(Cell::Integer(1), text("a\tb\\N\nc")), row(Cell::Null, text(""))],
    };
    let columns = "\"A\", b, c, d";
    assert_eq!(session.load("t", columns, &rows).unwrap().message, "COPY 2");
    let (_, stored) = session.query("select * from t order by 1 nulls last", None).unwrap();
    assert_eq!(stored.rows, rows.rows);
    let many = vec![row(Cell::Integer(2), text("long enough to fill more than one chunk")); 10_000];
    rows.rows = many;
    rows.rows.push(row(text("x"), text("")));
    let error = session.load("t", columns, &rows).unwrap_err();
    assert_eq!(error.message, "invalid input syntax for type integer: \"x\" (SQLSTATE 22P02)");
    let cell = BadCell { row: RowPlace::Sent(10_001), value: Some("x".into()) };
    assert_eq!(error.cell, Some(cell));
    let (_, count) = session.query("select count(*) from t", None).unwrap();
    assert_eq!(count.rows, [[Cell::Integer(2)]]);
}

#[test]
fn what_the_server_remarks_comes_with_the_answer() {
    let Some(place) = Place::new("remarks") else { return };
    let mut session = place.session();
    let raise = "do $$ begin raise notice 'note'; raise warning 'careful' using hint = 'slow down'; end $$";
    let response = session.execute(&format!("{raise}; select 1")).unwrap();
    let remarks: Vec<_> = response.remarks.iter().map(|it| (it.message.as_str(), it.is_warning)).collect();
    assert_eq!(remarks, [("note", false), ("careful\nhint: slow down", true)]);
    assert_eq!(session.execute("select 1").unwrap().remarks, []);
}

#[test]
fn members_answer_as_in_dbt_postgres() {
    let words = "host=here port=1 user=dbt password=hush dbname=shop schema=main";
    let adapter = Postgres::new(&fields(words), &Folders::default()).unwrap();
    let call = |name: &str, argument: Json| {
        let call = MemberCall { name: name.to_owned(), args: vec![argument], kwargs: Map::new() };
        adapter.call_member(None, &call).map(|called| called.map_err(|error| error.message))
    };
    let check = |name: &str, argument: Json, expected: Json| {
        assert_eq!(call(name, argument), Some(Ok(expected)), "{name}");
    };
    check("verify_database", json!("\"SHOP\""), json!(""));
    check("parse_index", json!(null), json!(null));
    check("parse_index", json!({"columns": ["a"]}), json!({"columns": ["a"], "unique": false, "type": null}));
    assert_eq!(call("nope", json!(null)), None);
}
