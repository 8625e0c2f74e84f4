//! A user's own `{% materialization %}`.

use super::bench::{Bench, Change, Made, Order};
use crate::compile::Failure;
use crate::objects;
use crate::sql::Relation;
use crate::template::Value;

/// Calls the materialization, notes the relations that it returns, and takes
/// the answer to its statement named `main`.
pub(super) fn make(order: &Order<'_>, bench: &mut dyn Bench, name: &str) -> Result<Made, Failure> {
    let returned = bench.call(name, &[])?;
    let relations = relations(order, &returned)?;
    for relation in &relations {
        bench.change(Change::Create(relation))?;
    }
    let Some(response) = bench.main_response() else {
        let message = format!("the materialization `{}` ran no statement named `main`", materialized(order));
        let problem = order.problem("materialization-without-main", message);
        return Err(problem.help("wrap its main SQL in `{% call statement('main') %}`").into());
    };
    Ok(Made { response, relations })
}

/// The `relations` of what a materialization returned.
fn relations(order: &Order<'_>, returned: &Value) -> Result<Vec<Relation>, Failure> {
    let refuse = |what: String| {
        let message = format!("the materialization `{}` {what}", materialized(order));
        let problem = order.problem("materialization-returns-no-relations", message);
        Failure::from(problem.help("end it with `{{ return({'relations': [this]}) }}`"))
    };
    let list = returned.get_attr("relations").unwrap_or_default();
    if list.is_undefined() {
        return Err(refuse(format!("must return a dictionary with `relations`, not {}", returned.kind())));
    }
    let Ok(items) = list.try_iter() else {
        return Err(refuse(format!("must return a list as `relations`, not {}", list.kind())));
    };
    items
        .map(|item| {
            objects::as_relation(&item).ok_or_else(|| {
                refuse(format!("returned `{item}` among its `relations`, which is no relation"))
            })
        })
        .collect()
}

fn materialized<'a>(order: &Order<'a>) -> &'a str {
    order.node.config.materialized()
}
