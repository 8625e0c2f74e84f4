//! Text to criteria, and what is said about text that is none.

use proptest::prelude::*;
use serde_json::json;

use super::flag;
use crate::select::{Criterion, Expression, Method, Reach, SetOperation, criterion, parse};
use crate::source::SourceMap;

fn parsed(text: &str) -> Criterion {
    criterion(text, SourceMap::new().add("--select", text).span()).unwrap()
}

#[test]
fn operators_surround_a_value() {
    use Reach::{All, None, Steps};
    let check = |text, at, parents, method: Method, value: &str, children| {
        let found = parsed(text);
        assert_eq!(found.childrens_parents, at, "{text}");
        assert_eq!((found.parents, found.children), (parents, children), "{text}");
        assert_eq!((found.method, found.value), (method, json!(value)), "{text}");
    };
    check("a", false, None, Method::Fqn, "a", None);
    check("+a", false, All, Method::Fqn, "a", None);
    check("a+", false, None, Method::Fqn, "a", All);
    check("2+a+3", false, Steps(2), Method::Fqn, "a", Steps(3));
    check("0+a", false, Steps(0), Method::Fqn, "a", None);
    check("99999999999999999999999+a", false, All, Method::Fqn, "a", None);
    check("@a", true, None, Method::Fqn, "a", None);
    check("@+a", true, All, Method::Fqn, "a", None);
    check("a++", false, None, Method::Fqn, "a+", All);
    check("x+a", false, None, Method::Fqn, "x+a", None);
    check("1a", false, None, Method::Fqn, "1a", None);
    check("+tag:a+", false, All, Method::Tag, "a", All);
    check("tag:a:b", false, None, Method::Tag, "a:b", None);
    check("a-b:c", false, None, Method::Fqn, "a-b:c", None);
    check("models/a", false, None, Method::Path, "models/a", None);
    check("a.SQL", false, None, Method::File, "a.SQL", None);
    check("", false, None, Method::Fqn, "", None);
    check("config.meta.a:b", false, None, Method::Config(vec!["meta".into(), "a".into()]), "b", None);
}

#[test]
fn spaces_unite_and_commas_intersect() {
    let Expression::Set(SetOperation { members, .. }) = parse(&flag(&["a b,c", "d"])).unwrap() else {
        panic!("not a set")
    };
    let sizes: Vec<usize> = members
        .iter()
        .map(|member| match member {
            Expression::Set(set) => set.members.len(),
            _ => 0,
        })
        .collect();
    assert_eq!(sizes, [1, 2, 1]);
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let texts = flag(&["ok tagg:x,@a+", "resource_type:modle state:nwe"]);
    let problems = parse(&texts).unwrap_err();
    let told: Vec<(&str, usize, usize)> = problems
        .iter()
        .map(|problem| (problem.code, problem.labels[0].span.start, problem.labels[0].span.end))
        .collect();
    assert_eq!(
        told,
        [
            ("unknown-method", 3, 9),
            ("bad-criterion", 10, 13),
            ("bad-criterion", 0, 19),
            ("bad-criterion", 20, 29)
        ]
    );
    assert_eq!(problems[0].help, ["did you mean `tag`?"]);
    assert_eq!(problems[2].help, ["did you mean `model`?"]);
    assert_eq!(problems[3].help, ["did you mean `new`?"]);
}

#[test]
fn paths_begin_in_the_project() {
    for text in ["/srv/shop/models", "path:/srv/shop/models", "1+path:/srv/shop+"] {
        let problems = parse(&flag(&[text])).unwrap_err();
        assert!(problems[0].message.ends_with("` does not begin in the project"), "{problems:?}");
    }
    assert!(parse(&flag(&["path:models/*", "./models/a.sql"])).is_ok());
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "[@+,:.a-z0-9 \\[\\]*é/]{0,24}|\\PC*") {
        let _ = parse(&flag(&[&text]));
    }

    #[test]
    fn spans_lie_where_the_words_are(words in proptest::collection::vec("[a-z]{1,5}|é{1,3}", 1..6)) {
        let text = words.join(" ");
        let Expression::Set(set) = parse(&flag(&[&text])).unwrap() else { panic!("not a set") };
        for (member, word) in set.members.iter().zip(&words) {
            let Expression::Set(SetOperation { expected: Some(span), .. }) = member else { panic!("no span") };
            prop_assert_eq!(text.get(span.start..span.end), Some(word.as_str()));
        }
    }
}
