//! The cache file: sections, each behind its length.
//!
//! | section | holds |
//! |---|---|
//! | 1 | [`Head`] |
//! | 2 | configurations, each once |
//! | 3 | macros, docs blocks, groups |
//! | others | nodes, some at a time, in the order of [`Lists`] |

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::Learned;
use super::key::{Key, KnownFiles, Sum};
use crate::diagnostics::Diagnostic;
use crate::host::sealed;
use crate::manifest::{Config, DocBlock, Group, MacroNode, Manifest, Node, NodeId};
use crate::project::Consulted;

/// How the file begins; the digit changes with its form.
pub(super) const MARK: &[u8] = b"model cache 4\n";

/// How many nodes are in a section: enough to be worth a thread's while.
const AT_A_TIME: usize = 1024;

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

/// How many sections hold each list of nodes.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Lists {
    nodes: usize,
    broken_tests: usize,
    disabled: usize,
}

impl Lists {
    pub(super) fn of(manifest: &Manifest) -> Self {
        let sections = |nodes: &[Node]| nodes.len().div_ceil(AT_A_TIME);
        Self {
            nodes: sections(&manifest.nodes),
            broken_tests: sections(&manifest.broken_tests),
            disabled: sections(&manifest.disabled),
        }
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
    let lists = [&manifest.nodes, &manifest.broken_tests, &manifest.disabled];
    let configs = Configs::of(lists.into_iter().flatten())?;
    let others = OthersToWrite {
        macros: &manifest.macros,
        doc_blocks: &manifest.doc_blocks,
        groups: &manifest.groups,
    };
    let chunks: Vec<&[Node]> = lists.into_iter().flat_map(|nodes| nodes.chunks(AT_A_TIME)).collect();
    let nodes: Option<Vec<Vec<u8>>> = chunks
        .into_par_iter()
        .map(|nodes| {
            let placed: Vec<(&Node, ConfigPlaces)> =
                nodes.iter().map(|node| (node, configs.places(node))).collect();
            rmp_serde::to_vec(&placed).ok()
        })
        .collect();
    let first = [rmp_serde::to_vec(head).ok()?, configs.written, rmp_serde::to_vec(&others).ok()?];
    Some(framed(first.iter().chain(&nodes?)))
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

/// The contents of a cache file.
pub(super) struct Stored<'a> {
    sections: Vec<&'a [u8]>,
}

impl<'a> Stored<'a> {
    /// Takes a file apart; `None` where it is none, or damaged.
    pub(super) fn open(bytes: &'a [u8]) -> Option<Self> {
        let mut rest = sealed::open(bytes, MARK)?;
        let mut sections = Vec::new();
        while let Some((length, after)) = rest.split_first_chunk::<8>() {
            let (section, after) =
                after.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
            sections.push(section);
            rest = after;
        }
        Some(Self { sections })
    }

    /// The head.
    pub(super) fn head(&self) -> Option<Head> {
        self.read(0)
    }

    /// The manifest that the earlier run understood.
    pub(super) fn manifest(&self, head: &Head) -> Option<Manifest> {
        let configs: Vec<Settings> = self.read(1)?;
        let Others { macros, doc_blocks, groups } = self.read(2)?;
        let of_nodes = self.sections.get(3..)?;
        let chunks: Option<Vec<Vec<Node>>> =
            of_nodes.par_iter().map(|section| nodes(section, &configs)).collect();
        let mut chunks = chunks?.into_iter();
        let mut list = |sections: usize| -> Vec<Node> { chunks.by_ref().take(sections).flatten().collect() };
        let nodes = list(head.lists.nodes);
        let (broken_tests, disabled) = (list(head.lists.broken_tests), list(head.lists.disabled));
        let ids = nodes.iter().zip(0..).map(|(node, place)| (node.unique_id.clone(), NodeId(place)));
        Some(Manifest {
            by_unique_id: ids.collect(),
            nodes,
            broken_tests,
            disabled,
            macros,
            doc_blocks,
            groups,
        })
    }

    fn read<T: DeserializeOwned>(&self, section: usize) -> Option<T> {
        rmp_serde::from_slice(self.sections.get(section)?).ok()
    }
}

fn nodes(section: &[u8], configs: &[Settings]) -> Option<Vec<Node>> {
    let placed: Vec<(Node, ConfigPlaces)> = rmp_serde::from_slice(section).ok()?;
    let settings = |place: u32| configs.get(place as usize).cloned();
    let complete = |(node, [values, unrendered, call]): (Node, ConfigPlaces)| {
        let config =
            Config { values: settings(values)?, unrendered: settings(unrendered)?, call: settings(call)? };
        Some(Node { config, ..node })
    };
    placed.into_iter().map(complete).collect()
}
