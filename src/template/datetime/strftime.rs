//! Python's `strftime`.

use std::fmt::Write;

use chrono::{Datelike, NaiveDateTime, Timelike};

use super::zone::Zone;

/// A time by a format of `%` codes; an unknown code stays as it is.
pub(super) fn strftime(format: &str, local: NaiveDateTime, zone: Option<Zone>) -> String {
    let mut out = String::with_capacity(format.len() + 16);
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('-') => match chars.next() {
                Some(code) => {
                    let shown = field(code, local, zone).unwrap_or_else(|| format!("%-{code}"));
                    let short = shown.trim_start_matches('0');
                    out.push_str(if short.is_empty() { "0" } else { short });
                }
                None => out.push_str("%-"),
            },
            Some(code) => match field(code, local, zone) {
                Some(shown) => out.push_str(&shown),
                None => {
                    let _ = write!(out, "%{code}");
                }
            },
            None => out.push('%'),
        }
    }
    out
}

fn field(code: char, local: NaiveDateTime, zone: Option<Zone>) -> Option<String> {
    let offset = zone.map(|zone| zone.offset_at_local(local));
    Some(match code {
        // Python's own; chrono writes nanoseconds here.
        'f' => format!("{:06}", local.nanosecond() / 1000 % 1_000_000),
        'z' => offset.map(|offset| offset.to_string().replace(':', "")).unwrap_or_default(),
        'Z' => zone.map(|zone| zone.name_at(local)).unwrap_or_default(),
        'Y' => local.year().to_string(),
        's' => local.and_utc().timestamp().to_string(),
        'c' => local.format("%a %b %e %H:%M:%S %Y").to_string(),
        'x' => local.format("%m/%d/%y").to_string(),
        'X' => local.format("%H:%M:%S").to_string(),
        'r' => local.format("%I:%M:%S %p").to_string(),
        'a' | 'A' | 'b' | 'B' | 'h' | 'd' | 'e' | 'j' | 'm' | 'y' | 'C' | 'H' | 'I' | 'k' | 'l' | 'M'
        | 'S' | 'p' | 'P' | 'u' | 'w' | 'U' | 'W' | 'V' | 'G' | 'g' | 'D' | 'F' | 'T' | 'R' | 'n' | 't'
        | '%' => local.format(&format!("%{code}")).to_string(),
        _ => return None,
    })
}
