//! What is built in, for a project's own materialization to call.

use std::sync::Arc;

use minijinja::{Error, Value};

use super::job_executor::JobExecutor;
use super::node_runner::{Turn, order};
use crate::compile::{Job, JobHandle, Listener};
use crate::manifest::NodeId;
use crate::materialize::{self, Flags, Order, Slice};
use crate::sql::Rows;
use crate::template::{self, MutDict, MutList};

/// The name by which the macros find it that stand for what is built in.
const NAME: &str = "materialize_built_in";

/// Lets the templates of a job build the node as what is built in.
pub(super) fn offer(turn: &Turn<'_>, job: &Job, sql: &str, slice: Option<&Slice>) {
    let offer = Offer {
        job: job.handle(),
        node: turn.step.node,
        sql: sql.to_owned(),
        slice: slice.cloned(),
        flags: turn.runner.flags,
        listener: Arc::clone(&turn.listener),
    };
    let _ = job.clone().with(NAME, Value::from_function(move |name: String| offer.make(&name)));
}

struct Offer {
    job: JobHandle,
    node: NodeId,
    sql: String,
    slice: Option<Slice>,
    flags: Flags,
    listener: Arc<dyn Listener>,
}

impl Offer {
    /// Builds the node; gives what dbt's materializations return.
    fn make(&self, name: &str) -> Result<Value, Error> {
        let over = || template::raise_message("a materialization is called while its node is built");
        let job = self.job.job().ok_or_else(over)?;
        let runtime = Arc::clone(job.runtime());
        let node = runtime.node(self.node).ok_or_else(over)?;
        let order = Order { slice: self.slice.as_ref(), ..order(&runtime, node, &self.sql, self.flags) };
        let listener = Arc::clone(&self.listener);
        let mut executor = JobExecutor { job: &job, node, screened: None, rehearsed: None, listener };
        let made = materialize::make_as(&order, &mut executor, name).map_err(template::raise)?;
        job.store_main(&made.response, &Rows::default());
        let relations = made.relations.iter().map(|relation| job.value(relation)).collect();
        let relations = Value::from_object(MutList::new(relations));
        Ok(Value::from_object(MutDict::new([("relations", relations)])))
    }
}
