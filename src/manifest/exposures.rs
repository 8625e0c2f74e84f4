//! Exposures and groups: entries of property files that nothing is built from.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::describe::Describer;
use super::layers::{Trees, patch_layer};
use super::properties::{ExposureProperties, GroupProperties, ResourceCall, Spanned, parse_call};
use super::property_files::PropertyFile;
use super::resolve::Draft;
use super::{
    DependsOn, Docs, Exposure, Group, MetricCall, Node, NodeKind, Origin, ResourceType, UniqueId, configure,
};
use crate::diagnostics::Diagnostic;
use crate::source::Span;

/// The exposures of a property file, those that are turned off included.
pub(super) fn exposures(
    trees: &Trees<'_>,
    file: &PropertyFile,
    describer: &Describer<'_>,
) -> (Vec<Draft>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let entries = &file.properties.exposures;
    let drafts = entries.iter().map(|entry| exposure(trees, file, describer, entry, &mut findings));
    (drafts.collect(), findings)
}

fn exposure(
    trees: &Trees<'_>,
    file: &PropertyFile,
    describer: &Describer<'_>,
    entry: &ExposureProperties,
    findings: &mut Vec<Diagnostic>,
) -> Draft {
    let name = &entry.name.value;
    let mut fqn = file.folders();
    fqn.push(name.clone());
    let layers = trees.layers(&file.package, ResourceType::Exposure, &fqn, patch_layer(&entry.config));
    let mut merged = configure::merge(ResourceType::Exposure, layers.in_order());
    findings.extend(configure::check(ResourceType::Exposure, name, &mut merged, entry.name.span));
    let mut config = merged.config;
    // dbt: each once, by name.
    let tags: BTreeSet<String> =
        trees.exposure_tags(&file.package).iter().chain(&entry.tags).cloned().chain(config.tags()).collect();
    let tags: Vec<String> = tags.into_iter().collect();
    let mut meta = trees.exposure_meta(&file.package);
    meta.extend(entry.meta.clone());
    meta.extend(config.get("meta").and_then(Json::as_object).cloned().unwrap_or_default());
    config.set("tags", tags.clone().into());
    config.set("meta", Json::Object(meta));
    let (depends_on, sites) = reads(name, &entry.depends_on, findings);
    let describer = describer.of_enabled(config.enabled());
    let (description, doc_blocks) = describer.or_report(entry.description.as_ref(), &file.package, findings);
    let node = Node {
        unique_id: UniqueId(format!("exposure.{}.{name}", file.package).into()),
        name: name.clone(),
        package: file.package.clone(),
        fqn,
        origin: Origin {
            span: entry.span,
            original_file_path: file.path.clone(),
            path: file.resource_path.clone(),
            patch_path: None,
            patch_span: Some(entry.name.span),
        },
        config,
        tags,
        docs: Docs { description, doc_blocks, ..Docs::default() }.into(),
        relation: None,
        depends_on,
        kind: NodeKind::Exposure(Box::new(Exposure {
            exposure_type: entry.kind.exposure_type.clone(),
            label: entry.kind.label.clone(),
            maturity: entry.kind.maturity.clone(),
            url: entry.kind.url.clone(),
            owner: entry.owner.clone(),
        })),
    };
    Draft { node, sites }
}

/// What an exposure reads, and where it says so: the sources first, as
/// [`super::resolve`] asks for them.
fn reads(name: &str, items: &[Spanned<String>], findings: &mut Vec<Diagnostic>) -> (DependsOn, Vec<Span>) {
    let mut depends_on = DependsOn::default();
    let (mut source_sites, mut ref_sites) = (Vec::new(), Vec::new());
    for item in items {
        match parse_call(&item.value) {
            Some(ResourceCall::Ref(call)) => {
                depends_on.calls.refs.push(call);
                ref_sites.push(item.span);
            }
            Some(ResourceCall::Source(call)) => {
                depends_on.calls.sources.push(call);
                source_sites.push(item.span);
            }
            None if item.value.trim_start().starts_with("metric(") => {
                let name = item.value.split(['\'', '"']).nth(1).map(str::to_owned);
                depends_on.calls.metrics.extend(name.map(|name| MetricCall { package: None, name }));
            }
            None => findings.push(
                Diagnostic::warning(
                    "bad-depends-on",
                    format!("the exposure `{name}` reads something that is no model or source"),
                )
                .at(item.span, "not understood")
                .help("write `ref('model')` or `source('source', 'table')`"),
            ),
        }
    }
    source_sites.extend(ref_sites);
    (depends_on, source_sites)
}

/// All groups, by unique id.
pub(super) fn groups(files: &[PropertyFile], trees: &Trees<'_>) -> IndexMap<String, Group> {
    let mut groups = IndexMap::new();
    for file in files {
        for entry in &file.properties.groups {
            let unique_id = format!("group.{}.{}", file.package, entry.name.value);
            let group = Group {
                unique_id: unique_id.clone(),
                name: entry.name.value.clone(),
                package: file.package.clone(),
                path: file.resource_path.clone(),
                original_file_path: file.path.clone(),
                owner: entry.owner.clone(),
                description: entry.description.clone(),
                config: group_config(file, entry, trees),
            };
            groups.insert(unique_id, group);
        }
    }
    groups
}

/// What a group is configured with. dbt: what a project file says of models holds for
/// groups, too.
fn group_config(file: &PropertyFile, entry: &GroupProperties, trees: &Trees<'_>) -> Map<String, Json> {
    let mut fqn = file.folders();
    fqn.push(entry.name.value.clone());
    let layers = trees.layers(&file.package, ResourceType::Model, &fqn, patch_layer(&entry.config));
    let mut meta = Map::new();
    let mut config = Map::from_iter([("meta".to_owned(), Json::Null)]);
    for setting in layers.in_order().flat_map(|layer| &layer.settings) {
        match (setting.key.as_str(), &setting.value) {
            ("meta", Json::Object(more)) => meta.extend(more.clone()),
            ("pre-hook" | "post-hook", _) => {}
            (key, value) => drop(config.insert(key.to_owned(), value.clone())),
        }
    }
    config.insert("meta".to_owned(), Json::Object(meta));
    config
}
