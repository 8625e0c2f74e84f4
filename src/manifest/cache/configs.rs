//! The configurations of nodes in the cache file: those that are alike once.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::manifest::{Config, Node, Values};

/// The places of a node's `values`, `unrendered` and `call` among all.
pub(super) type ConfigPlaces = [u32; 3];

/// All configurations, those that are alike once, to be written.
#[derive(Default)]
pub(super) struct Configs<'a> {
    values: Distinct<'a, Values>,
    settings: Distinct<'a, Map<String, Json>>,
}

impl<'a> Configs<'a> {
    /// Those of an earlier file, where they were, and those of nodes.
    pub(super) fn of(
        earlier: Option<&'a KeptConfigs>,
        nodes: impl Iterator<Item = &'a Node>,
    ) -> io::Result<Self> {
        let mut configs = Self::default();
        if let Some(earlier) = earlier {
            configs.values = Distinct::of(&earlier.values)?;
            configs.settings = Distinct::of(&earlier.settings)?;
        }
        for Config { values, unrendered, call } in nodes.map(|node| &node.config) {
            configs.values.add(values)?;
            configs.settings.add(unrendered)?;
            configs.settings.add(call)?;
        }
        Ok(configs)
    }

    pub(super) fn places(&self, Config { values, unrendered, call }: &Config) -> ConfigPlaces {
        [self.values.place(values), self.settings.place(unrendered), self.settings.place(call)]
    }

    pub(super) fn written(&self) -> io::Result<Vec<u8>> {
        rmp_serde::to_vec(&(&self.values.all, &self.settings.all)).map_err(io::Error::other)
    }
}

/// Shared values, those that are alike once.
struct Distinct<'a, T> {
    all: Vec<&'a Arc<T>>,
    /// By address.
    places: HashMap<usize, u32>,
    /// By bytes.
    alike: HashMap<Vec<u8>, u32>,
}

impl<T> Default for Distinct<'_, T> {
    fn default() -> Self {
        Self { all: Vec::new(), places: HashMap::new(), alike: HashMap::new() }
    }
}

impl<'a, T: Serialize> Distinct<'a, T> {
    /// Each of these, in order.
    fn of(all: &'a [Arc<T>]) -> io::Result<Self> {
        let mut known = Self::default();
        for (place, one) in (0..).zip(all) {
            known.all.push(one);
            known.places.insert(address(one), place);
            known.alike.insert(rmp_serde::to_vec(one).map_err(io::Error::other)?, place);
        }
        Ok(known)
    }

    fn add(&mut self, one: &'a Arc<T>) -> io::Result<()> {
        if self.places.contains_key(&address(one)) {
            return Ok(());
        }
        let bytes = rmp_serde::to_vec(one).map_err(io::Error::other)?;
        let place = *self.alike.entry(bytes).or_insert_with(|| {
            self.all.push(one);
            u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX)
        });
        self.places.insert(address(one), place);
        Ok(())
    }

    fn place(&self, one: &Arc<T>) -> u32 {
        self.places.get(&address(one)).copied().unwrap_or(u32::MAX)
    }
}

/// All configurations that a file holds.
#[derive(Debug, Deserialize)]
pub(super) struct KeptConfigs {
    values: Vec<Arc<Values>>,
    settings: Vec<Arc<Map<String, Json>>>,
}

impl KeptConfigs {
    pub(super) fn count(&self) -> usize {
        self.values.len() + self.settings.len()
    }

    /// The configuration of these places.
    pub(super) fn config(&self, [values, unrendered, call]: ConfigPlaces) -> Option<Config> {
        let settings = |place: u32| self.settings.get(place as usize).cloned();
        let values = self.values.get(values as usize).cloned()?;
        Some(Config { values, unrendered: settings(unrendered)?, call: settings(call)? })
    }
}

fn address<T>(one: &Arc<T>) -> usize {
    Arc::as_ptr(one).addr()
}
