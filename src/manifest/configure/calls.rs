//! Several `config()` calls in one text.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use super::layer::spelled;
use super::merge::{Rule, as_list, rule};
use crate::template::Forms;

/// Adds the options of one `config()` call to those of the calls before it.
/// The rules are those of merging layers, except that `+select` in grants keeps
/// its sign, because the merge of layers is still to come.
pub(crate) fn merge_call(calls: &mut Map<String, Json>, options: &Map<String, Json>) {
    if calls.is_empty() {
        calls.extend(options.iter().map(|(key, value)| (spelled(key).to_owned(), value.clone())));
        return;
    }
    for (key, later) in options {
        let key = spelled(key);
        let earlier = calls.get(key);
        let joined = match (rule(key), earlier) {
            (Rule::Append, earlier) => {
                Json::Array([earlier.map(as_list).unwrap_or_default(), as_list(later)].concat())
            }
            (Rule::Update, Some(Json::Object(earlier))) if later.is_object() => {
                Json::Object(earlier.clone().into_iter().chain(fields(later)).collect())
            }
            (Rule::Grants, Some(Json::Object(earlier))) if later.is_object() => {
                Json::Object(grants(earlier, later))
            }
            _ => later.clone(),
        };
        calls.insert(key.to_owned(), joined);
    }
}

/// The options, in which a tuple that is joined to a list counts as one item of it, as to
/// dbt: only lists are joined.
pub(crate) fn with_tuples_as_items<'a>(
    options: &'a Map<String, Json>,
    forms: &Forms,
) -> Cow<'a, Map<String, Json>> {
    let mut all = Cow::Borrowed(options);
    if forms.is_empty() {
        return all;
    }
    for (key, value) in options {
        let of_key = forms.below(key);
        let item = |value: &Json| Json::Array(vec![value.clone()]);
        let replaced = match (rule(spelled(key)), value) {
            (Rule::Append, _) if of_key.is_no_list() => item(value),
            (Rule::Grants, Json::Object(grants)) => {
                let of_one = |(privilege, grantees): (&String, &Json)| {
                    let is_item = of_key.below(privilege).is_no_list();
                    (privilege.clone(), if is_item { item(grantees) } else { grantees.clone() })
                };
                grants.iter().map(of_one).collect()
            }
            _ => continue,
        };
        all.to_mut().insert(key.clone(), replaced);
    }
    all
}

/// The same of what their JSON does not say.
pub(crate) fn merge_forms(calls: &mut Forms, options: &Map<String, Json>, forms: &Forms) {
    if calls.is_empty() && forms.is_empty() {
        return;
    }
    for key in options.keys() {
        let mut later = forms.below(key).clone();
        let key = spelled(key);
        if rule(key) == Rule::Update {
            let mut all = calls.below(key).clone();
            all.update(later);
            later = all;
        }
        calls.set(key, later);
    }
}

fn grants(earlier: &Map<String, Json>, later: &Json) -> Map<String, Json> {
    let mut all = earlier.clone();
    for (privilege, grantees) in fields(later) {
        let mut list = match all.get(&privilege) {
            Some(earlier) if privilege.starts_with('+') => as_list(earlier),
            _ => Vec::new(),
        };
        list.extend(as_list(&grantees));
        all.insert(privilege, Json::Array(list));
    }
    all
}

fn fields(value: &Json) -> Map<String, Json> {
    value.as_object().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn calls_add_up() {
        let mut calls = Map::new();
        for options in [
            json!({"tags": "a", "schema": "x", "pre_hook": "one", "grants": {"+select": "b"}}),
            json!({"tags": ["b"], "schema": "y", "pre-hook": "two", "grants": {"+select": "c"}}),
        ] {
            merge_call(&mut calls, options.as_object().unwrap());
        }
        let expected = json!({
            "tags": ["a", "b"], "schema": "y", "pre-hook": ["one", "two"], "grants": {"+select": ["b", "c"]},
        });
        assert_eq!(Json::Object(calls), expected);
    }
}
