//! Names: the adapter's own, quoted identifiers, dispatched macros.

use minijinja::{Error, State, Value};

use super::AdapterObject;
use crate::diagnostics::Diagnostic;
use crate::objects::Arguments;
use crate::sql::Part;
use crate::template;

type Called = Result<Value, Error>;

/// `type()`.
#[expect(clippy::unnecessary_wraps, reason = "all methods have one signature")]
pub(super) fn kind(adapter: &AdapterObject, _: &mut State<'_, '_>, _: &[Value]) -> Called {
    Ok(Value::from(adapter.state.runtime.adapter().kind()))
}

/// `dispatch(macro_name, macro_namespace=None)`.
pub(super) fn dispatch(_: &AdapterObject, running: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("dispatch", &["macro_name", "macro_namespace", "packages"], args)?;
    if arguments.given("packages").is_some() {
        let finding = Diagnostic::error("dispatch", "`adapter.dispatch` has no argument `packages` any more");
        return Err(template::raise_diagnostic(
            finding.help("give the name of one package as `macro_namespace`"),
        ));
    }
    let namespace = arguments.given("macro_namespace");
    let namespace = match namespace.map(|value| (value, value.as_str())) {
        None => None,
        Some((_, Some(namespace))) => Some(namespace.to_owned()),
        Some((other, None)) => {
            let message =
                format!("`adapter.dispatch` takes the name of one package, not {}", template::repr(other));
            return Err(template::raise_diagnostic(Diagnostic::error("dispatch", message)));
        }
    };
    let name = template::text(arguments.require("dispatch", "macro_name")?);
    template::dispatch(running, &name, namespace.as_deref())
}

/// `quote(identifier)`.
pub(super) fn quote(adapter: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("quote", &["identifier"], args)?;
    let identifier = template::text(arguments.require("quote", "identifier")?);
    Ok(Value::from(adapter.state.runtime.adapter().dialect().quote(&identifier)))
}

/// `quote_as_configured(identifier, quote_key)`.
pub(super) fn quote_as_configured(adapter: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("quote_as_configured", &["identifier", "quote_key"], args)?;
    let identifier = template::text(arguments.require("quote_as_configured", "identifier")?);
    let key = template::text(arguments.require("quote_as_configured", "quote_key")?);
    let parts = [Part::Database, Part::Schema, Part::Identifier];
    let part = parts.into_iter().find(|part| part.as_str() == key);
    let runtime = &adapter.state.runtime;
    let quotes = part.is_none_or(|part| runtime.quoting.get(part));
    Ok(Value::from(if quotes { runtime.adapter().dialect().quote(&identifier) } else { identifier }))
}

/// `quote_seed_column(column, quote_config)`: quoted unless configured otherwise.
pub(super) fn quote_seed_column(adapter: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("quote_seed_column", &["column", "quote_config"], args)?;
    let column = template::text(arguments.require("quote_seed_column", "column")?);
    let quotes = arguments.flag("quote_config").unwrap_or(true);
    Ok(Value::from(if quotes { adapter.state.runtime.adapter().dialect().quote(&column) } else { column }))
}

/// A method for which there is nothing to say here.
#[expect(clippy::unnecessary_wraps, reason = "all methods have one signature")]
pub(super) fn none(_: &AdapterObject, _: &mut State<'_, '_>, _: &[Value]) -> Called {
    Ok(Value::from(()))
}

/// A method that gives its argument: cells are texts where others need texts.
#[expect(clippy::unnecessary_wraps, reason = "all methods have one signature")]
pub(super) fn same(_: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    Ok(args.first().cloned().unwrap_or_default())
}

/// `get_catalog_integration(name)`: there are none.
pub(super) fn no_catalog(_: &AdapterObject, _: &mut State<'_, '_>, args: &[Value]) -> Called {
    let arguments = Arguments::bind("get_catalog_integration", &["name"], args)?;
    let message = format!("there is no catalog `{}`", arguments.require("get_catalog_integration", "name")?);
    Err(template::raise_diagnostic(Diagnostic::error("unknown-catalog", message)))
}
