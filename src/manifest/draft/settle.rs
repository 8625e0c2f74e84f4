//! The configuration of a sketch, from all that is said of it.

use serde_json::{Map, Value as Json};

use super::plain::PlainConfigs;
use super::text::LazyScope;
use super::{Drafting, Patch, is_python_model};
use crate::diagnostics::{Diagnostic, Severity};
use crate::manifest::configure::{self, Layer, Setting};
use crate::manifest::generic_tests::Known;
use crate::manifest::layers::{Layers, call_layer, patch_layer};
use crate::manifest::sketch::Sketch;
use crate::manifest::{Config, ResourceType};
use crate::template::{Forms, Text};

impl Drafting<'_> {
    /// The layers of the sketch's configuration that its text does not set.
    pub(super) fn layers(&self, sketch: &Sketch, patch: Option<Patch<'_>>) -> Layers {
        let own = own_patch_layer(sketch, patch);
        self.trees.layers(&sketch.package, sketch.resource_type(), &sketch.fqn, own)
    }

    /// The layers with what the text sets, and what is written of it all.
    pub(super) fn with_call(
        &self,
        layers: Layers,
        (sketch, patch): (&Sketch, Option<Patch<'_>>),
        call: (&Map<String, Json>, &Forms),
    ) -> Layers {
        let mut layers = Layers { call: call_layer(sketch, call), ..layers };
        if !layers.patch.is_empty() && layers.call.has_lone_items() && self.is_unrendered(sketch) {
            layers.call.list_lone_items();
        }
        if self.trees.keeps_written() {
            // dbt: what a property file says of a data test is known rendered alone.
            let patched = patch.filter(|_| sketch.resource_type() != ResourceType::Test);
            let patched = patched.map(|patch| &patch.properties.config);
            layers.keep_written(patched, self.body_with_options(sketch));
        }
        layers
    }

    /// The text whose `config()` call is compared as it is written. dbt knows nothing but values
    /// where it renders no text: in Python, in tests that it takes a short way for, and in
    /// models that are [unrendered](Self::is_unrendered).
    fn body_with_options<'s>(&self, sketch: &'s Sketch) -> Option<&'s str> {
        let is_shortcut =
            sketch.test.as_ref().is_some_and(|call| matches!(call.known, Some(Known::Unread(_))));
        let body = sketch.kind.body().filter(|_| !is_shortcut && !is_python_model(sketch))?;
        (!self.is_unrendered(sketch)).then_some(&body.text)
    }

    /// The configuration, checked, its hooks rendered once for what they need.
    pub(super) fn config(
        &self,
        sketch: &Sketch,
        layers: &Layers,
        scope: &LazyScope<'_>,
        findings: &mut Vec<Diagnostic>,
    ) -> Config {
        let plain = PlainConfigs::key(sketch, layers);
        if let Some(config) = plain.and_then(|key| self.plain.known().get(&key).cloned()) {
            return config;
        }
        let mut merged = configure::merge(sketch.resource_type(), layers.in_order());
        if sketch.resource_type() == ResourceType::Function {
            // dbt: as written, the project file's part is that of models.
            let (kind, patch) = (ResourceType::Model, layers.patch.clone());
            let of_models = self.trees.layers(&sketch.package, kind, &sketch.fqn, patch);
            let written = Layers { call: layers.call.clone(), ..of_models };
            merged.config.unrendered = configure::merge(kind, written.in_order()).config.unrendered;
        }
        let found_before = findings.len();
        let found = configure::check(sketch.resource_type(), &sketch.name, &mut merged, sketch.start());
        findings.extend(found.into_iter().map(|finding| softened(sketch, &layers.patch, finding)));
        findings.extend(self.world.check(sketch, &merged));
        let hooks = ["pre-hook", "post-hook"].map(|key| (key, merged.config.hooks(key)));
        let is_plain = findings.len() == found_before && hooks.iter().all(|(_, hooks)| hooks.is_empty());
        for (key, hooks) in hooks {
            let at = merged.set_by.get(key).copied().unwrap_or_else(|| sketch.start());
            for hook in hooks {
                findings.extend(self.render(&Text::new(hook.sql, at.file, at.start), scope));
            }
        }
        if let Some(key) = plain.filter(|_| is_plain) {
            self.plain.known().insert(key, merged.config.clone());
        }
        merged.config
    }
}

/// dbt looks at next to nothing that a property file says of the configuration of a singular test.
fn softened(sketch: &Sketch, patch: &Layer, finding: Diagnostic) -> Diagnostic {
    let is_singular = sketch.resource_type() == ResourceType::Test && sketch.test.is_none();
    let is_of_patch = || {
        let is_seen = |setting: &Setting| {
            setting.key == "limit" || setting.key == "severity" && !setting.value.is_string()
        };
        let set_here = |setting: &Setting| finding.labels.iter().any(|label| label.span == setting.span);
        let set_here = |setting: &Setting| set_here(setting) && !is_seen(setting);
        patch.settings.iter().any(set_here)
    };
    if is_singular && is_of_patch() {
        return Diagnostic { severity: Severity::Warning, ..finding };
    }
    finding
}

/// What the property file says. dbt: where it does not say how a Python model is
/// materialized, it says `table`.
fn own_patch_layer(sketch: &Sketch, patch: Option<Patch<'_>>) -> Layer {
    let mut layer = patch.map(|patch| patch_layer(&patch.properties.config)).unwrap_or_default();
    if is_python_model(sketch) && !layer.settings.iter().any(|setting| setting.key == "materialized") {
        let value = Json::from("table");
        layer.push("materialized", value.clone(), value, sketch.start());
    }
    layer
}

/// dbt reads the project file, then the text, then the property file: what one of
/// the latter two sets to nothing stays in the configuration as it was, although it
/// does not count for the node's name. Gives the keys that stayed.
pub(super) fn keep_what_was_known(sketch: &Sketch, layers: &Layers, config: &mut Config) -> Vec<String> {
    let mut settings = layers.patch.settings.iter().chain(&layers.call.settings);
    if !settings.any(|setting| setting.value.is_null()) {
        return Vec::new();
    }
    let of_text = Layers { patch: Layer::default(), ..layers.clone() };
    let of_project = Layers { call: Layer::default(), ..of_text.clone() };
    [of_text, of_project]
        .iter()
        .flat_map(|known| {
            let known = configure::merge(sketch.resource_type(), known.in_order()).config;
            configure::keep_where_null(config, &known)
        })
        .collect()
}
