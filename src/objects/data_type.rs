//! The type of a result's column as templates see it.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::Arguments;
use crate::template;

/// The type that agate gives to a column, by its name; it prints as that.
#[derive(Debug)]
pub(super) struct DataType(pub(super) &'static str);

impl DataType {
    /// A value of this type as JSON has it.
    fn jsonify(&self, state: &mut State<'_, '_>, value: &Value) -> Result<Value, Error> {
        if value.is_none() {
            return Ok(value.clone());
        }
        match self.0 {
            "Number" => Ok(value.to_string().parse::<f64>().map_or_else(|_| value.clone(), Value::from)),
            "Date" | "DateTime" => value.call_method(state, "isoformat", &[]),
            "Text" => Ok(Value::from(value.to_string())),
            _ => Ok(value.clone()),
        }
    }
}

/// So many digits has a number in Python's arithmetic.
const PRECISION: i64 = 28;

/// Whether there are decimals among numbers. agate counts the longest whole part and the most
/// decimals; where there is no room for both, what is left beside the whole part counts.
pub(super) fn have_decimals<'a>(numbers: impl Iterator<Item = &'a Value>) -> bool {
    let counted = numbers.filter_map(|number| places(&template::text(number)));
    let (whole, decimals) =
        counted.fold((1, 0), |most: (i64, i64), found| (most.0.max(found.0), most.1.max(found.1)));
    if whole + decimals > PRECISION { whole != PRECISION } else { decimals > 0 }
}

/// The digits before and after the point, of which the last is not zero: `1.50` has one of
/// each, `1200` four and minus two. `None` for what is no finite number.
fn places(text: &str) -> Option<(i64, i64)> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{}{fraction}", whole.trim_start_matches(['-', '+']));
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
    let significant = digits.trim_end_matches('0');
    let decimals = count(fraction) - exponent.parse::<i64>().ok()? - (count(&digits) - count(significant));
    let significant = significant.trim_start_matches('0');
    Some(if significant.is_empty() { (1, 0) } else { (count(significant) - decimals, decimals) })
}

impl Object for DataType {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        name: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match name {
            "jsonify" => {
                let arguments = Arguments::bind(name, &["d"], args)?;
                self.jsonify(state, arguments.require(name, "d")?)
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_counted_as_by_agate() {
        let check = |text: &str, expected: Option<(i64, i64)>| assert_eq!(places(text), expected, "{text}");
        check("1.50", Some((1, 1)));
        check("-0.25", Some((0, 2)));
        check("1200", Some((4, -2)));
        check("5.0", Some((1, 0)));
        check("1e-7", Some((-6, 7)));
        check("1e+30", Some((31, -30)));
        check("0.00", Some((1, 0)));
        check("nan", None);
        check("", None);
    }
}
