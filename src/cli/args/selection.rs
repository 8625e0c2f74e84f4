//! Which nodes a command is about.

use serde_json::{Map, Value as Json};

use super::global::{INDIRECT_SELECTION, one_of};
use crate::ops::Criteria;

/// Which nodes a command is about.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Selection")]
#[expect(clippy::struct_field_names, reason = "the flags have these names")]
pub(crate) struct Selection {
    /// Only these: names, paths, tag:x, +upstream, downstream+, a,b for both
    #[arg(short, long, num_args = 1.., value_name = "SELECTOR")]
    pub(crate) select: Vec<String>,
    /// The same; with `list`, models only
    #[arg(short, long, num_args = 1.., value_name = "SELECTOR", alias = "model")]
    pub(crate) models: Vec<String>,
    /// All but these
    #[arg(long, num_args = 1.., value_name = "SELECTOR")]
    pub(crate) exclude: Vec<String>,
    /// What `selectors.yml` defines under this name
    #[arg(long, value_name = "NAME")]
    pub(crate) selector: Option<String>,
    /// Which tests a selected node brings along
    #[arg(long, value_name = "MODE", ignore_case = true, value_parser = one_of(INDIRECT_SELECTION))]
    pub(crate) indirect_selection: Option<String>,
}

/// Which kinds of nodes a command is about.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Selection")]
pub(crate) struct ResourceTypes {
    /// Only this kind of node: model, test, seed, ...
    #[arg(long, visible_alias = "resource-types", num_args = 1.., value_name = "TYPE")]
    pub(crate) resource_type: Vec<String>,
    /// Not this kind of node
    #[arg(long, alias = "exclude-resource-types", num_args = 1.., value_name = "TYPE")]
    pub(crate) exclude_resource_type: Vec<String>,
}

impl Selection {
    /// The criteria as `ops` takes them.
    pub(crate) fn criteria(&self) -> Criteria {
        Criteria {
            select: [self.select.as_slice(), &self.models].concat(),
            exclude: self.exclude.clone(),
            selector: self.selector.clone(),
        }
    }

    /// The flags here that templates see. Packages keep in the warehouse what was selected.
    pub(crate) fn given(&self) -> Map<String, Json> {
        let Criteria { select, exclude, selector } = self.criteria();
        let flags = [
            ("select", Some(Json::from(select))),
            ("exclude", Some(Json::from(exclude))),
            ("selector", selector.map(Json::from)),
            ("indirect_selection", self.indirect_selection.as_deref().map(Json::from)),
        ];
        flags.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}
