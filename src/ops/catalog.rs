//! `docs generate`: what stands in the warehouse, as `catalog.json`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::artifacts::Writer;
use super::execute::{Options, runtime};
use super::{Kinds, Workspace};
use crate::artifact::{Catalog, CatalogKey, CatalogTable, relation_name};
use crate::compile::Runtime;
use crate::diagnostics::Diagnostic;
use crate::host::files;
use crate::manifest::{Node, NodeKind, ResourceType};
use crate::objects;
use crate::run::{self, Alone, Detail, Event, RunOutcome, Stop};
use crate::sql::Relation;
use crate::template::{MutList, Value};

/// So many relations are asked for one by one; beyond that, schemas are.
const MOST_RELATIONS: usize = 100;

/// What `docs generate` wrote.
#[derive(Debug, Default)]
pub struct Written {
    /// How many relations are in the catalog.
    pub count: usize,
    /// What could not be looked up.
    pub problems: Vec<Diagnostic>,
}

/// Writes `catalog.json` of the relations of selected nodes and sources, or with
/// `is_empty` of none, and copies what `asset-paths` name beside it.
///
/// # Errors
/// Criteria that cannot be understood, or the file cannot be written. What the
/// warehouse refuses is in the file and in what is returned.
pub fn write(
    workspace: &Workspace,
    options: &Options,
    is_empty: bool,
    stop: &Stop,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Written, Vec<Diagnostic>> {
    copy_assets(workspace).map_err(|problem| vec![problem])?;
    let mut wanted = Vec::new();
    if !is_empty {
        wanted = workspace.select(&options.selection, &options.kinds, false)?.nodes;
        let sources = Kinds::only(&[ResourceType::Source]);
        wanted.extend(workspace.select(&options.selection, &sources, false)?.nodes);
    }
    // dbt: what has a relation that lasts, so that of data tests only those that store what they find.
    let dialect = workspace.adapter().dialect();
    let wanted: Vec<&Node> = wanted
        .into_iter()
        .filter_map(|id| workspace.manifest.node(id))
        .filter(|node| relation_name(node, dialect).is_some())
        .collect();
    let mut asking =
        Asking { runtime: &runtime(workspace, &[], options, None), stop, on_event, found: HashMap::new() };
    let problems = asking.all(&wanted);
    let catalog = catalog(&wanted, &asking.found, &problems);
    let count = catalog.nodes.len() + catalog.sources.len();
    Writer::new(workspace).catalog(catalog).map_err(|problem| vec![problem])?;
    Ok(Written { count, problems })
}

fn catalog(wanted: &[&Node], found: &HashMap<CatalogKey, CatalogTable>, problems: &[Diagnostic]) -> Catalog {
    let mut catalog = Catalog::default();
    for node in wanted {
        let table = node.relation.as_ref().and_then(|relation| found.get(&relation.key()));
        let Some(table) = table else { continue };
        let unique_id = node.unique_id.to_string();
        let table = CatalogTable { unique_id: Some(unique_id.clone()), ..table.clone() };
        let is_source = matches!(node.kind, NodeKind::Source(_));
        let section = if is_source { &mut catalog.sources } else { &mut catalog.nodes };
        section.insert(unique_id, table);
    }
    let messages: Vec<String> = problems.iter().map(|problem| problem.message.clone()).collect();
    catalog.errors = (!messages.is_empty()).then_some(messages);
    catalog
}

/// Asks the warehouse, one database after the other.
struct Asking<'a> {
    runtime: &'a std::sync::Arc<Runtime>,
    stop: &'a Stop,
    on_event: &'a mut dyn FnMut(Event<'_>),
    found: HashMap<CatalogKey, CatalogTable>,
}

impl Asking<'_> {
    /// Looks the relations of nodes up, and returns what went wrong.
    fn all(&mut self, wanted: &[&Node]) -> Vec<Diagnostic> {
        let mut databases: BTreeMap<String, Vec<&Relation>> = BTreeMap::new();
        for relation in wanted.iter().filter_map(|node| node.relation.as_ref()) {
            databases.entry(relation.key().0).or_default().push(relation);
        }
        let asked = databases.into_values().map(|relations| self.database(&relations, wanted.len()));
        asked.filter_map(Result::err).flatten().collect()
    }

    fn database(&mut self, relations: &[&Relation], total: usize) -> Result<(), Vec<Diagnostic>> {
        let dialect = self.runtime.adapter().dialect();
        let Some(first) = relations.first() else { return Ok(()) };
        let place = objects::information_schema(first, dialect);
        let (name, what) = if total > MOST_RELATIONS {
            let schemas: BTreeSet<&str> = relations.iter().filter_map(|one| one.schema.as_deref()).collect();
            ("get_catalog", schemas.into_iter().map(Value::from).collect::<Vec<_>>())
        } else {
            let value = |one: &&Relation| objects::relation((*one).clone(), dialect);
            ("get_catalog_relations", relations.iter().map(value).collect())
        };
        let arguments = [place, Value::from_object(MutList::new(what))];
        let question = Alone::Question { name, arguments: &arguments };
        let outcome = run::execute_alone(self.runtime, &question, self.stop, self.on_event);
        self.read(name, outcome)
    }

    /// Takes what the macro returned.
    fn read(&mut self, name: &str, outcome: RunOutcome) -> Result<(), Vec<Diagnostic>> {
        let mut problems = outcome.problems;
        for result in outcome.results {
            problems.extend(result.diagnostics);
            let Detail::Returned(value) = result.detail else { continue };
            let rows = objects::as_rows(&value).ok_or_else(|| "it returned no rows".to_owned());
            match rows.and_then(|rows| CatalogTable::read(&rows)) {
                Ok(tables) => self.found.extend(tables.into_iter().map(|table| (table.key(), table))),
                Err(why) => {
                    let message = format!("the macro `{name}` gives no catalog: {why}");
                    problems.push(Diagnostic::error("no-catalog", message));
                }
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

/// Copies each folder of `asset-paths` that exists under the target path, in
/// place of an earlier copy.
fn copy_assets(workspace: &Workspace) -> Result<(), Diagnostic> {
    let project = &workspace.project;
    for folder in &project.root_package().file.paths.assets {
        files::copy_folder(&project.root.join(folder), &project.target_path().join(folder))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::sample;

    #[test]
    fn nodes_find_their_relations_whatever_the_case() {
        let manifest = sample::manifest();
        let node = manifest.by_id("model.shop.orders").expect("a model");
        let source = manifest.by_id("source.shop.raw.orders").expect("a source");
        let table = |node: &Node| {
            let (database, schema, name) = node.relation.as_ref().expect("a relation").key();
            let text = |text: String| crate::sql::Cell::Text(text.to_uppercase());
            let names = ["table_database", "table_schema", "table_name", "table_type"];
            let of_column = ["column_name", "column_index", "column_type"];
            let columns =
                names.iter().chain(&of_column).map(|name| crate::sql::Column::new(*name, "")).collect();
            let cells = [database, schema, name, "view".into(), "id".into(), "1".into(), "text".into()];
            let rows = crate::sql::Rows { columns, rows: vec![cells.map(text).to_vec()] };
            CatalogTable::read(&rows).expect("a table").remove(0)
        };
        let found = [node, source].map(table).into_iter().map(|table| (table.key(), table)).collect();
        let catalog = catalog(&[node, source], &found, &[]);
        assert_eq!(catalog.nodes.keys().collect::<Vec<_>>(), ["model.shop.orders"]);
        assert_eq!(catalog.sources.keys().collect::<Vec<_>>(), ["source.shop.raw.orders"]);
        assert_eq!(catalog.errors, None);
    }
}
