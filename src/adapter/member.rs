//! Calls of methods that only one engine has.

use serde_json::{Map, Value as Json};

use super::DatabaseError;

/// A call `adapter.<name>(…)` from a template. A relation is an object with
/// `database`, `schema`, `identifier`, `type` and `rendered`.
#[derive(Debug, Clone)]
pub struct MemberCall {
    /// The method.
    pub name: String,
    /// Arguments by place.
    pub args: Vec<Json>,
    /// Arguments by name.
    pub kwargs: Map<String, Json>,
}

impl MemberCall {
    /// The argument at a place or of a name; null where it was left out.
    #[must_use]
    pub fn argument(&self, place: usize, name: &str) -> &Json {
        self.args.get(place).or_else(|| self.kwargs.get(name)).unwrap_or(&Json::Null)
    }

    /// The argument as text.
    ///
    /// # Errors
    /// It is no text.
    pub fn text(&self, place: usize, name: &str) -> Result<&str, DatabaseError> {
        self.argument(place, name).as_str().ok_or_else(|| {
            DatabaseError::new(format!("`adapter.{}` takes a text as its argument `{name}`", self.name))
        })
    }
}
