//! The rules of `.dbtignore`.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::diagnostics::Diagnostic;
use crate::host::files;

/// Patterns as of `.gitignore`, in their order.
///
/// dbt: each is held against the path of a file and the folders above it, and the last one that
/// fits decides. To git, a folder that was left out takes all that is in it along, whatever
/// comes later; here `*` and then `!macros/` leave the macros.
#[derive(Debug, Default)]
pub(super) struct Ignored(Vec<Gitignore>);

impl Ignored {
    /// Those of the package in this folder; none where it has no such file.
    pub(super) fn read(root: &Path, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let path = root.join(".dbtignore");
        let Ok(text) = files::read_text(&path) else { return Self::default() };
        let (rules, problems) = Self::parse(&text);
        let warnings = problems.into_iter().map(|problem| Diagnostic::warning("dbtignore", problem));
        diagnostics.extend(warnings.map(|warning| warning.in_file(&path)));
        rules
    }

    /// The rules of a text, and what is wrong with it.
    fn parse(text: &str) -> (Self, Vec<String>) {
        let mut problems = Vec::new();
        let mut rule = |line: &str| {
            let mut builder = GitignoreBuilder::new("");
            let built = builder.add_line(None, line).and_then(|builder| builder.build());
            built
                .map_err(|error| problems.push(format!("`{line}` in `.dbtignore` is no pattern: {error}")))
                .ok()
                .filter(|rule| !rule.is_empty())
        };
        // dbt: blanks before a pattern are none of it.
        let rules = text.lines().filter_map(|line| rule(line.trim_start())).collect();
        (Self(rules), problems)
    }

    /// Whether the file at this path, with `/` from the root of the package, is left out.
    pub(super) fn holds(&self, path: &str) -> bool {
        let mut judged = self.0.iter().rev().map(|rule| rule.matched_path_or_any_parents(path, false));
        judged.find(|verdict| !verdict.is_none()).is_some_and(|verdict| verdict.is_ignore())
    }
}

#[cfg(test)]
mod tests {
    use super::Ignored;

    #[track_caller]
    fn check(text: &str, left_out: &[&str], kept: &[&str]) {
        let (rules, problems) = Ignored::parse(text);
        assert_eq!(problems, [""; 0]);
        for path in left_out {
            assert!(rules.holds(path), "{text:?} keeps {path}");
        }
        for path in kept {
            assert!(!rules.holds(path), "{text:?} leaves {path} out");
        }
    }

    #[test]
    fn the_last_pattern_that_fits_decides() {
        check(
            "*\n!macros/\n!dbt_project.yml\n",
            &["models/a.sql", "a.md"],
            &["macros/a.sql", "macros/b/c.sql"],
        );
        check("models/old\n!models/old/kept.sql", &["models/old/a.sql"], &["models/old/kept.sql"]);
        check("!a.sql\na.*", &["models/a.sql", "a.yml"], &["models/b.sql"]);
    }

    #[test]
    fn patterns_are_those_of_git() {
        check("# all\n\n", &[], &["models/a.sql"]);
        check("  old.*", &["old.sql", "models/x/old.yml"], &["models/older.sql"]);
        check("/old.sql", &["old.sql"], &["models/old.sql"]);
        check("models/*.sql", &["models/a.sql"], &["models/x/a.sql"]);
        check("models/**/a.sql", &["models/a.sql", "models/x/y/a.sql"], &["a.sql"]);
        check("old/", &["models/old/a.sql"], &["models/old"]);
    }

    #[test]
    fn what_is_no_pattern_is_told() {
        let (rules, problems) = Ignored::parse("[z-a]\nb.sql");
        assert!(rules.holds("b.sql") && problems.len() == 1, "{problems:?}");
    }
}
