//! What `metric(…)` shows of a metric's type, parameters and filter: dbt has classes for
//! them, which print in Python's way.

use std::fmt::{self, Write};
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Object, ObjectRepr};
use serde_json::Value as Json;

use crate::template;

/// A class of dbt's with its fields in their order.
#[derive(Debug)]
struct Class {
    name: &'static str,
    fields: &'static [(&'static str, Shape)],
}

/// What a field holds, where it holds anything.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Plain,
    One(&'static Class),
    Many(&'static Class),
    /// A word of an enumeration of this name.
    Choice(&'static str),
}

use Shape::{Choice, Many, One, Plain};

static FILTER: Class =
    Class { name: "WhereFilterIntersection", fields: &[("where_filters", Many(&CONDITION))] };
static CONDITION: Class = Class { name: "WhereFilter", fields: &[("where_sql_template", Plain)] };
static WINDOW: Class =
    Class { name: "MetricTimeWindow", fields: &[("count", Plain), ("granularity", Plain)] };
static MEASURE: Class = Class {
    name: "MetricInputMeasure",
    fields: &[
        ("name", Plain),
        ("filter", One(&FILTER)),
        ("alias", Plain),
        ("join_to_timespine", Plain),
        ("fill_nulls_with", Plain),
    ],
};
static INPUT: Class = Class {
    name: "MetricInput",
    fields: &[
        ("name", Plain),
        ("filter", One(&FILTER)),
        ("alias", Plain),
        ("offset_window", One(&WINDOW)),
        ("offset_to_grain", Plain),
    ],
};
static CONSTANT: Class = Class {
    name: "ConstantPropertyInput",
    fields: &[("base_property", Plain), ("conversion_property", Plain)],
};
static CONVERSION: Class = Class {
    name: "ConversionTypeParams",
    fields: &[
        ("base_measure", One(&MEASURE)),
        ("conversion_measure", One(&MEASURE)),
        ("entity", Plain),
        ("calculation", Choice("ConversionCalculationType")),
        ("window", One(&WINDOW)),
        ("constant_properties", Many(&CONSTANT)),
    ],
};
static CUMULATIVE: Class = Class {
    name: "CumulativeTypeParams",
    fields: &[
        ("window", One(&WINDOW)),
        ("grain_to_date", Plain),
        ("period_agg", Choice("PeriodAggregation")),
        ("metric", One(&INPUT)),
    ],
};
static PARAMETERS: Class = Class {
    name: "MetricTypeParams",
    fields: &[
        ("measure", One(&MEASURE)),
        ("input_measures", Many(&MEASURE)),
        ("numerator", One(&INPUT)),
        ("denominator", One(&INPUT)),
        ("expr", Plain),
        ("window", One(&WINDOW)),
        ("grain_to_date", Choice("TimeGranularity")),
        ("metrics", Many(&INPUT)),
        ("conversion_type_params", One(&CONVERSION)),
        ("cumulative_type_params", One(&CUMULATIVE)),
        ("metric_aggregation_params", Plain),
    ],
};

/// A field of a metric for which dbt has a class; `None` for any other.
pub(super) fn part(field: &str, json: &Json) -> Option<Value> {
    let shape = match field {
        "type" => Choice("MetricType"),
        "type_params" => One(&PARAMETERS),
        "filter" => One(&FILTER),
        _ => return None,
    };
    Some(value(shape, json))
}

fn value(shape: Shape, json: &Json) -> Value {
    match (shape, json) {
        (_, Json::Null) => Value::from(()),
        (One(class), json) => Value::from_object(Part { class, json: json.clone() }),
        (Many(class), Json::Array(items)) => items.iter().map(|item| value(One(class), item)).collect(),
        (Choice(class), Json::String(word)) => Value::from_object(Word { class, word: word.clone() }),
        (_, json) => template::to_value(json),
    }
}

/// Python's `repr` of what a field holds.
fn write_repr(out: &mut dyn Write, shape: Shape, json: &Json) -> fmt::Result {
    match (shape, json) {
        (One(class), Json::Object(fields)) => {
            write!(out, "{}(", class.name)?;
            for (index, (name, shape)) in class.fields.iter().enumerate() {
                write!(out, "{}{name}=", if index > 0 { ", " } else { "" })?;
                write_repr(out, *shape, fields.get(*name).unwrap_or(&Json::Null))?;
            }
            out.write_char(')')
        }
        (Many(class), Json::Array(items)) => {
            out.write_char('[')?;
            for (index, item) in items.iter().enumerate() {
                out.write_str(if index > 0 { ", " } else { "" })?;
                write_repr(out, One(class), item)?;
            }
            out.write_char(']')
        }
        (Choice(class), Json::String(word)) => write!(out, "<{class}.{}: '{word}'>", word.to_uppercase()),
        (_, json) => out.write_str(&template::repr(&template::to_value(json))),
    }
}

/// An object of one of dbt's classes.
#[derive(Debug)]
struct Part {
    class: &'static Class,
    json: Json,
}

impl Object for Part {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        let (_, shape) = self.class.fields.iter().find(|(known, _)| *known == name)?;
        Some(value(*shape, self.json.get(name).unwrap_or(&Json::Null)))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_repr(f, One(self.class), &self.json)
    }
}

/// A word of an enumeration: it is no text, and prints with the enumeration's name.
#[derive(Debug)]
struct Word {
    class: &'static str,
    word: String,
}

impl Object for Word {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "value" => Some(Value::from(self.word.as_str())),
            "name" => Some(Value::from(self.word.to_uppercase())),
            _ => None,
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.class, self.word.to_uppercase())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_print_as_dbts_classes() {
        let check = |field: &str, json: Json, expected: &str| {
            assert_eq!(part(field, &json).unwrap().to_string(), expected);
        };
        check("type", json!("simple"), "MetricType.SIMPLE");
        check("filter", json!(null), "None");
        let filter = json!({"where_filters": [{"where_sql_template": "a = 'x'"}]});
        let expected = "WhereFilterIntersection(where_filters=[WhereFilter(where_sql_template=\"a = 'x'\")])";
        check("filter", filter, expected);
        check(
            "type_params",
            json!({
                "measure": {"name": "m", "join_to_timespine": false},
                "input_measures": [],
                "window": {"count": 2, "granularity": "day"},
                "grain_to_date": "month",
            }),
            "MetricTypeParams(measure=MetricInputMeasure(name='m', filter=None, alias=None, \
             join_to_timespine=False, fill_nulls_with=None), input_measures=[], numerator=None, \
             denominator=None, expr=None, window=MetricTimeWindow(count=2, granularity='day'), \
             grain_to_date=<TimeGranularity.MONTH: 'month'>, metrics=None, conversion_type_params=None, \
             cumulative_type_params=None, metric_aggregation_params=None)",
        );
    }

    #[test]
    fn parts_have_their_fields() {
        let params = part("type_params", &json!({"measure": {"name": "m"}, "metrics": []})).unwrap();
        assert_eq!(params.get_attr("measure").unwrap().get_attr("name").unwrap(), Value::from("m"));
        assert_eq!(params.get_attr("metrics").unwrap().len(), Some(0));
        assert!(params.get_attr("nothing").unwrap().is_undefined());
        let word = part("type", &json!("ratio")).unwrap();
        assert_eq!(word.get_attr("value").unwrap(), Value::from("ratio"));
        assert_ne!(word, Value::from("ratio"));
        assert!(part("label", &json!("x")).is_none());
    }
}
