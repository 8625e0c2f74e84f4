//! The order in which Python's sets give whole numbers. That of texts changes with each process.

use indexmap::IndexSet;
use minijinja::Value;
use minijinja::value::ValueKind;

/// So many places behind the first are looked at before another one is made up.
const NEAR: usize = 9;

/// The items in Python's order, where all are whole numbers; else as they were put in.
pub(super) fn ordered(items: &IndexSet<Value>) -> Vec<Value> {
    let numbers: Option<Vec<i64>> = items.iter().map(number).collect();
    let Some(numbers) = numbers else { return items.iter().cloned().collect() };
    let mut table = Table::of_size(8);
    let mut count = 0;
    for (at, number) in numbers.iter().enumerate() {
        table.put(*number, at);
        count += 1;
        if count * 5 >= (table.places.len() - 1) * 3 {
            table = table.grown(if count > 50_000 { count * 2 } else { count * 4 });
        }
    }
    table.places.into_iter().flatten().filter_map(|(_, at)| items.get_index(at).cloned()).collect()
}

fn number(value: &Value) -> Option<i64> {
    (value.kind() == ValueKind::Number && value.is_integer()).then(|| i64::try_from(value.clone()).ok())?
}

/// A number's place among the items, by what it is hashed to.
struct Table {
    places: Vec<Option<(i64, usize)>>,
}

impl Table {
    fn of_size(size: usize) -> Self {
        Self { places: vec![None; size] }
    }

    /// A table with more places than so many, with the same items.
    fn grown(&self, than: usize) -> Self {
        let mut size = 8;
        while size <= than {
            size *= 2;
        }
        let mut table = Self::of_size(size);
        for (number, at) in self.places.iter().flatten() {
            table.put(*number, *at);
        }
        table
    }

    fn put(&mut self, number: i64, at: usize) {
        let mask = self.places.len() - 1;
        let hash = hash(number);
        let mut perturbation = hash;
        let mut place = usize::try_from(hash & (mask as u64)).unwrap_or_default();
        loop {
            let last = if place + NEAR <= mask { place + NEAR } else { place };
            let mut near = self.places.get_mut(place..=last).into_iter().flatten();
            if let Some(free) = near.find(|entry| entry.is_none()) {
                *free = Some((number, at));
                return;
            }
            perturbation >>= 5;
            let next = (place as u64).wrapping_mul(5).wrapping_add(1).wrapping_add(perturbation);
            place = usize::try_from(next & (mask as u64)).unwrap_or_default();
        }
    }
}

/// Python's hash of a whole number: what remains of it beside a prime, with its sign.
fn hash(number: i64) -> u64 {
    const PRIME: u64 = (1 << 61) - 1;
    let remainder = i64::try_from(number.unsigned_abs() % PRIME).unwrap_or_default();
    match if number < 0 { -remainder } else { remainder } {
        -1 => (-2_i64).cast_unsigned(),
        hash => hash.cast_unsigned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Python 3.11 tells them.
    #[test]
    fn whole_numbers_come_in_pythons_order() {
        let check = |numbers: &[i64], expected: &[i64]| {
            let items = numbers.iter().map(|number| Value::from(*number)).collect();
            let found: Vec<Value> = ordered(&items);
            let expected: Vec<Value> = expected.iter().map(|number| Value::from(*number)).collect();
            assert_eq!(found, expected, "{numbers:?}");
        };
        check(&[3, 1, 2], &[1, 2, 3]);
        check(&[10, 9, 8, 33], &[8, 9, 10, 33]);
        check(&[2023, 2021, 2022, 2020, 2024], &[2020, 2021, 2022, 2023, 2024]);
        check(&[-1, -2, -3, 5], &[5, -3, -1, -2]);
        check(
            &[1_099_511_627_776, 7, 15, 23, 31, 39, 47, 55, 63, 71, 79, 87],
            &[1_099_511_627_776, 7, 39, 71, 15, 47, 79, 55, 87, 23, 63, 31],
        );
        check(
            &[2_305_843_009_213_693_951, 0, 4_611_686_018_427_387_904, -2_305_843_009_213_693_952],
            &[2_305_843_009_213_693_951, 0, 4_611_686_018_427_387_904, -2_305_843_009_213_693_952],
        );
        check(
            &[40, 37, 34, 31, 28, 25, 22, 19, 16, 13, 10, 7, 4, 1],
            &[1, 34, 4, 37, 7, 40, 10, 13, 16, 19, 22, 25, 28, 31],
        );
        check(
            &[
                -517, -379, -789, 477, -189, -20, -683, -816, -864, -960, -178, 125, 879, -408, 639, 567,
                -880, -546, 65, 99, -263, -434, 596, -647, 693,
            ],
            &[
                -379, -880, -864, 693, 567, -960, 65, -189, -647, -178, -434, -816, 596, -683, 477, -546, 99,
                -408, -789, -20, 879, -263, -517, 125, 639,
            ],
        );
        let texts = ["b", "a"].into_iter().map(Value::from).collect();
        assert_eq!(ordered(&texts), [Value::from("b"), Value::from("a")]);
    }
}
