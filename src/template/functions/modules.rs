//! `modules`: the parts of Python's library that templates can use.

use minijinja::Value;

use super::{itertools, regex};
use crate::template::datetime;
use crate::template::values::dict;

/// `modules.datetime`, `modules.pytz`, `modules.re` and `modules.itertools`.
pub(super) fn modules() -> Value {
    dict([
        ("datetime", datetime::datetime_module()),
        ("pytz", datetime::pytz_module()),
        ("re", regex::module()),
        ("itertools", itertools::module()),
    ])
}
