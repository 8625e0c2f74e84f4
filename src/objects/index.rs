//! An entry of the config `indexes`, as `adapter.parse_index` gives it.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectExt as _};
use minijinja::{Error, ErrorKind, State, Value};
use serde_json::{Map, Value as Json};

use super::Arguments;
use crate::host::clock;
use crate::template;

/// The entry as a template value: its fields, and `render(relation)`, which
/// gives a name for the index.
#[must_use]
pub fn index(fields: Map<String, Json>) -> Value {
    Value::from_object(IndexObject { fields })
}

#[derive(Debug)]
struct IndexObject {
    fields: Map<String, Json>,
}

impl IndexObject {
    /// A name that no other index has. The time is in it, since the table that
    /// is replaced still has its own indexes.
    fn name(&self, relation: &str) -> String {
        let columns = self.fields.get("columns").and_then(Json::as_array).cloned().unwrap_or_default();
        let mut parts: Vec<String> = columns.iter().filter_map(Json::as_str).map(str::to_owned).collect();
        parts.push(relation.to_owned());
        for field in ["unique", "type"] {
            parts.push(template::text(&template::to_value(self.fields.get(field).unwrap_or(&Json::Null))));
        }
        parts.push(clock::now().naive_utc().format("%Y-%m-%dT%H:%M:%S%.6f").to_string());
        template::md5_hex(&parts.join("_"))
    }
}

impl Object for IndexObject {
    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.mapped_enumerator(|this| Box::new(this.fields.keys().map(Value::from)))
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.fields.get(key.as_str()?).map(template::to_value)
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        name: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match name {
            "render" => {
                let arguments = Arguments::bind(name, &["relation"], args)?;
                Ok(Value::from(self.name(&arguments.require(name, "relation")?.to_string())))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

#[cfg(test)]
mod tests {
    use minijinja::Environment;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_index_has_fields_and_makes_names() {
        let fields = json!({"columns": ["a", "b"], "unique": true, "type": null});
        let entry = index(fields.as_object().cloned().unwrap());
        let environment = Environment::new();
        let render = |text: &str| {
            environment.render_str(text, minijinja::context! { entry => entry.clone() }).unwrap()
        };
        assert_eq!(
            render("{{ entry.columns | join }} {{ entry.unique }} {{ entry | list | length }}"),
            "ab True 3"
        );
        let name = render("{{ entry.render('t') }}");
        assert!(name.len() == 32 && name.chars().all(|c| c.is_ascii_hexdigit()), "{name}");
    }
}
