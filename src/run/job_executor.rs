//! A [`Executor`] on a real job: its macros, its session, its relations.

use std::sync::Arc;

use super::rehearsal::Rehearsed;
use crate::adapter::Response;
use crate::compile::{Failure, Job, Listener, Runtime};
use crate::diagnostics::Diagnostic;
use crate::manifest::Node;
use crate::materialize::{Author, Change, Executor, Purpose, Screened, Transaction};
use crate::source::SourceFile;
use crate::sql::{Column, Relation, Rows};
use crate::template::Value;

/// A node's job as a materialization sees it.
pub(super) struct JobExecutor<'a> {
    pub(super) job: &'a Job,
    pub(super) node: &'a Node,
    /// What is known of the node, a test that finds nothing.
    pub(super) screened: Option<&'a Screened>,
    /// What its macros gave before its turn.
    pub(super) rehearsed: Option<&'a Rehearsed>,
    pub(super) listener: Arc<dyn Listener>,
}

impl JobExecutor<'_> {
    /// What is run for the node is written to `target/run` before it is sent, so
    /// that it can be looked at when the warehouse refuses it.
    fn record(&self, purpose: Purpose, sql: &str) -> Result<(), Failure> {
        if purpose == Purpose::Main { self.job.write(sql) } else { Ok(()) }
    }
}

/// Who wrote the macro that a node calls by this name.
pub(super) fn author(runtime: &Runtime, node: &Node, name: &str) -> Option<Author> {
    let library = runtime.parts.engine.library();
    let found = match name.split_once('.') {
        Some((package, name)) => library.find_in(package, name),
        None => library.find(name, &node.package),
    };
    found.map(|info| if info.is_internal { Author::BuiltIn } else { Author::User })
}

impl Executor for JobExecutor<'_> {
    fn call(&mut self, name: &str, args: &[Value]) -> Result<Value, Failure> {
        match self.rehearsed.and_then(|rehearsed| rehearsed.recall(name, args)) {
            Some(value) => Ok(value),
            None => self.job.call(name, args, &[]),
        }
    }

    fn author(&self, name: &str) -> Option<Author> {
        author(self.job.runtime(), self.node, name)
    }

    fn member(&self, name: &str) -> Value {
        self.job.member(name).unwrap_or_default()
    }

    fn render(&mut self, template: &str) -> Result<String, Failure> {
        self.job.render(template, self.node.origin.span)
    }

    fn execute(&mut self, purpose: Purpose, sql: &str) -> Result<Response, Failure> {
        self.record(purpose, sql)?;
        let response = self.job.execute(sql)?;
        if purpose == Purpose::Main {
            self.job.store_main(&response, &Rows::default());
        }
        Ok(response)
    }

    fn start(&mut self, sql: &str) -> Result<(), Failure> {
        self.record(Purpose::Main, sql)?;
        self.job.start(sql)
    }

    fn answer(&mut self) -> Result<Response, Failure> {
        self.job.answer()
    }

    fn python(&mut self, purpose: Purpose, code: &str) -> Result<Response, Failure> {
        self.record(purpose, code)?;
        let response = self.job.python(code)?;
        if purpose == Purpose::Main {
            self.job.store_main(&response, &Rows::default());
        }
        Ok(response)
    }

    fn query(
        &mut self,
        purpose: Purpose,
        sql: &str,
        limit: Option<usize>,
    ) -> Result<(Response, Rows), Failure> {
        self.record(purpose, sql)?;
        let (response, rows) = self.job.query(sql, limit)?;
        if purpose == Purpose::Main {
            self.job.store_main(&response, &rows);
        }
        Ok((response, rows))
    }

    fn count(&mut self, sql: &str) -> Result<(Response, Rows), Failure> {
        self.record(Purpose::Main, sql)?;
        match self.screened.filter(|screened| screened.statement == sql) {
            Some(screened) => {
                self.job.recall(sql)?;
                Ok((screened.response.clone(), screened.rows.clone()))
            }
            None => self.job.query_untyped(sql),
        }
    }

    fn transaction(&mut self, step: Transaction) -> Result<(), Failure> {
        match step {
            Transaction::Begin => self.job.begin(),
            Transaction::Commit => self.job.commit(),
            Transaction::Rollback => self.job.rollback(),
        }
    }

    fn in_transaction(&self) -> bool {
        self.job.in_transaction()
    }

    fn existing(&mut self, relation: &Relation) -> Result<Option<Relation>, Failure> {
        self.job.existing(relation)
    }

    fn columns(&mut self, relation: &Relation) -> Result<Vec<Column>, Failure> {
        self.job.columns(relation)
    }

    fn change(&mut self, change: Change<'_>) -> Result<(), Failure> {
        match change {
            Change::Drop(relation) => self.job.drop_relation(relation),
            Change::Rename(from, to) => self.job.rename_relation(from, to),
            Change::Create(relation) => {
                self.job.created(relation);
                Ok(())
            }
            Change::Lose(relation) => {
                self.job.lost(relation);
                Ok(())
            }
        }
    }

    fn main_answer(&self) -> Option<(Response, Rows)> {
        self.job.main_answer()
    }

    fn source(&mut self, path: &str, text: &str) -> Arc<SourceFile> {
        self.job.runtime().parts.sources.add(path, text)
    }

    fn warn(&mut self, warning: Diagnostic) {
        self.listener.warning(warning);
    }
}
