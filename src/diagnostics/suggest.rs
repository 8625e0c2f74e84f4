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
    let glance = Glance::at(&wanted);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name && glance.may_be_within(limit, candidate))
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            *distance <= limit && *distance < length.max(candidate.chars().count())
        })
        .min_by_key(|(distance, candidate)| (*distance, candidate.len().abs_diff(name.len()), *candidate))
        .map(|(_, candidate)| candidate)
}

/// What shows of a name at a glance.
struct Glance {
    length: usize,
    /// How often it has each letter; upper and lower case count as one. Letters that fall
    /// together make a name nearer. Nothing where it has others than those of ASCII.
    letters: Option<[i32; 32]>,
}

impl Glance {
    fn at(name: &str) -> Self {
        let mut letters = [0; 32];
        count(&mut letters, name, 1);
        Self { length: name.len(), letters: name.is_ascii().then_some(letters) }
    }

    /// Whether the distance to a name may be that small: each letter too many or too few is a step.
    fn may_be_within(&self, limit: usize, candidate: &str) -> bool {
        let Some(mut letters) = self.letters.filter(|_| candidate.is_ascii()) else { return true };
        if self.length.abs_diff(candidate.len()) > limit {
            return false;
        }
        count(&mut letters, candidate, -1);
        let too_many: i32 = letters.iter().map(|count| (*count).max(0)).sum();
        let too_few: i32 = letters.iter().map(|count| (-*count).max(0)).sum();
        usize::try_from(too_many.max(too_few)).is_ok_and(|steps| steps <= limit)
    }
}

fn count(letters: &mut [i32; 32], name: &str, by: i32) {
    for letter in name.bytes() {
        if let Some(counted) = letters.get_mut(usize::from(letter & 31)) {
            *counted += by;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Glance, nearest};

    proptest! {
        #[test]
        fn no_near_name_is_passed_over(a in "[a-cA-C_é]{0,8}", b in "[a-cA-C_é]{0,8}") {
            let distance = strsim::damerau_levenshtein(&a.to_lowercase(), &b.to_lowercase());
            prop_assert!(Glance::at(&a.to_lowercase()).may_be_within(distance, &b));
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
