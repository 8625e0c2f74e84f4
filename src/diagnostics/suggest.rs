//! The nearest known name to a misspelt one.

/// The candidate nearest to `name`, if it is near enough to be what was meant:
/// within a third of the name's length (at least 1) by Damerau-Levenshtein
/// distance, upper and lower case being equal, and with a letter in common. The
/// first of equals wins.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let length = wanted.chars().count();
    let limit = (length / 3).max(1);
    candidates
        .into_iter()
        // A name is further away than it is longer or shorter.
        .filter(|candidate| *candidate != name && length.abs_diff(candidate.chars().count()) <= limit)
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            *distance <= limit && *distance < length.max(candidate.chars().count())
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant() {
        let names = ["stg_orders", "stg_customers", "dim_date"];
        assert_eq!(nearest("stg_order", names), Some("stg_orders"));
        assert_eq!(nearest("STG_ORDERS", names), Some("stg_orders"));
        assert_eq!(nearest("dmi_date", names), Some("dim_date"));
        assert_eq!(nearest("payments", names), None);
        assert_eq!(nearest("b", ["a", "B"]), Some("B"), "one letter for another is another name");
    }
}
