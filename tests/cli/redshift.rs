//! What is sent to Redshift. No server is asked: statements are compared as texts.

use model::sql::RelationKind;

use crate::recorded::Recorded;

const FIELDS: &str = "host: h, user: u, password: p, dbname: dev, schema: main";

fn shop() -> Recorded {
    Recorded::new("redshift", FIELDS)
}

/// What is sent for a model with this text, without the first question about views.
fn made(text: &str) -> String {
    without_question(&shop().model("o", text).build("o"))
}

fn without_question(told: &str) -> String {
    let (question, rest) = told.split_once("order by 1, 2, 3, 4").unwrap_or_default();
    let question = question.trim_start_matches("BEGIN").trim();
    assert!(question.starts_with("select distinct\n  dependent_place.nspname"), "{told}");
    rest.trim().trim_start_matches("COMMIT").trim().to_owned()
}

/// The names of temporary tables hold the time.
fn without_times(told: &str) -> String {
    let times = fancy_regex::Regex::new("__dbt_tmp[_0-9]+").expect("a pattern");
    times.replace_all(told, "__dbt_tmp[TIME]").into_owned()
}

#[test]
fn tables_are_spread_and_sorted_as_configured() {
    insta::assert_snapshot!(made("{{ config(materialized='table', dist='id', sort=['at', 'id']) }}select 1 as id"), @r#"
    BEGIN

    create table "dev"."main"."o__dbt_tmp"
    diststyle key distkey (id)
    compound sortkey (at, id)
    as (
    select 1 as id
    );

    alter table "dev"."main"."o__dbt_tmp" rename to "o"

    COMMIT
    "#);
    insta::assert_snapshot!(
        made("{{ config(materialized='table', dist='ALL', sort='at', sort_type='interleaved', backup=false) }}select 1"), @r#"
    BEGIN

    create table "dev"."main"."o__dbt_tmp"
    backup no
    diststyle all
    interleaved sortkey (at)
    as (
    select 1
    );

    alter table "dev"."main"."o__dbt_tmp" rename to "o"

    COMMIT
    "#);
    insta::assert_snapshot!(made("{{ config(materialized='table', dist='auto', sql_header='set x to 1;') }}select 1"), @r#"
    BEGIN

    set x to 1;
    create table "dev"."main"."o__dbt_tmp"
    as (
    select 1
    );

    alter table "dev"."main"."o__dbt_tmp" rename to "o"

    COMMIT
    "#);
}

#[test]
fn tables_take_the_place_of_what_is_there() {
    let table = "{{ config(materialized='table', dist='even') }}select 1 as id";
    let check =
        |kind: RelationKind| without_question(&shop().model("o", table).existing(kind, "o", &[]).build("o"));
    insta::assert_snapshot!(check(RelationKind::View), @r#"
    BEGIN

    create table "dev"."main"."o__dbt_tmp"
    diststyle even
    as (
    select 1 as id
    );

    alter table "dev"."main"."o" rename to "o__dbt_backup"

    alter table "dev"."main"."o__dbt_tmp" rename to "o"

    COMMIT

    drop view if exists "dev"."main"."o__dbt_backup" cascade
    "#);
    insta::assert_snapshot!(check(RelationKind::MaterializedView), @r#"
    BEGIN

    create table "dev"."main"."o__dbt_tmp"
    diststyle even
    as (
    select 1 as id
    );

    drop materialized view if exists "dev"."main"."o" cascade

    alter table "dev"."main"."o__dbt_tmp" rename to "o"

    COMMIT
    "#);
}

#[test]
fn wrong_layouts_are_refused() {
    let check = |config: &str, expected: &str| {
        let told = made(&format!("{{{{ config({config}) }}}}select 1"));
        let error = told.lines().find_map(|line| line.split_once("error[raised]: "));
        assert_eq!(error.map(|(_, message)| message), Some(expected), "{told}");
    };
    let table = "materialized='table'";
    check(&format!("{table}, dist=['a', 'b']"), "`dist` is `all`, `even`, `auto`, or the name of one column");
    check(
        &format!("{table}, sort='a', sort_type='zigzag'"),
        "`sort_type` is `compound` or `interleaved`, not `zigzag`",
    );
    check(&format!("{table}, sort=1"), "`sort` is the name of a column, or a list of them");
}

#[test]
fn views_are_bound_late_where_they_are_told_to() {
    insta::assert_snapshot!(made("{{ config(bind=false) }}select 1 as id"), @r#"
    BEGIN

    create view "dev"."main"."o__dbt_tmp" as (
    select 1 as id
    ) with no schema binding;

    alter table "dev"."main"."o__dbt_tmp" rename to "o"

    COMMIT
    "#);
    let commented = shop()
        .model(
            "o",
            "{{ config(bind=false, persist_docs={'relation': true, 'columns': true}) }}select 1 as id",
        )
        .file(
            "models/o.yml",
            "models: [{name: o, description: It's o, columns: [{name: id, description: key}]}]",
        )
        .columns("o", &[("id", "integer")]);
    insta::assert_snapshot!(without_question(&commented.build("o")), @r#"
    BEGIN

    create view "dev"."main"."o__dbt_tmp" as (
    select 1 as id
    ) with no schema binding;

    alter table "dev"."main"."o__dbt_tmp" rename to "o"

    comment on view "dev"."main"."o" is $dbt_comment_literal_block$It's o$dbt_comment_literal_block$;

    COMMIT
    "#);
}

#[test]
fn contracts_become_columns_with_encodings_and_warnings() {
    let project = shop().model("o", "{{ config(materialized='table', dist='id') }}select 1 as id, 'x' as name").file(
        "models/o.yml",
        "models:\n  - name: o\n    config: {contract: {enforced: true}}\n    constraints:\n      \
         - {type: primary_key, columns: [id]}\n      - {type: check, expression: id > 0}\n    columns:\n      \
         - {name: id, data_type: int, constraints: [{type: not_null}, {type: custom, expression: encode az64}]}\n      \
         - {name: name, data_type: varchar(10), constraints: [{type: unique, warn_unenforced: false}]}\n",
    );
    insta::assert_snapshot!(without_question(&project.build("o")), @r#"
    BEGIN

    select * from (
    select 1 as id, 'x' as name
    ) as __dbt_sbq
    where false
    limit 0

    select * from (
    select cast(null as int) as id, cast(null as varchar(10)) as name
    ) as __dbt_sbq
    where false
    limit 0

    create table "dev"."main"."o__dbt_tmp" (
      id int not null encode az64,
      name varchar(10) unique,
      primary key (id)
    )
    diststyle key distkey (id);
    insert into "dev"."main"."o__dbt_tmp" (
    select id, name
    from (
    select 1 as id, 'x' as name
    ) as model_subq
    );

    alter table "dev"."main"."o__dbt_tmp" rename to "o"

    COMMIT

    warning: the warehouse does not check the constraint `primary_key` of `o`

    warning: the warehouse has no constraint `check`; that of `o` is left out
    "#);
}

#[test]
fn incremental_models_take_in_rows_by_each_strategy() {
    let check = |config: &str| {
        let text = format!("{{{{ config(materialized='incremental', {config}) }}}}select 1 as id, 2 as b");
        let columns = [("id", "integer"), ("b", "integer")];
        let project = shop().model("o", &text).existing(RelationKind::Table, "o", &columns);
        let told = without_question(&project.build("o"));
        without_times(&told)
    };
    insta::assert_snapshot!(check("dist='id', sort='b'"), @r#"
    BEGIN

    create temporary table "o__dbt_tmp[TIME]"
    as (
    select 1 as id, 2 as b
    );

    insert into "dev"."main"."o" ("id", "b")
    (
      select "id", "b"
      from "o__dbt_tmp[TIME]"
    )

    drop table if exists "o__dbt_tmp[TIME]" cascade

    COMMIT
    "#);
    insta::assert_snapshot!(
        check("unique_key=['id', 'b'], incremental_strategy='delete+insert', incremental_predicates=['DBT_INTERNAL_DEST.b > 1']"), @r#"
    BEGIN

    create temporary table "o__dbt_tmp[TIME]"
    as (
    select 1 as id, 2 as b
    );

    delete from "dev"."main"."o"
    where (id, b) in (
      select distinct id, b
      from "o__dbt_tmp[TIME]" as DBT_INTERNAL_SOURCE
    )
      and "dev"."main"."o".b > 1;
    insert into "dev"."main"."o" ("id", "b")
    (
      select "id", "b"
      from "o__dbt_tmp[TIME]"
    )

    drop table if exists "o__dbt_tmp[TIME]" cascade

    COMMIT
    "#);
    insta::assert_snapshot!(
        check("unique_key='id', incremental_strategy='merge', incremental_predicates=['DBT_INTERNAL_DEST.b > 1']"), @r#"
    BEGIN

    create temporary table "o__dbt_tmp[TIME]"
    as (
    select 1 as id, 2 as b
    );

    merge into "dev"."main"."o"
    using "o__dbt_tmp[TIME]" as DBT_INTERNAL_SOURCE
    on ("dev"."main"."o".b > 1) and (DBT_INTERNAL_SOURCE.id = "dev"."main"."o".id)
    when matched then update set
      "id" = DBT_INTERNAL_SOURCE."id",
      "b" = DBT_INTERNAL_SOURCE."b"
    when not matched then insert ("id", "b")
    values (DBT_INTERNAL_SOURCE."id", DBT_INTERNAL_SOURCE."b")

    drop table if exists "o__dbt_tmp[TIME]" cascade

    COMMIT
    "#);
    insta::assert_snapshot!(check("incremental_strategy='merge'"), @r#"
    BEGIN

    create temporary table "o__dbt_tmp[TIME]"
    as (
    select 1 as id, 2 as b
    );

    insert into "dev"."main"."o" ("id", "b")
    (
      select "id", "b"
      from "o__dbt_tmp[TIME]"
    )

    drop table if exists "o__dbt_tmp[TIME]" cascade

    COMMIT
    "#);
}

#[test]
fn batches_replace_the_rows_of_their_time() {
    let project = shop()
        .model(
            "o",
            "{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at', \
             batch_size='day', begin='1969-12-01', lookback=0) }}select 1 as at",
        )
        .existing(RelationKind::Table, "o", &[("at", "timestamp")]);
    insta::assert_snapshot!(without_times(&without_question(&project.build("o"))), @r#"
    BEGIN

    create temporary table "o__dbt_tmp[TIME]"
    as (
    select 1 as at
    );

    delete from "dev"."main"."o"
    where at >= timestamp '1969-12-31 00:00:00+00:00'
      and at < timestamp '1970-01-01 00:00:00+00:00';
    insert into "dev"."main"."o" ("at")
    (
      select "at"
      from "o__dbt_tmp[TIME]"
    )

    drop table if exists "o__dbt_tmp[TIME]" cascade

    COMMIT
    "#);
}

const VIEW: &str = "{{ config(materialized='materialized_view', dist='id', sort=['at'], auto_refresh=true, backup=false) }}select 1 as id";

/// The view [`VIEW`] as the catalog tells it, which is spread and refreshed like this.
fn there(dist: &str, refreshes: &str) -> Recorded {
    let stored = ["database", "schema", "table", "diststyle", "sortkey1", "autorefresh"];
    shop()
        .model("o", VIEW)
        .existing(RelationKind::MaterializedView, "o", &[])
        .answer("attsortkeyord", &["column", "is_dist_key", "sort_key_position"], &[&["at", "f", "1"]])
        .answer("svv_table_info", &stored, &[&["dev", "main", "o", dist, "at", refreshes]])
}

#[test]
fn materialized_views_are_created_and_refreshed() {
    insta::assert_snapshot!(made("{{ config(materialized='materialized_view') }}select 1 as id"), @r#"
    BEGIN

    create materialized view "dev"."main"."o"
    backup yes
    diststyle even
    auto refresh no
    as (
    select 1 as id
    )

    COMMIT
    "#);
    let same = there("KEY(id)", "t");
    let asked = without_question(&same.build("o"));
    insta::assert_snapshot!(asked, @r#"
    select
      stored.database,
      stored.schema,
      stored."table",
      stored.diststyle,
      stored.sortkey1,
      refreshed.autorefresh
    from svv_table_info as stored
    left join svv_mv_info as refreshed
      on refreshed.database_name = stored.database
      and refreshed.schema_name = stored.schema
      and refreshed.name = stored."table"
    where lower(stored."table") = lower('o')
      and lower(stored.schema) = lower('main')
      and lower(stored.database) = lower('dev')

    select
      attribute.attname as column,
      attribute.attisdistkey as is_dist_key,
      attribute.attsortkeyord as sort_key_position
    from pg_class as holder
    inner join pg_namespace as place on place.oid = holder.relnamespace
    inner join pg_attribute as attribute on attribute.attrelid = holder.oid
    where lower(place.nspname) = lower('main')
      and substring(holder.relname, 1, 11) = lower('mv_tbl__' || 'o' || '__')
    order by attribute.attsortkeyord

    select definition
    from pg_views
    where schemaname = 'main'
      and viewname = 'o'
      and definition ilike '%create materialized view%'

    BEGIN

    refresh materialized view "dev"."main"."o"

    COMMIT
    "#);
}

#[test]
fn materialized_views_are_altered_or_built_anew() {
    let last = |project: Recorded| {
        let told = project.build("o");
        told.split_once("'%create materialized view%'").unwrap_or_default().1.trim().to_owned()
    };
    insta::assert_snapshot!(last(there("KEY(id)", "f")), @r#"
    BEGIN

    alter materialized view "dev"."main"."o" auto refresh yes

    COMMIT
    "#);
    insta::assert_snapshot!(last(there("EVEN", "t")), @r#"
    BEGIN

    drop materialized view if exists "dev"."main"."o" cascade;
    create materialized view "dev"."main"."o"
    backup no
    diststyle key distkey (id)
    sortkey (at)
    auto refresh yes
    as (
    select 1 as id
    )

    COMMIT
    "#);
    insta::assert_snapshot!(without_question(&there("KEY(id)", "t").full_refresh().build("o")), @r#"
    BEGIN

    drop materialized view if exists "dev"."main"."o" cascade;
    create materialized view "dev"."main"."o"
    backup no
    diststyle key distkey (id)
    sortkey (at)
    auto refresh yes
    as (
    select 1 as id
    )

    COMMIT
    "#);
}

#[test]
fn seeds_have_texts_as_wide_as_their_longest() {
    let seed = shop().file("seeds/s.csv", "id,name,at\n1,Zoë,2024-01-01\n2,,2024-01-02\n");
    let seed = seed.file("seeds/s.yml", "seeds: [{name: s, config: {dist: all}}]");
    insta::assert_snapshot!(without_question(&seed.build("s")), @r#"
    BEGIN

    create table "dev"."main"."s" (
      "id" integer,
      "name" varchar(4),
      "at" date
    ) diststyle all

    insert into "dev"."main"."s" ("id", "name", "at") values
    (1, 'Zoë', '2024-01-01'),
    (2, null, '2024-01-02')

    COMMIT
    "#);
}

#[test]
fn grants_to_groups_and_roles_need_their_prefix() {
    let grants = |grantees: &str| {
        let text = format!(
            "{{{{ config(materialized='incremental', grants={{'select': {grantees}}}) }}}}select 1 as id"
        );
        let columns = [("id", "integer")];
        let project = shop().model("o", &text).existing(RelationKind::Table, "o", &columns);
        let project = project
            .answer("svv_relation_privileges", &["grantee", "privilege_type"], &[&["group:old", "select"]])
            .answer("pg_user", &["grantee", "privilege_type"], &[&["old", "select"]]);
        let told = project.build("o");
        let at = told.find("grantee").and_then(|at| told.get(..at)?.rfind("\n\n")).unwrap_or_default();
        told.get(at..).unwrap_or_default().trim().to_owned()
    };
    insta::assert_snapshot!(grants("['ann', 'bob']"), @r#"
    with privileges as (
      select 'select' as privilege_type
      union all select 'insert' as privilege_type
      union all select 'update' as privilege_type
      union all select 'delete' as privilege_type
      union all select 'references' as privilege_type
    )
    select pg_user.usename as grantee, privileges.privilege_type
    from pg_user
    cross join privileges
    where has_table_privilege(pg_user.usename, '"dev"."main"."o"', privileges.privilege_type)
      and pg_user.usename <> current_user
      and not pg_user.usesuper

    revoke select on "dev"."main"."o" from "old";
    grant select on "dev"."main"."o" to ann, bob;

    COMMIT
    "#);
    insta::assert_snapshot!(grants("['ann', 'group:staff', 'role:reader']"), @r#"
    select identity_type || ':' || identity_name as grantee, lower(privilege_type) as privilege_type
    from svv_relation_privileges
    where namespace_name = 'main'
      and relation_name = 'o'
      and identity_type <> 'public'
      and identity_name not like 'ds:%'
      and identity_name not like 'sys:%'
      and not (identity_type = 'user' and identity_name = current_user)

    revoke select on "dev"."main"."o" from group old;
    grant select on "dev"."main"."o" to ann, group staff, role reader;

    COMMIT
    "#);
}

#[test]
fn what_is_dropped_takes_nothing_along_where_the_profile_says_so() {
    let project = Recorded::new("redshift", &format!("{FIELDS}, drop_without_cascade: true"))
        .model("o", "{{ config(materialized='table') }}select 1 as id")
        .existing(RelationKind::Table, "o", &[]);
    insta::assert_snapshot!(project.build("o"), @r#"
    BEGIN

    create table "dev"."main"."o__dbt_tmp"
    as (
    select 1 as id
    );

    alter table "dev"."main"."o" rename to "o__dbt_backup"

    alter table "dev"."main"."o__dbt_tmp" rename to "o"

    COMMIT

    drop table if exists "dev"."main"."o__dbt_backup"
    "#);
}

#[test]
fn macros_are_sought_as_redshifts_then_postgres_then_by_default() {
    let who = |prefixes: &[&str]| {
        let macros: Vec<String> = prefixes
            .iter()
            .map(|prefix| format!("{{% macro {prefix}__who() %}}{prefix}{{% endmacro %}}"))
            .collect();
        shop()
            .file("macros/who.sql", &macros.concat())
            .model("o", "select '{% if execute %}{{ adapter.dispatch('who')() }}{% endif %}'")
            .compiled("o")
    };
    assert_eq!(who(&["default", "postgres", "redshift"]), "select 'redshift'");
    assert_eq!(who(&["default", "postgres", "duckdb"]), "select 'postgres'");
    assert_eq!(who(&["default", "duckdb"]), "select 'default'");
    let told = who(&["duckdb"]);
    assert!(told.contains("redshift__who") && told.contains("postgres__who"), "{told}");
    // Built-in macros as well: its own, its parent's, and everybody's.
    let sql = |call: &str| shop().model("o", &format!("{{{{ {call} }}}}")).compiled("o");
    assert_eq!(sql("dbt.length('a')"), "len(a)");
    assert_eq!(sql("dbt.any_value('a')"), "min(a)");
    assert_eq!(sql("dbt.concat(['a', 'b'])"), "a || b");
}

#[test]
fn functions_have_redshifts_words() {
    let check = |call: &str, expected: &str| {
        let found = shop().model("o", &format!("{{{{ {call} }}}}")).compiled("o");
        let found = found.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(found.replace("( ", "(").replace(" )", ")"), expected, "{call}");
    };
    check("dbt.current_timestamp()", "getdate()");
    check("snapshot_get_time()", "getdate()::timestamp");
    check("snapshot_string_as_time('2024-01-01')", "'2024-01-01'::timestamp");
    check("dbt.current_timestamp_backcompat()", "getdate()");
    check("dbt.current_timestamp_in_utc_backcompat()", "getdate()");
    check("dbt.dateadd('day', 1, 'a')", "dateadd(day, 1, a)");
    check("dbt.datediff('a', 'b', 'month')", "datediff(month, a, b)");
    check(
        "dbt.last_day('a', 'quarter')",
        "cast(dateadd(day, -1, dateadd(quarter, 1, date_trunc('quarter', a))) as date)",
    );
    check("dbt.split_part('a', \"'-'\", 2)", "split_part(a, '-', 2)");
    check(
        "dbt.cast_bool_to_text('a')",
        "case when a is true then 'true' when a is false then 'false' end::text",
    );
    check("dbt.listagg('a')", "listagg(a, ',')");
    check("dbt.listagg('a', \"'-'\", 'order by b')", "listagg(a, '-') within group (order by b)");
    check(
        "dbt.listagg('a', \"'|'\", 'order by b', 3)",
        r"regexp_substr(listagg(a, '|') within group (order by b), '([^\\|]+\\|){1,2}[^\\|]+')",
    );
    check("dbt.listagg('a', \"','\", none, 1)", "regexp_substr(listagg(a, ','), '[^,]+')");
    check("dbt.array_construct([1, 2])", "array(1, 2)");
    check("dbt.array_append('a', 3)", "array_concat(a, array(3))");
    check("dbt.array_concat('a', 'b')", "array_concat(a, b)");
    check("dbt.equals('a', 'b')", "(a = b)");
    check("dbt.type_string() ~ ' ' ~ dbt.type_int()", "TEXT integer");
}
