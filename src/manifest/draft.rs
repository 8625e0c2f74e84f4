//! From sketches to nodes without edges.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value as Json, json};

use super::config::SharedConfigs;
use super::configure::{self, Layer, needs_no_rendering};
use super::describe::{Describer, constraint, foreign_key_target};
use super::generic_sketch::TestCall;
use super::generic_tests::{TEST_ARGUMENTS, test_arguments};
use super::layers::{Layers, Trees, call_layer, patch_layer};
use super::naming::{Named, Naming};
use super::parse::{ParseScope, Recorded, Recorder, Subject, Surroundings};
use super::properties::{NodeProperties, ResourceCall};
use super::property_files::PropertyFile;
use super::python;
use super::sketch::Sketch;
use super::world::World;
use super::{
    Body, Calls, Config, DependsOn, Docs, Function, Model, Node, NodeKind, RefCall, ResourceType, SourceCall,
};
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::sql::Relation;
use crate::template::{Engine, Scope, Text};

/// What a property file says about one node.
#[derive(Clone, Copy)]
pub(super) struct Patch<'a> {
    pub(super) file: &'a PropertyFile,
    pub(super) properties: &'a NodeProperties,
}

/// Turns sketches into drafts. Shared by all threads.
pub(super) struct Drafting<'a> {
    pub(super) engine: &'a Engine,
    pub(super) naming: &'a Naming<'a>,
    pub(super) surroundings: &'a Arc<Surroundings>,
    pub(super) describer: &'a Describer<'a>,
    pub(super) world: &'a World<'a>,
    pub(super) trees: &'a Trees<'a>,
    pub(super) plain: PlainConfigs,
    pub(super) shared: SharedConfigs,
}

/// A node without edges.
pub(super) struct Drafted {
    pub(super) node: Node,
    /// Everything that is wrong with it.
    pub(super) findings: Vec<Diagnostic>,
    /// It may come out otherwise in the next run, while no file changes.
    pub(super) is_volatile: bool,
    /// The macros of projects that it rests on, by their places in the library.
    pub(super) macros: Vec<u32>,
}

impl Drafted {
    /// A node with which nothing is wrong and that rests on no macro.
    pub(super) fn plain(node: Node) -> Self {
        Self { node, findings: Vec::new(), is_volatile: false, macros: Vec::new() }
    }
}

/// The configurations of nodes that say nothing themselves: one for all nodes of a
/// kind for which the same levels of project files count, which are told apart by
/// their addresses.
#[derive(Default)]
pub(super) struct PlainConfigs(Mutex<HashMap<(ResourceType, usize, usize), Config>>);

impl PlainConfigs {
    fn key(sketch: &Sketch, layers: &Layers) -> Option<(ResourceType, usize, usize)> {
        let address = |layers: &Arc<[Layer]>| Arc::as_ptr(layers).cast::<Layer>() as usize;
        // Of functions, more than these count.
        let is_function = sketch.resource_type() == ResourceType::Function;
        let is_plain = layers.patch.is_empty() && layers.call.is_empty() && !is_function;
        is_plain.then(|| (sketch.resource_type(), address(&layers.own), address(&layers.root)))
    }

    fn known(&self) -> MutexGuard<'_, HashMap<(ResourceType, usize, usize), Config>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drafting<'_> {
    /// Renders the sketch once and completes it, with everything that is wrong
    /// with it.
    pub(super) fn draft(&self, sketch: Sketch, patch: Option<Patch<'_>>) -> Drafted {
        let mut findings = Vec::new();
        let layers = self.layers(&sketch, patch);
        let sketch = Arc::new(sketch);
        let notes = Arc::new(Recorder::with_config(sketch.options.to_json()));
        let scope: Arc<dyn Scope> = Arc::new(self.scope(&sketch, &layers, &notes));
        match (&sketch.test, sketch.kind.body()) {
            (Some(call), Some(body)) => {
                let test = self.scope(&sketch, &layers, &notes);
                let finding = self.render_test((call, body), &notes, &scope, test);
                findings.extend(finding.map(|finding| asked_for(finding, body, sketch.origin.span)));
            }
            (None, Some(body)) if is_python_model(&sketch) => match python::requests(body) {
                Ok(requests) => findings.extend(requests.iter().filter_map(|text| self.render(text, &scope))),
                Err(finding) => findings.push(finding),
            },
            (None, Some(body)) => {
                let text = Text::new(Arc::clone(&body.text), body.file, body.offset);
                findings.extend(self.render(&text, &scope));
            }
            (_, None) => {}
        }
        if let (NodeKind::Model(_), Some(patch)) = (&sketch.kind, patch) {
            findings.extend(self.render_foreign_keys(patch.properties, &scope));
        }
        let mut layers = Layers { call: call_layer(&sketch, &notes.recorded().config), ..layers };
        if self.trees.keeps_written() {
            // dbt: what a property file says of a data test is known rendered alone.
            let patched = patch.filter(|_| sketch.resource_type() != ResourceType::Test);
            let patched = patched.map(|patch| &patch.properties.config);
            layers.keep_written(patched, self.body_with_options(&sketch));
        }
        let mut config = self.config(&sketch, &layers, &scope, &mut findings);
        let emptied = keep_what_was_known(&sketch, &layers, &mut config);
        if let Some(patch) = patch {
            findings.extend(check_contract(&sketch, patch.properties, &config));
        }
        let relation = self.relation(&sketch, (&config, &emptied), &mut findings);
        let mut docs = self.docs(&sketch.package, patch, &mut findings);
        if sketch.description.is_some() {
            (docs.description, docs.doc_blocks) =
                self.describer.or_report(sketch.description.as_ref(), &sketch.package, &mut findings);
        }
        drop(scope);
        let recorded = notes.recorded();
        findings.extend(check_seed(&sketch, patch, &recorded));
        let sources = self.sources(&sketch, recorded.sources);
        let sketch = Arc::unwrap_or_clone(sketch);
        let mut origin = sketch.origin;
        if let Some(patch) = patch {
            origin.patch_path = Some(patch.file.patch_path());
            origin.patch_span = Some(patch.properties.name.span);
        }
        let mut kind = sketch.kind;
        match (&mut kind, patch) {
            (NodeKind::Model(model), Some(patch)) => describe_model(model, patch.properties),
            (NodeKind::Function(function), Some(patch)) => describe_function(function, patch.properties),
            _ => {}
        }
        let calls = Calls {
            macros: recorded.macros,
            macros_once_compiled: sketch.test.and_then(|call| call.where_macro).into_iter().collect(),
            refs: recorded.refs,
            sources,
            functions: recorded.functions,
            metrics: recorded.metrics,
        };
        let node = Node {
            tags: layers.tags(&sketch.tags),
            unique_id: sketch.unique_id,
            name: sketch.name,
            package: sketch.package,
            fqn: sketch.fqn,
            origin,
            config: self.shared.share(config.with_call(recorded.config)),
            docs: docs.into(),
            relation,
            depends_on: DependsOn { nodes: Vec::new(), calls: calls.into() },
            kind,
        };
        Drafted { node, findings, is_volatile: recorded.is_volatile, macros: recorded.macros_run }
    }

    /// The text whose `config()` call is compared as it is written. dbt knows nothing but values
    /// where it renders no text: in Python, in tests that it takes a short way for, and in
    /// models that are [unrendered](Self::is_unrendered).
    fn body_with_options<'s>(&self, sketch: &'s Sketch) -> Option<&'s str> {
        let is_shortcut = sketch.test.as_ref().is_some_and(|call| call.reads.is_some());
        let body = sketch.kind.body().filter(|_| !is_shortcut && !is_python_model(sketch))?;
        (!self.is_unrendered(sketch)).then_some(&body.text)
    }

    /// The sources that a node asks for. dbt: each once where it renders no text.
    fn sources(&self, sketch: &Sketch, mut calls: Vec<SourceCall>) -> Vec<SourceCall> {
        if calls.len() > 1 && self.is_unrendered(sketch) {
            let mut seen = HashSet::new();
            calls.retain(|call| seen.insert(call.clone()));
        }
        calls
    }

    /// Whether dbt reads a model without rendering it, which a project prevents that has its own
    /// `config`, `ref` or `source`.
    fn is_unrendered(&self, sketch: &Sketch) -> bool {
        let NodeKind::Model(model) = &sketch.kind else { return false };
        let library = self.world.library;
        let packages = [sketch.package.as_str(), library.root()];
        let is_own = |name| packages.iter().any(|package| library.find_in(package, name).is_some());
        !is_python_model(sketch)
            && needs_no_rendering(&model.body.text)
            && !["ref", "source", "config"].into_iter().any(is_own)
    }

    fn render(&self, text: &Text, scope: &Arc<dyn Scope>) -> Option<Diagnostic> {
        if text.is_plain() {
            return None;
        }
        self.engine.render(text, Arc::clone(scope)).err().map(|error| error.diagnostic())
    }

    /// Notes what the foreign keys of a model point at: it is built first.
    fn render_foreign_keys(&self, properties: &NodeProperties, scope: &Arc<dyn Scope>) -> Vec<Diagnostic> {
        let at = properties.name.span;
        let of_columns = properties.columns.iter().flat_map(|column| &column.constraints);
        let targets = properties.constraints.iter().chain(of_columns).filter_map(foreign_key_target);
        targets.filter_map(|target| self.render(&Text::new(target, at.file, at.start), scope)).collect()
    }

    /// Renders a generic test: its arguments, then the call of its macro with
    /// them, in the scope `test`. The order of what it needs is dbt's: the test's
    /// macro, then what the arguments name.
    fn render_test(
        &self,
        (call, body): (&TestCall, &Body),
        recorder: &Recorder,
        scope: &Arc<dyn Scope>,
        test: ParseScope,
    ) -> Option<Diagnostic> {
        let test_macro = call.test_macro.as_deref();
        if let Some(test_macro) = test_macro {
            recorder.macro_called(test_macro);
        }
        match &call.reads {
            Some(ResourceCall::Ref(call)) => {
                // dbt: the version of what is tested is the one that its entry has.
                recorder.reference(RefCall { version_is_text: false, ..call.clone() });
                return None;
            }
            Some(ResourceCall::Source(call)) => {
                recorder.source(call.clone());
                return None;
            }
            None => {}
        }
        let place = Text::new("", body.file, body.offset);
        let kwargs = match test_arguments(self.engine, &call.kwargs, &place, scope) {
            Ok(kwargs) => kwargs,
            Err(error) => return Some(error.diagnostic()),
        };
        let finding = test_macro.and_then(|id| {
            let scope: Arc<dyn Scope> = Arc::new(test.of_test(id).with(TEST_ARGUMENTS, kwargs));
            self.render(&Text { text: Arc::clone(&body.text), ..place }, &scope)
        });
        self.forget_unseen(test_macro, recorder);
        recorder.retain_macros(|id| ![".ref", ".source", ".config"].iter().any(|name| id.ends_with(name)));
        finding
    }

    /// Forgets macros that a test cannot see: dbt reads it and its arguments with those that
    /// its macro reaches, and with the one that reads a table under a `where`.
    fn forget_unseen(&self, test_macro: Option<&str>, recorder: &Recorder) {
        let library = self.engine.library();
        let own = test_macro.and_then(|id| library.by_unique_id(id));
        let seen = library.reached_from(own.into_iter().chain(library.find("get_where_subquery", "")));
        seen.values().filter(|info| !info.is_internal).for_each(|info| recorder.macro_ran(info.index));
        recorder.retain_macros(|id| seen.contains_key(id));
    }

    /// The layers of the sketch's configuration that its text does not set.
    fn layers(&self, sketch: &Sketch, patch: Option<Patch<'_>>) -> Layers {
        let own = own_patch_layer(sketch, patch);
        self.trees.layers(&sketch.package, sketch.resource_type(), &sketch.fqn, own)
    }

    fn scope(&self, sketch: &Arc<Sketch>, layers: &Layers, recorder: &Arc<Recorder>) -> ParseScope {
        let target = self.surroundings;
        let mut relation = Relation::new(target.database.clone(), target.schema.clone(), sketch.name.clone());
        relation.quote = target.quoting;
        let (copy, known) = (Arc::clone(sketch), layers.clone());
        let subject = Subject {
            package: sketch.package.clone(),
            relation,
            has_this: sketch.resource_type() != ResourceType::Operation,
            is_whole_file: sketch.kind.is_whole_file(),
            place: sketch.start(),
            model: Box::new(move || {
                let config = configure::merge(copy.resource_type(), known.in_order()).config;
                node_json(&copy, &config, &copy.tags)
            }),
        };
        ParseScope::of_node(self.surroundings, recorder, subject)
    }

    /// The configuration, checked, its hooks rendered once for what they need.
    fn config(
        &self,
        sketch: &Sketch,
        layers: &Layers,
        scope: &Arc<dyn Scope>,
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
        findings.extend(configure::check(sketch.resource_type(), &sketch.name, &mut merged, sketch.start()));
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

    /// Where the node lies in the warehouse, or would lie.
    fn relation(
        &self,
        sketch: &Sketch,
        (config, emptied): (&Config, &[String]),
        findings: &mut Vec<Diagnostic>,
    ) -> Option<Relation> {
        let named = Named {
            name: &sketch.name,
            version: sketch.version(),
            package: &sketch.package,
            kind: sketch.resource_type(),
            config,
            emptied,
            node: &|| node_json(sketch, config, &sketch.tags),
        };
        let named = self.naming.relation(&named).map_err(|finding| findings.push(finding));
        named.ok()
    }

    fn docs(&self, package: &str, patch: Option<Patch<'_>>, findings: &mut Vec<Diagnostic>) -> Docs {
        let Some(patch) = patch else { return Docs::default() };
        let properties = patch.properties;
        let (description, doc_blocks) =
            self.describer.or_report(properties.description.as_ref(), package, findings);
        Docs {
            description,
            columns: self.describer.columns(&properties.columns, package, findings),
            doc_blocks,
        }
    }
}

/// dbt reads the project file, then the text, then the property file: what one of
/// the latter two sets to nothing stays in the configuration as it was, although it
/// does not count for the node's name. Gives the keys that stayed.
fn keep_what_was_known(sketch: &Sketch, layers: &Layers, config: &mut Config) -> Vec<String> {
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

/// A finding about the generated call of a test's macro: it points at the place
/// that asks for the test.
fn asked_for(mut finding: Diagnostic, body: &Body, place: Span) -> Diagnostic {
    for label in &mut finding.labels {
        let range = body.offset..=body.offset + body.text.len();
        if label.span.file == body.file && range.contains(&label.span.start) {
            label.span = place;
        }
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

/// What a described model cannot promise: nothing at all, or, where nothing is
/// stored, constraints.
fn check_contract(sketch: &Sketch, properties: &NodeProperties, config: &Config) -> Option<Diagnostic> {
    let contract = config.get("contract").and_then(|contract| contract.get("enforced"));
    let is_enforced = contract.and_then(Json::as_bool).unwrap_or(false) && config.enabled();
    if !is_enforced || !matches!(sketch.kind, NodeKind::Model(_)) {
        return None;
    }
    let (name, at) = (&sketch.name, properties.name.span);
    if properties.columns.is_empty() {
        let message = format!("`{name}` has an enforced contract, but no columns");
        let finding = Diagnostic::error("empty-contract", message).at(at, "described here");
        let words = "This model has an enforced contract, and its 'columns' specification is missing. \
                     Constraints must be defined in a `yml` schema configuration file";
        return Some(finding.known_as(words).help("list its `columns`, each with its `data_type`"));
    }
    if sketch.origin.is_python() {
        let message = format!("`{name}` has an enforced contract, but is written in Python");
        let finding = Diagnostic::error("python-contract", message).at(at, "described here");
        return Some(
            finding
                .known_as("Language Error: Expected 'sql' but found 'python'")
                .help("take `contract` out, and read the model by one in SQL that has the contract"),
        );
    }
    let kind = config.materialized();
    let warns =
        |constraint: &Json| constraint.get("warn_unsupported").and_then(Json::as_bool).unwrap_or(true);
    let of_columns = properties.columns.iter().flat_map(|column| &column.constraints);
    if matches!(kind, "table" | "incremental") || !of_columns.chain(&properties.constraints).any(warns) {
        return None;
    }
    let message = format!("the constraints of `{name}` are left out: it is materialized as `{kind}`");
    let finding = Diagnostic::warning("unsupported-constraints", message).at(at, "described here");
    let words = format!("Constraint types are not supported for {kind} materializations");
    Some(finding.known_as(words).help("set `warn_unsupported: false` on each constraint, or make it a table"))
}

/// Adds what only models have in a property file.
fn describe_model(model: &mut Model, properties: &NodeProperties) {
    model.constraints = properties.constraints.iter().map(|written| constraint(written, true)).collect();
    model.time_spine.clone_from(&properties.time_spine);
    model.deprecation_date.clone_from(&properties.deprecation_date);
}

/// Adds what only functions have in a property file.
fn describe_function(function: &mut Function, properties: &NodeProperties) {
    let Some(written) = &properties.function else { return };
    function.arguments.clone_from(&written.arguments);
    function.returns.clone_from(&written.returns);
}

fn is_python_model(sketch: &Sketch) -> bool {
    sketch.origin.is_python() && matches!(sketch.kind, NodeKind::Model(_))
}

/// A node as templates see it before it is finished: dbt's keys.
fn node_json(sketch: &Sketch, config: &Config, tags: &[String]) -> Json {
    let origin = &sketch.origin;
    json!({
        "name": sketch.name,
        "resource_type": sketch.resource_type().as_str(),
        "package_name": sketch.package,
        "path": origin.path,
        "original_file_path": origin.original_file_path,
        "unique_id": sketch.unique_id.as_str(),
        "fqn": sketch.fqn,
        "alias": sketch.name,
        "version": sketch.version(),
        "latest_version": sketch.latest_version(),
        "config": config.values.to_object(),
        "unrendered_config": *config.unrendered,
        "tags": tags.iter().cloned().chain(config.tags()).collect::<Vec<String>>(),
        "meta": config.get("meta"),
        "description": "",
        "columns": {},
        "language": origin.language(),
        "raw_code": sketch.kind.body().map(|body| body.text.to_string()).unwrap_or_default(),
        "refs": [],
        "sources": [],
        "depends_on": { "macros": [], "nodes": [] },
    })
}
/// dbt: seeds are the roots of the graph, so their hooks read no other node.
fn check_seed(sketch: &Sketch, patch: Option<Patch<'_>>, recorded: &Recorded) -> Option<Diagnostic> {
    let is_root = recorded.refs.is_empty() && recorded.sources.is_empty() && recorded.metrics.is_empty();
    if !matches!(sketch.kind, NodeKind::Seed(_)) || is_root {
        return None;
    }
    let message =
        format!("a hook of the seed `{}` reads another node, which a seed cannot need", sketch.name);
    let finding = Diagnostic::error("seed-hook", message);
    let finding = match patch {
        Some(patch) => finding.at(patch.properties.name.span, ""),
        None => finding.in_file(sketch.origin.original_file_path.as_str()),
    };
    let words = "Seeds cannot depend on other nodes. dbt detected a seed with a pre- or post-hook that calls \
                 'ref', 'source', or 'metric'";
    Some(finding.known_as(words).help("move it to a model's hook, or to `on-run-end`"))
}
