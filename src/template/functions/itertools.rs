//! `modules.itertools`: what of it ends.

use minijinja::value::{Rest, Tuple, ValueOrKwargs, from_args};
use minijinja::{Error, State, Value};

use crate::template::engine;
use crate::template::error::raise_message;
use crate::template::scope::Deprecated;
use crate::template::values::{Arguments, dict, list, none};

/// Results may not have more items than this.
const LARGEST: usize = 1_000_000;

/// What each use of the module is told as.
const OLD: Deprecated = Deprecated {
    name: "ModulesItertoolsUsageDeprecation",
    code: "D034",
    message: "`modules.itertools` is to be gone: filters and loops of Jinja do the same (dbt says: Usage of itertools modules is deprecated)",
};

/// The module.
pub(super) fn module() -> Value {
    dict([
        ("chain", old(chain)),
        ("product", old(product)),
        ("combinations", old(|args| from_args(args).and_then(|(items, length)| combinations(items, length)))),
        ("permutations", old(|args| from_args(args).and_then(|(items, length)| permutations(items, length)))),
        ("zip_longest", old(zip_longest)),
        ("islice", old(islice)),
        ("accumulate", old(|args| from_args(args).and_then(|(items,)| accumulate(items)))),
        (
            "combinations_with_replacement",
            old(|args| from_args(args).and_then(|(items, length)| multisets(items, length))),
        ),
        ("compress", old(|args| from_args(args).and_then(|(items, flags)| compress(items, flags)))),
        ("pairwise", old(|args| from_args(args).and_then(|(items,)| pairwise(items)))),
        ("tee", old(|args| from_args(args).and_then(|(items, times)| tee(items, times)))),
        ("repeat", old(|args| from_args(args).and_then(|(item, times)| repeat(item, times)))),
    ])
}

/// A function whose use is told.
fn old(function: fn(&[Value]) -> Result<Value, Error>) -> Value {
    Value::from_function(move |state: &mut State<'_, '_>, args: Rest<ValueOrKwargs>| {
        engine::depends_on_run(state);
        engine::scope(state)?.deprecated(OLD)?;
        function(&args.into_values())
    })
}

fn too_many() -> Error {
    raise_message("the result has too many items")
}

fn tuples(rows: Vec<Vec<Value>>) -> Value {
    list(rows.into_iter().map(|row| Value::from(Tuple::new(row))))
}

fn columns(values: &[Value]) -> Result<Vec<Vec<Value>>, Error> {
    values.iter().map(|value| Ok(value.try_iter()?.collect())).collect()
}

fn chain(args: &[Value]) -> Result<Value, Error> {
    Ok(list(columns(args)?.into_iter().flatten()))
}

fn product(args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("product", args);
    let times = arguments.keyword("repeat").and_then(|times| times.as_usize()).unwrap_or(1);
    let once = columns(arguments.positional())?;
    let mut rows = vec![Vec::new()];
    for column in once.iter().cycle().take(once.len().saturating_mul(times)) {
        if rows.len().saturating_mul(column.len()) > LARGEST {
            return Err(too_many());
        }
        let longer = |row: &Vec<Value>, item: &Value| row.iter().chain([item]).cloned().collect::<Vec<_>>();
        rows = rows.iter().flat_map(|row| column.iter().map(move |item| longer(row, item))).collect();
    }
    Ok(tuples(rows))
}

/// Rows of `length` places out of `count`; `may_follow` says which place may
/// come after which.
fn arrange(items: &[Value], length: usize, may_follow: fn(&[usize], usize) -> bool) -> Result<Value, Error> {
    let mut rows: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..length {
        let mut longer = Vec::new();
        for row in &rows {
            for place in (0..items.len()).filter(|place| may_follow(row, *place)) {
                longer.push(row.iter().copied().chain([place]).collect());
            }
            if longer.len() > LARGEST {
                return Err(too_many());
            }
        }
        rows = longer;
    }
    let row = |row: Vec<usize>| row.into_iter().filter_map(|place| items.get(place).cloned()).collect();
    Ok(tuples(rows.into_iter().map(row).collect()))
}

fn combinations(value: &Value, length: usize) -> Result<Value, Error> {
    let items: Vec<Value> = value.try_iter()?.collect();
    arrange(&items, length, |row, place| row.last().is_none_or(|last| place > *last))
}

fn multisets(value: &Value, length: usize) -> Result<Value, Error> {
    let items: Vec<Value> = value.try_iter()?.collect();
    arrange(&items, length, |row, place| row.last().is_none_or(|last| place >= *last))
}

/// The items whose flag counts as true.
fn compress(value: &Value, flags: &Value) -> Result<Value, Error> {
    let chosen = value.try_iter()?.zip(flags.try_iter()?).filter(|(_, flag)| flag.is_true());
    Ok(list(chosen.map(|(item, _)| item)))
}

/// Each item with the one that follows it.
fn pairwise(value: &Value) -> Result<Value, Error> {
    let items: Vec<Value> = value.try_iter()?.collect();
    Ok(tuples(items.windows(2).map(<[Value]>::to_vec).collect()))
}

/// The same items, several times.
fn tee(value: &Value, times: Option<usize>) -> Result<Value, Error> {
    let items: Vec<Value> = value.try_iter()?.collect();
    let times = times.unwrap_or(2);
    if items.len().saturating_mul(times) > LARGEST {
        return Err(too_many());
    }
    Ok(Value::from(Tuple::new((0..times).map(|_| list(items.iter().cloned())).collect())))
}

fn permutations(value: &Value, length: Option<usize>) -> Result<Value, Error> {
    let items: Vec<Value> = value.try_iter()?.collect();
    arrange(&items, length.unwrap_or(items.len()), |row, place| !row.contains(&place))
}

fn zip_longest(args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new("zip_longest", args);
    let fill = arguments.keyword("fillvalue").unwrap_or_else(none);
    let columns = columns(arguments.positional())?;
    let length = columns.iter().map(Vec::len).max().unwrap_or(0);
    let row = |at: usize| {
        columns.iter().map(|column| column.get(at).cloned().unwrap_or_else(|| fill.clone())).collect()
    };
    Ok(tuples((0..length).map(row).collect()))
}

fn islice(args: &[Value]) -> Result<Value, Error> {
    let Some((value, bounds)) = args.split_first() else {
        return Err(raise_message("`islice` needs a list"));
    };
    let bound = |at: usize| bounds.get(at).and_then(Value::as_usize);
    let (from, to) = if bounds.len() > 1 { (bound(0).unwrap_or(0), bound(1)) } else { (0, bound(0)) };
    let step = bound(2).unwrap_or(1).max(1);
    Ok(list(value.try_iter()?.take(to.unwrap_or(usize::MAX)).skip(from).step_by(step)))
}

fn accumulate(value: &Value) -> Result<Value, Error> {
    let mut sums: Vec<Value> = Vec::new();
    for item in value.try_iter()? {
        let sum = match sums.last() {
            Some(last) => {
                crate::template::python::calculate(crate::template::python::Operator::Add, last, &item)?
            }
            None => item,
        };
        sums.push(sum);
    }
    Ok(list(sums))
}

fn repeat(value: &Value, times: usize) -> Result<Value, Error> {
    if times > LARGEST {
        return Err(too_many());
    }
    Ok(list(std::iter::repeat_n(value.clone(), times)))
}
