//! The nearest known name to a misspelt one.

/// The candidate nearest to `name`, if it is near enough to be what was meant:
/// within a third of the name's length (at least 1) by Damerau-Levenshtein
/// distance, upper and lower case being equal, and with a letter in common. Of equals
/// the one wins whose length is nearest, then the first by name: candidates that come from a
/// table of hashes have no order.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let length = wanted.chars().count();
    let limit = (length / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name && may_be_within(limit, &wanted, candidate))
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            *distance <= limit && *distance < length.max(candidate.chars().count())
        })
        .min_by_key(|(distance, candidate)| (*distance, candidate.len().abs_diff(name.len()), *candidate))
        .map(|(_, candidate)| candidate)
}

/// Whether the distance of two names may be that small, at a glance: each letter too many
/// or too few in one of them is a step.
fn may_be_within(limit: usize, wanted: &str, candidate: &str) -> bool {
    let mut letters = [0_i32; 32];
    let mut count = |text: &str, by: i32| {
        for letter in text.bytes() {
            // Upper and lower case count as one; letters that fall together make a name nearer.
            if let Some(counted) = letters.get_mut(usize::from(letter & 31)) {
                *counted += by;
            }
        }
    };
    if !wanted.is_ascii() || !candidate.is_ascii() {
        return true;
    }
    if wanted.len().abs_diff(candidate.len()) > limit {
        return false;
    }
    count(wanted, 1);
    count(candidate, -1);
    let too_many: i32 = letters.iter().filter(|count| **count > 0).sum();
    let too_few: i32 = letters.iter().filter(|count| **count < 0).sum();
    usize::try_from(too_many.max(-too_few)).is_ok_and(|steps| steps <= limit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{may_be_within, nearest};

    proptest! {
        #[test]
        fn no_near_name_is_passed_over(a in "[a-cA-C_é]{0,8}", b in "[a-cA-C_é]{0,8}") {
            let distance = strsim::damerau_levenshtein(&a.to_lowercase(), &b.to_lowercase());
            prop_assert!(may_be_within(distance, &a.to_lowercase(), &b));
        }
    }

    #[test]
    fn finds_what_was_meant() {
        let names = ["stg_orders", "stg_customers", "dim_date"];
        assert_eq!(nearest("stg_order", names), Some("stg_orders"));
        assert_eq!(nearest("STG_ORDERS", names), Some("stg_orders"));
        assert_eq!(nearest("dmi_date", names), Some("dim_date"));
        assert_eq!(nearest("payments", names), None);
        for names in [["stg_ordera", "stg_orderz"], ["stg_orderz", "stg_ordera"]] {
            assert_eq!(nearest("stg_orders", names), Some("stg_ordera"), "the order does not matter");
        }
        assert_eq!(nearest("modle", ["mode", "model"]), Some("model"), "letters change places");
        assert_eq!(nearest("b", ["a", "B"]), Some("B"), "one letter for another is another name");
    }
}
