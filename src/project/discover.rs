//! Finding and reading the files of a package.

use std::borrow::Cow;
use std::path::{MAIN_SEPARATOR, Path, PathBuf, is_separator};
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt as _};
use rayon::prelude::*;

use super::file::Paths;
use super::ignored::Ignored;
use crate::diagnostics::Diagnostic;
use crate::host::FileError;
use crate::host::files::{self, Stamp};
use crate::host::listing::{self, Found};
use crate::source::{Read, SourceFile, SourceMap};

/// What a file is for, by its folder and its extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// `.sql` or `.py` under a model path.
    Model,
    /// `.sql` under a macro path.
    Macro,
    /// `.sql` under a test path: a singular test.
    Test,
    /// `.sql` under `generic` in a test path.
    GenericTest,
    /// `.sql` under a snapshot path.
    Snapshot,
    /// `.sql` under an analysis path.
    Analysis,
    /// `.csv` under a seed path.
    Seed,
    /// `.sql` or `.py` under a function path.
    Function,
    /// `.yml` or `.yaml` under any path.
    Properties,
    /// `.md` under a docs path.
    Docs,
    /// `.csv` or `.sql` under `fixtures` in a test path.
    Fixture,
}

/// One file of a package.
#[derive(Debug, Clone)]
pub struct ResourceFile {
    /// What it is for.
    pub kind: FileKind,
    /// Path from the package root, with `/`: `models/staging/stg_orders.sql`.
    pub path: String,
    /// Path from the resource folder: `staging/stg_orders.sql`.
    pub resource_path: String,
    /// Tells whether it is still the file that it was.
    pub stamp: Stamp,
    /// Its text; `None` for seeds, which the warehouse reads.
    pub file: Option<Arc<SourceFile>>,
}

/// The files of a package, ordered by kind and path. No text is read yet.
/// Folders that do not exist are passed over. With `takes_jinja`, files may also be
/// called `.sql.jinja` and the like.
pub(super) fn discover(
    root: &Path,
    shown_root: &Path,
    (paths, takes_jinja): (&Paths, bool),
    sources: &SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<ResourceFile> {
    let ignored = Ignored::read(root, diagnostics);
    let mut listings: HashMap<PathBuf, Vec<Found>> = HashMap::new();
    let mut found = Vec::new();
    for (folder, purpose) in folders(paths) {
        let top = root.join(&folder);
        let Some(below) = top.strip_prefix(root).ok().and_then(slashed) else { continue };
        // dbt: paths of files begin as that of their folder does.
        let is_dotted = folder.starts_with("./") && !below.is_empty();
        let folder = if is_dotted { format!("./{below}") } else { below };
        // Every folder is one of documents, too.
        let listed = listings.entry(top.clone()).or_insert_with(|| {
            listing::list(&top, |below| !is_skipped(below, root, paths)).unwrap_or_else(|error| {
                diagnostics.push(Diagnostic::error("unreadable-folder", error.to_string()));
                Vec::new()
            })
        });
        let of_folder = listed.par_iter().with_min_len(FEW).filter_map(|it| {
            let file = resource(&folder, purpose, &path_below(&it.path, &top), takes_jinja)?;
            let shown = shown_root.join(&file.path);
            let is_unicode = is_unicode(&file, &it.path);
            (!ignored.holds(plain_path(&file.path))).then(|| Unread {
                file,
                stamp: it.stamp,
                is_unicode,
                shown,
            })
        });
        found.par_extend(of_folder);
    }
    found.par_sort_by(|a, b| a.key().cmp(&b.key()));
    found.dedup_by(|later, first| later.key() == first.key());
    address(found, (root, shown_root), sources, diagnostics)
}

/// A file that was found, and nothing more.
struct Unread {
    file: ResourceFile,
    stamp: Option<Stamp>,
    is_unicode: bool,
    /// The path that people see.
    shown: PathBuf,
}

impl Unread {
    /// What files are sorted by, each once.
    fn key(&self) -> (FileKind, &str) {
        (self.file.kind, &self.file.path)
    }
}

/// A path without the dot that it may begin with.
fn plain_path(path: &str) -> &str {
    path.trim_start_matches("./")
}

/// So many paths are quickly looked at by one thread.
const FEW: usize = 500;

/// What a resource path is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Models,
    Macros,
    Tests,
    Snapshots,
    Analyses,
    Seeds,
    Functions,
    Docs,
}

fn folders(paths: &Paths) -> Vec<(String, Purpose)> {
    let all = [
        (&paths.models, Purpose::Models),
        (&paths.macros, Purpose::Macros),
        (&paths.tests, Purpose::Tests),
        (&paths.snapshots, Purpose::Snapshots),
        (&paths.analyses, Purpose::Analyses),
        (&paths.seeds, Purpose::Seeds),
        (&paths.functions, Purpose::Functions),
        (&paths.docs, Purpose::Docs),
    ];
    let clean = |path: &str| path.trim_end_matches('/').to_owned();
    all.into_iter()
        .flat_map(|(paths, purpose)| paths.iter().map(move |path| (clean(path), purpose)))
        .collect()
}

/// Folders that hold no resources even where a resource path is the root:
/// results, packages, and those of version control.
fn is_skipped(folder: &Path, root: &Path, paths: &Paths) -> bool {
    let is_git = folder.file_name().is_some_and(|name| name == ".git");
    let below = folder.strip_prefix(root).unwrap_or(folder);
    is_git
        || [&paths.target, &paths.packages, &paths.log].into_iter().any(|skipped| below == Path::new(skipped))
}

/// The file at this path below a folder, if its extension fits what the folder is for.
fn resource(folder: &str, purpose: Purpose, below: &str, takes_jinja: bool) -> Option<ResourceFile> {
    let name = below.rsplit(is_separator).next()?;
    // dbt: editors leave such files behind.
    if name.starts_with(['.', '#', '~']) {
        return None;
    }
    let extension = if takes_jinja { plain_name(name) } else { name }.rsplit_once('.')?.1;
    if (purpose == Purpose::Docs) != extension.eq_ignore_ascii_case("md") {
        return None;
    }
    let extension = extension.to_lowercase();
    let resource_path = below.replace(MAIN_SEPARATOR, "/");
    let kind = match (purpose, extension.as_str()) {
        (Purpose::Docs, _) => FileKind::Docs,
        (_, "yml" | "yaml") => FileKind::Properties,
        (Purpose::Models, "sql" | "py") => FileKind::Model,
        (Purpose::Macros, "sql") => FileKind::Macro,
        (Purpose::Tests, "sql") if resource_path.starts_with("generic/") => FileKind::GenericTest,
        (Purpose::Tests, "sql" | "csv") if resource_path.starts_with("fixtures/") => FileKind::Fixture,
        (Purpose::Tests, "sql") => FileKind::Test,
        (Purpose::Snapshots, "sql") => FileKind::Snapshot,
        (Purpose::Analyses, "sql") => FileKind::Analysis,
        (Purpose::Seeds, "csv") => FileKind::Seed,
        (Purpose::Functions, "sql" | "py") => FileKind::Function,
        _ => return None,
    };
    let path = if folder.is_empty() { resource_path.clone() } else { format!("{folder}/{resource_path}") };
    Some(ResourceFile { kind, path, resource_path, stamp: Stamp::default(), file: None })
}

/// The name of a file without an extension that says that it is a template: `orders.sql` of
/// `orders.sql.jinja`.
pub(crate) fn plain_name(name: &str) -> &str {
    let is_meant =
        |rest: &&str| rest.rsplit_once('.').is_some_and(|(_, extension)| matches!(extension, "sql" | "md"));
    [".j2", ".jinja2", ".jinja"].iter().find_map(|it| name.strip_suffix(it).filter(is_meant)).unwrap_or(name)
}

/// The path from a folder to what was found below it. What in it is no Unicode is replaced by
/// [`REPLACEMENT_CHARACTER`](char::REPLACEMENT_CHARACTER), see [`is_unicode`].
fn path_below<'a>(path: &'a Path, top: &Path) -> Cow<'a, str> {
    let below = path.to_str().zip(top.to_str()).and_then(|(path, top)| path.strip_prefix(top));
    match below {
        Some(below) => Cow::Borrowed(below.trim_start_matches(is_separator)),
        None => path.strip_prefix(top).unwrap_or(path).to_string_lossy(),
    }
}

/// Whether the path of a file is what [`path_below`] says.
fn is_unicode(file: &ResourceFile, path: &Path) -> bool {
    !file.path.contains(char::REPLACEMENT_CHARACTER) || path.ends_with(&file.path)
}

/// A path with `/` between its parts, on any system; `None` if it is not Unicode.
fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.components().map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join("/"))
}

/// Gives all texts an address, in the order of the files. They are read when
/// they are asked for, or all at once by [`read_texts`].
fn address(
    found: Vec<Unread>,
    (root, shown_root): (&Path, &Path),
    sources: &SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<ResourceFile> {
    let [of_unmarked, of_others] = [FileKind::Properties, FileKind::Model].map(|kind| {
        let (root, shown_root) = (root.to_path_buf(), shown_root.to_path_buf());
        let read = move |shown: &Path| {
            let below = shown.strip_prefix(&shown_root).unwrap_or(shown);
            text_of(kind, &root.join(below)).ok().map(Into::into)
        };
        Arc::new(read) as Arc<Read>
    });
    let mut addressed: Vec<ResourceFile> = Vec::with_capacity(found.len());
    // A file can be of two kinds; its text still has one address.
    let mut known: HashMap<String, Arc<SourceFile>> = HashMap::new();
    for Unread { mut file, stamp, is_unicode, shown } in found {
        if !is_unicode {
            let message = format!("the name of `{}` is not Unicode", file.path);
            diagnostics.push(Diagnostic::error("not-utf8", message).help("rename the file").in_file(shown));
            continue;
        }
        // What could not be looked at from its folder says why now.
        match stamp.map_or_else(|| files::stamp(&root.join(&file.path)), Ok) {
            Ok(stamp) => file.stamp = stamp,
            Err(error) => {
                diagnostics.push(unreadable(&file.path, &error).in_file(shown));
                continue;
            }
        }
        if file.kind != FileKind::Seed {
            let read = if is_unmarked(file.kind) { &of_unmarked } else { &of_others };
            let add = || sources.defer(shown, read);
            file.file = Some(Arc::clone(known.entry(file.path.clone()).or_insert_with(add)));
        }
        addressed.push(file);
    }
    addressed
}

/// Reads the texts of these files of a package below `root` that were not read yet.
///
/// # Errors
/// A finding for each file that cannot be read.
pub(super) fn read_texts(root: &Path, all: &[ResourceFile]) -> Vec<Diagnostic> {
    let unread = |file: &&ResourceFile| file.file.as_ref().is_some_and(|source| !source.is_read());
    let read = all.par_iter().filter(unread).filter_map(|file| {
        let source = file.file.as_ref()?;
        match text_of(file.kind, &root.join(&file.path)) {
            Ok(text) => source.hold(text),
            Err(error) => return Some(unreadable(&file.path, &error).in_file(source.path())),
        }
        None
    });
    read.collect()
}

/// The text of a file.
fn text_of(kind: FileKind, path: &Path) -> Result<String, FileError> {
    if is_unmarked(kind) { files::read_text(path) } else { files::read_marked_text(path) }
}

/// dbt: a byte order mark is none of a YAML file, but stays in other texts, and so in their
/// checksums and in what is compiled.
fn is_unmarked(kind: FileKind) -> bool {
    matches!(kind, FileKind::Properties | FileKind::Fixture)
}

fn unreadable(path: &str, error: &FileError) -> Diagnostic {
    if error.source.kind() == std::io::ErrorKind::InvalidData {
        let message = format!("`{path}` is not UTF-8 text");
        return Diagnostic::error("not-utf8", message).help("save the file as UTF-8");
    }
    Diagnostic::error("unreadable-file", format!("cannot read `{path}`: {}", error.source))
}
