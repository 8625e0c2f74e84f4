//! The comment that goes with each statement, so that whoever reads the
//! warehouse's query log knows which node a statement is from.
//!
//! dbt's own comment is JSON, which tools that attribute costs parse: its keys
//! come first and mean the same here, `runner` says who really sent it.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use minijinja::value::{Object, ObjectRepr};
use serde_json::{Value as Json, json};

use super::failure::Failure;
use super::runtime::Runtime;
use super::subject::Subject;
use crate::adapter::DatabaseError;
use crate::artifact;
use crate::diagnostics::Diagnostic;
use crate::manifest::NodeKind;
use crate::project::{self, Members};
use crate::template::{self, Notice, Notices, Scope, Text, Value};
use crate::yaml::Yaml;

/// A rendered comment without its marks, and its side of the statement.
#[derive(Debug, Clone)]
pub(super) struct Comment {
    text: Arc<str>,
    append: bool,
}

/// A statement with its comment.
#[derive(Debug)]
pub(super) struct Commented<'a> {
    /// What is sent.
    pub(super) sql: Cow<'a, str>,
    /// The statement itself.
    own: &'a str,
    /// Where it starts in what is sent.
    start: usize,
}

impl Comment {
    /// The statement with the comment. dbt: behind it, but before its semicolon.
    fn add<'a>(&self, sql: &'a str) -> Commented<'a> {
        let text = &self.text;
        if !self.append {
            let before = format!("/* {text} */\n");
            return Commented { start: before.len(), sql: format!("{before}{sql}").into(), own: sql };
        }
        let trimmed = sql.trim_end();
        let (body, end) = trimmed.strip_suffix(';').map_or((trimmed, ""), |body| (body, ";"));
        Commented { start: 0, sql: format!("{body}\n/* {text} */{end}").into(), own: sql }
    }
}

impl<'a> Commented<'a> {
    /// A statement with this comment.
    pub(super) fn new(sql: &'a str, comment: Option<&Comment>) -> Self {
        comment.map_or_else(|| Self { sql: sql.into(), own: sql, start: 0 }, |comment| comment.add(sql))
    }

    /// What the warehouse says of what was sent, said of the statement: users
    /// did not write the comment.
    pub(super) fn uncommented(&self, error: DatabaseError) -> DatabaseError {
        if error.sql.as_deref() != Some(self.sql.as_ref()) {
            return error;
        }
        let offset = error.offset.and_then(|offset| offset.checked_sub(self.start));
        let offset = offset.filter(|offset| *offset <= self.own.len());
        DatabaseError { sql: Some(self.own.to_owned()), offset, ..error }
    }
}

/// The comment of the statements about a subject, or with `None` of the run's
/// own; `None` where the project wants none.
///
/// # Errors
/// The template fails, or what it gives would end the comment.
pub(super) fn comment(
    runtime: &Arc<Runtime>,
    subject: Option<&Subject>,
    notices: &Arc<dyn Notices>,
) -> Result<Option<Comment>, Failure> {
    let wanted = &runtime.parts.project.root_package().file.rules.query_comment;
    let about = About::new(runtime, subject);
    let text = match &wanted.comment {
        None => about.default_comment(runtime),
        Some(template) => about.render(runtime, template, notices)?,
    };
    Ok((!text.is_empty()).then(|| Comment { text: text.trim().into(), append: wanted.append }))
}

/// Whether there can be comments: one without a node is made.
///
/// # Errors
/// As [`comment`].
pub(super) fn check(runtime: &Arc<Runtime>) -> Result<(), Failure> {
    comment(runtime, None, &(Arc::new(Silence) as Arc<dyn Notices>)).map(drop)
}

/// Hears nothing.
#[derive(Debug)]
struct Silence;

impl Notices for Silence {
    fn notice(&self, _: Notice) {}
}

/// What a comment is about.
struct About {
    /// dbt's name for the connection.
    connection: String,
    /// What templates see as `node`. dbt: hooks of the run and macros from the
    /// command line have none.
    node: Option<Subject>,
}

impl About {
    fn new(runtime: &Runtime, subject: Option<&Subject>) -> Self {
        let is_hook = |subject: &Subject| {
            subject.node(runtime).is_some_and(|node| matches!(node.kind, NodeKind::Hook(_)))
        };
        match subject {
            Some(Subject::Operation(id)) => {
                let name = id.rsplit('.').next().unwrap_or(id);
                Self { connection: format!("macro_{name}"), node: None }
            }
            Some(subject) if !is_hook(subject) => {
                Self { connection: subject.unique_id(runtime), node: Some(subject.clone()) }
            }
            _ => Self { connection: "master".to_owned(), node: None },
        }
    }

    fn default_comment(&self, runtime: &Runtime) -> String {
        let profile = &runtime.parts.project.profile;
        let about = if self.node.is_some() { "node_id" } else { "connection_name" };
        let json = json!({
            "app": "dbt",
            "dbt_version": project::DBT_VERSION,
            "profile_name": profile.name,
            "target_name": profile.target_name,
            about: self.connection,
            "runner": concat!("model ", env!("CARGO_PKG_VERSION")),
        });
        let text = template::python_json(&json);
        // Names may hold anything; JSON reads `\/` as `/`.
        text.replace("*/", "*\\/").replace("/*", "\\/*")
    }

    fn render(
        self,
        runtime: &Arc<Runtime>,
        template: &Yaml,
        notices: &Arc<dyn Notices>,
    ) -> Result<String, Failure> {
        let Some(written) = template.as_str().filter(|written| !written.is_empty()) else {
            return Ok(String::new());
        };
        let text = Text::new(written, template.span.file, template.span.start);
        let node = self.node.map(|subject| NodeObject {
            runtime: Arc::clone(runtime),
            subject,
            json: OnceLock::new(),
        });
        let scope = HeaderScope {
            members: runtime.members().clone(),
            package: runtime.parts.project.root_package().name.clone(),
            node: node.map_or(Value::from(()), Value::from_object),
            connection: Value::from(self.connection),
            notices: Arc::clone(notices),
        };
        let rendered = runtime.parts.engine.body(&text, Arc::new(scope));
        let rendered = template::text(&rendered.map_err(|error| Failure::from(error.diagnostic()))?);
        let mark = ["*/", "/*"].into_iter().find(|mark| rendered.contains(mark));
        if let Some(mark) = mark {
            let problem = Diagnostic::error("query-comment", format!("the query comment holds `{mark}`"));
            let problem = problem.at(template.span, "").note(format!("it is: {}", rendered.trim()));
            return Err(problem.help("leave the marks away: they are added").into());
        }
        Ok(rendered)
    }
}

/// What the template of the comment sees besides macros.
struct HeaderScope {
    members: Members,
    package: String,
    node: Value,
    connection: Value,
    notices: Arc<dyn Notices>,
}

impl fmt::Debug for HeaderScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HeaderScope").field(&self.connection).finish()
    }
}

impl Scope for HeaderScope {
    fn lookup(&self, name: &str) -> Option<Value> {
        match name {
            "node" => Some(self.node.clone()),
            "connection_name" => Some(self.connection.clone()),
            _ => self.members.lookup(name, &self.package),
        }
    }

    fn package(&self) -> &str {
        &self.package
    }

    fn names(&self) -> Vec<&'static str> {
        [vec!["node", "connection_name"], self.members.names()].concat()
    }

    fn notices(&self) -> Arc<dyn Notices> {
        Arc::clone(&self.notices)
    }
}

/// `node`. dbt: what it lacks is an empty text. Its JSON is made when a template
/// first asks for a part of it.
struct NodeObject {
    runtime: Arc<Runtime>,
    subject: Subject,
    json: OnceLock<Json>,
}

impl fmt::Debug for NodeObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NodeObject").field(&self.subject).finish()
    }
}

impl Object for NodeObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        let json = self.json.get_or_init(|| match self.subject.node(&self.runtime) {
            Some(node) => artifact::node_json(&self.runtime.wire(), node),
            None => self.subject.json(&self.runtime),
        });
        let own = |key: &str| json.get(key);
        let found = match key {
            // dbt: a property of every node that is no part of its JSON.
            "identifier" => own(key).or_else(|| own("alias")).or_else(|| own("name")),
            _ => own(key),
        };
        Some(found.map_or_else(|| Value::from(""), template::to_value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(append: bool, sql: &str, expected: &str) {
        let comment = Comment { text: "c".into(), append };
        let commented = comment.add(sql);
        assert_eq!(commented.sql, expected);
        for (at, _) in sql.char_indices() {
            let error = DatabaseError {
                sql: Some(commented.sql.to_string()),
                offset: Some(commented.start + at),
                ..DatabaseError::new("no")
            };
            let own = commented.uncommented(error);
            assert_eq!((own.sql.as_deref(), own.offset), (Some(sql), Some(at)));
        }
    }

    #[test]
    fn a_comment_stands_before_or_behind() {
        check(false, "select 1", "/* c */\nselect 1");
        check(false, "\nselect 1;\nselect 2;\n", "/* c */\n\nselect 1;\nselect 2;\n");
        check(true, "select 1", "select 1\n/* c */");
        check(true, "select 1 -- x\n", "select 1 -- x\n/* c */");
        check(true, "select 1;\nselect 2;", "select 1;\nselect 2\n/* c */;");
        check(true, "", "\n/* c */");
    }

    #[test]
    fn errors_about_the_comment_have_no_place() {
        let place = |append: bool, offset: usize| {
            let comment = Comment { text: "c".into(), append };
            let commented = comment.add("select 1");
            let sql = Some(commented.sql.to_string());
            let error = DatabaseError { sql, offset: Some(offset), ..DatabaseError::new("no") };
            commented.uncommented(error).offset
        };
        assert_eq!(place(false, 3), None);
        assert_eq!(place(false, 8), Some(0));
        assert_eq!(place(true, 8), Some(8));
        assert_eq!(place(true, 12), None);
    }
}
