//! What Python does with values: operators, methods, formatting.

mod arithmetic;
mod compare;
mod decimal;
mod format;
mod method;
mod slice;
mod spec;
mod strings;

pub use decimal::Decimal;

pub(crate) use arithmetic::{Operator, calculate, integer as integer_value, negate};
pub(crate) use compare::{compare, equal};
pub(crate) use decimal::{of as decimal_of, plain, repr as decimal_repr};
pub(crate) use format::percent;
pub(crate) use method::method;
pub(crate) use slice::slice;
pub(crate) use spec::float as float_of;
pub(crate) use strings::capitalize;
