use serde_json::json;

use super::*;
use crate::adapter::{Credentials, Folders};
use crate::sql::{Cell, Relation, RelationKind};

fn memory() -> DuckDb {
    DuckDb::new(&Map::new(), Path::new(".")).unwrap()
}

fn session() -> Box<dyn Session> {
    memory().connect().unwrap()
}

#[test]
fn cells_have_types_as_in_agate() {
    let mut session = session();
    let mut check = |sql: &str, expected: Cell| {
        let (_, rows) = session.query(&format!("select {sql} as c"), None).unwrap();
        assert_eq!(rows.columns[0].name, "c");
        assert_eq!(rows.rows, [[expected]], "{sql}");
    };
    let text = |text: &str| Cell::Text(text.to_owned());
    check("1", Cell::Integer(1));
    check("null", Cell::Null);
    check("true", Cell::Bool(true));
    check("170141183460469231731687303715884105727::hugeint", Cell::Integer(i128::MAX));
    check("12.50::decimal(10,2)", Cell::Decimal("12.50".into()));
    check("1.5::double", Cell::Float(1.5));
    check("date '2024-02-29'", Cell::Date("2024-02-29".into()));
    check("timestamp '2024-02-29 01:02:03'", Cell::Timestamp("2024-02-29 01:02:03".into()));
    check("timestamp '1969-02-28 01:02:03.5'", Cell::Timestamp("1969-02-28 01:02:03.500000".into()));
    check("'it''s'", text("it's"));
    check("[1, 2, null]", text("[1, 2, null]"));
    check("{'a': 1, 'b': ['x']}", text(r#"{"a": 1, "b": ["x"]}"#));
    check("map {'k': 1.5}", text(r#"{"k": 1.5}"#));
    check("time '01:02:03'", text("01:02:03"));
    check("time '01:02:03.5'", text("01:02:03.500000"));
    check("[1.50::decimal(5,2), 2]", text("[1.5, 2.0]"));
    check("[2.0::double, 'nan']", text("[2.0, NaN]"));
    check("['é', '😀']", text("[\"\\u00e9\", \"\\ud83d\\ude00\"]"));
    check("[timestamp '2024-02-29 01:02:03']", text("[\"2024-02-29T01:02:03\"]"));
    check("'a'::enum('a', 'b')", text("a"));
    check("uuid '00000000-0000-0000-0000-000000000001'", text("00000000-0000-0000-0000-000000000001"));
    check("'\\x00a'::blob", text("b'\\x00a'"));
    check("'it''s\\xAA'::blob", text("b\"it's\\xaa\""));
    check("interval 1 day", text("1 day, 0:00:00"));
    check("interval '1 month 2 days 3 hours'", text("32 days, 3:00:00"));
    check("interval '-1.5 seconds'", text("-1 day, 23:59:58.500000"));
    check("date 'infinity'", Cell::Date("9999-12-31".into()));
    check("date '-infinity'", Cell::Date("0001-01-01".into()));
    check("timestamp '-infinity'", Cell::Timestamp("0001-01-01 00:00:00".into()));
}

/// Fails where the build had no sources of the icu extension, and says so then.
#[test]
fn time_zones_and_collations_are_inside() {
    let mut session = session();
    session.execute("set TimeZone = 'America/Los_Angeles'").unwrap();
    let mut check = |sql: &str, expected: &str| {
        let (_, rows) = session.query(&format!("select ({sql})::varchar as c"), None).unwrap();
        assert_eq!(rows.rows, [[Cell::Text(expected.to_owned())]], "{sql}");
    };
    check("timestamptz '2024-03-10 00:30:00' + interval 3 hours", "2024-03-10 04:30:00-07");
    check("date_trunc('day', timestamptz '2024-06-01 03:00:00+00')", "2024-05-31 00:00:00-07");
    check("timestamptz '2024-06-01 12:00:00+00' at time zone 'Asia/Tokyo'", "2024-06-01 21:00:00");
    check("'Zebra' collate de > 'Äpfel'", "true");
}

#[test]
fn extensions_that_are_inside_need_no_network() {
    let profile = json!({"extensions": ["icu", "JSON", {"name": "parquet"}]});
    let duckdb = DuckDb::new(profile.as_object().unwrap(), Path::new(".")).unwrap();
    assert_eq!(duckdb.connect().err(), None);
}

#[test]
fn scripts_run_to_their_last_statement() {
    let mut session = session();
    let script = "create table t (a int); insert into t values (1), (2); select a from t order by a; ";
    let (response, rows) = session.query(script, Some(1)).unwrap();
    assert_eq!((response.message.as_str(), response.rows_affected), ("OK", None));
    assert_eq!(rows.rows, [[Cell::Integer(1)]]);
    assert_eq!(session.execute("delete from t where a = 1").unwrap().rows_affected, Some(1));
    assert_eq!(session.execute(" -- nothing\n").unwrap().rows_affected, None);
}

#[test]
fn errors_point_into_the_whole_script() {
    let mut session = session();
    let mut check = |sql: &str, message: &str, at: Option<&str>| {
        let error = session.execute(sql).unwrap_err();
        assert!(error.message.starts_with(message), "{}", error.message);
        assert!(!error.message.contains("LINE"), "{}", error.message);
        assert_eq!(error.offset.and_then(|offset| sql.get(offset..)), at, "{sql}");
    };
    check("select 1;\n\nselect * t\n frm", "Parser Error: syntax error", Some("frm"));
    check("select 1 as a;\n select nope", "Binder Error", Some("nope"));
    check("select * from missing", "Catalog Error", Some("missing"));
    let long = format!(
        "select {}, nope, {}",
        "1, ".repeat(60).trim_end_matches(", "),
        "2, ".repeat(60).trim_end_matches(", ")
    );
    let error = session.execute(&long).unwrap_err();
    assert!(
        error.offset.and_then(|offset| long.get(offset..)).is_some_and(|rest| rest.starts_with("nope")),
        "{error:?}"
    );
}

#[test]
fn transactions_are_known() {
    let mut session = session();
    session.execute("BEGIN; create table t (a int)").unwrap();
    assert!(session.in_transaction());
    session.execute("ROLLBACK").unwrap();
    assert!(!session.in_transaction());
    assert_eq!(session.relations(None).unwrap(), []);
}

#[test]
fn sessions_share_one_database() {
    let adapter = memory();
    let (mut one, mut other) = (adapter.connect().unwrap(), adapter.connect().unwrap());
    one.execute("create schema \"Mart\"; create table \"Mart\".t (a int, b decimal(5,2))").unwrap();
    one.execute("create view v as select 1 as x").unwrap();
    let mut found = other.relations(Some("MEMORY")).unwrap();
    found.sort_by_key(Relation::key);
    let expected = [
        Relation::new(Some("memory"), "main", "v").with_kind(RelationKind::View),
        Relation::new(Some("memory"), "Mart", "t").with_kind(RelationKind::Table),
    ];
    assert_eq!(found, expected);
    assert!(other.schemas(None).unwrap().contains(&"Mart".to_owned()));
    let columns = other.columns(&expected[1]).unwrap();
    let described: Vec<_> = columns.iter().map(|c| (c.name.as_str(), c.data_type.as_str())).collect();
    assert_eq!(described, [("a", "INTEGER"), ("b", "DECIMAL(5,2)")]);
    assert_eq!(other.columns(&Relation::new(None::<String>, "main", "none")).unwrap(), []);
}

#[test]
fn running_statements_can_be_stopped() {
    let mut session = session();
    let cancel = session.cancel_handle();
    let stopper = std::thread::spawn(move || {
        for _ in 0..400 {
            std::thread::sleep(Duration::from_millis(25));
            cancel.cancel();
        }
    });
    let error =
        session.query("select count(*) from range(100000000) a, range(100000000) b", None).unwrap_err();
    assert!(error.is_cancelled, "{error:?}");
    drop(stopper);
}

#[test]
fn files_are_found_below_the_project() {
    let folder = tempfile::tempdir().unwrap();
    let fields = json!({"path": "shop.duckdb", "settings": {"memory_limit": "1GB"}});
    let credentials = Credentials { kind: "duckdb".into(), fields: fields.as_object().cloned().unwrap() };
    let folders = Folders { project: folder.path().to_path_buf(), home: None };
    let adapter = crate::adapter::open(&credentials, &folders).unwrap();
    adapter.connect().unwrap().execute("create table t as select 1 as a").unwrap();
    assert!(folder.path().join("shop.duckdb").is_file());
    assert_eq!(adapter.target()["database"], "shop");

    let fields = json!({"path": "no/such/shop.duckdb"});
    let missing = DuckDb::new(fields.as_object().unwrap(), folder.path()).unwrap();
    let message = missing.connect().err().map(|error| error.message).unwrap_or_default();
    assert!(message.contains("of the database file does not exist"), "{message}");
}

#[test]
fn members_answer_as_in_dbt_duckdb() {
    let adapter = memory();
    let mut session = adapter.connect().unwrap();
    let mut check = |name: &str, args: Json, expected: Json| {
        let args = args.as_array().cloned().unwrap();
        let call = MemberCall { name: name.to_owned(), args, kwargs: Map::new() };
        let called = adapter.call_member(Some(session.as_mut()), &call);
        assert_eq!(called.map(Result::unwrap), Some(expected), "{name}");
    };
    check("external_root", json!([]), json!("."));
    check("is_ducklake", json!([{"database": "memory"}]), json!(false));
    check("location_exists", json!(["no/such/file.csv"]), json!(false));
    check("catalog_supports_foreign_keys", json!(["memory"]), json!(true));
    check(
        "get_seed_file_path",
        json!([{"root_path": "/p", "original_file_path": "seeds/a.csv"}]),
        json!("/p/seeds/a.csv"),
    );
    check("parse_index", json!([{"columns": ["a"]}]), json!({"columns": ["a"], "unique": false}));
    check(
        "existing_key_constraint_types",
        json!([{"database": "memory", "schema": "main", "identifier": "t"}]),
        json!([]),
    );
    let unknown = MemberCall { name: "nope".into(), args: Vec::new(), kwargs: Map::new() };
    assert!(adapter.call_member(None, &unknown).is_none());
}
