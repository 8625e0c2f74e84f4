//! Entries of property files to nodes that are not connected yet.

use std::sync::Arc;

use indexmap::IndexSet;
use serde_json::{Map, Value as Json, json};

use super::shape::{self, Faults};
use super::{Draft, SemanticLayer};
use crate::diagnostics::Diagnostic;
use crate::manifest::configure::{self, Layer, Setting};
use crate::manifest::layers::patch_layer;
use crate::manifest::properties::{ResourceCall, SemanticProperties, Spanned, parse_call};
use crate::manifest::property_files::PropertyFile;
use crate::manifest::{
    Config, DependsOn, Docs, Node, NodeKind, Origin, ResourceType, Semantic, SemanticKind, UniqueId,
};
use crate::source::Span;

impl SemanticLayer<'_> {
    /// What one file says of the semantic layer, those that are turned off included.
    pub(super) fn drafts(&self, file: &PropertyFile, findings: &mut Vec<Diagnostic>) -> Vec<Draft> {
        let mut drafts = Vec::new();
        for entry in &file.properties.metrics {
            drafts.push(self.metric(file, entry, findings));
        }
        for entry in &file.properties.semantic_models {
            let draft = self.semantic_model(file, entry, findings);
            drafts.extend(self.generated(file, entry, &draft, findings));
            drafts.push(draft);
        }
        for entry in &file.properties.saved_queries {
            drafts.push(self.saved_query(file, entry, findings));
        }
        drafts
    }

    fn metric(
        &self,
        file: &PropertyFile,
        entry: &SemanticProperties,
        findings: &mut Vec<Diagnostic>,
    ) -> Draft {
        let json = entry.json();
        let description = self.description(entry.description.as_ref(), file, findings);
        let config = self.config(SemanticKind::Metric, file, entry, findings);
        let draft = metric_draft(file, &entry.name, &json, description.as_str().unwrap_or_default(), config);
        told(draft, findings)
    }

    /// The metrics of measures that say `create_metric`.
    fn generated(
        &self,
        file: &PropertyFile,
        entry: &SemanticProperties,
        model: &Draft,
        findings: &mut Vec<Diagnostic>,
    ) -> Vec<Draft> {
        let json = entry.json();
        let measures = json.get("measures").and_then(Json::as_array).cloned().unwrap_or_default();
        let mut drafts = Vec::new();
        for measure in measures.iter().filter(|it| it.get("create_metric") == Some(&Json::Bool(true))) {
            let Some(name) = measure.get("name").and_then(Json::as_str) else { continue };
            let or_name =
                |key: &str| measure.get(key).filter(|it| !it.is_null()).cloned().unwrap_or(name.into());
            let metric = json!({
                "name": name,
                "label": or_name("label"),
                "type": "simple",
                "type_params": { "measure": name, "expr": or_name("expr") },
            });
            let about = measure.get("description").and_then(Json::as_str).map(str::to_owned);
            let about = about.unwrap_or_else(|| format!("Metric created from measure {name}"));
            let mut config = self.tree_config(SemanticKind::Metric, file, name, entry.name.span, findings);
            for key in ["enabled", "meta"] {
                let value = model.node.config.get(key).cloned().unwrap_or_default();
                Arc::make_mut(&mut config.unrendered).insert(key.to_owned(), value.clone());
                config.set(key, value);
            }
            let named = Spanned::new(name.to_owned(), entry.name.span);
            drafts.push(told(metric_draft(file, &named, &metric, &about, config), findings));
        }
        drafts
    }

    fn semantic_model(
        &self,
        file: &PropertyFile,
        entry: &SemanticProperties,
        findings: &mut Vec<Diagnostic>,
    ) -> Draft {
        let json = entry.json();
        let mut faults = Faults::new();
        let config = self.config(SemanticKind::SemanticModel, file, entry, findings);
        let meta = config.get("meta").and_then(Json::as_object).cloned().unwrap_or_default();
        let mut parts = |key: &str| {
            let mut parts = shape::parts(&json, key, &meta, &mut faults);
            let descriptions = entry.descriptions_of(key);
            let objects = parts.as_array_mut().into_iter().flatten().filter_map(Json::as_object_mut);
            for (part, about) in objects.zip(&descriptions) {
                let about = self.description(about.as_ref(), file, findings);
                part.insert("description".to_owned(), about);
            }
            parts
        };
        let fields = json!({
            "model": shape::value(&json, "model"),
            "label": shape::value(&json, "label"),
            "defaults": shape::value(&json, "defaults"),
            "entities": parts("entities"),
            "measures": parts("measures"),
            "dimensions": parts("dimensions"),
            "metadata": null,
            "primary_entity": shape::value(&json, "primary_entity"),
        });
        let mut depends_on = DependsOn::default();
        match json.get("model").and_then(Json::as_str).and_then(parse_call) {
            Some(ResourceCall::Ref(call)) => depends_on.calls.refs.push(call),
            _ => faults.push("`model` must be a `ref('model')`".to_owned()),
        }
        let description = self.description(entry.description.as_ref(), file, findings);
        let mut draft = draft(SemanticKind::SemanticModel, file, &entry.name, &fields, &description, config);
        draft.0.node.depends_on = depends_on;
        draft.1.extend(faults);
        told(draft, findings)
    }

    fn saved_query(
        &self,
        file: &PropertyFile,
        entry: &SemanticProperties,
        findings: &mut Vec<Diagnostic>,
    ) -> Draft {
        let json = entry.json();
        let config = self.config(SemanticKind::SavedQuery, file, entry, findings);
        let target = self.project.target();
        let mut named = |export: &Json, part: &'static str| {
            let name = self.naming.of_export(&file.package, &shape::value(export, "name"), part, export);
            name.unwrap_or_else(|finding| {
                findings.push(finding);
                Json::Null
            })
        };
        let exports = shape::exports(&json, &config, target.database.as_deref(), &mut named);
        let fields = json!({
            "query_params": shape::query_params(&json),
            "exports": exports,
            "label": shape::value(&json, "label"),
            "metadata": null,
        });
        let description = self.description(entry.description.as_ref(), file, findings);
        let written = texts(json.get("tags")).into_iter().chain(config.tags());
        let mut tags: Vec<String> = written.collect::<IndexSet<String>>().into_iter().collect();
        tags.sort();
        let mut draft = draft(SemanticKind::SavedQuery, file, &entry.name, &fields, &description, config);
        draft.0.node.tags = tags;
        let is_lost = |export: &&Json| export.pointer("/config/export_as").is_none_or(Json::is_null);
        for export in exports.as_array().into_iter().flatten().filter(is_lost) {
            let name = shape::value(export, "name");
            let name = name.as_str().unwrap_or_default();
            draft.1.push(format!("its export `{name}` needs `export_as`, which is `table` or `view`"));
        }
        told(draft, findings)
    }

    /// A description as people read it; null where there is none.
    fn description(
        &self,
        written: Option<&Spanned<String>>,
        file: &PropertyFile,
        findings: &mut Vec<Diagnostic>,
    ) -> Json {
        let Some(written) = written else { return Json::Null };
        self.describer.or_report(Some(written), &file.package, findings).0.into()
    }

    fn config(
        &self,
        kind: SemanticKind,
        file: &PropertyFile,
        entry: &SemanticProperties,
        findings: &mut Vec<Diagnostic>,
    ) -> Config {
        let layer = patch_layer(&entry.config).settings;
        self.merged(kind, file, (&entry.name.value, entry.name.span), layer, findings)
    }

    fn tree_config(
        &self,
        kind: SemanticKind,
        file: &PropertyFile,
        name: &str,
        at: Span,
        findings: &mut Vec<Diagnostic>,
    ) -> Config {
        self.merged(kind, file, (name, at), Vec::new(), findings)
    }

    fn merged(
        &self,
        kind: SemanticKind,
        file: &PropertyFile,
        (name, at): (&str, Span),
        patch: Vec<Setting>,
        findings: &mut Vec<Diagnostic>,
    ) -> Config {
        let kind = kind.resource_type();
        let mut layers = self.trees.layers(&file.package, kind, &fqn(file, name), Layer::default());
        for setting in patch {
            layers.patch.settings.push(setting);
        }
        let mut merged = configure::merge(kind, layers.in_order());
        findings.extend(configure::check(kind, name, &mut merged, at));
        if merged.config.enabled() {
            let place = merged.set_by.get("group").copied().unwrap_or(at);
            findings.extend(self.world.unknown_group(name, &merged, place));
        }
        // dbt: what the project file says of these two kinds is not kept as it is written.
        if kind != ResourceType::Metric {
            let written = layers.patch.settings.iter();
            let written = written.map(|it| (it.spelling().to_owned(), it.unrendered.clone()));
            merged.config.unrendered = Arc::new(written.collect());
        }
        merged.config
    }
}

fn fqn(file: &PropertyFile, name: &str) -> Vec<String> {
    let mut fqn = file.folders();
    fqn.push(name.to_owned());
    fqn
}

fn texts(json: Option<&Json>) -> Vec<String> {
    match json {
        Some(Json::String(one)) => vec![one.clone()],
        Some(Json::Array(many)) => many.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

fn metric_draft(
    file: &PropertyFile,
    name: &Spanned<String>,
    json: &Json,
    description: &str,
    config: Config,
) -> (Draft, Faults) {
    let mut faults = Faults::new();
    let kind = json.get("type").and_then(Json::as_str).unwrap_or_default().to_lowercase();
    if !shape::METRIC_TYPES.contains(&kind.as_str()) {
        faults.push(format!("its `type` must be one of {}", shape::METRIC_TYPES.join(", ")));
    }
    let params = shape::value(json, "type_params");
    let fields = json!({
        "label": shape::value(json, "label"),
        "type": kind,
        "type_params": shape::type_params(&kind, &params, &mut faults),
        "filter": shape::filter(&shape::value(json, "filter")),
        "metadata": null,
        "time_granularity": shape::value(json, "time_granularity"),
    });
    let own_meta = json.get("meta").cloned();
    let mut draft = draft(SemanticKind::Metric, file, name, &fields, &description.into(), config);
    draft.0.node.tags = texts(json.get("tags"));
    if let NodeKind::Semantic(semantic) = &mut draft.0.node.kind {
        let of_config =
            draft.0.node.config.get("meta").filter(|meta| meta.as_object().is_some_and(|it| !it.is_empty()));
        let meta = of_config.cloned().or(own_meta).unwrap_or_else(|| json!({}));
        semantic.fields.insert("meta".to_owned(), meta);
    }
    draft.1.extend(faults);
    draft
}

fn draft(
    kind: SemanticKind,
    file: &PropertyFile,
    name: &Spanned<String>,
    fields: &Json,
    description: &Json,
    config: Config,
) -> (Draft, Faults) {
    let mut all = Map::from_iter([("description".to_owned(), description.clone())]);
    all.extend(fields.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())));
    let node = Node {
        unique_id: UniqueId(format!("{}.{}.{}", kind.resource_type(), file.package, name.value).into()),
        name: name.value.clone(),
        package: file.package.clone(),
        fqn: fqn(file, &name.value),
        origin: Origin {
            span: name.span,
            original_file_path: file.path.clone(),
            path: file.resource_path.clone(),
            patch_path: None,
            patch_span: Some(name.span),
        },
        config,
        tags: Vec::new(),
        docs: Docs { description: description.as_str().unwrap_or_default().to_owned(), ..Docs::default() }
            .into(),
        relation: None,
        depends_on: DependsOn::default(),
        kind: NodeKind::Semantic(Box::new(Semantic { kind, fields: all })),
    };
    (Draft { node, at: name.span }, Faults::new())
}

/// The draft; its faults are findings at its entry.
fn told((draft, faults): (Draft, Faults), findings: &mut Vec<Diagnostic>) -> Draft {
    findings.extend(faults.iter().map(|fault| draft.fault(fault)));
    draft
}
