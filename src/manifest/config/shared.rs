//! Nodes that are configured alike share their configuration.

use std::sync::{Mutex, PoisonError};

use foldhash::HashMap;

use super::Config;

/// Configurations, those that are alike once. Shared by all threads.
#[derive(Default)]
pub(in crate::manifest) struct SharedConfigs(Mutex<HashMap<Vec<u8>, Config>>);

impl SharedConfigs {
    /// The same configuration, or an earlier one that says the same in the same order.
    pub(in crate::manifest) fn share(&self, config: Config) -> Config {
        let parts = (&*config.values, &*config.unrendered, &*config.call);
        let Ok(key) = rmp_serde::to_vec(&parts) else { return config };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(key).or_insert(config).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Map, Value as Json};

    use super::*;

    #[test]
    fn what_is_said_in_another_order_is_not_shared() {
        let config = |keys: [&str; 2]| {
            let call: Map<String, Json> = keys.map(|key| (key.to_owned(), Json::Null)).into_iter().collect();
            Config::default().with_call(call)
        };
        let shared = SharedConfigs::default();
        let [first, same, other] =
            [["a", "b"], ["a", "b"], ["b", "a"]].map(|keys| shared.share(config(keys)));
        assert!(Arc::ptr_eq(&first.call, &same.call));
        assert!(!Arc::ptr_eq(&first.call, &other.call));
    }
}
