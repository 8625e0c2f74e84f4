use minijinja::{Environment, context};

use super::*;
use crate::sql::{Policy, Relation, RelationKind, Subset};

fn result() -> Rows {
    let rows = [("b", 2), ("a", 1), ("b", 3)];
    Rows {
        columns: vec![Column::new("name", "VARCHAR"), Column::new("n", "INTEGER")],
        rows: rows.map(|(name, n)| vec![Cell::Text(name.into()), Cell::Integer(n)]).to_vec(),
    }
}

/// What a template prints that is given `t`, a table, and `r`, a relation.
fn render(template: &str) -> String {
    let mut relation = Relation::new(Some("db"), "main", "orders").with_kind(RelationKind::View);
    relation.quote = Policy::ALL;
    let object = super::super::RelationObject::new(relation.clone(), &crate::sql::Dialect::ANSI);
    let empty = object.clone().with_subset(Subset { limit: Some(0), window: None });
    let context = context! {
        t => table(&result()),
        r => super::super::relation(relation, &crate::sql::Dialect::ANSI),
        empty => Value::from(empty),
        api => super::super::api(&crate::sql::Dialect::ANSI, Policy::NONE),
    };
    let mut environment = Environment::new();
    environment.set_debug(true);
    environment.render_str(template, context).unwrap_or_else(|error| format!("error: {error}"))
}

#[test]
fn wide_cells_are_shown() {
    let wide = Rows {
        columns: vec![Column::new("k", "VARCHAR"), Column::new("n", "INTEGER")],
        rows: vec![vec![Cell::Text("x".repeat(70_000)), Cell::Integer(1)]],
    };
    assert!(TableObject::new(&wide).to_string().lines().all(|line| line.chars().count() == 70_000 + 8));
}

#[test]
fn names_that_stand_twice_get_a_number() {
    let columns = ["a", "b", "a", "a"].map(|name| Column::new(name, "INTEGER")).to_vec();
    let rows = Rows { columns, rows: vec![vec![Cell::Integer(1); 4]] };
    let names = table(&rows).get_attr("column_names").unwrap();
    assert_eq!(crate::template::repr(&names), "('a', 'b', 'a_2', 'a_3')");
    let records = super::super::records(&table(&rows));
    assert_eq!(crate::template::repr(&records), "[(1, 1, 1, 1)]");
    assert!(records.get_item_by_index(0).unwrap().is_tuple());
}

#[test]
fn tables_answer_as_in_agate() {
    let check = |template: &str, expected: &str| assert_eq!(render(template), expected, "{template}");
    check("{{ t | length }}", "3");
    check("{{ t.columns[0].values()[1] }} {{ t.columns['n'].values() | sum }}", "a 6");
    check("{{ t.column_names | join(',') }} {{ t.column_types | join(',') }}", "name,n Text,Integer");
    check("{{ t.rows[1][0] }} {{ t.rows[1]['n'] }} {{ t.rows[-1].n }}", "a 1 3");
    check("{% for row in t %}{{ row.name }}{{ row[1] }} {% endfor %}", "b2 a1 b3 ");
    check("{% for name, n in t.rows %}{{ name }}{{ n }} {% endfor %}", "b2 a1 b3 ");
    check("{{ t.order_by('n', reverse=true).columns.n.values() | join(',') }}", "3,2,1");
    check("{{ t.order_by('name', reverse=true).columns.n.values() | join(',') }}", "2,3,1");
    check("{{ t.order_by('name').columns.n.values() | join(',') }}", "1,2,3");
    check("{{ t.columns.name.values_distinct() | join(',') }}", "b,a");
    check("{{ t.limit(1).rows | length }} {{ t.rows | length }} {{ t.limit(1).rows | length }}", "1 3 1");
    check("{{ t.select(['n']).column_names | join(',') }}", "n");
    check("{{ t.exclude('n').column_names | join(',') }}", "name");
    check("{{ t.rename({'n': 'm'}).column_names | join(',') }}", "name,m");
    check("{{ t.group_by('name').keys() | join(',') }}", "b,a");
    check("{{ t.group_by('name')['b'] | length }}", "2");
    check("{% for group in t.group_by('name') %}{{ group.rows | length }}{% endfor %}", "21");
    check("{% for k, g in t.group_by('name').items() %}{{ k }}{{ g.rows | length }}{% endfor %}", "b2a1");
    check("{{ t.columns.n.values_sorted() + [4] }}", "[1, 2, 3, 4]");
    check("{{ t.distinct('name') | length }} {{ t.limit(1) | length }}", "2 1");
    check("{{ t.to_json() }}", r#"[{"name":"b","n":2},{"name":"a","n":1},{"name":"b","n":3}]"#);
    check(
        "{{ t.limit(1) }}",
        "| column | data_type |\n| ------ | --------- |\n| name   | Text      |\n| n      | Integer   |\n",
    );
    check("{{ t.rows[0] }} {{ t.columns.n }}", "<agate.Row: ('b', 2)> <agate.Column: (2, 1, 3)>");
    check(
        "{{ t.rows[0].keys() | join(',') }} {{ t.rows.keys() is none }} {{ t.columns.n.index }}",
        "name,n True 1",
    );
    check("{{ t.columns.dict() | length }}", "2");
    check("{% set d = t.rows[0].dict() %}{{ d.pop('n') }} {{ d }}", "2 {'name': 'b'}");
    check("{{ t.columns.n.data_type }} {{ t.columns.get('n').data_type.jsonify(3) }}", "Integer 3");
    check("{{ t.columns.name.data_type.jsonify(1) }} {{ t.columns.n.data_type.jsonify(none) }}", "1 None");
    check("{{ t.column_types[0].jsonify(1) }} {{ t.column_types | length }}", "1 2");
    assert!(render("{{ t.select('x') }}").contains("its columns are: name, n"));
}

#[test]
fn the_type_of_a_column_is_guessed_by_its_values() {
    let check = |cells: &[Cell], expected: &str| {
        let rows = Rows {
            columns: vec![Column::new("x", "HUGEINT")],
            rows: cells.iter().map(|cell| vec![cell.clone()]).collect(),
        };
        let found = TableObject::new(&rows).sql_type(0, &crate::sql::Dialect::ANSI);
        assert_eq!(found.as_deref(), Some(expected), "{cells:?}");
    };
    check(&[], "integer");
    check(&[Cell::Null], "integer");
    check(&[Cell::Integer(1), Cell::Null], "integer");
    check(&[Cell::Decimal("2.00".into()), Cell::Float(3.0)], "integer");
    check(&[Cell::Decimal("2.00".into()), Cell::Float(3.5)], "float8");
    check(&[Cell::Float(1e30)], "float8");
    check(&[Cell::Float(f64::NAN)], "integer");
    check(&[Cell::Bool(true)], "boolean");
    check(&[Cell::Date("2024-01-02".into())], "date");
    check(&[Cell::TimestampTz("2024-01-02 03:04:05+00:00".into())], "timestamp without time zone");
    check(&[Cell::Text("12".into())], "text");
    check(&[Cell::Bool(true), Cell::Text("x".into())], "text");
    assert_eq!(TableObject::new(&result()).sql_type(2, &crate::sql::Dialect::ANSI), None);
}

#[test]
fn relations_answer_as_in_dbt() {
    let check = |template: &str, expected: &str| assert_eq!(render(template), expected, "{template}");
    check("{{ r }}", r#""db"."main"."orders""#);
    check("{{ r.include(database=false) }}", r#""main"."orders""#);
    check("{{ r.quote(identifier=false) }}", r#""db"."main".orders"#);
    check("{{ r.without_identifier() }}", r#""db"."main""#);
    check("{{ r.replace_path(identifier='x') }}", r#""db"."main"."x""#);
    check("{{ r.incorporate(path={'identifier': 'x'}, type='table').type }}", "table");
    check("{{ r.type }} {{ r.is_view }} {{ r.name }}", "view True orders");
    check("{{ r is mapping }} {{ r.get('metadata', {})['type'] }}", "True BaseRelation");
    check("{{ r.information_schema('tables') }}", r#""db".INFORMATION_SCHEMA.tables"#);
    check(
        "{{ empty }} {{ empty.render() }}",
        "(select * from \"db\".\"main\".\"orders\" where false limit 0) \"db\".\"main\".\"orders\"",
    );
    check("{{ r == r.include(database=false).include(database=true) }} {{ r == empty }}", "True False");
    check("{{ api.Relation.create(schema='s', identifier='i', type='table') }}", "s.i");
    check("{{ api.Relation.create(identifier='i', quote_policy={'identifier': true}) }}", r#""i""#);
    check("{{ api.Relation.View }} {{ r.Table }}", "view table");
    check("{{ r ~ ' x' }} {{ r.matches(identifier='orders') }}", "\"db\".\"main\".\"orders\" x True");
    check("{{ api.Column('a', 'varchar', 10).data_type }}", "character varying(10)");
    check("{{ api.Column.create('a', 'string').dtype }}", "TEXT");
    check("{{ api.Column.from_description('a', 'numeric(5,2)').quoted }}", r#""a""#);
    check(
        "{{ api.Column.translate_type('string') }} {{ api.Column.numeric_type('numeric', 5, 2) }}",
        "TEXT numeric(5,2)",
    );
    assert!(render("{{ r.incorporate(type='heap') }}").contains("`heap` is no relation type"));
    assert!(render("{{ r.include(schema=1, catalog=2) }}").contains("has no argument `catalog`"));
}

#[test]
fn paths_of_relations_are_texts() {
    let check = |template: &str, expected: &str| {
        let rendered = render(template);
        assert!(rendered.contains(expected), "{template}: {rendered}");
    };
    check("{{ api.Relation.create(schema=none, identifier='i', size=3) }}", "i");
    check("{{ r.incorporate(path={'schema': none}, size=3) }}", r#""db"."orders""#);
    check(
        "{{ api.Relation.create(database=nothing, identifier='i') }}",
        "the database of a relation must be",
    );
    check("{{ api.Relation.create(schema=5) }}", "a text or `none`; it is `5`");
    check("{{ api.Relation.create('d', 's', 'i', 'view', {}) }}", "takes at most 4 arguments");
    check("{{ r.incorporate(path={'identifier': 4}) }}", "it is `4`");
    check("{{ r.replace_path(identifier=nothing) }}", "it is undefined");
}
