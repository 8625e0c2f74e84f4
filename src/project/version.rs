//! `require-dbt-version`: whether this program's dialect of dbt is in a range.

use std::cmp::Ordering;

/// One bound, such as `>=1.3.0`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Bound {
    matcher: Matcher,
    version: Version,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Matcher {
    Equal,
    Greater,
    AtLeast,
    Less,
    AtMost,
}

/// A semantic version; the pre-release part is compared as text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    numbers: [u64; 3],
    prerelease: Option<String>,
}

/// Whether `version` lies within all the bounds of `ranges`, each of them one
/// bound or several with commas.
///
/// # Errors
/// The first bound that is malformed.
pub(super) fn is_within(version: &str, ranges: &[String]) -> Result<bool, String> {
    let version = Version::parse(version).ok_or_else(|| version.to_owned())?;
    let written = ranges.iter().flat_map(|range| range.split(',')).map(str::trim);
    let bounds: Result<Vec<Bound>, String> =
        written.map(|bound| Bound::parse(bound).ok_or_else(|| bound.to_owned())).collect();
    Ok(bounds?.iter().all(|bound| bound.admits(&version)))
}

/// Whether a version, or the one of a bound, is a pre-release.
pub(super) fn is_prerelease(text: &str) -> bool {
    Bound::parse(text).is_some_and(|bound| bound.version.prerelease.is_some())
}

/// Which version comes first; what is none comes before all.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    match (Version::parse(a), Version::parse(b)) {
        (Some(a), Some(b)) => a.compare(&b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

impl Bound {
    fn parse(text: &str) -> Option<Self> {
        let matchers = [
            (">=", Matcher::AtLeast),
            ("<=", Matcher::AtMost),
            (">", Matcher::Greater),
            ("<", Matcher::Less),
            ("=", Matcher::Equal),
        ];
        let found =
            matchers.into_iter().find_map(|(sign, matcher)| Some((matcher, text.strip_prefix(sign)?)));
        let (matcher, rest) = found.unwrap_or((Matcher::Equal, text));
        Some(Self { matcher, version: Version::parse(rest.trim())? })
    }

    fn admits(&self, version: &Version) -> bool {
        let order = version.compare(&self.version);
        match self.matcher {
            Matcher::Equal => order == Ordering::Equal,
            Matcher::Greater => order == Ordering::Greater,
            Matcher::AtLeast => order != Ordering::Less,
            Matcher::Less => order == Ordering::Less,
            Matcher::AtMost => order != Ordering::Greater,
        }
    }
}

/// Whether a text is a version in dbt's sense: a semantic one, or its first two numbers.
pub(super) fn is_whole(text: &str) -> bool {
    let (numbers, rest) = match text.find(['-', '+']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let is_number = |part: &str| {
        part.parse::<u64>().is_ok()
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    let is_word = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let parts: Vec<&str> = numbers.split('.').collect();
    let words = rest.trim_start_matches(['-', '+']).split(['.', '+']);
    parts.iter().all(|part| is_number(part))
        && (parts.len() == 3 || (parts.len() == 2 && rest.is_empty()))
        && (rest.is_empty() || words.into_iter().all(is_word))
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let text = text.split('+').next()?;
        // dbt also writes pre-releases without a hyphen: `1.0.0rc1`.
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (numbers, prerelease) = text.split_at_checked(end)?;
        let parts: Vec<u64> = numbers.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        let prerelease = prerelease.trim_start_matches('-');
        Some(Self {
            numbers: parts.try_into().ok()?,
            prerelease: (!prerelease.is_empty()).then(|| prerelease.to_owned()),
        })
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| match (&self.prerelease, &other.prerelease) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(own), Some(theirs)) => own.cmp(theirs),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{is_whole, is_within};

    #[test]
    fn a_project_has_a_whole_version() {
        let check = |text: &str, expected: bool| assert_eq!(is_whole(text), expected, "{text}");
        check("1.0.0", true);
        check("1.0", true);
        check("0.10.2-rc.1+build.5", true);
        check("invalid", false);
        check("1", false);
        check("1.0.0.0", false);
        check("01.0.0", false);
        check("1.0-rc1", false);
        check("1.0.0-", false);
        check("", false);
    }

    #[test]
    fn ranges_admit_versions() {
        let check = |ranges: &[&str], expected: Result<bool, &str>| {
            let written: Vec<String> = ranges.iter().map(|range| (*range).to_owned()).collect();
            assert_eq!(is_within("1.11.16", &written), expected.map_err(str::to_owned), "{ranges:?}");
        };
        check(&[">=1.0.0", "<2.0.0"], Ok(true));
        check(&[">=1.0.0,<2.0.0"], Ok(true));
        check(&[">= 1.11.16"], Ok(true));
        check(&[">1.11.16"], Ok(false));
        check(&["1.11.16"], Ok(true));
        check(&["=1.11.15"], Ok(false));
        check(&[">=1.12.0-a1"], Ok(false));
        check(&[">1.11.16rc1"], Ok(true));
        check(&["<=1.9.99"], Ok(false));
        check(&[">=0.0.0"], Ok(true));
        check(&[">=1.0"], Err(">=1.0"));
        check(&["latest"], Err("latest"));
        check(&[""], Err(""));
    }
}
