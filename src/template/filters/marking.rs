//! dbt's own filters.

use minijinja::value::ValueKind;
use minijinja::{Environment, State, Value};

use crate::template::engine;
use crate::template::functions::Marking;
use crate::template::values::{Absorbing, text};

/// Adds `as_text`, `as_native`, `as_bool`, `as_number` and `is_list`.
pub(super) fn add(environment: &mut Environment<'_>) {
    let filters = [
        ("as_text", Marking::Text),
        ("as_native", Marking::Native),
        ("as_bool", Marking::Bool),
        ("as_number", Marking::Number),
    ];
    for (name, marking) in filters {
        environment
            .add_filter(name, move |state: &mut State<'_, '_>, value: Value| mark(state, value, marking));
    }
    environment.add_filter("is_list", |value: &Value| {
        value.kind() == ValueKind::Seq && !value.is_tuple() && !Absorbing::is_undefined(value)
    });
}

/// In a text rendered as text the filters do nothing.
fn mark(state: &State<'_, '_>, value: Value, marking: Marking) -> Value {
    let text = text(&value);
    if engine::mark(state, &text, marking) { Value::from(text) } else { value }
}
