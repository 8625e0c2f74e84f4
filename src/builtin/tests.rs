use std::collections::BTreeSet;
use std::path::Path;

use super::FILES;
use crate::host::listing;

#[test]
fn every_file_on_disk_is_listed_once() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/builtin");
    let on_disk: BTreeSet<String> = listing::list(&root.join("macros"), |_| true)
        .unwrap()
        .iter()
        .filter_map(|it| it.path.strip_prefix(&root).unwrap().to_str().map(|path| path.replace('\\', "/")))
        .collect();
    let listed: Vec<String> = FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert!(listed.is_sorted(), "the list is sorted");
    assert_eq!(listed, on_disk.into_iter().collect::<Vec<_>>());
}
