//! What one run understood of a project, for the next.
//!
//! [`keep`] leaves the manifest in one file, with a [`Key`] over everything that it
//! was made from besides files, and the stamp and sum of each file. [`recall`] takes it
//! from there where the key is the same and the files are, or where only the text of
//! some nodes, descriptions and macros is another: what rests on them is drafted again, see
//! [`edits`]. In any other
//! case, and where the file is damaged, there is nothing to recall and everything is
//! read. What comes out is always what reading everything would give; the tests compare
//! both over random edits.

mod redraft;
mod configs;
mod described;
mod edits;
mod key;
mod macros;
mod cache_file;
mod overrides;
mod users;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use cache_file::{CacheFile, CacheHead, CachedManifest, Lists};
use edits::{Edited, Edits};
use key::{Changes, Key, KnownFiles};
use users::MacroUsers;

use super::parse::Surroundings;
use super::{Inputs, Lazy, Loaded, Manifest, NodeId, Reparsed, UniqueId};
use crate::diagnostics::Diagnostic;
use crate::host::{FileError, clock, files};
use crate::project::{FileKind, Project};
use crate::source::SourceMap;
use crate::template::{Audience, Engine, Notice};

/// How an understanding goes back to one that an earlier run left.
#[derive(Debug, Clone, Default)]
pub struct Descent {
    /// The name of the earlier one; nothing where everything was read.
    pub from: Option<String>,
    /// Nodes that are other than there. All that is in a manifest besides nodes and macros
    /// is the same, and so are the lists of nodes and macros.
    pub edited: HashSet<NodeId>,
    /// Whether other nodes are needed than there.
    pub has_other_edges: bool,
    /// Whether macros are other than there.
    pub has_other_macros: bool,
    /// The name of the one that the next run finds.
    pub name: String,
    /// Whether that is this one, and not the earlier one.
    pub is_new: bool,
}

/// What an understanding rests on besides the files.
#[derive(Debug, Clone)]
pub struct Basis {
    /// The invocation, by whose id what it leaves is known.
    name: String,
    key: Box<Key>,
    /// When the files were looked at, in nanoseconds since 1970.
    known_at: i64,
    learned: CacheNotes,
    /// What an earlier run left, where this goes back to it.
    earlier: Option<Earlier>,
}

/// What an earlier run left.
#[derive(Debug, Clone)]
struct Earlier {
    files: KnownFiles,
    cached_manifest: CachedManifest,
}

/// What no manifest tells, and the next run has to know.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct CacheNotes {
    /// Nodes that may come out otherwise in the next run, while no file changes.
    pub(super) volatile: Vec<Volatile>,
    /// Whether a property file changes sources of other packages, or describes their nodes.
    pub(super) has_overrides: bool,
    /// Which nodes rest on which macros.
    pub(super) macros: Lazy<MacroUsers>,
}

/// A node that may come out otherwise in the next run, while no file changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Volatile {
    /// Which one.
    pub(super) node: UniqueId,
    /// What was questionable about it.
    pub(super) findings: Vec<Diagnostic>,
}

impl Basis {
    /// That of a project that was just loaded: `sources` holds its texts and no others.
    pub(super) fn of(project: &Project, sources: &SourceMap) -> Self {
        let known_at = clock::now().timestamp_nanos_opt().unwrap_or_default();
        let name = project.invocation.id.clone();
        let key = Box::new(Key::of(project, sources));
        Self { name, key, known_at, learned: CacheNotes::default(), earlier: None }
    }

    /// The same with what was learned meanwhile.
    pub(super) fn with(self, learned: CacheNotes) -> Self {
        Self { learned, ..self }
    }

    /// The same, going back to what an earlier run left.
    fn after(self, earlier: Earlier) -> Self {
        Self { earlier: Some(earlier), ..self }
    }

    /// The descent of an understanding that nothing earlier went into.
    pub(super) fn first(&self) -> Descent {
        Descent { name: self.name.clone(), is_new: true, ..Descent::default() }
    }
}

/// So many files are quickly read again in each run.
const FEW_FILES: usize = 4;

/// So many nodes are quickly drafted again in each run.
const FEW_NODES: usize = if cfg!(test) { 5 } else { 400 };

/// What an earlier run left, as far as it can be of use.
pub(super) struct Recollection<'a> {
    head: CacheHead,
    changes: Changes<'a>,
    cached_manifest: CachedManifest,
    manifest: Manifest,
}

/// Recalls what an earlier run left; `None` where everything has to be read.
pub(super) fn recall<'a>(inputs: &Inputs<'a>, basis: &Basis) -> Option<Recollection<'a>> {
    let Some(path) = inputs.cache else {
        tell(
            inputs,
            Audience::Debug,
            ("PartialParsingNotEnabled", "I028"),
            "Partial parsing not enabled",
            &[],
        );
        return None;
    };
    if !files::is_file(path) {
        tell_why(inputs, "saved manifest not found. Starting full parse.");
        return None;
    }
    let cache_file = Arc::new(CacheFile::open(path)?);
    let project = inputs.project;
    let recollect = || {
        let head = cache_file.head()?;
        if head.key != *basis.key || head.answers != key::answers(project, &head.asked) {
            basis.key.reasons(&head.key).into_iter().for_each(|reason| tell_why(inputs, reason));
            return None;
        }
        let changes = Changes::since(&head, project);
        let cached_manifest = CachedManifest::of(&cache_file, &head)?;
        let is_macro = |(_, file): &key::Place<'_>| file.kind == FileKind::Macro;
        let may_be_other = changes.as_ref().is_none_or(|changes| changes.files.iter().any(is_macro));
        if may_be_other && overrides::have_changed(&head, &cached_manifest, project) {
            tell_why(inputs, "change detected to override macro. Starting full parse.");
            return None;
        }
        let changes = changes?;
        let manifest = cached_manifest.manifest(&head)?;
        Some(Recollection { head, changes, cached_manifest, manifest })
    };
    let (is_whole, recollection) = rayon::join(|| cache_file.is_whole(), recollect);
    recollection.filter(|_| is_whole)
}

/// Tells why everything has to be read.
fn tell_why(inputs: &Inputs<'_>, reason: &str) {
    let message = format!("Unable to do partial parsing because {reason}");
    tell(inputs, Audience::Programs, ("UnableToPartialParse", "I024"), &message, &[("reason", reason)]);
}

fn tell(
    inputs: &Inputs<'_>,
    audience: Audience,
    (name, code): (&'static str, &'static str),
    message: &str,
    facts: &[(&'static str, &str)],
) {
    let facts = facts.iter().map(|(key, fact)| (*key, (*fact).to_owned())).collect();
    inputs.notices.notice(Notice::Remark { name, code, message: message.to_owned(), facts, audience });
}

impl Recollection<'_> {
    /// The same with the nodes drafted again that may be otherwise today; `None` where
    /// everything has to be read.
    pub(super) fn renewed(
        self,
        inputs: &Inputs<'_>,
        surroundings: &Arc<Surroundings>,
        (engine, library_findings): (&Engine, &[Diagnostic]),
        basis: &Basis,
    ) -> Option<Loaded> {
        let Self { head, changes, cached_manifest, mut manifest } = self;
        let has_nothing_to_do = changes.files.is_empty() && head.learned.volatile.is_empty();
        let edited = if has_nothing_to_do {
            Edited::default()
        } else {
            Edits { inputs, surroundings, engine, library_findings, head: &head }
                .apply(&mut manifest, &changes.files)?
        };
        let reads = inputs.project.members.reads();
        reads.note_all(&head.asked);
        if changes.files.is_empty() {
            let message = "Nothing changed, skipping partial parsing.";
            tell(inputs, Audience::Debug, ("Note", "Z050"), message, &[("msg", message)]);
        }
        let is_same = edited.nodes.is_empty() && !edited.has_other_macros && changes.files.is_empty();
        let is_new = changes.doubtful > FEW_FILES || edited.nodes.len() > FEW_NODES;
        let reparsed = match is_same {
            _ if is_new => {
                let mut learned = CacheNotes { volatile: edited.volatile, ..head.learned };
                edited.macros.into_iter().for_each(|(node, macros)| learned.macros.renew(&node, macros));
                Reparsed::Much(
                    basis.clone().with(learned).after(Earlier { files: head.files, cached_manifest }),
                )
            }
            true => Reparsed::Nothing,
            false => Reparsed::Little,
        };
        let descent = Descent {
            name: if is_new { basis.name.clone() } else { head.name.clone() },
            from: Some(head.name),
            edited: edited.nodes,
            has_other_edges: edited.has_other_edges,
            has_other_macros: edited.has_other_macros,
            is_new,
        };
        let engine = engine.clone();
        Some(Loaded { manifest, engine, warnings: head.warnings, outdated: Vec::new(), reparsed, descent })
    }
}

/// Leaves what was understood, with its warnings, for the next run.
///
/// # Errors
/// The file cannot be written.
pub fn keep(
    path: &Path,
    project: &Project,
    basis: Basis,
    (manifest, warnings): (&Manifest, &[Diagnostic]),
) -> Result<(), FileError> {
    let reads = project.members.reads();
    if reads.is_volatile() {
        return files::remove(path);
    }
    let asked = reads.consulted();
    let (files, cached_manifest) =
        basis.earlier.map(|Earlier { files, cached_manifest }| (files, cached_manifest)).unzip();
    let head = CacheHead {
        name: basis.name,
        made_at: manifest.made_at,
        key: *basis.key,
        answers: key::answers(project, &asked),
        asked,
        files: KnownFiles::of(project, basis.known_at, files),
        learned: basis.learned,
        warnings: warnings.to_vec(),
        lists: Lists::of(manifest),
    };
    cache_file::write(path, &head, manifest, cached_manifest.as_ref())
}
