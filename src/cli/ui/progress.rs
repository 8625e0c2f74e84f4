//! The moving line at the bottom of a terminal: how far, what runs now, how long.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::manifest::NodeId;

/// Names that fit beside the bar; more are counted.
const SHOWN_NAMES: usize = 3;

/// A bar over the nodes of a run.
pub(crate) struct Progress {
    bar: ProgressBar,
    running: Vec<(NodeId, String)>,
}

impl Progress {
    /// A bar that is drawn on stderr and keeps ticking by itself.
    pub(crate) fn new(total: usize, colors: bool) -> Self {
        let length = u64::try_from(total).unwrap_or(u64::MAX);
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr_with_hz(15));
        let plain = "{bar:24} {pos}/{len}  {elapsed}  {wide_msg}";
        let colored = "{bar:24.green/dim} {pos}/{len}  {elapsed:.dim}  {wide_msg:.dim}";
        if let Ok(style) = ProgressStyle::with_template(if colors { colored } else { plain }) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, running: Vec::new() }
    }

    /// The bar, to be kept below all lines.
    pub(crate) fn bar(&self) -> ProgressBar {
        self.bar.clone()
    }

    /// A node runs.
    pub(crate) fn started(&mut self, node: NodeId, name: String) {
        self.running.push((node, name));
        self.tell();
    }

    /// A node has ended.
    pub(crate) fn finished(&mut self, node: NodeId) {
        self.running.retain(|(running, _)| *running != node);
        self.bar.inc(1);
        self.tell();
    }

    fn tell(&self) {
        let names: Vec<&str> = self.running.iter().take(SHOWN_NAMES).map(|(_, name)| name.as_str()).collect();
        let more = self.running.len().saturating_sub(SHOWN_NAMES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        self.bar.set_message(format!("{}{more}", names.join(", ")));
    }
}
