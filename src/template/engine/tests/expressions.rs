use super::stage::Stage;

#[test]
fn prints_as_python_does() {
    let stage = Stage::new(&[]);
    let check = |template: &str, expected: &str| assert_eq!(stage.render(template), expected, "{template}");
    check("{{ [1, 'a', none, true, 1.0] }}", "[1, 'a', None, True, 1.0]");
    check("{{ {'a': 1, 'b': [2]} }}", "{'a': 1, 'b': [2]}");
    check("{{ (1, 2) }} {{ (1,) }}", "(1, 2) (1,)");
    check("{{ 1e20 }} {{ 1.5 }} {{ 0.00001 }}", "1e+20 1.5 1e-05");
    check("{{ \"it's\" }} {{ [\"it's\"] }}", "it's [\"it's\"]");
    check("{{ none }}{{ true }}{{ undefined_name }}", "NoneTrue");
    check("{% set x = [] %}{% do x.append(x) %}{{ x | length }}", "1");
}
