//! Python's format specifications: `>10,.2f`.

use minijinja::{Error, Value};

use super::arithmetic::{Number, number};
use super::decimal;
use crate::template::error::raise_message;
use crate::template::values::{text, type_name};

/// Widths and precisions are cut off here.
const LARGEST: usize = 10_000;

/// How a value is printed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spec {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    is_alternate: bool,
    is_zero_filled: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    /// The conversion, such as `f`.
    kind: Option<char>,
}

/// The value as a float.
pub(crate) fn float(value: &Value) -> Option<f64> {
    decimal::of(value).map(decimal::Decimal::as_f64).or_else(|| number(value).map(Number::float))
}

/// Takes the next character, which is the last of `rest`, if it fits.
fn take(rest: &mut Vec<char>, fits: impl Fn(char) -> bool) -> Option<char> {
    rest.pop_if(|c| fits(*c))
}

fn take_number(rest: &mut Vec<char>) -> Option<usize> {
    let digits: String = std::iter::from_fn(|| take(rest, |c| c.is_ascii_digit())).collect();
    digits.parse::<usize>().ok().map(|number| number.min(LARGEST))
}

impl Spec {
    /// Reads the flags of a `%` field, such as `-08.2`.
    pub(super) fn of_percent(flags: &str) -> Self {
        let digits = flags.trim_start_matches(['-', '+', ' ', '#', '0']);
        let set = flags.get(..flags.len() - digits.len()).unwrap_or_default();
        let (width, precision) =
            digits.split_once('.').map_or((digits, None), |(width, rest)| (width, Some(rest)));
        Self {
            align: if set.contains('-') { Some('<') } else { Some('>') },
            sign: set.chars().find(|c| matches!(c, '+' | ' ')),
            is_alternate: set.contains('#'),
            is_zero_filled: set.contains('0') && !set.contains('-'),
            width: width.parse().unwrap_or(0).min(LARGEST),
            precision: precision.map(|precision| precision.parse().unwrap_or(0).min(LARGEST)),
            ..Self::default()
        }
    }

    /// Reads `[[fill]align][sign][#][0][width][grouping][.precision][type]`.
    pub(super) fn of_format(spec: &str) -> Result<Self, Error> {
        let mut read = Self::default();
        let mut rest: Vec<char> = spec.chars().rev().collect();
        let is_align = |c: char| matches!(c, '<' | '>' | '^' | '=');
        if rest.len() >= 2 && rest.iter().rev().nth(1).copied().is_some_and(is_align) {
            read.fill = rest.pop();
        }
        read.align = take(&mut rest, is_align);
        read.sign = take(&mut rest, |c| matches!(c, '+' | '-' | ' '));
        read.is_alternate = take(&mut rest, |c| c == '#').is_some();
        read.is_zero_filled = take(&mut rest, |c| c == '0').is_some();
        read.width = take_number(&mut rest).unwrap_or(0);
        read.grouping = take(&mut rest, |c| matches!(c, ',' | '_'));
        if take(&mut rest, |c| c == '.').is_some() {
            read.precision = take_number(&mut rest);
        }
        read.kind = rest.pop();
        if rest.is_empty() {
            Ok(read)
        } else {
            Err(raise_message(format!("`{spec}` is no format for a value")))
        }
    }

    /// The same with another conversion.
    pub(super) fn with_kind(self, kind: char) -> Self {
        Self { kind: Some(kind), ..self }
    }

    /// A value that takes such a format: a number or a text.
    pub(super) fn value(&self, value: &Value) -> Result<String, Error> {
        match (value.as_str(), self.kind) {
            (Some(text), None | Some('s')) => Ok(self.string(text)),
            (None, kind) if float(value).is_some() && kind != Some('s') => self.number(value),
            (_, Some(kind)) => {
                Err(raise_message(format!("the format `{kind}` does not fit {}", type_name(value))))
            }
            (_, None) => Err(raise_message(format!("no format fits {}", type_name(value)))),
        }
    }

    /// A text, cut to the precision and filled to the width.
    pub(super) fn string(&self, text: &str) -> String {
        let cut: String = match self.precision {
            Some(precision) => text.chars().take(precision).collect(),
            None => text.to_owned(),
        };
        self.filled("", &cut, '<')
    }

    /// A number by the conversion.
    pub(super) fn number(&self, value: &Value) -> Result<String, Error> {
        let misfit = || raise_message(format!("a number is needed here, not {}", type_name(value)));
        let magnitude = float(value).ok_or_else(misfit)?;
        let digits = match (self.kind, number(value)) {
            (Some('d' | 'n') | None, Some(Number::Int(integer))) => integer.unsigned_abs().to_string(),
            (Some(radix @ ('x' | 'X' | 'o' | 'b')), Some(Number::Int(integer))) => {
                self.radix(radix, integer.unsigned_abs())
            }
            (Some('c'), Some(Number::Int(integer))) => {
                let c = u32::try_from(integer).ok().and_then(char::from_u32);
                return Ok(self.string(&c.map(String::from).unwrap_or_default()));
            }
            (Some('f' | 'F'), _) => fixed(value, self.precision.unwrap_or(6)),
            (Some('%'), _) => format!("{:.*}%", self.precision.unwrap_or(6), magnitude.abs() * 100.0),
            (Some(kind @ ('e' | 'E')), _) => exponent(magnitude.abs(), self.precision.unwrap_or(6), kind),
            (Some('g' | 'n') | None, _) => match self.precision {
                Some(precision) => general(magnitude.abs(), precision.max(1)),
                None if self.kind.is_some() => general(magnitude.abs(), 6),
                None => text(value).trim_start_matches('-').to_owned(),
            },
            (Some('G'), _) => general(magnitude.abs(), self.precision.unwrap_or(6).max(1)).to_uppercase(),
            (Some(kind), _) => {
                return Err(raise_message(format!("the format `{kind}` does not fit {}", type_name(value))));
            }
        };
        let is_negative = magnitude < 0.0 || (magnitude == 0.0 && text(value).starts_with('-'));
        let sign = match (is_negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            _ => "",
        };
        Ok(self.filled(sign, &self.grouped(&digits), '>'))
    }

    fn radix(&self, kind: char, integer: u128) -> String {
        match (kind, self.is_alternate) {
            ('x', false) => format!("{integer:x}"),
            ('x', true) => format!("{integer:#x}"),
            ('X', false) => format!("{integer:X}"),
            ('X', true) => format!("0X{integer:X}"),
            ('o', false) => format!("{integer:o}"),
            ('o', true) => format!("{integer:#o}"),
            (_, false) => format!("{integer:b}"),
            (_, true) => format!("{integer:#b}"),
        }
    }

    /// Puts the grouping mark between thousands.
    fn grouped(&self, digits: &str) -> String {
        let Some(mark) = self.grouping else { return digits.to_owned() };
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let (whole, rest) = digits.split_at_checked(end).unwrap_or((digits, ""));
        let mut out = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at) % 3 == 0 {
                out.push(mark);
            }
            out.push(digit);
        }
        out + rest
    }

    fn filled(&self, sign: &str, text: &str, default_align: char) -> String {
        let missing = self.width.saturating_sub(sign.len() + text.chars().count());
        let is_number = default_align == '>';
        let zero = self.is_zero_filled && is_number;
        let fill = |count: usize| -> String {
            let default = if zero { '0' } else { ' ' };
            std::iter::repeat_n(self.fill.unwrap_or(default), count).collect()
        };
        let align = if zero && self.fill.is_none() { '=' } else { self.align.unwrap_or(default_align) };
        match align {
            '=' => format!("{sign}{}{text}", fill(missing)),
            '<' => format!("{sign}{text}{}", fill(missing)),
            '^' => format!("{}{sign}{text}{}", fill(missing / 2), fill(missing - missing / 2)),
            _ => format!("{}{sign}{text}", fill(missing)),
        }
    }
}

/// `%.2f` of the magnitude; decimals are rounded by their own digits.
fn fixed(value: &Value, precision: usize) -> String {
    if let Some(decimal) = decimal::of(value) {
        let places = u32::try_from(precision).unwrap_or(u32::MAX);
        let rounded = decimal.rounded(places).to_string();
        let rounded = rounded.trim_start_matches('-');
        let given = rounded.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let point = if given == 0 && precision > 0 { "." } else { "" };
        return format!("{rounded}{point}{}", "0".repeat(precision.saturating_sub(given)));
    }
    format!("{:.precision$}", float(value).unwrap_or_default().abs())
}

/// `1.5e+03`.
fn exponent(magnitude: f64, precision: usize, kind: char) -> String {
    let shown = format!("{magnitude:.precision$e}");
    let (digits, power) = shown.split_once('e').unwrap_or((&shown, "0"));
    let (sign, power) = power.strip_prefix('-').map_or(('+', power), |power| ('-', power));
    format!("{digits}{kind}{sign}{power:0>2}")
}

/// `%g`: the shorter of fixed and exponent, without zeros at the end.
fn general(magnitude: f64, precision: usize) -> String {
    let trimmed = |text: &str| -> String {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text.to_owned()
        }
    };
    let shown = exponent(magnitude, precision - 1, 'e');
    let power: i64 = shown.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    let limit = i64::try_from(precision).unwrap_or(i64::MAX);
    if (-4..limit).contains(&power) {
        let places = usize::try_from(limit - 1 - power).unwrap_or(0);
        return trimmed(&format!("{magnitude:.places$}"));
    }
    let (digits, power) = shown.split_once('e').unwrap_or((&shown, "+00"));
    format!("{}e{power}", trimmed(digits))
}
