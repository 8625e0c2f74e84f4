//! Files that cannot be read, and files and folders with odd names.

#[cfg(target_os = "linux")]
use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

use crate::sandbox::Sandbox;

#[test]
fn links_to_nothing_are_named_and_links_in_a_circle_are_not_followed() {
    let sandbox = Sandbox::new().model("a", "select 1 as id");
    std::os::unix::fs::symlink("nowhere", sandbox.path("models/b.sql")).expect("a link");
    std::os::unix::fs::symlink(".", sandbox.path("models/here")).expect("a link");
    sandbox.run(["build"]).code(2).talk(
        "
            error[unreadable-file]: cannot read `models/b.sql`: No such file or directory (os error 2)
            --> models/b.sql
        ",
    );
}

#[test]
fn a_file_that_is_no_text() {
    let sandbox = Sandbox::new().model("a", "select 1 as id");
    std::fs::write(sandbox.path("models/a.sql"), b"select '\xff'").expect("a file");
    sandbox.run(["build"]).code(2).talk(
        "
            error[not-utf8]: `models/a.sql` is not UTF-8 text
            --> models/a.sql
             = help: save the file as UTF-8
        ",
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_whose_name_is_no_unicode_is_not_passed_over() {
    let sandbox = Sandbox::new().model("a", "select 1 as id");
    let name = OsStr::from_bytes(b"b\xff.sql");
    std::fs::write(sandbox.path("models").join(name), "select 1").expect("a file");
    std::fs::write(sandbox.path("models").join(OsStr::from_bytes(b"\xff.png")), "").expect("a file");
    sandbox.run(["build"]).code(2).talk(
        "
            error[not-utf8]: the name of `models/b\u{fffd}.sql` is not Unicode
            --> models/b\u{fffd}.sql
             = help: rename the file
        ",
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_project_whose_path_is_no_unicode() {
    let sandbox = Sandbox::empty();
    let folder = OsStr::from_bytes(b"shop\xff");
    let root = sandbox.path("").join(folder);
    std::fs::create_dir(&root).expect("a folder");
    std::fs::write(root.join("project.yml"), "name: shop").expect("a file");
    let done = sandbox.command(["parse", "--project-dir"]).arg(folder).output().expect("the binary runs");
    sandbox.output(&done).code(2).talk(
        "
            error[not-utf8]: the path `[ROOT]/shop\u{fffd}` of the project is not Unicode
             |
             = help: rename the folder
        ",
    );
}

#[test]
fn a_mark_at_the_beginning_of_a_text_stays_and_none_of_yaml() {
    let sandbox = Sandbox::new()
        .file("models/read.md", "\u{feff}{% docs d %}x{% enddocs %}")
        .file("macros/one.sql", "\u{feff}{% macro one() %}1{% endmacro %}");
    sandbox
        .write_exactly("models/a.sql", "\u{feff}{{ config(materialized='table') }}select {{ one() }} as id");
    sandbox.write_exactly("models/b.sql", "\u{feff}select * from {{ ref('a') }}");
    sandbox.write_exactly(
        "models/b.yml",
        "\u{feff}models:\n  - {name: b, description: \"{{ doc('d') }}\", columns: [{name: id, data_tests: [unique]}]}\n",
    );
    sandbox.run(["build"]).success();
    assert_eq!(sandbox.query("select id from b"), ["1"]);
    let node = &sandbox.json("target/manifest.json")["nodes"]["model.shop.b"];
    assert_eq!(node["raw_code"], "\u{feff}select * from {{ ref('a') }}");
    assert!(node["compiled_code"].as_str().is_some_and(|code| code.starts_with("\u{feff}select")));
    assert_eq!(node["description"], "x");
}

#[test]
fn windows_files_and_odd_names_are_no_mistake() {
    let sandbox = Sandbox::new()
        .file("project.yml", "name: shop\nflags: {require_resource_names_without_spaces: false}\n")
        .file("models/größe.sql", r#"select 1 as "größe""#)
        .file("models/with space.sql", "select * from {{ ref('größe') }}\n");
    sandbox
        .write_exactly("models/schema.yml", "\u{feff}models:\r\n  - name: größe\r\n    description: x\r\n");
    sandbox.run(["build"]).success().talk(
        "
            warning[name-with-spaces]: the name of the model `with space` has spaces
             --> models/with space.sql:1:1
              |
            1 | select * from {{ ref('größe') }}
              | ^
              |
              = note: dbt says: Found spaces in the name of `model.shop.with space`
              = help: use `_` instead: a name with spaces must be quoted everywhere in SQL

            warning[names-with-spaces]: names with spaces: 1
             --> models/with space.sql:1:1
              |
            1 | select * from {{ ref('größe') }}
              | ^
              |
              = note: dbt says: Spaces found in 1 resource name(s)

            2 nodes, 1 thread, target `dev`

               OK    [ELAPSED]  1/2  view         main.größe
               OK    [ELAPSED]  2/2  view         main.with space

            Done in [ELAPSED]: 2 passed
        ",
    );
}
