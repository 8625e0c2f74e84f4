//! Python's `datetime` and `pytz`.

mod arithmetic;
mod date;
mod delta;
mod fields;
mod module;
mod moment;
mod repr;
mod strftime;
mod strptime;
mod zone;

pub use date::{date_value, time_value};
pub use delta::delta_value;
pub use moment::{datetime_value, has_zone, utc_value};

pub(crate) use arithmetic::{arithmetic, compare, formatted, negate};
pub(crate) use module::{datetime_module, pytz_module};
pub(crate) use repr::{repr, type_name};
pub(crate) use strptime::iso_value;

#[cfg(test)]
mod tests;
