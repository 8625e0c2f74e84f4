//! Configurations that many nodes have.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::manifest::configure::Layer;
use crate::manifest::layers::Layers;
use crate::manifest::sketch::Sketch;
use crate::manifest::{Config, ResourceType};

/// The configurations of nodes that say nothing themselves: one for all nodes of a
/// kind for which the same levels of project files count, which are told apart by
/// their addresses.
#[derive(Default)]
pub(in crate::manifest) struct PlainConfigs(Mutex<HashMap<(ResourceType, usize, usize), Config>>);

impl PlainConfigs {
    pub(super) fn key(sketch: &Sketch, layers: &Layers) -> Option<(ResourceType, usize, usize)> {
        let address = |layers: &Arc<[Layer]>| Arc::as_ptr(layers).cast::<Layer>() as usize;
        // Of functions, more than these count.
        let is_function = sketch.resource_type() == ResourceType::Function;
        let is_plain = layers.patch.is_empty() && layers.call.is_empty() && !is_function;
        is_plain.then(|| (sketch.resource_type(), address(&layers.own), address(&layers.root)))
    }

    pub(super) fn known(&self) -> MutexGuard<'_, HashMap<(ResourceType, usize, usize), Config>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
