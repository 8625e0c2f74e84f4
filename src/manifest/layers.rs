//! The places that configure one node.

use std::sync::Arc;

use foldhash::HashMap;
use indexmap::IndexSet;
use serde_json::{Map, Value as Json};

use super::ResourceType;
use super::call_site::{call_site, option_site};
use super::configure::{Layer, LayerTree, written_options};
use super::properties::ConfigBlock;
use super::sketch::Sketch;
use crate::project::{Package, Project};
use crate::source::Span;
use crate::template::Forms;

/// The layers of one node's configuration.
#[derive(Debug, Clone, Default)]
pub(super) struct Layers {
    /// From the project file of the node's package, the outermost folder first.
    pub(super) own: Arc<[Layer]>,
    /// From its property file.
    pub(super) patch: Layer,
    /// From the `config()` calls in its text.
    pub(super) call: Layer,
    /// From the root project file, for a package's node.
    pub(super) root: Arc<[Layer]>,
}

impl Layers {
    /// All layers, the lowest first.
    pub(super) fn in_order(&self) -> impl Iterator<Item = &Layer> {
        self.own.iter().chain([&self.patch, &self.call]).chain(self.root.iter())
    }

    /// Has the settings of a property file and of a `config()` call in `body` remember how they
    /// are written, so that variables make no difference between two states.
    pub(super) fn keep_written(&mut self, patch: Option<&ConfigBlock>, body: Option<&str>) {
        for setting in &mut self.patch.settings {
            let block = patch.map(|block| &block.unrendered);
            if let Some(written) = block.and_then(|written| written.get(setting.spelling())) {
                setting.unrendered = laid_over(&setting.value, written);
            }
        }
        let begin = body.and_then(|body| Some((body, call_site(body, "config", &[])?.start)));
        let options = begin.map(|(body, begin)| written_options(body, begin)).unwrap_or_default();
        if options.is_empty() {
            return;
        }
        self.call.written = Some(options.into_iter().map(|(key, form)| (key, Json::from(form))).collect());
    }

    /// The tags of a node that has `natural` ones apart from its configuration,
    /// each once. dbt reads property files last, so that their tags come last.
    pub(super) fn tags(&self, natural: &[String]) -> Vec<String> {
        let layers = self.own.iter().chain([&self.call]).chain(self.root.iter()).chain([&self.patch]);
        let set = layers.flat_map(|layer| &layer.settings).filter(|setting| setting.key == "tags");
        let texts = set.flat_map(|setting| match &setting.value {
            Json::Array(items) => items.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
            Json::String(one) => vec![one.clone()],
            _ => Vec::new(),
        });
        natural.iter().cloned().chain(texts).collect::<IndexSet<String>>().into_iter().collect()
    }
}

/// What the project files of all packages say about nodes.
pub(super) struct Trees<'a> {
    root: &'a str,
    /// Whether configurations are kept as written, wherever they stand: see
    /// [`Layers::keep_written`].
    keeps_written: bool,
    of_packages: HashMap<(&'a str, &'static str), LayerTree>,
    exposure_metas: HashMap<&'a str, Map<String, Json>>,
    exposure_tags: HashMap<&'a str, Vec<String>>,
    nothing: Arc<[Layer]>,
}

impl<'a> Trees<'a> {
    /// Those of a project and its packages.
    pub(super) fn of(project: &'a Project) -> Self {
        let of_package = |package: &'a Package| {
            let trees = package.file.config_trees();
            trees.map(|(key, tree)| {
                ((package.name.as_str(), key), LayerTree::new(&tree.rendered, &tree.unrendered))
            })
        };
        Self {
            root: &project.root_package().name,
            keeps_written: project.flags.is_on("state_modified_compare_more_unrendered_values"),
            of_packages: project.packages.iter().flat_map(of_package).collect(),
            exposure_metas: project.packages.iter().filter_map(exposure_meta).collect(),
            exposure_tags: project.packages.iter().filter_map(exposure_tags).collect(),
            nothing: Arc::default(),
        }
    }

    /// What a package's project file says of all its exposures. dbt: there `meta` needs no `+`.
    pub(super) fn exposure_meta(&self, package: &str) -> Map<String, Json> {
        self.exposure_metas.get(package).cloned().unwrap_or_default()
    }

    /// The tags that it gives to all its exposures, as plain as that.
    pub(super) fn exposure_tags(&self, package: &str) -> &[String] {
        self.exposure_tags.get(package).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether the project's flag asks for settings as they are written.
    pub(super) fn keeps_written(&self) -> bool {
        self.keeps_written
    }

    /// The layers of a node of `package` that has `patch` in a property file, but
    /// for what its text sets.
    pub(super) fn layers(&self, package: &str, kind: ResourceType, fqn: &[String], patch: Layer) -> Layers {
        let tree = |package: &str| {
            let tree = self.of_packages.get(&(package, tree_key(kind)));
            Arc::clone(tree.map_or(&self.nothing, |tree| tree.layers(fqn)))
        };
        let root = if package == self.root { Arc::clone(&self.nothing) } else { tree(self.root) };
        Layers { own: tree(package), patch, call: Layer::default(), root }
    }
}

fn exposure_meta(package: &Package) -> Option<(&str, Map<String, Json>)> {
    let tree = package.file.configs("exposures")?;
    let meta = tree.rendered.get("meta")?.to_json();
    Some((package.name.as_str(), meta.as_object()?.clone()))
}

fn exposure_tags(package: &Package) -> Option<(&str, Vec<String>)> {
    let tags = match package.file.configs("exposures")?.rendered.get("tags")?.to_json() {
        Json::Array(tags) => tags.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        tag => vec![tag.as_str()?.to_owned()],
    };
    Some((package.name.as_str(), tags))
}

/// The key of a project file that configures nodes of a kind. dbt: analyses and
/// hooks of the run follow `models`.
pub(super) fn tree_key(kind: ResourceType) -> &'static str {
    match kind {
        ResourceType::Model | ResourceType::Analysis | ResourceType::Operation => "models",
        ResourceType::Seed => "seeds",
        ResourceType::Snapshot => "snapshots",
        ResourceType::Test => "data_tests",
        ResourceType::UnitTest => "unit_tests",
        ResourceType::Source => "sources",
        ResourceType::Exposure => "exposures",
        ResourceType::Metric => "metrics",
        ResourceType::SemanticModel => "semantic-models",
        ResourceType::SavedQuery => "saved-queries",
        ResourceType::Function => "functions",
    }
}

/// What a property file says. dbt (1.11) compares these values rendered.
pub(super) fn patch_layer(config: &ConfigBlock) -> Layer {
    let mut layer = Layer::default();
    for setting in &config.settings {
        let value = setting.value.to_json();
        layer.push(&setting.key.value, value.clone(), value, setting.value.span);
        layer.with_forms(Forms::of_yaml_config(&setting.value));
    }
    layer
}

/// dbt: mappings are laid over each other, so that what is not written down stays; of a list,
/// the items as written come before the rendered ones.
fn laid_over(value: &Json, written: &Json) -> Json {
    match (value, written) {
        (Json::Object(value), Json::Object(written)) => {
            let mut all = value.clone();
            for (key, written) in written {
                let laid = all.get(key).map_or_else(|| written.clone(), |value| laid_over(value, written));
                all.insert(key.clone(), laid);
            }
            Json::Object(all)
        }
        (Json::Array(value), Json::Array(written)) => [written.as_slice(), value].concat().into(),
        _ => written.clone(),
    }
}

/// What the `config()` calls in a sketch's text say.
pub(super) fn call_layer(sketch: &Sketch, (options, forms): (&Map<String, Json>, &Forms)) -> Layer {
    let place = |key: &str| -> Span {
        let given = sketch.options.settings.iter().find(|setting| setting.key.value == key);
        if let Some(setting) = given {
            return setting.value.span;
        }
        let body = sketch.kind.body().filter(|_| sketch.test.is_none());
        let found = body.and_then(|body| Some((body, option_site(&body.text, key)?)));
        match found {
            Some((body, range)) => {
                Span { file: body.file, start: body.offset + range.start, end: body.offset + range.end }
            }
            None => sketch.start(),
        }
    };
    let mut layer = Layer::default();
    for (key, value) in options {
        layer.push(key, value.clone(), value.clone(), place(key));
        layer.with_forms(forms.below(key).clone());
    }
    layer
}
