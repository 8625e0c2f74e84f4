//! Macros whose text is another than in the earlier run.

use std::collections::HashSet;

use super::edits::Edits;
use super::key::{Place, id};
use crate::diagnostics::Diagnostic;
use crate::manifest::macros::Undescribed;
use crate::manifest::{MacroNode, Manifest};
use crate::project::FileKind;
use crate::source::{FileId, SourceMap};
use crate::template::{self, BlockKind, Holds, MacroInfo};

/// The macros of files that changed, where only what their bodies say is new: whoever
/// does not run them cannot tell.
#[derive(Default)]
pub(super) struct ChangedMacros {
    /// Those that say something else, by their places in the library.
    pub(super) places: HashSet<u32>,
    /// All of these files, as artifacts show them.
    nodes: Vec<MacroNode>,
}

impl ChangedMacros {
    /// Those of the files among `changed` that hold macros; `None` where other macros are
    /// declared than before, where something is wrong with one, or where something runs one
    /// that is no node.
    pub(super) fn read(edits: &Edits<'_>, manifest: &Manifest, changed: &[Place<'_>]) -> Option<Self> {
        let holds_macros = |kind: FileKind| matches!(kind, FileKind::Macro | FileKind::GenericTest);
        let files = changed.iter().filter(|(_, file)| holds_macros(file.kind));
        let files: HashSet<FileId> = files.filter_map(|(_, file)| id(file)).collect();
        if files.is_empty() {
            return Some(Self::default());
        }
        let library = edits.engine.library();
        let is_same_list = library.macros().map(|info| &info.unique_id).eq(manifest.macros.keys());
        let is_of_others = |it: &Diagnostic| {
            !it.is_error() && it.labels.iter().all(|label| !files.contains(&label.span.file))
        };
        if !(is_same_list && edits.library_findings.iter().all(is_of_others)) {
            return None;
        }
        let undescribed = Undescribed::new(library, edits.inputs.project);
        let mut found = Self::default();
        for (place, info) in (0..).zip(library.macros()).filter(|(_, info)| files.contains(&info.file.id())) {
            let old = manifest.macros.get(&info.unique_id)?;
            if old.sql != info.macro_sql() {
                check(edits, old, info)?;
                found.places.insert(place);
            }
            found.nodes.push(described(undescribed.node(info), old, undescribed.validates)?);
        }
        let is_run_by_others = found.places.iter().any(|place| edits.head.asked.macros.contains(place));
        (!is_run_by_others).then_some(found)
    }

    /// Whether none is other than it was.
    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Puts them into a manifest.
    pub(super) fn put(self, manifest: &mut Manifest) {
        for node in self.nodes {
            manifest.macros.insert(node.unique_id.clone(), node);
        }
    }
}

/// `None` where a macro is no longer what those take it for that do not run it.
fn check(edits: &Edits<'_>, old: &MacroNode, new: &MacroInfo) -> Option<()> {
    let is_same = Signature::of(&old.sql)? == Signature::of(new.macro_sql())?;
    let problem: Option<Diagnostic> = edits.engine.check_macro(new);
    (is_same && problem.is_none()).then_some(())
}

/// A macro with what a property file says about the earlier one; `None` where that is
/// compared with the macro.
fn described(node: MacroNode, old: &MacroNode, validates: bool) -> Option<MacroNode> {
    match &old.patch_path {
        None => Some(node),
        Some(_) if validates => None,
        Some(_) => Some(MacroNode {
            description: old.description.clone(),
            meta: old.meta.clone(),
            docs: old.docs.clone(),
            arguments: old.arguments.clone(),
            patch_path: old.patch_path.clone(),
            ..node
        }),
    }
}

/// What is seen of a macro without running it.
#[derive(PartialEq, Eq)]
struct Signature {
    kind: BlockKind,
    arguments: Vec<String>,
}

impl Signature {
    fn of(block: &str) -> Option<Self> {
        let file = SourceMap::new().add("", block);
        let block = template::scan(&file, Holds::Macros).blocks.into_iter().next()?;
        let arguments = block.arguments.into_iter().map(|argument| argument.name).collect();
        Some(Self { kind: block.kind, arguments })
    }
}
