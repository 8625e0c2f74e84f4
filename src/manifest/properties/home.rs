//! Where a property file lies.

/// Where a property file lies: what names and paths of the things that it
/// defines are made of.
#[derive(Debug, Clone, Copy)]
pub struct Home<'a> {
    /// The package.
    pub package: &'a str,
    /// Path from the package root, with forward slashes: `models/stg/schema.yml`.
    pub original_file_path: &'a str,
}

impl Home<'_> {
    /// Package, folders below the resource folder, and `tail` (dbt: the first
    /// folder of the path counts as the resource folder).
    #[must_use]
    pub fn fqn(&self, tail: &[&str]) -> Vec<String> {
        let mut folders: Vec<&str> = self.original_file_path.split('/').skip(1).collect();
        folders.pop();
        [self.package].iter().chain(&folders).chain(tail).map(|part| (*part).to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Home;

    #[test]
    fn the_fqn_leaves_out_the_resource_folder_and_the_file() {
        let check = |path: &str, expected: &[&str]| {
            let home = Home { package: "shop", original_file_path: path };
            assert_eq!(home.fqn(&["m", "t"]), expected, "{path}");
        };
        check("models/stg/web/schema.yml", &["shop", "stg", "web", "m", "t"]);
        check("models/schema.yml", &["shop", "m", "t"]);
        check("schema.yml", &["shop", "m", "t"]);
    }
}
