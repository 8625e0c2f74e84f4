use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::super::{Yaml, collect, parse};
use crate::diagnostics::{Diagnostic, Style, render};
use crate::source::SourceMap;

fn read(text: &str) -> Result<Yaml, Vec<Diagnostic>> {
    parse(&SourceMap::new().add("t.yml", text))
}

#[test]
fn documents_become_trees() {
    let check = |text: &str, expected: Json| {
        assert_eq!(read(text).map(|yaml| yaml.to_json()), Ok(expected), "{text}");
    };
    check("", Json::Null);
    check("# only a comment\n", Json::Null);
    check("a: 1\nb: [x, 'y', \"z\\n\"]\n", json!({"a": 1, "b": ["x", "y", "z\n"]}));
    check("a:\n- b: on\n  c:\n", json!({"a": [{"b": true, "c": null}]}));
    check("a: 2024-01-31\n", json!({"a": "2024-01-31"}));
    check("a: |\n  x\n   y\nb: >\n  x\n  y\n", json!({"a": "x\n y\n", "b": "x y\n"}));
    check("a: |\n  x", json!({"a": "x"}));
    check("a: >\n  x\n  y", json!({"a": "x y"}));
    check("a: |\n  x\nb: 1", json!({"a": "x\n", "b": 1}));
    check("yes: 1\n2: x\n", json!({"yes": 1, "2": "x"}));
    check("a: !!str 12\nb: !!int '12'\n", json!({"a": "12", "b": 12}));
    check("'<<': {a: 1}\n", json!({"<<": {"a": 1}}));
    check(
        "x: &x {a: 1, b: 2}\ny:\n  b: 3\n  <<: *x\n  c: 4\n",
        json!({"x": {"a": 1, "b": 2}, "y": {"a": 1, "b": 3, "c": 4}}),
    );
    check(
        "- &x {a: 1}\n- &y {a: 2, b: 2}\n- <<: [*x, *y]\n",
        json!([{"a": 1}, {"a": 2, "b": 2}, {"a": 1, "b": 2}]),
    );
    check("a: .inf\n", json!({"a": "inf"}));
    check("a: \"{{ var('x') }}\"\r\nb: 1\r\n", json!({"a": "{{ var('x') }}", "b": 1}));
}

#[test]
fn lines_in_brackets_and_quotes_stand_where_they_like() {
    let check = |text: &str, expected: Json| {
        assert_eq!(read(text).map(|yaml| yaml.to_json()), Ok(expected), "{text}");
    };
    check("a:\n  - b: {\n      c: [1],\n  }\n  - d\n", json!({"a": [{"b": {"c": [1]}}, "d"]}));
    check("a:\n    b: [\n1,\n  é, {c:\n 2}\n]\nd: 3\n", json!({"a": {"b": [1, "é", {"c": 2}]}, "d": 3}));
    check("a:\n    b: \"x \\\"\n  y\n z\"\n    c: 1\n", json!({"a": {"b": "x \" y z", "c": 1}}));
    check("a:\n    b: 'it''s\n  y'\n", json!({"a": {"b": "it's y"}}));
    let text = "é:\n  - b: {\n c: ü\n  }\n  - 'x\n y'\n  - end\n";
    let yaml = read(text).unwrap();
    let list = yaml.as_map().and_then(|map| map.get("é")).and_then(Yaml::as_seq).unwrap();
    let at = |yaml: &Yaml| text.get(yaml.span.start..yaml.span.end).unwrap();
    assert_eq!(at(list[0].as_map().unwrap().get("b").unwrap()), "{\n c: ü\n  }");
    assert_eq!(at(&list[1]), "x\n y");
    assert_eq!(at(&list[2]), "end");
    assert!(read("a:\n    b: [\n1,\nd: 3\n").is_err(), "an open bracket stays a mistake");
}

#[test]
fn spans_cover_what_was_written() {
    let text = "é: 'ü x'\nlist:\n  - plain text   # comment\n  - {a: \"q\"}\nblock: |\n  {{ x }}\n  y\n";
    let yaml = read(text).unwrap();
    let at = |yaml: &Yaml| text.get(yaml.span.start..yaml.span.end).unwrap();
    let map = yaml.as_map().unwrap();
    assert_eq!(at(map.get("é").unwrap()), "ü x");
    let list = map.get("list").unwrap();
    assert_eq!(at(&list.as_seq().unwrap()[0]), "plain text");
    assert_eq!(at(&list.as_seq().unwrap()[1]), "{a: \"q\"}");
    assert_eq!(at(list.as_seq().unwrap()[1].as_map().unwrap().get("a").unwrap()), "q");
    assert_eq!(at(list), "- plain text   # comment\n  - {a: \"q\"}");
    assert_eq!(at(map.get("block").unwrap()), "{{ x }}\n  y");
    let (key, _) = map.entry("list").unwrap();
    assert_eq!(text.get(key.span.start..key.span.end), Some("list"));
}

#[test]
fn a_key_that_stands_twice_is_a_warning() {
    let file = SourceMap::new().add("t.yml", "a: 1\nb: 2\na: 3\n");
    let mut found = Vec::new();
    let yaml = collect(&file, &mut found).unwrap();
    assert_eq!(yaml.to_json(), json!({"a": 3, "b": 2}));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].code, found[0].is_error()), ("duplicate-key", false));
    assert_eq!(found[0].labels[0].span.start, 10);
}

#[test]
fn syntax_errors_are_told_in_plain_words() {
    let mut wrong: Vec<String> = Vec::new();
    let mut check = |text: &str, place: (usize, usize), message: &str, help: &str| {
        let sources = SourceMap::new();
        let file = sources.add("t.yml", text);
        let found = parse(&file).expect_err(text);
        let shown = render(&found[0], &sources, Style::Plain);
        let location = file.location(found[0].labels[0].span.start);
        let is_right = (location.line, location.column) == place
            && found[0].message.contains(message)
            && (help.is_empty() || found[0].help.iter().any(|line| line.contains(help)));
        if !is_right {
            wrong.push(format!("{text}\n{shown}"));
        }
    };
    check("a: {{ x }}\n", (1, 4), "starts with a template", "in quotes");
    check("a: {{ x }}/b\n", (1, 4), "starts with a template", "in quotes");
    check("a: {% if x %}\n", (1, 4), "starts with a template", "in quotes");
    check("- {{ x }}\n", (1, 3), "starts with a template", "in quotes");
    check("a:\n\t- b\n", (2, 1), "a tab stands", "spaces");
    check("a: \"x\nb: 1\n", (1, 4), "a quote is opened", "closing quote");
    check("a: [1, 2\nb: 1\n", (2, 2), "no key can be", "close the bracket");
    check("a: b: c\n", (1, 5), "a `:` stands where no key can be", "quote a value");
    check("a:\n  b: 1\n c: 2\n", (3, 2), "indentation", "align");
    check("a: @x\n", (1, 4), "cannot start with this character", "quotes");
    check("a: *x\n", (1, 4), "anchor that does not exist", "&name");
    check("a: 'x' y\n", (1, 8), "text after a closing quote", "whole value");
    check("a: 1\n---\nb: 1\n", (2, 1), "more than one", "file of its own");
    check("? [a]\n: 1\n", (1, 3), "a key must be a text", "");
    check("a: !foo 1\n", (1, 4), "tag", "remove");
    check("a: &x [*x]\n", (1, 8), "inside the value", "");
    check("a: [1]# c\n", (1, 7), "space before its `#`", "add the space");
    check("<<: 1\n", (1, 1), "merges mappings", "alias");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn small_files_cannot_ask_for_much_memory() {
    let line = |level: usize| format!("a{level}: &a{level} [{}]\n", format!("*a{}, ", level - 1).repeat(3));
    let bomb = "a0: &a0 [x, x]\n".to_owned() + &(1..30).map(line).collect::<String>();
    assert_eq!(read(&bomb).unwrap_err()[0].code, "yaml-size");
    assert_eq!(read(&"[".repeat(100_000)).unwrap_err()[0].code, "yaml-size");
    assert_eq!(read(&"- ".repeat(100_000)).unwrap_err()[0].code, "yaml-size");
}

proptest! {
    #[test]
    fn of_equal_keys_the_last_wins_where_the_first_stood(keys in proptest::collection::vec("[a-e]{1,2}", 0..40)) {
        let lines: Vec<String> =
            keys.iter().enumerate().map(|(place, key)| format!("{key}: {place}")).collect();
        let text = lines.join("\n");
        let mut found = Vec::new();
        let yaml = collect(&SourceMap::new().add("t.yml", text), &mut found).unwrap();
        let mut expected = serde_json::Map::new();
        for (place, key) in keys.iter().enumerate() {
            expected.insert(key.clone(), place.into());
        }
        prop_assert_eq!(found.len(), keys.len() - expected.len());
        let expected = if keys.is_empty() { Json::Null } else { Json::Object(expected) };
        prop_assert_eq!(yaml.to_json().to_string(), expected.to_string());
    }

    #[test]
    fn no_text_panics(text in "\\PC*|([ \\-:\\n{}\\[\\]'\"#&*!|>a0\\t\\r%@?,é<]|: |- |\\n  ){0,60}") {
        let _ = read(&text);
    }

    #[test]
    fn spans_lie_inside_the_text(text in "([ \\-:\\n{}\\[\\]'\"#a0é,|>]|: |- |\\n  ){0,40}") {
        fn walk(yaml: &Yaml, text: &str) {
            assert!(text.get(yaml.span.start..yaml.span.end).is_some());
            for item in yaml.as_seq().unwrap_or_default() {
                walk(item, text);
            }
            for (key, value) in yaml.as_map().into_iter().flat_map(super::super::Map::iter) {
                assert!(text.get(key.span.start..key.span.end).is_some());
                walk(value, text);
            }
        }
        if let Ok(yaml) = read(&text) {
            walk(&yaml, &text);
        }
    }
}
