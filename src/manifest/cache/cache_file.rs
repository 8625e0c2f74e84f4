//! The cache file: sections, each behind its length.
//!
//! | section | holds |
//! |---|---|
//! | 1 | [`CacheHead`] |
//! | 2 | configurations, each once |
//! | 3 | macros, docs blocks, groups |
//! | 4 to 8 | the [`Table`] of all outlines |
//! | others | nodes by shelves: broken tests, those that are turned off, all others |

use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::CacheNotes;
use super::configs::{ConfigPlaces, Configs, KeptConfigs};
use super::key::{Key, KnownFiles, Sum};
use crate::diagnostics::Diagnostic;
use crate::host::FileError;
use crate::host::sealed::{self, Sealed, Sealing};
use crate::manifest::nodes::{SECTIONS, SHELF, Table};
use crate::manifest::{DocBlock, Group, MacroNode, Manifest, Node, Nodes};
use crate::project::Consulted;

/// How the file begins; the digit changes with its form.
pub(super) const MARK: &[u8] = b"model cache 10\n";

/// How many bytes tell how long a section is.
const LENGTH: u64 = size_of::<u64>() as u64;

/// The first section of the table, and that of the first shelf.
const TABLE: usize = 3;
const FIRST_SHELF: usize = TABLE + SECTIONS;

/// What is looked at before anything else.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CacheHead {
    /// Which understanding this is.
    pub(super) name: String,
    /// [`Manifest::made_at`].
    pub(super) made_at: i64,
    pub(super) key: Key,
    /// What templates asked for, and the sum of the answers.
    pub(super) asked: Consulted,
    pub(super) answers: Sum,
    pub(super) files: KnownFiles,
    pub(super) learned: CacheNotes,
    pub(super) warnings: Vec<Diagnostic>,
    pub(super) lists: Lists,
}

/// How many shelves hold each list of nodes that are not in the graph.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Lists {
    broken_tests: usize,
    disabled: usize,
}

impl Lists {
    pub(super) fn of(manifest: &Manifest) -> Self {
        let shelves = |nodes: &[Node]| nodes.len().div_ceil(SHELF);
        Self { broken_tests: shelves(&manifest.broken_tests), disabled: shelves(&manifest.disabled) }
    }
}

/// What is no node.
#[derive(Serialize, Deserialize)]
struct Others {
    macros: IndexMap<String, MacroNode>,
    doc_blocks: IndexMap<String, DocBlock>,
    groups: IndexMap<String, Group>,
}

/// [`Others`], to be written.
#[derive(Serialize)]
struct OthersToWrite<'a> {
    macros: &'a IndexMap<String, MacroNode>,
    doc_blocks: &'a IndexMap<String, DocBlock>,
    groups: &'a IndexMap<String, Group>,
}

/// Writes a cache file. What the manifest still has of an earlier run is copied from the file
/// that it left.
///
/// # Errors
/// It cannot be written.
pub(super) fn write(
    path: &Path,
    head: &CacheHead,
    manifest: &Manifest,
    cached_manifest: Option<&CachedManifest>,
) -> Result<(), FileError> {
    let cached_manifest = cached_manifest.filter(|cached_manifest| {
        cached_manifest.configs.count() <= CONFIGS_OF_A_NODE * manifest.nodes.len()
    });
    let shelves = Shelves::of(manifest, cached_manifest);
    let configs =
        Configs::of(cached_manifest.map(|cached_manifest| &*cached_manifest.configs), shelves.nodes());
    let others = OthersToWrite {
        macros: &manifest.macros,
        doc_blocks: &manifest.doc_blocks,
        groups: &manifest.groups,
    };
    sealed::write_with(path, MARK, |sealing| {
        let configs = configs?;
        section(sealing, &rmp_serde::to_vec(head).map_err(io::Error::other)?)?;
        section(sealing, &configs.written()?)?;
        section(sealing, &rmp_serde::to_vec(&others).map_err(io::Error::other)?)?;
        let (table, first) =
            rayon::join(|| table(manifest, cached_manifest), || shelves.written(0, &configs));
        for part in table.ok_or(io::ErrorKind::FileTooLarge)?.iter().chain(&first?) {
            section(sealing, part)?;
        }
        for start in (AT_A_TIME..shelves.0.len()).step_by(AT_A_TIME) {
            for shelf in shelves.written(start, &configs)? {
                section(sealing, &shelf)?;
            }
        }
        Ok(())
    })
}

/// How many shelves are made before they are written.
const AT_A_TIME: usize = 16;

/// So many configurations for each node there may be before those that no node has any
/// more are left out.
const CONFIGS_OF_A_NODE: usize = 4;

fn section(sealing: &mut Sealing<'_>, bytes: &[u8]) -> io::Result<()> {
    sealing.add(&(bytes.len() as u64).to_le_bytes())?;
    sealing.add(bytes)
}

/// The sections of the table.
fn table(manifest: &Manifest, cached_manifest: Option<&CachedManifest>) -> Option<[Vec<u8>; SECTIONS]> {
    match cached_manifest.filter(|_| manifest.nodes.are_outlines_as_kept()) {
        Some(cached_manifest) => cached_manifest.cache_file.table(),
        None => Table::of(&manifest.nodes),
    }
}

/// The shelves of a file that is written.
struct Shelves<'a>(Vec<Shelf<'a>>);

enum Shelf<'a> {
    Nodes(Vec<&'a Node>),
    /// One of the nodes of an earlier file.
    Same(&'a CachedManifest, usize),
}

impl<'a> Shelves<'a> {
    fn of(manifest: &'a Manifest, cached_manifest: Option<&'a CachedManifest>) -> Self {
        let turned_off = [&manifest.broken_tests, &manifest.disabled];
        let turned_off = turned_off.into_iter().flat_map(|list| list.chunks(SHELF));
        let turned_off = turned_off.map(|nodes| Shelf::Nodes(nodes.iter().collect()));
        let nodes = &manifest.nodes;
        let shelf = |at: usize| match cached_manifest {
            Some(cached_manifest) if nodes.is_shelf_as_kept(at) => Shelf::Same(cached_manifest, at),
            _ => {
                let places = at * SHELF..nodes.len().min((at + 1) * SHELF);
                Shelf::Nodes(places.filter_map(|place| nodes.get(place)).collect())
            }
        };
        Self(turned_off.chain((0..nodes.len().div_ceil(SHELF)).map(shelf)).collect())
    }

    /// The nodes that are written anew.
    fn nodes(&self) -> impl Iterator<Item = &'a Node> {
        let nodes = |shelf: &Shelf<'a>| match shelf {
            Shelf::Nodes(nodes) => nodes.clone(),
            Shelf::Same(..) => Vec::new(),
        };
        self.0.iter().flat_map(nodes)
    }

    /// The sections of [`AT_A_TIME`] shelves from the one at `start` on.
    fn written(&self, start: usize, configs: &Configs<'_>) -> io::Result<Vec<Vec<u8>>> {
        let shelves = self.0.get(start..).unwrap_or_default();
        shelves.par_iter().take(AT_A_TIME).map(|shelf| shelf.written(configs)).collect()
    }
}

impl Shelf<'_> {
    fn written(&self, configs: &Configs<'_>) -> io::Result<Vec<u8>> {
        match self {
            Self::Same(cached_manifest, at) => cached_manifest
                .cache_file
                .bytes(cached_manifest.first_shelf + at)
                .ok_or(io::ErrorKind::UnexpectedEof.into()),
            Self::Nodes(nodes) => {
                let placed: Vec<(&Node, ConfigPlaces)> =
                    nodes.iter().map(|node| (*node, configs.places(&node.config))).collect();
                rmp_serde::to_vec(&placed).map_err(io::Error::other)
            }
        }
    }
}

/// A cache file.
#[derive(Debug)]
pub(super) struct CacheFile {
    file: Sealed,
    sections: Vec<Range<u64>>,
}

impl CacheFile {
    /// Opens a file; `None` where there is none of this kind. What is in it counts only
    /// where it [is whole](Self::is_whole).
    pub(super) fn open(path: &Path) -> Option<Self> {
        let file = Sealed::open(path, MARK)?;
        let mut sections = Vec::new();
        let mut start = 0;
        while start < file.length() {
            let length = file.read(start..start + LENGTH)?;
            start += LENGTH;
            let end = start.checked_add(u64::from_le_bytes(length.try_into().ok()?))?;
            sections.push(start..end);
            start = end;
        }
        Some(Self { file, sections })
    }

    /// Whether the file holds what was written.
    pub(super) fn is_whole(&self) -> bool {
        self.file.is_whole()
    }

    /// The head.
    pub(super) fn head(&self) -> Option<CacheHead> {
        self.read(0)
    }

    /// The sections of the table.
    fn table(&self) -> Option<[Vec<u8>; SECTIONS]> {
        let mut table = [const { Vec::new() }; SECTIONS];
        for (at, section) in (TABLE..).zip(&mut table) {
            *section = self.bytes(at)?;
        }
        Some(table)
    }

    fn read<T: DeserializeOwned>(&self, section: usize) -> Option<T> {
        rmp_serde::from_slice(&self.bytes(section)?).ok()
    }

    fn bytes(&self, section: usize) -> Option<Vec<u8>> {
        self.file.read(self.sections.get(section)?.clone())
    }
}

/// A cache file that holds what this program understands.
#[derive(Debug, Clone)]
pub(super) struct CachedManifest {
    cache_file: Arc<CacheFile>,
    configs: Arc<KeptConfigs>,
    /// The section of the first nodes that are in the graph.
    first_shelf: usize,
}

impl CachedManifest {
    pub(super) fn of(cache_file: &Arc<CacheFile>, head: &CacheHead) -> Option<Self> {
        let Lists { broken_tests, disabled } = head.lists;
        let configs = Arc::new(cache_file.read(1)?);
        Some(Self {
            cache_file: Arc::clone(cache_file),
            configs,
            first_shelf: FIRST_SHELF + broken_tests + disabled,
        })
    }

    /// The manifest that the earlier run understood.
    pub(super) fn manifest(&self, head: &CacheHead) -> Option<Manifest> {
        let Others { macros, doc_blocks, groups } = self.cache_file.read(2)?;
        let turned_off = |sections: Range<usize>| -> Option<Vec<Node>> {
            let shelves: Option<Vec<Vec<Node>>> = sections.map(|at| self.shelf(at)).collect();
            Some(shelves?.into_iter().flatten().collect())
        };
        let disabled = FIRST_SHELF + head.lists.broken_tests;
        let (broken_tests, disabled) =
            (turned_off(FIRST_SHELF..disabled)?, turned_off(disabled..self.first_shelf)?);
        let cached_manifest = self.clone();
        let understand = move |at: usize| match cached_manifest.shelf(cached_manifest.first_shelf + at) {
            Some(nodes) => nodes,
            // There was a right sum over the file that is still open.
            None => unreachable!("kept nodes cannot be read any more"),
        };
        let nodes = Nodes::kept(Table::from_sections(self.cache_file.table()?)?, Arc::new(understand));
        let made_at = head.made_at;
        Some(Manifest { nodes, broken_tests, disabled, macros, doc_blocks, groups, made_at })
    }

    /// The nodes of a shelf.
    fn shelf(&self, section: usize) -> Option<Vec<Node>> {
        let placed: Vec<(Node, ConfigPlaces)> = self.cache_file.read(section)?;
        let complete = |(node, places): (Node, ConfigPlaces)| {
            Some(Node { config: self.configs.config(places)?, ..node })
        };
        placed.into_iter().map(complete).collect()
    }
}
