//! From a data test as written to the test node.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map as JsonMap, Value as Json};

use super::code::raw_code;
use super::naming::{Names, id_hash, names};
use super::old_forms::OldForm;
use super::written::{Written, read};
use crate::diagnostics::Diagnostic;
use crate::manifest::GenericTest;
use crate::manifest::properties::{
    Column, ConfigBlock, Home, ModelVersion, NodeProperties, Render, SourceProperties, Spanned,
    TableProperties,
};
use crate::source::Span;
use crate::sql::Dialect;
use crate::template::Forms;
use crate::yaml::{Value, Yaml};

/// A generic test as dbt makes it, before its template is rendered.
#[derive(Debug, Clone)]
pub struct GenericTestDraft {
    /// `test.shop.unique_orders_id.fed79b3a6e`.
    pub unique_id: String,
    /// The full name.
    pub name: String,
    /// Package, folders of the property file, full name.
    pub fqn: Vec<String>,
    /// The file that the test is compiled to, below the property file's folder.
    pub path: String,
    /// Tags of the column, the source and the test itself, sorted.
    pub tags: Vec<String>,
    /// The entry's description; a template that knows `doc()`.
    pub description: Option<Spanned<String>>,
    /// What the entry configures, rendered, together with the `alias` that a long
    /// name gets. dbt applies it once, and a second time when it renders
    /// `raw_code`; only `not_null` and `unique` of dbt itself are not rendered.
    pub config: ConfigBlock,
    /// The template: a call of the test's macro, and of `config`.
    pub raw_code: String,
    /// What it was made of. `attached_node` is for the caller to fill in.
    pub generic: GenericTest,
    /// Where the test's name was written, for a test that does not exist.
    pub test_span: Span,
    /// The whole entry.
    pub span: Span,
    /// What about the way it is written is to be gone.
    pub old_forms: Vec<OldForm>,
}

/// What a test stands below.
struct Owner<'a> {
    home: Home<'a>,
    dialect: &'a Dialect,
    render: Render<'a>,
    /// In words, for messages.
    subject: String,
    /// The name that goes into the test's name.
    name: String,
    /// `ref('orders')`.
    call: String,
    /// `models.orders`.
    file_key_name: String,
    is_source: bool,
    /// Whether `arguments:` of a test holds arguments.
    has_arguments: bool,
    quote_columns: bool,
    tags: Vec<String>,
}

/// The tests of a model, seed or snapshot: those of its columns, then its own.
#[must_use]
pub fn tests_of_node(
    node: &NodeProperties,
    home: Home<'_>,
    dialect: &Dialect,
    render: Render<'_>,
    has_arguments: bool,
) -> (Vec<GenericTestDraft>, Vec<Diagnostic>) {
    let name = &node.name.value;
    let version = node.version.as_ref().filter(|version| version.is_counted()).map(ModelVersion::text);
    let owner = Owner {
        home,
        dialect,
        render,
        subject: format!("{} `{name}`", node.key.noun()),
        name: version.as_ref().map_or_else(|| name.clone(), |version| format!("{name}_v{version}")),
        call: match &version {
            Some(version) => format!("ref('{name}', version='{version}')"),
            None => format!("ref('{name}')"),
        },
        file_key_name: format!("{}.{name}", node.key.as_str()),
        is_source: false,
        has_arguments,
        quote_columns: node.quote_columns.unwrap_or(false),
        tags: Vec::new(),
    };
    let of_columns =
        node.columns.iter().flat_map(|column| column.tests.iter().map(move |test| (test, Some(column))));
    owner.build_all(of_columns.chain(node.tests.iter().map(|test| (test, None))))
}

/// The tests of a source's table: its own, then those of its columns.
#[must_use]
pub fn tests_of_table(
    source: &SourceProperties,
    table: &TableProperties,
    home: Home<'_>,
    dialect: &Dialect,
    render: Render<'_>,
    has_arguments: bool,
) -> (Vec<GenericTestDraft>, Vec<Diagnostic>) {
    let (source_name, table_name) = (&source.name.value, &table.name.value);
    let owner = Owner {
        home,
        dialect,
        render,
        subject: format!("source table `{source_name}.{table_name}`"),
        name: format!("{source_name}_{table_name}"),
        call: format!("source('{source_name}', '{table_name}')"),
        file_key_name: format!("sources.{source_name}"),
        is_source: true,
        has_arguments,
        quote_columns: table.quoting.get("column").copied().unwrap_or(false),
        tags: [source.tags.as_slice(), table.tags.as_slice()].concat(),
    };
    let of_columns =
        table.columns.iter().flat_map(|column| column.tests.iter().map(move |test| (test, Some(column))));
    owner.build_all(table.tests.iter().map(|test| (test, None)).chain(of_columns))
}

impl Owner<'_> {
    fn build_all<'t>(
        &self,
        entries: impl Iterator<Item = (&'t Yaml, Option<&'t Column>)>,
    ) -> (Vec<GenericTestDraft>, Vec<Diagnostic>) {
        let (mut drafts, mut problems) = (Vec::new(), Vec::new());
        for (entry, column) in entries {
            match self.build(entry, column) {
                Ok(draft) => drafts.push(draft),
                Err(found) => problems.extend(found),
            }
        }
        (drafts, problems)
    }

    fn build(&self, entry: &Yaml, column: Option<&Column>) -> Result<GenericTestDraft, Vec<Diagnostic>> {
        let owner = &self.subject;
        let read_of = |subject: fmt::Arguments<'_>| read(subject, entry, self.has_arguments);
        let written = match column {
            Some(column) => read_of(format_args!("column `{}` of {owner}", column.name.value)),
            None => read_of(format_args!("{owner}")),
        }?;
        let mut config = self.config(&written)?;
        let column_name = column.map(|column| self.column_name(column));
        let kwargs = self.kwargs(&written, column_name.as_deref());
        let forms = forms(&written);
        let names = self.names(&written, (&kwargs, &forms));
        if names.short != names.full && config.get("alias").is_none() {
            let alias = Yaml { span: written.test.span, value: Value::String(names.short.clone()) };
            config.set(Spanned::new("alias".to_owned(), written.test.span), alias);
        }
        config.unrendered = config.to_json();
        let mut tags: BTreeSet<String> = self.tags.iter().cloned().chain(config.tags()).collect();
        tags.extend(column.into_iter().flat_map(|column| column.tags.iter().cloned()));
        let namespace = written.namespace.as_deref();
        let hash = id_hash(&names.full, &written.test.value, namespace, (&kwargs, &forms));
        let macro_name = match namespace {
            Some(package) => format!("{package}.test_{}", written.test.value),
            None => format!("test_{}", written.test.value),
        };
        let settings = config.unrendered.iter().map(|(key, value)| (key.as_str(), value));
        Ok(GenericTestDraft {
            unique_id: format!("test.{}.{}.{hash}", self.home.package, names.full),
            fqn: self.home.fqn(&[&names.full]),
            path: format!("{}.sql", names.short),
            name: names.full,
            tags: tags.into_iter().collect(),
            raw_code: raw_code(&macro_name, settings),
            config,
            generic: GenericTest {
                name: written.test.value,
                namespace: written.namespace,
                kwargs,
                forms,
                column_name,
                attached_node: None,
                file_key_name: self.file_key_name.clone(),
            },
            description: written.description,
            test_span: written.test.span,
            span: written.span,
            old_forms: written.old_forms,
        })
    }

    /// The column's name as the test gets it.
    fn column_name(&self, column: &Column) -> String {
        let name = &column.name.value;
        if column.quote.unwrap_or(self.quote_columns) { self.dialect.quote(name) } else { name.clone() }
    }

    /// The arguments in dbt's order: those beside `config:`, `column_name`, those
    /// below `arguments:`, `model`.
    fn kwargs(&self, written: &Written, column_name: Option<&str>) -> JsonMap<String, Json> {
        let mut kwargs = written.beside.to_json();
        if let Some(name) = column_name {
            kwargs.insert("column_name".to_owned(), Json::from(name));
        }
        kwargs.extend(written.arguments.to_json());
        let model = format!("{{{{ get_where_subquery({}) }}}}", self.call);
        kwargs.insert("model".to_owned(), Json::from(model));
        kwargs
    }

    fn names(&self, written: &Written, arguments: (&JsonMap<String, Json>, &Forms)) -> Names {
        if let Some(name) = &written.name {
            return Names { short: name.value.clone(), full: name.value.clone() };
        }
        let source = if self.is_source { "source_" } else { "" };
        let test = format!("{source}{}", written.test.value);
        let test = match &written.namespace {
            Some(namespace) => format!("{namespace}_{test}"),
            None => test,
        };
        names(&test, &self.name, arguments)
    }

    /// The configuration, with texts rendered that stand directly below it.
    fn config(&self, written: &Written) -> Result<ConfigBlock, Vec<Diagnostic>> {
        let (mut config, mut problems) = (ConfigBlock::default(), Vec::new());
        for (key, value) in &written.config {
            let rendered = match value.as_str() {
                // A text that is no template loses the newline at its end, too.
                Some(text) if text.contains('{') || text.ends_with('\n') => (self.render)(text, value.span),
                _ => Ok(value.to_json()),
            };
            match rendered {
                Ok(Json::Null) => {}
                Ok(_) if value.as_str().is_none() => config.set(key.clone(), value.clone()),
                Ok(rendered) => config.set(key.clone(), Yaml::from_json(&rendered, value.span)),
                Err(problem) => problems.push(problem.known_as("Invalid generic test configuration")),
            }
        }
        if let Some(tags) = config.get("tags").filter(|tags| !are_tags(tags)) {
            let message = format!("`tags` of data test `{}` must be a list of texts", written.test.value);
            problems.push(Diagnostic::error("wrong-type", message).at(tags.span, ""));
        }
        if problems.is_empty() { Ok(config) } else { Err(problems) }
    }
}

/// What the JSON of the arguments does not say.
fn forms(written: &Written) -> Forms {
    let mut forms = Forms::default();
    for (key, value) in written.beside.iter().chain(written.arguments.iter()) {
        forms.set(&key.text, Forms::of_yaml(value));
    }
    forms
}

fn are_tags(tags: &Yaml) -> bool {
    match &tags.value {
        Value::String(_) => true,
        Value::Seq(items) => items.iter().all(|item| item.as_str().is_some()),
        _ => false,
    }
}
