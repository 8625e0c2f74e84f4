//! `manifest.json`, made from the one that is there as far as that still holds: where it stands,
//! if nobody reads it and what changed finds room, or as a file that takes its place.
//!
//! Beside the file stands one that says where its parts are, and which file it speaks of.
//! Where that is missing, damaged or of another file, all is written anew.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::artifact::{Layout, ManifestJson, Revision, RevisionTarget};
use crate::host::files::{self, Revised, Stamp};
use crate::host::{FileError, sealed};
use crate::manifest::Descent;

/// What is said about a file beside it.
#[derive(Serialize, Deserialize)]
struct Note {
    /// Which file it is.
    stamp: Stamp,
    layout: Layout,
}

/// How the file of notes begins; the digit changes with its form.
const MARK: &[u8] = b"model manifest 1\n";

impl Note {
    fn read(path: &Path) -> Option<Self> {
        let note: Self = rmp_serde::from_slice(&sealed::read(path, MARK)?).ok()?;
        (note.layout.size() == note.stamp.size).then_some(note)
    }

    /// A note that cannot be left is only missed by the next run.
    fn leave(&self, path: &Path) {
        let _ = rmp_serde::to_vec(self).map(|contents| sealed::write(path, MARK, &contents));
    }
}

impl RevisionTarget for Revised<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        Revised::write(self, bytes)
    }

    fn copy(&mut self, place: Range<u64>) -> io::Result<()> {
        Revised::copy(self, place)
    }
}

/// Brings the file at `path` to what the manifest says.
///
/// # Errors
/// It cannot be written.
pub(super) fn write(path: &Path, manifest: ManifestJson<'_>, descent: &Descent) -> Result<(), FileError> {
    let beside = beside(path);
    let earlier = descent.from.as_ref().and_then(|_| Note::read(&beside));
    let revised = earlier.and_then(|earlier| revised(path, manifest, descent, &earlier));
    let note = revised.map_or_else(|| anew(path, manifest, descent), Ok)?;
    note.leave(&beside);
    Ok(())
}

fn anew(path: &Path, manifest: ManifestJson<'_>, descent: &Descent) -> Result<Note, FileError> {
    let revision = Revision::new(manifest, descent, None);
    let layout = files::revise(path, None, |target| revision.write(target))?;
    Ok(Note { stamp: files::stamp(path)?, layout })
}

/// The same with what holds of the earlier file; `None` where it is another by now, or
/// cannot be taken from.
fn revised(path: &Path, manifest: ManifestJson<'_>, descent: &Descent, earlier: &Note) -> Option<Note> {
    let revision = Revision::new(manifest, descent, Some(&earlier.layout));
    if let Some(patches) = revision.patches().ok()?
        && let Some(stamp) = files::patch(path, earlier.stamp, &patches.bytes).ok()?
    {
        return Some(Note { stamp, layout: patches.layout });
    }
    let layout = files::revise(path, Some(earlier.stamp), |target| revision.write(target)).ok()?;
    Some(Note { stamp: files::stamp(path).ok()?, layout })
}

fn beside(path: &Path) -> PathBuf {
    path.with_extension("parts")
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use proptest::prelude::*;

    use super::*;
    use crate::artifact::{Compiled, ManifestDetails, Metadata, Wire, sample};
    use crate::manifest::{Manifest, NodeId};
    use crate::sql::Dialect;

    /// A run: which nodes are edited and which compiled, by place.
    #[derive(Debug, Clone)]
    struct Run {
        edited: HashSet<usize>,
        compiled: HashSet<usize>,
        has_other_edges: bool,
        /// Whether the next run finds what this one understood.
        is_kept: bool,
        accident: Accident,
    }

    /// What happens after a run.
    #[derive(Debug, Clone)]
    enum Accident {
        None,
        OtherFile,
        NoFile,
        DamagedNote,
    }

    fn runs() -> impl Strategy<Value = Vec<Run>> {
        let places = || prop::collection::hash_set(0..6_usize, 0..3);
        let accident = prop_oneof![
            6 => Just(Accident::None),
            1 => Just(Accident::OtherFile),
            1 => Just(Accident::NoFile),
            1 => Just(Accident::DamagedNote),
        ];
        let run = (places(), places(), any::<bool>(), any::<bool>(), accident);
        let run = run.prop_map(|(edited, compiled, has_other_edges, is_kept, accident)| Run {
            edited,
            compiled,
            has_other_edges,
            is_kept,
            accident,
        });
        prop::collection::vec(run, 1..8)
    }

    /// Edits of a manifest, each told by a number.
    fn edit(manifest: &mut Manifest, run: &Run, number: usize) -> Descent {
        let mut edited = HashSet::new();
        for place in &run.edited {
            let mut node = manifest.nodes.get(*place).unwrap().clone();
            node.docs.description = format!("edit {number}");
            if run.has_other_edges {
                node.depends_on.nodes = vec![NodeId(u32::try_from(number % 6).unwrap())];
            }
            let id = NodeId(u32::try_from(*place).unwrap());
            manifest.nodes.replace(id, node);
            edited.insert(id);
        }
        Descent { edited, has_other_edges: run.has_other_edges, ..Descent::default() }
    }

    fn details(run: &Run, number: usize) -> ManifestDetails {
        let compiled = run.compiled.iter().map(|place| {
            // Every other run compiles to what the one before did.
            let code = format!("select {}", number / 2);
            let compiled = Compiled { code, ..Compiled::default() };
            (NodeId(u32::try_from(*place).unwrap()), compiled)
        });
        let invocation_id = Some(format!("run {number}"));
        let metadata = Metadata { invocation_id, ..Metadata::default() };
        ManifestDetails {
            metadata,
            compiled: compiled.collect::<HashMap<_, _>>(),
            ..ManifestDetails::default()
        }
    }

    fn happen(accident: &Accident, path: &Path) {
        match accident {
            Accident::None => {}
            Accident::OtherFile => files::write(path, b"{}").unwrap(),
            Accident::NoFile => files::remove(path).unwrap(),
            Accident::DamagedNote => {
                let mut bytes = files::read(&beside(path)).unwrap();
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
                files::write(&beside(path), bytes).unwrap();
            }
        }
    }

    /// JSON without the blanks between its parts.
    fn compact(path: &Path) -> String {
        let (mut is_text, mut is_escaped) = (false, false);
        let counts = |symbol: &char| {
            let is_mark = *symbol == '"' && !is_escaped;
            is_text ^= is_mark;
            is_escaped = is_text && *symbol == '\\' && !is_escaped;
            is_text || *symbol != ' '
        };
        files::read_text(path).unwrap().chars().filter(counts).collect()
    }

    proptest! {
        #[test]
        fn it_does_not_matter_what_was_there(runs in runs()) {
            let folder = tempfile::tempdir().unwrap();
            let (path, other) = (folder.path().join("manifest.json"), folder.path().join("whole.json"));
            let (mut kept, mut from) = (sample::manifest(), None);
            for (number, run) in (0..).zip(&runs) {
                let mut manifest = kept.clone();
                let is_new = run.is_kept || from.is_none();
                let name = if is_new { Some(format!("run {number}")) } else { from.clone() };
                let descent = Descent {
                    from: from.clone(),
                    is_new,
                    name: name.clone().unwrap_or_default(),
                    ..edit(&mut manifest, run, number)
                };
                let details = details(run, number);
                let wire = Wire { manifest: &manifest, dialect: &Dialect::ANSI, created_at: 1.5 };
                let json = ManifestJson { wire, details: &details };
                write(&path, json, &descent).unwrap();
                write(&other, json, &Descent::default()).unwrap();
                prop_assert_eq!(compact(&path), compact(&other));
                happen(&run.accident, &path);
                if is_new {
                    (kept, from) = (manifest, name);
                }
            }
        }
    }
}
