//! Where the time of a command goes, told by the layers that spend it.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::clock;

/// What a command does, one after the other; the last ones happen during [`Phase::Run`], on
/// all its threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Finding and reading the project's files.
    Read,
    /// Taking over what an earlier command understood.
    Recall,
    /// Reading macros, property files and, once, all templates.
    Parse,
    /// Names to nodes, nodes to a graph, criteria to a choice.
    Resolve,
    /// Doing what was chosen, from the first connection to the last hook.
    Run,
    /// Leaving artifacts and what the next command may take over.
    Write,
    /// Opening sessions.
    Connect,
    /// Templates and macros to statements, and everything else in a node's turn.
    Render,
    /// Asking what there is in the warehouse.
    Introspect,
    /// Waiting for statements.
    Execute,
}

impl Phase {
    /// What a command does, one after the other.
    pub const STEPS: [Self; 6] =
        [Self::Read, Self::Recall, Self::Parse, Self::Resolve, Self::Run, Self::Write];

    /// What happens during [`Phase::Run`], on several threads at the same time.
    pub const OF_RUN: [Self; 4] = [Self::Connect, Self::Render, Self::Introspect, Self::Execute];

    /// Its name: `read`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Recall => "recall",
            Self::Parse => "parse",
            Self::Resolve => "resolve",
            Self::Run => "run",
            Self::Write => "write",
            Self::Connect => "connect",
            Self::Render => "render",
            Self::Introspect => "introspect",
            Self::Execute => "execute",
        }
    }
}

/// How much time was spent in each phase, all threads together.
#[derive(Debug, Default)]
pub struct Timings {
    nanoseconds: [AtomicU64; Phase::STEPS.len() + Phase::OF_RUN.len()],
}

thread_local! {
    /// What the phases inside of the current one took, on this thread.
    static INSIDE: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

impl Timings {
    /// Does work that belongs to a phase. What this thread does meanwhile for another phase
    /// counts for that one alone.
    pub fn during<T>(&self, phase: Phase, work: impl FnOnce() -> T) -> T {
        let before = INSIDE.replace(Duration::ZERO);
        let started = clock::instant();
        let done = work();
        let elapsed = started.elapsed();
        let inside = INSIDE.replace(before + elapsed);
        self.add(phase, elapsed.saturating_sub(inside));
        done
    }

    /// Counts time that was spent in a phase.
    pub fn add(&self, phase: Phase, elapsed: Duration) {
        let nanoseconds = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX);
        if let Some(spent) = self.nanoseconds.get(phase as usize) {
            spent.fetch_add(nanoseconds, Ordering::Relaxed);
        }
    }

    /// How much was spent in a phase so far.
    #[must_use]
    pub fn spent(&self, phase: Phase) -> Duration {
        let spent = self.nanoseconds.get(phase as usize);
        Duration::from_nanos(spent.map_or(0, |spent| spent.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inside_of_a_phase_counts_once() {
        let timings = Timings::default();
        let pause = || std::thread::sleep(Duration::from_millis(20));
        let started = clock::instant();
        let answer = timings.during(Phase::Render, || {
            timings.during(Phase::Execute, || timings.during(Phase::Introspect, pause));
            timings.during(Phase::Execute, pause);
            7
        });
        let all = started.elapsed();
        assert_eq!(answer, 7);
        let spent = |phase| timings.spent(phase);
        assert!(spent(Phase::Introspect) >= Duration::from_millis(20));
        assert!(spent(Phase::Execute) >= Duration::from_millis(20));
        assert!(spent(Phase::Render) + spent(Phase::Execute) + spent(Phase::Introspect) <= all);
        assert_eq!(spent(Phase::Read), Duration::ZERO);
    }

    #[test]
    fn each_phase_has_a_place_of_its_own() {
        let timings = Timings::default();
        let all = || Phase::STEPS.into_iter().chain(Phase::OF_RUN);
        for (at, phase) in all().enumerate() {
            timings.add(phase, Duration::from_secs(at as u64));
        }
        for (at, phase) in all().enumerate() {
            assert_eq!(timings.spent(phase), Duration::from_secs(at as u64), "{phase:?}");
        }
    }
}
