use super::{Library, MacroInfo};
use crate::source::SourceMap;
use crate::template::scan;

#[test]
fn a_macro_s_text_has_the_blanks_that_its_tags_swallow() {
    let sources = SourceMap::new();
    let text = "\n{% macro a() %}1{% endmacro %}\n\n{%- macro b() %}2{% endmacro -%} \n{%- macro c() -%}3{% endmacro %}\n";
    let file = sources.add("m.sql", text);
    let mut builder = Library::builder("root");
    for block in scan(&file).0 {
        builder.add("root", &file, block);
    }
    let (library, _) = builder.build();
    let texts: Vec<&str> = library.macros().map(MacroInfo::macro_sql).collect();
    assert_eq!(
        texts,
        [
            "{% macro a() %}1{% endmacro %}",
            "\n\n{%- macro b() %}2{% endmacro -%} \n",
            "{%- macro c() -%}3{% endmacro %}",
        ]
    );
}
