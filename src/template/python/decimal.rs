//! Python's `Decimal`: a number that keeps its digits.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Object, ObjectRepr, ValueKind};
use minijinja::{Error, ErrorKind, State, Value};

use super::arithmetic::{Number, Operator, number};
use crate::template::error::raise_message;

/// The digits that a division keeps (Python's default context: 28).
const PRECISION: u32 = 28;

/// As many places as digits: more would not be held.
const MOST_PLACES: u32 = 38;

/// A decimal number of at most 38 digits: `digits / 10^scale`.
#[derive(Debug, Clone, Copy)]
pub struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    /// Reads `-12.50` and `1e-7`; `None` where it is not a number, has too many digits or
    /// zeros that are not written.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (mantissa, shift) = match text.split_once("e-") {
            Some((mantissa, shift)) => (mantissa, shift.parse().ok()?),
            None => (text, 0_u32),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let digits = format!("{whole}{fraction}").parse().ok()?;
        let scale = u32::try_from(fraction.len()).ok()?.checked_add(shift)?;
        Some(Self { digits, scale: Some(scale).filter(|scale| *scale <= MOST_PLACES)? })
    }

    /// The decimal that Python makes of the text of a float; `None` for those that are not
    /// finite, that are written with a positive exponent, and for the zero below zero.
    #[must_use]
    pub fn of_float(float: f64) -> Option<Self> {
        let is_negative_zero = float == 0.0 && float.is_sign_negative();
        Self::parse(&crate::template::values::float_text(float)).filter(|_| !is_negative_zero)
    }

    /// The value that templates hold.
    #[must_use]
    pub fn value(self) -> Value {
        Value::from_object(self)
    }

    /// The number as a float.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// The number without its fraction.
    pub(crate) fn truncated(self) -> i128 {
        self.digits / power(self.scale).unwrap_or(i128::MAX)
    }

    /// Rounds half to even, as Python's `round`.
    pub(crate) fn rounded(self, places: u32) -> Self {
        let Some(cut) = self.scale.checked_sub(places).filter(|cut| *cut > 0).and_then(power) else {
            return self;
        };
        let quotient = self.digits.div_euclid(cut);
        let twice = self.digits.rem_euclid(cut).saturating_mul(2);
        let up = twice > cut || (twice == cut && quotient % 2 != 0);
        Self { digits: quotient + i128::from(up), scale: places }
    }

    /// The same number with at least so many places, where it can hold them.
    pub(crate) fn padded(self, places: u32) -> Self {
        let more = places.saturating_sub(self.scale);
        let digits = power(more).and_then(|unit| self.digits.checked_mul(unit));
        digits.map_or(self, |digits| Self { digits, scale: self.scale + more })
    }

    /// At most as many digits as Python's arithmetic keeps, where those that are too many
    /// stand after the point.
    fn within_precision(self) -> Self {
        let excess = count(self.digits).saturating_sub(PRECISION);
        if excess == 0 || excess > self.scale { self } else { self.rounded(self.scale - excess) }
    }

    /// Both numbers with the same number of places.
    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        let a = self.digits.checked_mul(power(scale - self.scale)?)?;
        let b = other.digits.checked_mul(power(scale - other.scale)?)?;
        Some((a, b, scale))
    }

    fn cmp_exact(self, other: Self) -> Ordering {
        match self.aligned(other) {
            Some((a, b, _)) => a.cmp(&b),
            None => self.as_f64().total_cmp(&other.as_f64()),
        }
    }
}

fn power(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

/// How many digits a number has.
fn count(digits: i128) -> u32 {
    digits.unsigned_abs().checked_ilog10().map_or(1, |log| log + 1)
}

/// As Python prints it: with an exponent where more than five zeros follow the point.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exponent = i64::from(self.scale) - i64::from(count(self.digits)) + 1;
        if exponent > 6 {
            let lead = Self { digits: self.digits, scale: count(self.digits) - 1 };
            return write!(f, "{lead}E-{exponent}");
        }
        let places = self.scale as usize;
        let sign = if self.digits < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.digits.unsigned_abs(), width = places + 1);
        let (whole, fraction) = digits.split_at_checked(digits.len() - places).unwrap_or((&digits, ""));
        let point = if places > 0 { "." } else { "" };
        write!(f, "{sign}{whole}{point}{fraction}")
    }
}

/// The value as a decimal, if it is one or an integer.
fn operand(value: &Value) -> Option<Decimal> {
    if let Some(decimal) = value.downcast_object_ref::<Decimal>() {
        return Some(*decimal);
    }
    match number(value)? {
        Number::Int(digits) => Some(Decimal { digits, scale: 0 }),
        Number::Float(_) => None,
    }
}

fn is_decimal(value: &Value) -> bool {
    value.downcast_object_ref::<Decimal>().is_some()
}

/// The decimal in `value`.
pub(crate) fn of(value: &Value) -> Option<Decimal> {
    value.downcast_object_ref::<Decimal>().copied()
}

/// Python's `repr` of a decimal.
pub(crate) fn repr(value: &Value) -> Option<String> {
    Some(format!("Decimal('{}')", of(value)?))
}

/// What minijinja compares with numbers in place of a decimal, or of a sequence that holds
/// some; `None` for other values.
pub(crate) fn plain(value: &Value) -> Option<Value> {
    if let Some(decimal) = of(value) {
        return Some(Value::from(decimal.as_f64()));
    }
    let is_sequence = matches!(value.kind(), ValueKind::Seq);
    if !is_sequence || !value.try_iter().ok()?.any(|item| is_decimal(&item)) {
        return None;
    }
    Some(value.try_iter().ok()?.map(|item| plain(&item).unwrap_or(item)).collect())
}

/// `left operator right` where one of them is a decimal. With a float the
/// result is a float (Python refuses; SQL results make that too strict).
pub(super) fn arithmetic(operator: Operator, left: &Value, right: &Value) -> Option<Result<Value, Error>> {
    if !is_decimal(left) && !is_decimal(right) {
        return None;
    }
    let (Some(a), Some(b)) = (operand(left), operand(right)) else {
        let float =
            |value: &Value| of(value).map(Decimal::as_f64).or_else(|| number(value).map(Number::float));
        let (a, b) = (float(left)?, float(right)?);
        return Some(super::calculate(operator, &Value::from(a), &Value::from(b)));
    };
    if b.digits == 0 && matches!(operator, Operator::Div | Operator::FloorDiv | Operator::Mod) {
        return Some(Err(raise_message("division by zero")));
    }
    // What has more digits than a decimal holds is calculated as floats are.
    Some(match exact(operator, a, b) {
        Some(result) => Ok(result.within_precision().value()),
        None => super::calculate(operator, &Value::from(a.as_f64()), &Value::from(b.as_f64())),
    })
}

fn exact(operator: Operator, a: Decimal, b: Decimal) -> Option<Decimal> {
    let (x, y, scale) = a.aligned(b)?;
    let result = match operator {
        Operator::Add => Some(Decimal { digits: x.checked_add(y)?, scale }),
        Operator::Sub => Some(Decimal { digits: x.checked_sub(y)?, scale }),
        Operator::Mul => Some(Decimal { digits: a.digits.checked_mul(b.digits)?, scale: a.scale + b.scale }),
        Operator::FloorDiv => Some(Decimal { digits: x.checked_div(y)?, scale: 0 }),
        Operator::Mod => Some(Decimal { digits: x.checked_rem(y)?, scale }),
        Operator::Div => divide(x, y, a.scale.saturating_sub(b.scale)),
        Operator::Pow => {
            let exponent = u32::try_from(b.digits).ok().filter(|_| b.scale == 0)?;
            Some(Decimal { digits: a.digits.checked_pow(exponent)?, scale: a.scale.checked_mul(exponent)? })
        }
    };
    result.filter(|result| result.scale <= MOST_PLACES)
}

/// A quotient with as many places as it needs, at least `least` of them and no more digits
/// than the usual precision.
fn divide(x: i128, y: i128, least: u32) -> Option<Decimal> {
    let mut digits = x.checked_div(y)?;
    let mut rest = x.checked_rem(y)?;
    let mut scale = 0;
    while (rest != 0 && (digits == 0 || count(digits) <= PRECISION) && scale < MOST_PLACES) || scale < least {
        rest = rest.checked_mul(10)?;
        digits = digits.checked_mul(10)?.checked_add(rest / y)?;
        rest %= y;
        scale += 1;
    }
    // Half of a last digit is not even where something follows it.
    let follows = i128::from(rest != 0 && digits % 5 == 0) * digits.signum();
    Some(Decimal { digits: digits.checked_add(follows)?, scale })
}

/// How two values compare where one of them is a decimal.
pub(super) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    if !is_decimal(left) && !is_decimal(right) {
        return None;
    }
    if let (Some(a), Some(b)) = (operand(left), operand(right)) {
        return Some(a.cmp_exact(b));
    }
    let float = |value: &Value| of(value).map(Decimal::as_f64).or_else(|| number(value).map(Number::float));
    float(left)?.partial_cmp(&float(right)?)
}

/// `-value`, if it is a decimal.
pub(super) fn negate(value: &Value) -> Option<Value> {
    let decimal = of(value)?;
    Some(Decimal { digits: decimal.digits.checked_neg()?, ..decimal }.value())
}

impl Object for Decimal {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.digits != 0
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        _args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "to_integral_value" => Ok(self.rounded(0).value()),
            "is_integer" => Ok(Value::from(self.digits % power(self.scale).unwrap_or(1) == 0)),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        other.downcast_ref::<Self>().map(|other| self.cmp_exact(*other))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_ref(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::{Decimal, Operator, exact};

    #[test]
    fn has_no_more_places_than_digits() {
        let power = |of: &str, exponent: &str| {
            let [base, exponent] = [of, exponent].map(|text| Decimal::parse(text).unwrap());
            exact(Operator::Pow, base, exponent).map(|result| result.to_string())
        };
        assert_eq!(power("0.1", "3").as_deref(), Some("0.001"));
        assert_eq!(power("0.1", "70000"), None);
    }

    #[test]
    fn keeps_its_digits() {
        for text in ["0", "1.50", "-0.05", "12345678901234567890.123", "-7"] {
            assert_eq!(Decimal::parse(text).unwrap().to_string(), text);
        }
        for (text, printed) in [("1e-07", "1E-7"), ("-0.00000012", "-1.2E-7"), ("0.000001", "0.000001")] {
            assert_eq!(Decimal::parse(text).unwrap().to_string(), printed);
        }
        for text in ["", "1.5e3", "x", "1.2.3", "."] {
            assert!(Decimal::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn keeps_as_many_digits_as_python() {
        let check = |left: &str, operator, right: &str, expected: &str| {
            let [left, right] = [left, right].map(|text| Decimal::parse(text).unwrap());
            let result = exact(operator, left, right).unwrap().within_precision();
            assert_eq!(result.to_string(), expected, "{left} {operator:?} {right}");
        };
        check("2.5", Operator::Div, "3", "0.8333333333333333333333333333");
        check("100", Operator::Div, "3", "33.33333333333333333333333333");
        check("-1", Operator::Div, "7", "-0.1428571428571428571428571429");
        check("1", Operator::Div, "300", "0.003333333333333333333333333333");
        check("1.10", Operator::Div, "1", "1.10");
        check("1.10", Operator::Div, "2", "0.55");
        check("-7", Operator::FloorDiv, "2", "-3");
        check("-7", Operator::Mod, "3", "-1");
        check("0.30000000000000004", Operator::Mul, "0.30000000000000004", "0.09000000000000002400000000000");
    }

    #[test]
    fn rounds_half_to_even() {
        let check = |text, places, expected: &str| {
            assert_eq!(Decimal::parse(text).unwrap().rounded(places).to_string(), expected, "{text}");
        };
        check("2.5", 0, "2");
        check("3.5", 0, "4");
        check("-2.5", 0, "-2");
        check("1.005", 2, "1.00");
        check("1.239", 2, "1.24");
        check("1.2", 3, "1.2");
    }
}
