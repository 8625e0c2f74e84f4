//! What only Redshift's `adapter` object has: dbt-redshift's methods, and two for its macros.

use serde_json::{Value as Json, json};

use super::layout::Layout;
use super::settings::Settings;
use crate::adapter::fields::text;
use crate::adapter::{DatabaseError, MemberCall};

type Called = Result<Json, DatabaseError>;

pub(super) fn call(settings: &Settings, call: &MemberCall) -> Option<Called> {
    Some(match call.name.as_str() {
        "verify_database" => verify_database(settings, call),
        "drop_without_cascade" => Ok(json!(settings.drop_without_cascade)),
        "use_show_apis" => Ok(json!(false)),
        "valid_incremental_strategies" => Ok(json!(super::INCREMENTAL_STRATEGIES)),
        "materialized_view_layout" => Layout::configured(call).map(|layout| layout.to_json()),
        "materialized_view_changes" => changes(call),
        _ => return None,
    })
}

/// An empty text, which macros print.
fn verify_database(settings: &Settings, call: &MemberCall) -> Called {
    let database = text(call.argument(0, "database"));
    settings.check_database(database.trim_matches('"'))?;
    Ok(Json::from(""))
}

/// What a view's config changes about what exists; null where that is nothing.
fn changes(call: &MemberCall) -> Called {
    let wanted = Layout::configured(call)?;
    Ok(wanted.changes_of(&Layout::existing(call)).unwrap_or(Json::Null))
}
