//! Which span of time a command is about.

use serde_json::{Map, Value as Json};

/// Which span of time a command is about.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Period {
    /// Build the batches of microbatch models from here on
    #[arg(long, value_name = "TIME")]
    event_time_start: Option<String>,
    /// Build the batches of microbatch models up to here
    #[arg(long, value_name = "TIME")]
    event_time_end: Option<String>,
    /// Read only this span of inputs that have an `event_time`: `3 days`, `{start: ..., end: ...}`
    #[arg(long, value_name = "SPAN")]
    sample: Option<String>,
}

impl Period {
    /// Adds what was given to the flags that templates see.
    pub(crate) fn add_to(&self, mut given: Map<String, Json>) -> Map<String, Json> {
        let flags = [
            ("event_time_start", &self.event_time_start),
            ("event_time_end", &self.event_time_end),
            ("sample", &self.sample),
        ];
        for (name, value) in flags {
            given.extend(value.clone().map(|value| (name.to_owned(), Json::from(value))));
        }
        given
    }
}
