//! The cache file: sections, each behind its length.
//!
//! | section | holds |
//! |---|---|
//! | 1 | [`Head`] |
//! | 2 | configurations, each once |
//! | 3 | macros, docs blocks, groups |
//! | 4 to 8 | the [`Table`] of all outlines |
//! | others | nodes by shelves: broken tests, those that are turned off, all others |

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::Learned;
use super::key::{Key, KnownFiles, Sum};
use crate::diagnostics::Diagnostic;
use crate::host::sealed::Sealed;
use crate::manifest::nodes::{SECTIONS, SHELF, Table};
use crate::manifest::{Config, DocBlock, Group, MacroNode, Manifest, Node, Nodes};
use crate::project::Consulted;

/// How the file begins; the digit changes with its form.
pub(super) const MARK: &[u8] = b"model cache 5\n";

/// How many bytes tell how long a section is.
const LENGTH: u64 = size_of::<u64>() as u64;

/// The first section of the table, and that of the first shelf.
const TABLE: usize = 3;
const FIRST_SHELF: usize = TABLE + SECTIONS;

/// What is looked at before anything else.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head {
    /// Which understanding this is.
    pub(super) name: String,
    pub(super) key: Key,
    /// What templates asked for, and the sum of the answers.
    pub(super) asked: Consulted,
    pub(super) answers: Sum,
    pub(super) files: KnownFiles,
    pub(super) learned: Learned,
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

/// The places of a node's `values`, `unrendered` and `call` among all configurations.
type ConfigPlaces = [u32; 3];

type Settings = Arc<Map<String, Json>>;

/// The contents of a cache file; `None` where something in it cannot be written.
pub(super) fn encode(head: &Head, manifest: &Manifest) -> Option<Vec<u8>> {
    let turned_off = [&manifest.broken_tests, &manifest.disabled];
    let nodes: Vec<&Node> = manifest.nodes.iter().collect();
    let configs = Configs::of(turned_off.into_iter().flatten().chain(nodes.iter().copied()))?;
    let others = OthersToWrite {
        macros: &manifest.macros,
        doc_blocks: &manifest.doc_blocks,
        groups: &manifest.groups,
    };
    let turned_off = turned_off.into_iter().flat_map(|list| list.chunks(SHELF));
    let mut shelves: Vec<Vec<&Node>> = turned_off.map(|nodes| nodes.iter().collect()).collect();
    shelves.extend(nodes.chunks(SHELF).map(<[&Node]>::to_vec));
    let (shelves, table) = rayon::join(|| written(shelves, &configs), || Table::of(&manifest.nodes));
    let (shelves, table) = (shelves?, table?);
    let others = rmp_serde::to_vec(&others).ok()?;
    let first = [rmp_serde::to_vec(head).ok()?, configs.written, others];
    Some(framed(first.iter().chain(&table).chain(&shelves)))
}

/// The sections of shelves.
fn written(shelves: Vec<Vec<&Node>>, configs: &Configs) -> Option<Vec<Vec<u8>>> {
    let shelf = |nodes: Vec<&Node>| {
        let placed: Vec<(&Node, ConfigPlaces)> =
            nodes.into_iter().map(|node| (node, configs.places(node))).collect();
        rmp_serde::to_vec(&placed).ok()
    };
    shelves.into_par_iter().map(shelf).collect()
}

fn framed<'a>(sections: impl Iterator<Item = &'a Vec<u8>>) -> Vec<u8> {
    let mut body = Vec::new();
    for section in sections {
        body.extend((section.len() as u64).to_le_bytes());
        body.extend(section);
    }
    body
}

/// All configurations, those that are alike once.
struct Configs {
    /// By address.
    places: HashMap<usize, u32>,
    written: Vec<u8>,
}

impl Configs {
    fn of<'a>(nodes: impl Iterator<Item = &'a Node>) -> Option<Self> {
        let mut places = HashMap::new();
        let mut alike: HashMap<Vec<u8>, u32> = HashMap::new();
        let mut distinct: Vec<&Settings> = Vec::new();
        for settings in nodes.flat_map(|node| parts(&node.config)) {
            let address = address(settings);
            if places.contains_key(&address) {
                continue;
            }
            let place = *alike.entry(rmp_serde::to_vec(settings).ok()?).or_insert_with(|| {
                distinct.push(settings);
                u32::try_from(distinct.len() - 1).unwrap_or(u32::MAX)
            });
            places.insert(address, place);
        }
        Some(Self { places, written: rmp_serde::to_vec(&distinct).ok()? })
    }

    fn places(&self, node: &Node) -> ConfigPlaces {
        parts(&node.config).map(|settings| self.places.get(&address(settings)).copied().unwrap_or(u32::MAX))
    }
}

fn address(settings: &Settings) -> usize {
    Arc::as_ptr(settings) as usize
}

fn parts(config: &Config) -> [&Settings; 3] {
    [&config.values, &config.unrendered, &config.call]
}

/// A cache file.
pub(super) struct Stored {
    file: Sealed,
    sections: Vec<Range<u64>>,
}

impl Stored {
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
    pub(super) fn head(&self) -> Option<Head> {
        self.read(0)
    }

    /// The manifest that the earlier run understood.
    pub(super) fn manifest(self: &Arc<Self>, head: &Head) -> Option<Manifest> {
        let configs: Vec<Settings> = self.read(1)?;
        let Others { macros, doc_blocks, groups } = self.read(2)?;
        let mut table = [const { Vec::new() }; SECTIONS];
        for (at, section) in (TABLE..).zip(&mut table) {
            *section = self.bytes(at)?;
        }
        let Lists { broken_tests, disabled } = head.lists;
        let turned_off = |shelves: Range<usize>| -> Option<Vec<Node>> {
            let shelves: Option<Vec<Vec<Node>>> = shelves.map(|at| self.shelf(at, &configs)).collect();
            Some(shelves?.into_iter().flatten().collect())
        };
        let (broken_tests, disabled) =
            (turned_off(0..broken_tests)?, turned_off(broken_tests..broken_tests + disabled)?);
        let before = head.lists.broken_tests + head.lists.disabled;
        let stored = Arc::clone(self);
        let understand = move |at: usize| match stored.shelf(before + at, &configs) {
            Some(nodes) => nodes,
            // There was a right sum over the file that is still open.
            None => unreachable!("kept nodes cannot be read any more"),
        };
        let nodes = Nodes::kept(Table::from_sections(table)?, Arc::new(understand));
        Some(Manifest { nodes, broken_tests, disabled, macros, doc_blocks, groups })
    }

    /// The nodes of a shelf.
    fn shelf(&self, at: usize, configs: &[Settings]) -> Option<Vec<Node>> {
        let placed: Vec<(Node, ConfigPlaces)> = self.read(FIRST_SHELF + at)?;
        let settings = |place: u32| configs.get(place as usize).cloned();
        let complete = |(node, [values, unrendered, call]): (Node, ConfigPlaces)| {
            let config = Config {
                values: settings(values)?,
                unrendered: settings(unrendered)?,
                call: settings(call)?,
            };
            Some(Node { config, ..node })
        };
        placed.into_iter().map(complete).collect()
    }

    fn read<T: DeserializeOwned>(&self, section: usize) -> Option<T> {
        rmp_serde::from_slice(&self.bytes(section)?).ok()
    }

    fn bytes(&self, section: usize) -> Option<Vec<u8>> {
        self.file.read(self.sections.get(section)?.clone())
    }
}
