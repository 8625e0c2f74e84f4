//! `modules`: the parts of Python's library that templates can use.

use minijinja::Value;

use crate::template::datetime;
use crate::template::values::dict;

use super::itertools;
use super::regex;

/// `modules.datetime`, `modules.pytz`, `modules.re` and `modules.itertools`.
pub(super) fn modules() -> Value {
    dict([
        ("datetime", datetime::datetime_module()),
        ("pytz", datetime::pytz_module()),
        ("re", regex::module()),
        ("itertools", itertools::module()),
    ])
}
