//! Tells a run to people: one line for each finished node, a bar in a terminal,
//! a summary at the end.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::progress::Progress;
use super::record::{Level, Record};
use super::screen::{Format, Ui, Verbosity};
use super::style::{Meaning, paint};
use super::{events, summary, words};
use crate::manifest::{Manifest, Node, NodeId, NodeKind};
use crate::run::{Detail, Ending, Event, NodeResult, Place, Status, Summary};
use crate::source::SourceMap;
use crate::sql::Dialect;
use crate::template::Notices as _;

/// Takes the events of a run, in order, and tells them.
pub(crate) struct Reporter {
    ui: Arc<Ui>,
    manifest: Arc<Manifest>,
    sources: Arc<SourceMap>,
    progress: Option<Progress>,
    records: events::EventRecords,
    failed: Vec<(NodeId, NodeResult)>,
    only_failures: bool,
    untold: Untold,
    can_retry: bool,
}

/// What is for those alone who look for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Untold {
    Nothing,
    /// Everything that is no finding.
    Talk,
    /// How each node began and ended.
    Nodes,
}

impl Reporter {
    /// Tells the nodes of this manifest.
    pub(crate) fn new(
        ui: &Arc<Ui>,
        manifest: &Arc<Manifest>,
        sources: &Arc<SourceMap>,
        (dialect, target, width): (Dialect, &Path, usize),
    ) -> Self {
        let (ui, manifest, sources) = (Arc::clone(ui), Arc::clone(manifest), Arc::clone(sources));
        let records = events::EventRecords::new(&manifest, &sources, (dialect, target, width))
            .for_readers(ui.writes_json());
        Self {
            ui,
            manifest,
            sources,
            progress: None,
            records,
            failed: Vec::new(),
            only_failures: false,
            untold: Untold::Nothing,
            can_retry: true,
        }
    }

    /// Tells people only what failed: the command's answer says the rest.
    pub(crate) fn only_failures(mut self, only_failures: bool) -> Self {
        self.only_failures = only_failures;
        self
    }

    /// dbt: nodes that are only compiled are nothing to tell of in its lines.
    pub(crate) fn compiles(mut self, is_compiling: bool) -> Self {
        if is_compiling {
            self.untold = Untold::Talk;
        }
        self
    }

    /// dbt: of clones only what failed is told in its lines, and how many there were.
    pub(crate) fn clones(mut self, is_cloning: bool) -> Self {
        if is_cloning {
            self.untold = Untold::Nodes;
        }
        self
    }

    /// Whether `model retry` can go on with what fails here.
    pub(crate) fn can_retry(mut self, can_retry: bool) -> Self {
        self.can_retry = can_retry;
        self
    }

    /// Takes one event.
    pub(crate) fn event(&mut self, event: &Event<'_>) {
        if let Event::Notice { node, notice } = event {
            match self.records.remark(*node, notice) {
                Some(record) => self.ui.remark(&record, notice),
                None => self.ui.notice((*notice).clone()),
            }
            return;
        }
        if let Event::Warning { diagnostic } | Event::Problem { diagnostic } = event {
            self.ui.diagnostics(std::slice::from_ref(*diagnostic), &self.sources);
            return;
        }
        if self.ui.wants(events::level(event)) {
            for record in self.records.records(event) {
                self.ui.record(&self.weighed(event, record));
            }
        }
        if self.ui.format() == Format::Text {
            self.tell_people(event);
        }
    }

    /// Takes one event of a run that has no nodes: counts mean nothing there.
    pub(crate) fn tell_alone(&mut self, event: &Event<'_>) {
        if !matches!(event, Event::RunStarted { .. } | Event::RunFinished { .. }) {
            self.event(event);
        }
    }

    /// Where a command has an answer, what else happens on the way matters less.
    fn weighed(&self, event: &Event<'_>, record: Record) -> Record {
        let is_talk = record.level == Level::Info && !matches!(event, Event::RunStarted { .. });
        let is_beside = self.only_failures || self.untold == Untold::Talk;
        let is_of_node = matches!(event, Event::NodeStarted { .. } | Event::NodeFinished { .. });
        let is_clone = self.untold == Untold::Nodes && (is_of_node || record.name == "FinishedRunningStats");
        let level = if is_beside && is_talk || is_clone { Level::Debug } else { record.level };
        Record { level, ..record }
    }

    fn tell_people(&mut self, event: &Event<'_>) {
        match event {
            Event::RunStarted { total, threads, target } => self.run_started(*total, *threads, target),
            Event::NodeStarted { node, .. } => self.node_started(*node),
            Event::NodeFinished { node, place, result } => {
                self.progressed(*node);
                self.ended(*node, *place, result);
            }
            Event::NodeSkipped { node, place, result } => {
                self.progressed(*node);
                // Where the whole run ends early, the last line counts the rest.
                if matches!(result.detail, Detail::SkippedBecause(_)) {
                    self.ended(*node, *place, result);
                }
            }
            Event::HookFinished { node, place, result } if result.status.is_failure() => {
                self.ended(*node, *place, result);
            }
            Event::Statement { node, sql, .. } if self.ui.verbosity() == Verbosity::Debug => {
                let owner = node.map_or_else(String::new, |unique_id| format!("-- {unique_id}\n"));
                self.ui.say_line(&paint(self.ui.colors(), Meaning::Quiet, &format!("{owner}{}", sql.trim())));
            }
            Event::Stopping { because, running } => self.stopping(*because, *running),
            Event::RunFinished { summary, elapsed, ending } => {
                self.run_finished(*summary, *elapsed, *ending);
            }
            _ => {}
        }
    }

    fn run_finished(&mut self, counts: Summary, elapsed: Duration, ending: Ending) {
        self.ui.hide();
        self.progress = None;
        let colors = self.ui.colors();
        for (node, result) in &self.failed {
            if let Some(node) = self.manifest.node(*node) {
                let text = summary::failure(colors, node, result, &self.sources);
                if result.status == Status::Warn {
                    self.ui.say_line(&text);
                } else {
                    self.ui.insist(&text);
                }
            }
        }
        let has_results = ending != Ending::NotBegun;
        if self.only_failures && matches!(ending, Ending::Completed | Ending::NotBegun) {
            return;
        }
        self.ui.say_line(&summary::last_line(colors, counts, elapsed, ending));
        let is_hook = |node: NodeId| {
            self.manifest.node(node).is_some_and(|node| matches!(node.kind, NodeKind::Hook(_)))
        };
        // Hooks run again with whatever is done again, never alone.
        let is_undone = counts.skipped > 0
            || self.failed.iter().any(|(node, result)| result.status.is_failure() && !is_hook(*node));
        if self.can_retry && has_results && (ending != Ending::Completed || is_undone) {
            self.ui.say_line("`model retry` goes on with what failed or was skipped");
        }
    }

    fn progressed(&mut self, node: NodeId) {
        if let Some(progress) = &mut self.progress {
            progress.finished(node);
        }
    }

    fn run_started(&mut self, total: usize, threads: usize, target: &str) {
        let threads = words::count(threads, "thread");
        if !self.only_failures {
            let total = words::count(total, "node");
            self.ui.say_line(&format!("{total}, {threads}, target `{target}`\n"));
        }
        if self.ui.is_watched() {
            let progress = Progress::new(total, self.ui.colors());
            self.ui.show(progress.bar());
            self.progress = Some(progress);
        }
    }

    fn node_started(&mut self, node: NodeId) {
        let name = self.manifest.node(node).map(words::name_of).unwrap_or_default();
        if let Some(progress) = &mut self.progress {
            progress.started(node, name);
        }
    }

    fn ended(&mut self, id: NodeId, place: Place, result: &NodeResult) {
        let Some(node) = self.manifest.node(id) else { return };
        let line = self.line(node, place, result);
        let failed = result.status.is_failure() && result.status != Status::Skipped;
        if self.only_failures {
            // Told at the end, with the reasons.
        } else if failed {
            self.ui.insist(&line);
        } else {
            self.ui.say_line(&line);
        }
        if failed || result.status == Status::Warn {
            self.failed.push((id, result.clone()));
        }
    }

    fn line(&self, node: &Node, place: Place, result: &NodeResult) -> String {
        words::finished_line(self.ui.colors(), &self.manifest, place, node, result)
    }

    fn stopping(&self, because: Ending, running: usize) {
        let reason = match because {
            Ending::Cancelled => "stopping as asked",
            _ => "stopping at the first failure",
        };
        let cancelling = match running {
            0 => String::new(),
            _ => format!(": cancelling {}", words::count(running, "running node")),
        };
        self.ui.say_line(&format!("{reason}{cancelling}"));
    }
}
