//! Rules of saved queries.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Definition, Layer, texts};
use crate::diagnostics::Diagnostic;
use crate::manifest::properties::GRAINS;

/// The time of any metric.
const METRIC_TIME: &str = "metric_time";

pub(super) fn check(layer: &Layer<'_>) -> Vec<Diagnostic> {
    let faults = |query: &Definition<'_>| {
        let params = query.fields.get("query_params").unwrap_or(&Json::Null);
        let mut faults = grouped(layer, params);
        if faults.is_empty() {
            faults.extend(ordered(params));
        }
        if params.get("limit").and_then(Json::as_i64).is_some_and(|limit| limit < 0) {
            faults.push("`limit` is less than nothing".to_owned());
        }
        faults
    };
    let findings = |query| faults(query).into_iter().map(|words| query.fault(&words));
    layer.queries.iter().flat_map(findings).collect()
}

fn grouped(layer: &Layer<'_>, params: &Json) -> Vec<String> {
    let is_there = |element: &str| {
        element == METRIC_TIME
            || layer.metrics.iter().any(|metric| metric.name() == element)
            || layer.models.iter().any(|model| model.has(&["dimensions", "entities"], element))
    };
    let mut faults = Vec::new();
    for item in texts(params.get("group_by")) {
        match Item::parse(item).as_ref().and_then(Item::element) {
            None => faults.push(format!(
                "`{item}` is nothing to group by: write `Dimension('entity__name')`, `TimeDimension(…)` or \
                 `Entity('name')`"
            )),
            Some(element) if !is_there(element) => {
                faults.push(format!("`{item}` groups by `{element}`, which does not exist"));
            }
            Some(_) => {}
        }
    }
    faults
}

/// What can be grouped by, with its parameters in order.
const CALLS: [(&str, &[&str]); 4] = [
    ("Dimension", &["name", "entity_path"]),
    (
        "TimeDimension",
        &["time_dimension_name", "time_granularity_name", "entity_path", "descending", "date_part_name"],
    ),
    ("Entity", &["entity_name", "entity_path"]),
    ("Metric", &["metric_name", "group_by"]),
];

/// An item taken apart: `Dimension('order__region', entity_path=['order']).grain('day')`. Arguments are
/// by the names of their parameters, however they are written.
#[derive(Debug, PartialEq)]
struct Item {
    function: &'static str,
    arguments: BTreeMap<&'static str, String>,
    methods: String,
}

impl Item {
    fn parse(item: &str) -> Option<Self> {
        let plain = plain(item);
        let (called, rest) = plain.split_once('(')?;
        let (function, parameters) = CALLS.into_iter().find(|(function, _)| *function == called)?;
        let (arguments, methods) = arguments(rest)?;
        let mut found = BTreeMap::new();
        for (index, argument) in arguments.into_iter().enumerate() {
            let named = argument.split_once('=').filter(|(name, _)| !name.contains(['\'', '[']));
            let (parameter, value) = match named {
                Some((name, value)) => (parameters.iter().find(|parameter| **parameter == name)?, value),
                None => (parameters.get(index)?, argument),
            };
            found.insert(*parameter, value.to_owned());
        }
        let is_call = methods.is_empty() || methods.starts_with('.') && methods.ends_with(')');
        is_call.then(|| Self { function, arguments: found, methods: methods.to_owned() })
    }

    /// The text that its first parameter is.
    fn name(&self) -> Option<&str> {
        let (_, parameters) = CALLS.into_iter().find(|(function, _)| *function == self.function)?;
        self.arguments.get(parameters.first()?)?.strip_prefix('\'')?.strip_suffix('\'')
    }

    /// What is grouped by, without the entity before it and the granularity after it.
    fn element(&self) -> Option<&str> {
        let name = self.name()?;
        let mut parts: Vec<&str> = name.split("__").collect();
        if parts.len() > 1 && parts.last().is_some_and(|last| GRAINS.contains(last)) {
            parts.pop();
        }
        let last = *parts.last()?;
        match self.function {
            "Metric" => self.arguments.contains_key("group_by").then_some(name),
            "Entity" => Some(last),
            _ => (parts.len() == 2 || last == METRIC_TIME).then_some(last),
        }
    }

    /// The same in ascending order; `None` where it is not said whether it descends.
    fn ascending(mut self) -> Option<Self> {
        self.arguments.remove("descending");
        if let Some((before, rest)) = self.methods.split_once(".descending(") {
            let (_, after) = rest.split_once(')').filter(|(way, _)| !way.is_empty())?;
            self.methods = format!("{before}{after}");
        }
        Some(self)
    }
}

/// What stands between parentheses, of which the first is open already, and what comes after.
fn arguments(text: &str) -> Option<(Vec<&str>, &str)> {
    let (mut found, mut start, mut depth, mut is_quoted) = (Vec::new(), 0, 0_usize, false);
    for (at, c) in text.char_indices() {
        match c {
            '\'' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            ')' | ',' if depth == 0 => {
                found.extend(text.get(start..at).filter(|argument| !argument.is_empty()));
                start = at + 1;
                if c == ')' {
                    return Some((found, text.get(start..)?));
                }
            }
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// Without spaces, quotes of one kind.
fn plain(item: &str) -> String {
    item.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '"' { '\'' } else { c }).collect()
}

fn ordered(params: &Json) -> Vec<String> {
    let metrics = texts(params.get("metrics")).map(|metric| format!("Metric('{metric}')"));
    let listed = metrics.chain(texts(params.get("group_by")).map(str::to_owned));
    let known: Vec<Item> = listed.filter_map(|item| Item::parse(&item)).collect();
    let is_known =
        |item: &&str| Item::parse(item).and_then(Item::ascending).is_some_and(|it| known.contains(&it));
    let unknown = texts(params.get("order_by")).filter(|item| !is_known(item));
    unknown
        .map(|item| {
            format!("`{item}` orders by what is neither a metric nor grouped by: write `Metric('name')`")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_taken_apart() {
        let check = |item: &str, element: Option<&str>| {
            assert_eq!(Item::parse(item).as_ref().and_then(Item::element), element, "{item}");
        };
        check("Dimension('order__region')", Some("region"));
        check("Dimension( name = \"order__region\", entity_path=['order'] )", Some("region"));
        check("TimeDimension('order__at__week', 'day', ['a', 'b'])", Some("at"));
        check("TimeDimension(time_granularity_name='day', time_dimension_name='order__at')", Some("at"));
        check("Dimension('metric_time').grain('week')", Some("metric_time"));
        check("Entity('order')", Some("order"));
        check("Metric('revenue', ['order'])", Some("revenue"));
        check("Metric('revenue')", None);
        check("Dimension('region')", None);
        check("Dimension('a__b__c')", None);
        check("Dimension('order__region'), Dimension('order__at')", None);
        check("Dimension('order__region') || 'x'", None);
        check("Dimension('order__region', nothing='x')", None);
        check("Dimension('order__region'", None);
        check("Dimension()", None);
        check("dimension('order__region')", None);
        check("order__region", None);
    }

    #[test]
    fn orders_are_those_of_the_same_items() {
        let same = |item: &str, other: &str| {
            let other = Item::parse(other).and_then(Item::ascending);
            Item::parse(item).is_some_and(|item| Some(item) == other)
        };
        let region = "Dimension('order__region', ['order'])";
        assert!(same(region, "Dimension(name='order__region', entity_path=['order']).descending(True)"));
        assert!(same("TimeDimension('at', 'day')", "TimeDimension('at', 'day', descending=True)"));
        assert!(same("Dimension('at').grain('day')", "Dimension('at').descending(True).grain('day')"));
        assert!(!same(region, "Dimension('order__region')"));
        assert!(!same("Metric('revenue')", "Metric('revenue').descending()"));
    }
}
