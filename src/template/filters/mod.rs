//! Filters and tests: those that the rewrite uses, and Jinja2's where
//! minijinja's differ from them.

mod lists;
mod marking;
mod numbers;
mod operators;
mod tests;
mod texts;

use minijinja::Environment;

/// Adds all filters and tests.
pub(crate) fn add(environment: &mut Environment<'_>) {
    operators::add(environment);
    lists::add(environment);
    numbers::add(environment);
    texts::add(environment);
    marking::add(environment);
    tests::add(environment);
}
