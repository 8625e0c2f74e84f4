//! The macros that a node's turn begins with, called before it.
//!
//! A materialization asks for names and SQL before it sends its first statement.
//! Ahead of the turn it is gone through up to there, and what macros gave is kept
//! by what they were given. Where the turn goes another way, or where a macro
//! wants the warehouse, the turn calls the macro itself.

use std::sync::Arc;

use super::job_executor;
use super::steps::Action;
use crate::adapter::Response;
use crate::compile::{EarlyJob, Failure, Runtime};
use crate::diagnostics::Diagnostic;
use crate::manifest::Node;
use crate::materialize::{self, Author, Change, Executor, Materializer, Order, Purpose, Transaction};
use crate::source::{SourceFile, SourceMap};
use crate::sql::{Column, Relation, Rows};
use crate::template::Value;

/// What macros gave.
#[derive(Debug, Default)]
pub(super) struct Rehearsed {
    calls: Vec<Call>,
}

#[derive(Debug)]
struct Call {
    name: String,
    args: Vec<Value>,
    value: Value,
}

impl Rehearsed {
    /// What a macro gave for these arguments.
    pub(super) fn recall(&self, name: &str, args: &[Value]) -> Option<Value> {
        let found = self.calls.iter().find(|call| call.name == name && call.args == args);
        found.map(|call| call.value.clone())
    }

    /// The macros with what they were given and what they gave, in order.
    #[cfg(test)]
    pub(super) fn calls(&self) -> impl Iterator<Item = (&str, &[Value], &Value)> {
        self.calls.iter().map(|call| (call.name.as_str(), call.args.as_slice(), &call.value))
    }
}

/// Goes through the beginning of a step on the order's node.
pub(super) fn rehearse(runtime: &Runtime, early: &EarlyJob, action: Action, order: &Order<'_>) -> Rehearsed {
    let mut stage = Stage { runtime, early, node: order.node, calls: Vec::new() };
    // It ends where it would need the warehouse, which is no failure.
    match action {
        Action::Materialize => drop(materialize::make(order, &mut stage, Materializer::BuiltIn)),
        Action::Judge => drop(materialize::judge(order, &mut stage, Materializer::BuiltIn)),
        _ => {}
    }
    Rehearsed { calls: stage.calls }
}

/// An executor without a warehouse: nothing exists, and no statement is sent.
struct Stage<'a> {
    runtime: &'a Runtime,
    early: &'a EarlyJob,
    node: &'a Node,
    calls: Vec<Call>,
}

fn end<T>() -> Result<T, Failure> {
    Err(Failure::OutOfTurn)
}

impl Executor for Stage<'_> {
    fn call(&mut self, name: &str, args: &[Value]) -> Result<Value, Failure> {
        let Some(value) = self.early.call(name, args) else { return end() };
        self.calls.push(Call { name: name.to_owned(), args: args.to_vec(), value: value.clone() });
        Ok(value)
    }

    fn author(&self, name: &str) -> Option<Author> {
        job_executor::author(self.runtime, self.node, name)
    }

    fn member(&self, _: &str) -> Value {
        Value::UNDEFINED
    }

    fn render(&mut self, _: &str) -> Result<String, Failure> {
        end()
    }

    fn execute(&mut self, _: Purpose, _: &str) -> Result<Response, Failure> {
        end()
    }

    fn start(&mut self, _: &str) -> Result<(), Failure> {
        end()
    }

    fn answer(&mut self) -> Result<Response, Failure> {
        end()
    }

    fn python(&mut self, _: Purpose, _: &str) -> Result<Response, Failure> {
        end()
    }

    fn query(&mut self, _: Purpose, _: &str, _: Option<usize>) -> Result<(Response, Rows), Failure> {
        end()
    }

    fn count(&mut self, _: &str) -> Result<(Response, Rows), Failure> {
        end()
    }

    fn transaction(&mut self, _: Transaction) -> Result<(), Failure> {
        Ok(())
    }

    fn existing(&mut self, _: &Relation) -> Result<Option<Relation>, Failure> {
        Ok(None)
    }

    fn columns(&mut self, _: &Relation) -> Result<Vec<Column>, Failure> {
        end()
    }

    fn change(&mut self, _: Change<'_>) -> Result<(), Failure> {
        end()
    }

    fn main_answer(&self) -> Option<(Response, Rows)> {
        None
    }

    fn source(&mut self, path: &str, text: &str) -> Arc<SourceFile> {
        SourceMap::new().add(path, text)
    }

    fn in_transaction(&self) -> bool {
        false
    }

    fn warn(&mut self, _: Diagnostic) {}
}
