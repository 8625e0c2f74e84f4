//! The chosen profile.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::adapter::{Adapter, Credentials};

/// One target of one profile: where the project is built.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The profile's name.
    pub name: String,
    /// The target's name.
    pub target_name: String,
    /// The output, rendered. Values may be secret.
    pub credentials: Credentials,
    /// The warehouse that it describes; nothing is connected yet.
    pub adapter: Arc<dyn Adapter>,
    /// How many nodes may run at once; at least one.
    pub threads: usize,
    /// Whether it is the default that stands in for a missing profile.
    pub is_embedded: bool,
}

impl Profile {
    /// `target` as templates see it: the connection's fields without secrets,
    /// and the names around it.
    #[must_use]
    pub fn target(&self) -> Map<String, Json> {
        let mut target = self.adapter.target();
        let own = [
            ("type", Json::from(self.adapter.kind())),
            ("threads", Json::from(self.threads)),
            ("name", Json::from(self.target_name.as_str())),
            ("target_name", Json::from(self.target_name.as_str())),
            ("profile_name", Json::from(self.name.as_str())),
        ];
        target.extend(own.map(|(key, value)| (key.to_owned(), value)));
        target
    }
}
