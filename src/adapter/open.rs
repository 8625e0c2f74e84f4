//! From a profile's output to an adapter.

/// The chosen output of a profile, rendered. Values may be secret: the type
/// does not print them.
#[derive(Clone, Default)]
pub struct Credentials {
    /// The adapter type: `duckdb`.
    pub kind: String,
    /// Every other key of the output.
    pub fields: serde_json::Map<String, serde_json::Value>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("kind", &self.kind).finish_non_exhaustive()
    }
}
