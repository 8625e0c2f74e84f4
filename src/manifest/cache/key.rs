//! What an understanding of a project was made from.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use rayon::prelude::*;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::cache_file::CacheHead;
use crate::host::environment;
use crate::host::files::{self, Stamp};
use crate::project::{Consulted, FileKind, Package, Project, ResourceFile, is_vars};
use crate::source::{FileId, SourceFile, SourceMap};

/// SHA-256. It is kept as bytes: as a list of numbers, as arrays are, those of all files would
/// take longer to read than the rest of the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sum([u8; 32]);

impl Sum {
    fn of(contents: impl AsRef<[u8]>) -> Self {
        Self(Sha256::digest(contents).into())
    }
}

impl Serialize for Sum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Sum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Sum;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the 32 bytes of a sum")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Sum, E> {
                bytes.try_into().map(Sum).map_err(|_| E::invalid_length(bytes.len(), &self))
            }
        }

        deserializer.deserialize_bytes(Bytes)
    }
}

/// Sums over everything but the resource files and the environment: the program, the
/// texts that are read in any case (project files, profile, `--vars`, selectors), the
/// packages, and where the project is built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Key {
    program: Sum,
    /// `--vars`, and which profile and target.
    choice: Sum,
    /// What templates can know of the connection.
    connection: Sum,
    /// The project file of each package.
    packages: Vec<(String, Sum)>,
    others: Sum,
}

impl Key {
    /// The key of a project that was just loaded: `sources` holds its texts and no others.
    pub(super) fn of(project: &Project, sources: &SourceMap) -> Self {
        let roots = project.packages.iter().map(|package| (&package.name, &package.root));
        // Only then the names that `--debug` tells are all told.
        let tells_names =
            project.flags.is_on("debug") && !project.flags.is_on("require_resource_names_without_spaces");
        let profile = &project.profile;
        let facts = json!({
            "packages": roots.collect::<Vec<_>>(),
            "target": profile.target(),
            "tells_names": tells_names,
            "exports": project.flags.is_on("require_explicit_package_overrides_for_builtin_materializations"),
        });
        let file = |package: &Package| (package.name.clone(), Sum::of(package.file.source.text()));
        let resources: HashSet<FileId> = resources(project).filter_map(|(_, file)| id(file)).collect();
        let texts = sources.all();
        let texts = texts.iter().filter(|source| !resources.contains(&source.id()));
        let (vars, texts): (Vec<_>, Vec<_>) = texts.partition(|source| is_vars(source.path()));
        let mut others = Sha256::new();
        others.update(facts.to_string());
        add_all(&mut others, &texts);
        let mut choice = Sha256::new();
        choice.update(json!([profile.name, profile.target_name]).to_string());
        add_all(&mut choice, &vars);
        Self {
            program: Sum::of(json!(environment::program_stamp()).to_string()),
            choice: Sum(choice.finalize().into()),
            connection: Sum::of(json!([profile.adapter.kind(), profile.adapter.target()]).to_string()),
            packages: project.packages.iter().map(file).collect(),
            others: Sum(others.finalize().into()),
        }
    }

    /// What has changed since an earlier key, in the words in which dbt tells why it reads
    /// everything. There are none for what dbt does not look at.
    pub(super) fn reasons(&self, earlier: &Self) -> Vec<&'static str> {
        if self.program != earlier.program {
            return vec!["of a version mismatch"];
        }
        let before =
            |name: &str| earlier.packages.iter().find(|(other, _)| other == name).map(|(_, sum)| sum);
        let is_new = self.packages.iter().any(|(name, _)| before(name).is_none());
        let is_other = self.packages.iter().any(|(name, sum)| before(name).is_some_and(|old| old != sum));
        let reasons = [
            (self.choice != earlier.choice, "config vars, config profile, or config target have changed"),
            (self.connection != earlier.connection, "profile has changed"),
            (is_new, "a project dependency has been added"),
            (is_other, "a project config has changed"),
        ];
        reasons.into_iter().filter(|(holds, _)| *holds).map(|(_, reason)| reason).collect()
    }
}

fn add_all(sum: &mut Sha256, texts: &[&Arc<SourceFile>]) {
    for source in texts {
        for part in [source.path().as_os_str().as_encoded_bytes(), source.text().as_bytes()] {
            sum.update(part.len().to_le_bytes());
            sum.update(part);
        }
    }
}

/// A sum over what these environment variables and flags hold.
pub(super) fn answers(project: &Project, asked: &Consulted) -> Sum {
    let variables: Vec<Option<&str>> =
        asked.variables.iter().map(|name| project.members.variable(name)).collect();
    let flags: Vec<Option<Json>> = asked.flags.iter().map(|name| project.members.flag(name)).collect();
    Sum::of(json!([asked, variables, flags]).to_string())
}

/// File systems tell times to within this many nanoseconds.
const SAME_MOMENT: i64 = 1_000_000_000;

/// A resource file as it was.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KnownFile {
    kind: u8,
    path: String,
    /// Where spans find it.
    id: Option<FileId>,
    stamp: Stamp,
    /// Over the contents; of a large seed, nothing.
    sum: Option<Sum>,
}

impl KnownFile {
    /// The file and what it holds, unless it has been written since it was looked at:
    /// then nobody knows what was understood of it.
    fn of((package, file): Place<'_>) -> Self {
        let sum = contents_sum(package, file);
        let is_untouched = files::stamp(&package.root.join(&file.path)).is_ok_and(|now| now == file.stamp);
        let sum = sum.filter(|_| is_untouched);
        Self { kind: file.kind as u8, path: file.path.clone(), id: id(file), stamp: file.stamp, sum }
    }

    /// Whether it is the same file, whatever it holds.
    fn is_place_of(&self, file: &ResourceFile) -> bool {
        self.kind == file.kind as u8 && self.path == file.path && self.id == id(file)
    }

    /// Whether its stamp says that it holds the same. A stamp from the moment of the
    /// earlier run, or later, says nothing: the file may have been written twice in it.
    fn has_same_stamp(&self, file: &ResourceFile, known_at: i64) -> bool {
        self.stamp == file.stamp && file.stamp.written < known_at - SAME_MOMENT
    }

    /// Whether it holds something else.
    fn has_changed(&self, (package, file): Place<'_>) -> bool {
        self.sum.is_none() || self.sum != contents_sum(package, file)
    }
}

/// A seed of more bytes is not read to see whether it is still the same.
const LARGE_SEED: u64 = 1 << 20;

fn contents_sum(package: &Package, file: &ResourceFile) -> Option<Sum> {
    match &file.file {
        Some(source) => Some(Sum::of(source.readable()?)),
        None if file.stamp.size > LARGE_SEED => None,
        None => Some(Sum::of(files::read(&package.root.join(&file.path)).ok()?)),
    }
}

/// Where spans find the file.
pub(super) fn id(file: &ResourceFile) -> Option<FileId> {
    Some(file.file.as_ref()?.id())
}

/// The files of all packages.
pub(super) fn resources(project: &Project) -> impl Iterator<Item = Place<'_>> {
    project.packages.iter().flat_map(|package| package.files.iter().map(move |file| (package, file)))
}

/// All resource files of a project as they were.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KnownFiles {
    files: Vec<KnownFile>,
    /// When they were looked at, in nanoseconds since 1970.
    at: i64,
}

impl KnownFiles {
    /// Those of a project, which were looked at then. Of the same files as in an earlier run,
    /// those are not read whose stamps say that they hold the same.
    pub(super) fn of(project: &Project, at: i64, earlier: Option<Self>) -> Self {
        let files: Vec<Place<'_>> = resources(project).collect();
        let Some(earlier) = earlier else {
            return Self { files: files.into_par_iter().map(KnownFile::of).collect(), at };
        };
        let is_known = |known: &KnownFile, (_, file): Place<'_>| known.has_same_stamp(file, earlier.at);
        let pairs = earlier.files.into_par_iter().zip(files);
        let known =
            pairs.map(|(known, place)| if is_known(&known, place) { known } else { KnownFile::of(place) });
        Self { files: known.collect(), at }
    }
}

impl KnownFiles {
    /// The files of one kind that are new or hold something else, and whether one is gone.
    pub(super) fn changes_of<'a>(&self, kind: FileKind, project: &'a Project) -> (Vec<Place<'a>>, bool) {
        let mut known: HashMap<&str, Vec<&KnownFile>> = HashMap::new();
        for file in self.files.iter().filter(|file| file.kind == kind as u8) {
            known.entry(&file.path).or_default().push(file);
        }
        let is_as_before = |place: Place<'_>| {
            let before = known.get(place.1.path.as_str()).into_iter().flatten();
            let holds_the_same =
                |known: &&KnownFile| known.has_same_stamp(place.1, self.at) || !known.has_changed(place);
            before.copied().any(|known| holds_the_same(&known))
        };
        let now: Vec<Place<'a>> = resources(project).filter(|(_, file)| file.kind == kind).collect();
        let paths: HashSet<&str> = now.iter().map(|(_, file)| file.path.as_str()).collect();
        let is_one_gone = known.keys().any(|path| !paths.contains(path));
        (now.into_iter().filter(|place| !is_as_before(*place)).collect(), is_one_gone)
    }
}

/// A file of a package.
pub(super) type Place<'a> = (&'a Package, &'a ResourceFile);

/// What is not as it was in the earlier run.
pub(super) struct Changes<'a> {
    /// Files that hold something else.
    pub(super) files: Vec<Place<'a>>,
    /// How many files had to be read to know.
    pub(super) doubtful: usize,
}

impl<'a> Changes<'a> {
    /// Compares the files; `None` where there are not the same files, or one changed
    /// that cannot be read or whose nodes cannot be edited.
    pub(super) fn since(head: &CacheHead, project: &'a Project) -> Option<Self> {
        let files: Vec<Place<'_>> = resources(project).collect();
        let is_same_list = files.len() == head.files.files.len()
            && files.iter().zip(&head.files.files).all(|((_, file), known)| known.is_place_of(file));
        if !is_same_list {
            return None;
        }
        let pairs = files.into_iter().zip(&head.files.files);
        let doubtful: Vec<(Place<'_>, &KnownFile)> =
            pairs.filter(|((_, file), known)| !known.has_same_stamp(file, head.files.at)).collect();
        let count = doubtful.len();
        let changed = doubtful.into_par_iter().filter(|(place, known)| known.has_changed(*place));
        let files: Vec<Place<'_>> = changed.map(|(place, _)| place).collect();
        let can_be_edited = |file: &ResourceFile| {
            matches!(
                file.kind,
                FileKind::Model
                    | FileKind::Test
                    | FileKind::Analysis
                    | FileKind::Properties
                    | FileKind::Macro
                    | FileKind::GenericTest
            )
        };
        let is_readable = |file: &ResourceFile| file.file.as_ref().is_some_and(|source| source.is_read());
        files
            .iter()
            .all(|(_, file)| can_be_edited(file) && is_readable(file))
            .then_some(Self { files, doubtful: count })
    }
}
