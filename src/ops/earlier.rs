//! Artifacts of an earlier invocation: what `state:` and its kin compare with,
//! and where deferred nodes are found.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;

use super::Workspace;
use crate::artifact::{EarlierAges, EarlierManifest, Entry, RunResults};
use crate::compile::Deferral;
use crate::diagnostics::Diagnostic;
use crate::host::files;
use crate::manifest::Node;
use crate::select::Earlier;
use crate::sql::Relation;

/// What an invocation left in `folder`, and the ages of sources under the
/// project's own target path.
///
/// # Errors
/// A file is there and cannot be read.
pub(super) fn read(folder: &Path, target: &Path) -> Result<Earlier, Diagnostic> {
    let results = artifact(folder, "run_results.json", RunResults::read)?;
    let statuses = results.map(|results| {
        let word = |status| serde_json::to_value(status).ok().and_then(|it| it.as_str().map(str::to_owned));
        let ended = results.results.into_iter();
        ended.filter_map(|result| Some((result.unique_id, word(result.status)?))).collect()
    });
    Ok(Earlier {
        folder: folder.to_owned(),
        manifest: manifest(folder)?,
        statuses,
        ages: artifact(folder, "sources.json", EarlierAges::read)?,
        ages_now: artifact(target, "sources.json", EarlierAges::read)?,
    })
}

fn manifest(folder: &Path) -> Result<Option<EarlierManifest>, Diagnostic> {
    artifact(folder, "manifest.json", EarlierManifest::read)
}

fn artifact<T>(
    folder: &Path,
    name: &str,
    read: impl FnOnce(&Path, &str) -> Result<T, Diagnostic>,
) -> Result<Option<T>, Diagnostic> {
    let path = folder.join(name);
    match files::read_text(&path) {
        Ok(text) => read(&path, &text).map(Some),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(Diagnostic::error("bad-state", error.to_string())),
    }
}

/// Where the nodes of this project are in the environment that `--defer-state`,
/// else `--state` names.
///
/// # Errors
/// Neither is given, or there is no manifest.
pub(super) fn deferral(workspace: &Workspace) -> Result<Deferral, Diagnostic> {
    let flags = &workspace.project.flags;
    let folder = flags.text("defer_state").or_else(|| flags.text("state")).ok_or_else(|| {
        Diagnostic::error(
            "no-state",
            "what is not built here is to be found elsewhere, but where is not said",
        )
        .help("give the folder of that environment's `manifest.json` with `--state DIR`")
    })?;
    let other;
    let found = if flags.text("defer_state").is_some() {
        other = manifest(&workspace.project.root.join(folder))?;
        other.as_ref()
    } else {
        workspace.earlier()?.manifest.as_ref()
    };
    let found = found.ok_or_else(|| {
        Diagnostic::error("no-state", format!("there is no `manifest.json` in `{folder}`"))
            .help("`parse --target-path DIR` writes one without running anything")
    })?;
    let relations: BTreeMap<_, _> = workspace
        .manifest
        .nodes
        .iter()
        .filter_map(|node| {
            let relation = elsewhere(node, found.entries.get(node.unique_id.as_str())?)?;
            Some((node.unique_id.clone(), relation))
        })
        .collect();
    Ok(Deferral { relations, favor_state: flags.is_on("favor_state") })
}

/// The place of a node in another environment, where it has one.
fn elsewhere(node: &Node, entry: &Entry) -> Option<Relation> {
    let is_stored = matches!(entry.text("resource_type"), Some("model" | "seed" | "snapshot" | "function"))
        && entry.inner("config", "materialized") != &Json::from("ephemeral");
    let own = node.relation.as_ref().filter(|_| is_stored)?;
    let text = |key: &str| entry.text(key).map(str::to_owned);
    Some(Relation {
        database: text("database"),
        schema: text("schema"),
        identifier: text("alias").or_else(|| text("name")),
        kind: None,
        ..own.clone()
    })
}
