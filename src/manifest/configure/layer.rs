//! What one place says about a node's configuration.

#[cfg(test)]
use serde_json::Map;
use serde_json::Value as Json;

use super::merge::{Rule, rule};
use crate::source::Span;
use crate::template::Forms;

/// The settings of one place, in the order in which they stand there. Keys are
/// dbt's own spelling: `pre_hook` has become `pre-hook`, a leading `+` is gone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layer {
    pub(crate) settings: Vec<Setting>,
    /// The settings as they are written, where that is more than each one's own
    /// `unrendered`.
    pub(crate) written: Option<Vec<(String, Json)>>,
}

/// One key and its value.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    /// The key.
    pub(crate) key: String,
    /// The key as written, where that is another spelling.
    pub(crate) spelling: Option<Box<str>>,
    /// Its value, rendered.
    pub(crate) value: Json,
    /// What the JSON of the value does not say.
    pub(crate) forms: Forms,
    /// Its value as written.
    pub(crate) unrendered: Json,
    /// Where it is set.
    pub(crate) span: Span,
}

impl Setting {
    /// The key as written.
    pub(crate) fn spelling(&self) -> &str {
        self.spelling.as_deref().unwrap_or(&self.key)
    }

    fn is_lone_item(&self) -> bool {
        rule(&self.key) == Rule::Append && !self.unrendered.is_array()
    }
}

impl Layer {
    /// Values that were written as they are, all at one place.
    #[cfg(test)]
    pub(super) fn of_values(values: &Map<String, Json>, span: Span) -> Self {
        let setting = |(key, value): (&String, &Json)| Setting {
            key: spelled(key).to_owned(),
            spelling: None,
            value: value.clone(),
            forms: Forms::default(),
            unrendered: value.clone(),
            span,
        };
        Self { settings: values.iter().map(setting).collect(), written: None }
    }

    /// Adds a setting with the key that is written, and its value rendered and as written.
    pub(crate) fn push(&mut self, written: &str, value: Json, unrendered: Json, span: Span) {
        let key = spelled(written);
        let spelling = (key != written).then(|| written.into());
        let forms = Forms::default();
        self.settings.push(Setting { key: key.to_owned(), spelling, value, forms, unrendered, span });
    }

    /// Says of the setting that was added last what its JSON does not say.
    pub(crate) fn with_forms(&mut self, forms: Forms) {
        if let Some(last) = self.settings.last_mut() {
            last.forms = forms;
        }
    }

    /// Whether a key whose values are joined stands behind another one, with a lone value.
    pub(crate) fn has_lone_items(&self) -> bool {
        self.settings.iter().skip(1).any(Setting::is_lone_item)
    }

    /// Writes each such value as a list. dbt: it joins the settings of a model that it does not
    /// render one by one, and remembers them like that once a property file sets others.
    pub(crate) fn list_lone_items(&mut self) {
        for setting in self.settings.iter_mut().skip(1).filter(|setting| setting.is_lone_item()) {
            setting.unrendered = Json::Array(vec![setting.unrendered.take()]);
        }
    }

    /// Whether nothing is set.
    pub(crate) fn is_empty(&self) -> bool {
        self.settings.is_empty()
    }
}

/// dbt's spelling of a key: it also takes `pre_hook` and `post_hook`.
pub(super) fn spelled(key: &str) -> &str {
    match key.trim() {
        "pre_hook" => "pre-hook",
        "post_hook" => "post-hook",
        other => other,
    }
}
