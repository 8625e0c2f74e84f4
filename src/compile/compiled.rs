//! Rendering a node and putting ephemeral models in front of it.

use std::sync::Arc;

use super::failure::Failure;
use super::place;
use super::scope::RunScope;
use super::state::{JobState, lock};
use super::subject::Subject;
use super::unit::UnitContext;
use crate::diagnostics::Diagnostic;
use crate::manifest::generic_tests::{TEST_ARGUMENTS, test_arguments};
use crate::manifest::{DataTest, Node, NodeId, NodeKind};
use crate::objects::CTE_PREFIX;
use crate::sql::{self, Cte};
use crate::template::{Scope, Text};

/// A node as SQL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compiled {
    /// The whole statement.
    pub sql: String,
    /// What the node's own template gave.
    pub own_sql: String,
    /// The ephemeral models that stand in front of it, in the order in which
    /// they need each other.
    pub ctes: Vec<Cte>,
}

/// How deep ephemeral models may read each other. The graph has no cycles, but a
/// macro may `ref` what parsing did not see.
const DEEPEST: usize = 100;

/// What follows the code of a Python model: the functions behind `dbt.ref` and its like.
const PYTHON_POSTFIX: &str = "{{ py_script_postfix(model) }}";

pub(super) fn compile(state: &Arc<JobState>) -> Result<Arc<Compiled>, Failure> {
    compile_at(state, 0)
}

fn compile_at(state: &Arc<JobState>, depth: usize) -> Result<Arc<Compiled>, Failure> {
    state.check_stop()?;
    let own_sql = match state.subject.text(&state.runtime) {
        Some(text) => {
            lock(&state.ctes).clear();
            read_test_arguments(state, &text)?;
            rendered(state, &text)?
        }
        None => String::new(),
    };
    let ctes = ctes(state, depth)?;
    check_reads_tables(state, &ctes)?;
    let sql = sql::with_ctes(&own_sql, &ctes);
    let compiled = Arc::new(Compiled { sql, own_sql, ctes });
    adopt(state, &compiled)?;
    Ok(compiled)
}

/// Makes what was compiled ahead the job's result. The ephemeral models in it were not written
/// then, nor remembered, which counts where they are no part of the run themselves.
pub(super) fn adopt_early(state: &Arc<JobState>, compiled: &Arc<Compiled>) -> Result<(), Failure> {
    for cte in &compiled.ctes {
        if let Some(id) = state.runtime.parts.manifest.nodes.place_of(&cte.id) {
            ephemeral(state, id, 0)?;
        }
    }
    adopt(state, compiled)
}

/// Makes this the job's result.
fn adopt(state: &JobState, compiled: &Arc<Compiled>) -> Result<(), Failure> {
    state.check_stop()?;
    state.set_compiled(compiled);
    // dbt: what a snapshot reads is not written, nor what is empty.
    let is_snapshot = state.node().is_some_and(|node| matches!(node.kind, NodeKind::Snapshot(_)));
    let is_written = !is_snapshot && !compiled.sql.is_empty();
    if state.subject.text(&state.runtime).is_some() && state.unit.is_none() && is_written {
        state.write("compiled", &compiled.sql)?;
    }
    if let (Subject::Node(id), None, Some("ephemeral")) =
        (&state.subject, &state.unit, state.node().map(|node| node.config.materialized()))
        && !state.worker.is_absent()
    {
        state.runtime.remember_ephemeral(*id, compiled);
    }
    Ok(())
}

/// What the node's text gives. Code in Python stays as it is, with the functions that
/// it needs behind it.
fn rendered(state: &Arc<JobState>, text: &Text) -> Result<String, Failure> {
    let render = |text: &Text| {
        let rendered = state.runtime.parts.engine.render(text, Arc::new(RunScope::new(state)));
        rendered.map_err(|error| place::template_failure(state, &error))
    };
    if !state.node().is_some_and(Node::is_python_model) {
        return render(text);
    }
    let code = &text.text;
    Ok(format!("{code}\n\n\n{}", render(&Text { text: PYTHON_POSTFIX.into(), ..text.clone() })?))
}

/// Code in Python reads tables and views, no expressions in front of a query.
fn check_reads_tables(state: &JobState, ctes: &[Cte]) -> Result<(), Failure> {
    match state.node() {
        Some(node) if node.is_python_model() && !ctes.is_empty() => {
            let message = format!("`{}` reads an ephemeral model, which only SQL can do", node.name);
            let problem = Diagnostic::error("python-model", message).at(node.origin.span, "");
            Err(problem.help("materialize that model as a view").into())
        }
        _ => Ok(()),
    }
}

/// Renders the arguments of a generic test for the call in its text.
fn read_test_arguments(state: &Arc<JobState>, call: &Text) -> Result<(), Failure> {
    let Some(NodeKind::Test(DataTest { generic: Some(test), .. })) = state.node().map(|node| &node.kind)
    else {
        return Ok(());
    };
    let scope: Arc<dyn Scope> = Arc::new(RunScope::new(state));
    let place = Text { text: "".into(), ..call.clone() };
    let arguments =
        test_arguments(&state.runtime.parts.engine, (&test.kwargs, &test.forms), (&place, &scope), &|_| None);
    let arguments = arguments.map_err(|error| place::template_failure(state, &error))?;
    lock(&state.extra).insert(TEST_ARGUMENTS, arguments);
    Ok(())
}

/// The expressions that the rendered text needs, each once.
fn ctes(state: &Arc<JobState>, depth: usize) -> Result<Vec<Cte>, Failure> {
    let mentioned = lock(&state.ctes).clone();
    let mut ctes: Vec<Cte> = Vec::new();
    if !state.runtime.parts.options.inject_ephemeral_ctes && state.unit.is_none() {
        return Ok(ctes);
    }
    let mut add = |cte: Cte| {
        if !ctes.iter().any(|known| known.id == cte.id) {
            ctes.push(cte);
        }
    };
    for id in mentioned {
        let Some(node) = state.runtime.node(id) else { continue };
        let name = cte_name(node);
        if let Some(sql) = state.unit.as_ref().and_then(|unit| unit.input(id)) {
            add(Cte { id: node.unique_id.to_string(), name, sql: sql.to_owned() });
            continue;
        }
        let compiled = ephemeral(state, id, depth)?;
        compiled.ctes.iter().cloned().for_each(&mut add);
        add(Cte { id: node.unique_id.to_string(), name, sql: compiled.own_sql.clone() });
    }
    Ok(ctes)
}

/// An ephemeral model, compiled once for the whole run.
fn ephemeral(state: &Arc<JobState>, id: NodeId, depth: usize) -> Result<Arc<Compiled>, Failure> {
    if let Some(known) = state.runtime.known_ephemeral(id) {
        return Ok(known);
    }
    if depth >= DEEPEST {
        let name = state.subject.name(&state.runtime);
        let message = format!("ephemeral models read each other in a circle, `{name}` among them");
        return Err(Diagnostic::error("ephemeral-cycle", message).into());
    }
    let listener = Arc::clone(&state.listener);
    let own = Arc::new(JobState::new(&state.runtime, &state.worker, Subject::Node(id), listener, None));
    compile_at(&own, depth + 1).map_err(|mut failure| {
        let reader = state.subject.name(&state.runtime);
        if let Some(finding) = failure.diagnostic_mut() {
            finding.notes.push(format!("it is ephemeral and was compiled for `{reader}`, which reads it"));
        }
        failure
    })
}

/// The name of a node as a common table expression. dbt: its alias behind a
/// prefix, so that two ephemeral models with one alias get in each other's way.
pub(super) fn cte_name(node: &Node) -> String {
    if let NodeKind::Source(source) = &node.kind {
        return format!("{CTE_PREFIX}{}__{}", source.source_name, node.name);
    }
    let alias = node.relation.as_ref().and_then(|relation| relation.identifier.as_deref());
    format!("{CTE_PREFIX}{}", alias.unwrap_or(&node.name))
}

pub(super) fn compile_unit_test(
    state: &Arc<JobState>,
    inputs: &[(NodeId, String)],
) -> Result<Arc<Compiled>, Failure> {
    let Some(Node { kind: NodeKind::UnitTest(test), origin, .. }) = state.node() else {
        let message = format!("`{}` is no unit test", state.subject.name(&state.runtime));
        return Err(Diagnostic::error("not-a-unit-test", message).into());
    };
    let unit = UnitContext::new(state.runtime.members(), test, origin.span, inputs);
    let listener = Arc::clone(&state.listener);
    let subject = Subject::Node(test.tested);
    let tested = Arc::new(JobState::new(&state.runtime, &state.worker, subject, listener, Some(unit)));
    let compiled = compile(&tested)?;
    write_inputs(state, &tested, inputs)?;
    state.set_compiled(&compiled);
    state.write("compiled", &compiled.sql)?;
    Ok(compiled)
}

/// Writes the inputs that the model reads. dbt: they are ephemeral models of the test's file.
fn write_inputs(state: &JobState, tested: &JobState, inputs: &[(NodeId, String)]) -> Result<(), Failure> {
    let read = lock(&tested.ctes).clone();
    for (id, sql) in inputs.iter().filter(|(id, _)| read.contains(id)) {
        if let (Some(test), Some(input)) = (state.node(), state.runtime.node(*id)) {
            state.write_file(state.runtime.input_path(test, input), sql)?;
        }
    }
    Ok(())
}
