//! Semantic models, metrics and saved queries.

use serde_json::Value as Json;

use super::config_block::ConfigBlock;
use super::entry::Entry;
use super::spanned::Spanned;
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::yaml::Yaml;
use crate::yaml::form::{Field, Fields, Form, field, needed};

/// A semantic model, a metric or a saved query, as described.
#[derive(Debug, Clone)]
pub struct SemanticProperties {
    /// Its name.
    pub name: Spanned<String>,
    /// The whole entry.
    pub span: Span,
    /// A template that knows `doc()`.
    pub description: Option<Spanned<String>>,
    /// Its configuration.
    pub config: ConfigBlock,
    /// The whole entry, rendered.
    pub yaml: Yaml,
}

/// The configuration of a definition. What it holds is looked at later.
const CONFIG: Field = field("config", Form::Mapping);
/// The configuration of a part.
const PART_CONFIG: Field = field("config", Form::Open(&[field("meta", Form::Mapping)]));
const EXPORT_CONFIG: Field = field(
    "config",
    Form::Open(&[
        field("export_as", Form::OneOf(&["table", "view"])),
        field("schema", Form::Lone),
        field("alias", Form::Lone),
    ]),
);

/// What dbt lets stand in an entry of `semantic_models`. Words of which one must stand are looked at
/// where they are read.
const MODEL: &[Field] = &[
    field("name", Form::Any),
    field("model", Form::Text),
    field("description", Form::Any),
    field("label", Form::TextOrNone),
    CONFIG,
    field("defaults", Form::NoneOr(&Form::Keys(&[field("agg_time_dimension", Form::TextOrNone)]))),
    field("entities", Form::List(&Form::Keys(ENTITY))),
    field("measures", Form::List(&Form::Keys(MEASURE))),
    field("dimensions", Form::List(&Form::Keys(DIMENSION))),
    field("primary_entity", Form::TextOrNone),
];
const ENTITY: &[Field] = &[
    field("name", Form::Any),
    field("type", Form::Any),
    field("description", Form::TextOrNone),
    field("label", Form::TextOrNone),
    field("role", Form::TextOrNone),
    field("expr", Form::TextOrNone),
    PART_CONFIG,
];
const MEASURE: &[Field] = &[
    field("name", Form::Any),
    field("agg", Form::Any),
    field("description", Form::TextOrNone),
    field("label", Form::TextOrNone),
    field("expr", Form::Lone),
    field(
        "agg_params",
        Form::NoneOr(&Form::Keys(&[
            field("percentile", Form::Number),
            field("use_discrete_percentile", Form::Flag),
            field("use_approximate_percentile", Form::Flag),
        ])),
    ),
    field(
        "non_additive_dimension",
        Form::NoneOr(&Form::Keys(&[
            needed("name", Form::Text),
            needed("window_choice", Form::Text),
            field("window_groupings", Form::List(&Form::Text)),
        ])),
    ),
    field("agg_time_dimension", Form::TextOrNone),
    field("create_metric", Form::Flag),
    PART_CONFIG,
];
const DIMENSION: &[Field] = &[
    field("name", Form::Any),
    field("type", Form::Any),
    field("description", Form::TextOrNone),
    field("label", Form::TextOrNone),
    field("is_partition", Form::Flag),
    field(
        "type_params",
        Form::NoneOr(&Form::Keys(&[
            needed("time_granularity", Form::Text),
            field(
                "validity_params",
                Form::NoneOr(&Form::Keys(&[field("is_start", Form::Flag), field("is_end", Form::Flag)])),
            ),
        ])),
    ),
    field("expr", Form::TextOrNone),
    PART_CONFIG,
];

/// What dbt lets stand in an entry of `metrics`.
const METRIC: &[Field] = &[
    field("name", Form::Any),
    field("label", Form::Text),
    field("type", Form::Any),
    field("type_params", Form::Keys(TYPE_PARAMS)),
    field("description", Form::Text),
    field("filter", Form::NoneOr(&Form::Texts)),
    field("time_granularity", Form::TextOrNone),
    field("meta", Form::Mapping),
    field("tags", Form::List(&Form::Text)),
    CONFIG,
];
const TYPE_PARAMS: &[Field] = &[
    field("measure", Form::NoneOr(INPUT_MEASURE)),
    field("numerator", Form::NoneOr(INPUT_METRIC)),
    field("denominator", Form::NoneOr(INPUT_METRIC)),
    field("expr", Form::TextOrFlag),
    field("window", Form::TextOrNone),
    field("grain_to_date", Form::TextOrNone),
    field("metrics", Form::NoneOr(&Form::List(INPUT_METRIC))),
    field(
        "conversion_type_params",
        Form::NoneOr(&Form::Keys(&[
            field("base_measure", Form::NamedOr(INPUT_MEASURE)),
            field("conversion_measure", Form::NamedOr(INPUT_MEASURE)),
            needed("entity", Form::Text),
            field("calculation", Form::Text),
            field("window", Form::TextOrNone),
            field(
                "constant_properties",
                Form::NoneOr(&Form::List(&Form::Keys(&[
                    needed("base_property", Form::Text),
                    needed("conversion_property", Form::Text),
                ]))),
            ),
        ])),
    ),
    field(
        "cumulative_type_params",
        Form::NoneOr(&Form::Keys(&[
            field("window", Form::TextOrNone),
            field("grain_to_date", Form::TextOrNone),
            field("period_agg", Form::Text),
        ])),
    ),
];
const INPUT_MEASURE: &Form = &Form::NamedOr(&Form::Keys(&[
    needed("name", Form::Text),
    field("filter", Form::NoneOr(&Form::Texts)),
    field("alias", Form::TextOrNone),
    field("join_to_timespine", Form::Flag),
    field("fill_nulls_with", Form::Whole),
]));
const INPUT_METRIC: &Form = &Form::NamedOr(&Form::Keys(&[
    needed("name", Form::Text),
    field("filter", Form::NoneOr(&Form::Texts)),
    field("alias", Form::TextOrNone),
    field("offset_window", Form::TextOrNone),
    field("offset_to_grain", Form::TextOrNone),
]));

/// What dbt lets stand in an entry of `saved_queries`.
const QUERY: &[Field] = &[
    field("name", Form::Any),
    field(
        "query_params",
        Form::Keys(&[
            field("metrics", Form::List(&Form::Text)),
            field("group_by", Form::List(&Form::Text)),
            field("where", Form::NoneOr(&Form::Texts)),
            field("order_by", Form::List(&Form::Text)),
            field("limit", Form::Whole),
        ]),
    ),
    field("description", Form::Any),
    field("label", Form::TextOrNone),
    field("exports", Form::List(&Form::Keys(&[needed("name", Form::Text), EXPORT_CONFIG]))),
    CONFIG,
    field("tags", Form::Texts),
];

impl SemanticProperties {
    /// The whole entry as JSON.
    #[must_use]
    pub fn json(&self) -> Json {
        self.yaml.to_json()
    }

    /// The descriptions of its parts, such as measures, with their places.
    #[must_use]
    pub fn descriptions_of(&self, parts: &str) -> Vec<Option<Spanned<String>>> {
        let items = self.yaml.as_map().and_then(|map| map.get(parts)).and_then(Yaml::as_seq);
        let description = |part: &Yaml| {
            let text = part.as_map()?.get("description")?;
            Some(Spanned::new(text.as_str()?.to_owned(), text.span))
        };
        items.unwrap_or_default().iter().map(description).collect()
    }
}

/// One entry of `semantic_models`.
pub(super) fn semantic_model(
    yaml: &Yaml,
    raw: &Yaml,
    problems: &mut Vec<Diagnostic>,
) -> Option<SemanticProperties> {
    properties("semantic model", (&[MODEL], &["model"]), yaml, raw, problems)
}

/// One entry of `metrics`.
pub(super) fn metric(yaml: &Yaml, raw: &Yaml, problems: &mut Vec<Diagnostic>) -> Option<SemanticProperties> {
    properties("metric", (&[METRIC], &["label", "type", "type_params"]), yaml, raw, problems)
}

/// One entry of `saved_queries`.
pub(super) fn saved_query(
    yaml: &Yaml,
    raw: &Yaml,
    problems: &mut Vec<Diagnostic>,
) -> Option<SemanticProperties> {
    properties("saved query", (&[QUERY], &["query_params"]), yaml, raw, problems)
}

fn properties(
    kind: &str,
    (known, required): (Fields, &[&str]),
    yaml: &Yaml,
    raw: &Yaml,
    problems: &mut Vec<Diagnostic>,
) -> Option<SemanticProperties> {
    let (mut entry, name) = Entry::open_named(kind, yaml, problems)?;
    for key in required {
        if entry.get(key).is_none() {
            entry.missing(key);
        }
    }
    entry.check_forms(known, required);
    Some(SemanticProperties {
        name,
        span: entry.span,
        description: entry.text("description"),
        config: entry.config(raw, &[]),
        yaml: yaml.clone(),
    })
}
