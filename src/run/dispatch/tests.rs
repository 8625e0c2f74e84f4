use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::steps::Action;
use super::*;

/// Runners that end steps as they are told to, and write down nothing.
struct Fake {
    name: String,
    endings: HashMap<usize, Status>,
    busy: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    halt: Stop,
}

struct Nothing;

impl Cancel for Nothing {
    fn cancel(&self) {}
}

impl StepRunner for Fake {
    fn work(&mut self, step: &Step, _board: &Scheduler<'_>) -> NodeResult {
        let now = self.busy.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(5));
        self.busy.fetch_sub(1, Ordering::SeqCst);
        let status = self.endings.get(&(step.node.0 as usize)).copied().unwrap_or(Status::Success);
        assert!(step.unique_id.as_str() != "panics", "as told");
        let status = if self.halt.is_requested() { Status::Skipped } else { status };
        NodeResult::new(step.unique_id.clone(), status)
    }

    fn cancel_handle(&self) -> Arc<dyn Cancel> {
        Arc::new(Nothing)
    }

    fn name(&self) -> &str {
        &self.name
    }
}

struct Setup {
    steps: Steps,
    endings: HashMap<usize, Status>,
    threads: usize,
    fail_fast: bool,
    stop: Stop,
}

impl Setup {
    fn new(names: &[&str], edges: &[(usize, usize)]) -> Self {
        let step = |(at, name): (usize, &&str)| Step {
            node: NodeId(u32::try_from(at).unwrap()),
            unique_id: UniqueId((*name).into()),
            action: Action::Materialize,
            counts: !name.starts_with("ephemeral"),
            lets_go: name.starts_with("free"),
        };
        let list = names.iter().enumerate().map(step).collect();
        let steps = Steps { list, edges: edges.to_vec(), ..Steps::default() };
        Self { steps, endings: HashMap::new(), threads: 1, fail_fast: false, stop: Stop::new() }
    }

    fn ends(mut self, at: usize, status: Status) -> Self {
        self.endings.insert(at, status);
        self
    }

    /// The story of the run, one event a line, and the most runners at a time.
    fn run(&self) -> (String, Dispatched, usize) {
        let halt = Stop::new();
        let (busy, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let runner = |at: usize| {
            Box::new(Fake {
                name: format!("Thread-{} (worker)", at + 1),
                endings: self.endings.clone(),
                busy: Arc::clone(&busy),
                most: Arc::clone(&most),
                halt: halt.clone(),
            }) as Box<dyn StepRunner>
        };
        let runners = (0..self.threads).map(runner).collect();
        let mut story = Vec::new();
        let halting = Halting { stop: &self.stop, halt: &halt, fail_fast: self.fail_fast };
        let outcome = dispatch(runners, &self.steps, halting, &mut |event| story.push(tell(&event)));
        (story.join("\n"), outcome, most.load(Ordering::SeqCst))
    }
}

fn tell(event: &Event<'_>) -> String {
    let line = |word: &str, place: &Place, result: &NodeResult| {
        let because = match &result.detail {
            Detail::SkippedBecause(cause) => format!(" because of {cause}"),
            _ => result.message.clone().map(|text| format!(": {text}")).unwrap_or_default(),
        };
        let (id, status) = (&result.unique_id, result.status.as_str());
        format!("{}/{} {word} {id} {status}{because}", place.index, place.total)
    };
    match event {
        Event::NodeStarted { node, place } => format!("{}/{} start {}", place.index, place.total, node.0),
        Event::NodeFinished { place, result, .. } => line("end", place, result),
        Event::NodeSkipped { place, result, .. } => line("skip", place, result),
        Event::Stopping { because, running } => format!("stopping: {because:?}, {running} running"),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_failure_skips_what_is_downstream_and_names_itself() {
    let (story, outcome, _) =
        Setup::new(&["a", "b", "c", "d"], &[(0, 1), (1, 2)]).ends(0, Status::Error).run();
    insta::assert_snapshot!(story, @r"
    1/4 start 0
    1/4 end a error
    2/4 skip b skipped because of a
    3/4 skip c skipped because of a
    4/4 start 3
    4/4 end d success
    ");
    assert_eq!((outcome.results.len(), outcome.ending), (4, Ending::Completed));
}

#[test]
fn a_step_may_let_go_what_waits_for_it() {
    let (story, ..) = Setup::new(&["free", "b"], &[(0, 1)]).ends(0, Status::Error).run();
    insta::assert_snapshot!(story, @r"
    1/2 start 0
    1/2 end free error
    2/2 start 1
    2/2 end b success
    ");
}

#[test]
fn a_warning_blocks_nothing() {
    let (story, ..) = Setup::new(&["test", "b"], &[(0, 1)]).ends(0, Status::Warn).run();
    insta::assert_snapshot!(story, @r"
    1/2 start 0
    1/2 end test warn
    2/2 start 1
    2/2 end b success
    ");
}

#[test]
fn the_first_failure_ends_a_run_that_fails_fast() {
    let mut setup = Setup::new(&["a", "b", "c"], &[]).ends(0, Status::Fail);
    setup.fail_fast = true;
    let (story, outcome, _) = setup.run();
    insta::assert_snapshot!(story, @r"
    1/3 start 0
    1/3 end a fail
    stopping: FailedFast, 0 running
    2/3 skip b skipped: Skipping due to fail_fast
    3/3 skip c skipped: Skipping due to fail_fast
    ");
    assert_eq!(outcome.ending, Ending::FailedFast);
}

#[test]
fn what_is_ready_has_its_turn_until_there_is_something_new_to_begin() {
    let mut setup = Setup::new(&["a", "b", "c", "d"], &[(0, 2), (1, 2), (2, 3)]).ends(0, Status::Fail);
    setup.fail_fast = true;
    let (story, outcome, _) = setup.run();
    insta::assert_snapshot!(story, @r"
    1/4 start 0
    1/4 end a fail
    2/4 start 1
    2/4 end b success
    3/4 skip c skipped because of a
    4/4 skip d skipped because of a
    stopping: FailedFast, 0 running
    ");
    assert_eq!(outcome.ending, Ending::FailedFast);
}

#[test]
fn a_request_to_stop_skips_the_rest_and_keeps_the_results() {
    let setup = Setup::new(&["a", "b"], &[(0, 1)]);
    setup.stop.request();
    let (_, outcome, _) = setup.run();
    assert_eq!(outcome.ending, Ending::Cancelled);
    assert_eq!(outcome.results.len(), 2);
}

#[test]
fn ephemeral_models_are_not_counted_but_their_failure_is_told() {
    let (story, outcome, _) = Setup::new(&["ephemeral", "b"], &[(0, 1)]).ends(0, Status::Error).run();
    insta::assert_snapshot!(story, @"1/1 skip b skipped because of ephemeral");
    assert_eq!(outcome.results.len(), 1);
}

#[test]
fn a_panic_of_one_step_is_its_error_and_the_run_goes_on() {
    let (story, ..) = Setup::new(&["panics", "b"], &[]).run();
    insta::assert_snapshot!(story, @r"
    1/2 start 0
    1/2 end panics error: `panics` ended in a mistake of this program
    2/2 start 1
    2/2 end b success
    ");
}

#[test]
fn no_more_steps_run_at_a_time_than_there_are_hands() {
    let mut setup = Setup::new(&["a", "b", "c", "d", "e", "f"], &[]);
    setup.threads = 3;
    let (_, outcome, most) = setup.run();
    assert_eq!(outcome.results.len(), 6);
    assert!(most <= 3, "{most} at a time");
}
