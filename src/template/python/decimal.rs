//! Python's `Decimal`: a number that keeps its digits.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::arithmetic::{Number, Operator, floor_divide, number};
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
    /// Reads `-12.50`; `None` where it is not a number or has too many digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let digits = format!("{whole}{fraction}").parse().ok()?;
        Some(Self {
            digits,
            scale: u32::try_from(fraction.len()).ok().filter(|scale| *scale <= MOST_PLACES)?,
        })
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

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
    let result = exact(operator, a, b);
    Some(
        result.map(Decimal::value).ok_or_else(|| raise_message("the result of the calculation is too large")),
    )
}

fn exact(operator: Operator, a: Decimal, b: Decimal) -> Option<Decimal> {
    let (x, y, scale) = a.aligned(b)?;
    let result = match operator {
        Operator::Add => Some(Decimal { digits: x.checked_add(y)?, scale }),
        Operator::Sub => Some(Decimal { digits: x.checked_sub(y)?, scale }),
        Operator::Mul => Some(Decimal { digits: a.digits.checked_mul(b.digits)?, scale: a.scale + b.scale }),
        Operator::FloorDiv => Some(Decimal { digits: floor_divide(x, y)?, scale: 0 }),
        Operator::Mod => Some(Decimal { digits: x.checked_rem(y)?, scale }),
        Operator::Div => divide(x, y),
        Operator::Pow => {
            let exponent = u32::try_from(b.digits).ok().filter(|_| b.scale == 0)?;
            Some(Decimal { digits: a.digits.checked_pow(exponent)?, scale: a.scale.checked_mul(exponent)? })
        }
    };
    result.filter(|result| result.scale <= MOST_PLACES)
}

/// A quotient with as many places as it needs, up to the usual precision.
fn divide(x: i128, y: i128) -> Option<Decimal> {
    let mut digits = x.checked_div(y)?;
    let mut rest = x.checked_rem(y)?;
    let mut scale = 0;
    while rest != 0 && scale < PRECISION {
        rest = rest.checked_mul(10)?;
        digits = digits.checked_mul(10)?.checked_add(rest / y)?;
        rest %= y;
        scale += 1;
    }
    Some(Decimal { digits, scale })
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
        for text in ["", "1.5e3", "x", "1.2.3", "."] {
            assert!(Decimal::parse(text).is_none(), "{text}");
        }
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
