//! Where the time of a command went, as a table.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::record::{Level, Record};
use crate::host::timings::{Phase, Timings};

/// The phases of a command that took so long, with what is left beside them.
pub(crate) fn record(timings: &Timings, all: Duration) -> Record {
    let steps = Phase::STEPS.map(|phase| timings.spent(phase));
    let other = all.saturating_sub(steps.iter().sum());
    let mut text = "where the time went".to_owned();
    let mut line = |margin: &str, name: &str, spent: Duration| {
        let width = 14 - margin.len();
        let _ = write!(text, "\n{margin}{name:<width$}{:>8.3} s", spent.as_secs_f64());
    };
    let mut data = Map::new();
    let mut add = |name: &str, spent: Duration| {
        data.insert(name.to_owned(), Json::from(spent.as_secs_f64()));
    };
    for phase in Phase::STEPS {
        let spent = timings.spent(phase);
        add(phase.as_str(), spent);
        if phase == Phase::Run && spent.is_zero() {
            continue;
        }
        line("  ", phase.as_str(), spent);
        for inner in Phase::OF_RUN.into_iter().filter(|_| phase == Phase::Run) {
            add(inner.as_str(), timings.spent(inner));
            line("    ", inner.as_str(), timings.spent(inner));
        }
    }
    for (name, spent) in [("other", other), ("all", all)] {
        add(name, spent);
        line("  ", name, spent);
    }
    Record::new("Timings", "", Level::Info, text, Json::Object(data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_told_below_the_run() {
        let timings = Timings::default();
        let milliseconds = Duration::from_millis;
        timings.add(Phase::Read, milliseconds(12));
        timings.add(Phase::Parse, milliseconds(500));
        let told = record(&timings, milliseconds(600));
        assert_eq!(
            told.message,
            "where the time went\n  read           0.012 s\n  recall         0.000 s\n  parse          0.500 s\n  \
             resolve        0.000 s\n  write          0.000 s\n  other          0.088 s\n  all            0.600 s"
        );
        timings.add(Phase::Run, milliseconds(3000));
        timings.add(Phase::Execute, milliseconds(5000));
        let told = record(&timings, milliseconds(4000));
        let lines: Vec<&str> = told.message.lines().collect();
        assert!(lines.contains(&"  run            3.000 s"), "{}", told.message);
        assert!(lines.contains(&"    execute      5.000 s"), "{}", told.message);
        assert_eq!(told.data["execute"], 5.0);
        assert_eq!(told.data["other"], 0.488);
    }
}
