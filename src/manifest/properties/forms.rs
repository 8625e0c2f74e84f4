//! What dbt lets stand in each kind of entry. Keys that are `Any` are judged where they are read.

use crate::yaml::form::{Field, Fields, Form, field, needed, unread};

const TEXT_LIST: Form = Form::List(&Form::Text);
const DOCS: Form = Form::Keys(&[field("show", Form::Flag), field("node_color", Form::TextOrNone)]);
/// Entries that are looked at one by one.
const ENTRIES: Form = Form::List(&Form::Any);
const MAPPINGS: Form = Form::List(&Form::Mapping);

/// What is described.
const DESCRIBED: &[Field] = &[
    field("name", Form::Any),
    field("description", Form::Text),
    field("docs", DOCS),
    field("meta", Form::Mapping),
    field("config", Form::Mapping),
];
const GROUPED: &[Field] = &[field("group", Form::Any)];
const ACCESSIBLE: &[Field] = &[field("access", Form::TextOrNone)];
const PROMISING: &[Field] = &[field("contract", Form::Mapping)];
const COLUMNS: &[Field] = &[field("columns", ENTRIES)];
const TESTED: &[Field] = &[
    field("data_tests", ENTRIES),
    field("tests", ENTRIES),
    field("quote_columns", Form::NoneOr(&Form::Flag)),
];
/// What dbt checks of any entry that is described.
const UNUSED: &[Field] = &[unread("data_type", Form::TextOrNone), unread("constraints", MAPPINGS)];

const OF_MODELS: &[Field] = &[
    field("access", Form::Text),
    field("constraints", ENTRIES),
    field("deprecation_date", Form::Time),
    field("latest_version", Form::NoneOr(&Form::TextOrNumber)),
    field("versions", ENTRIES),
    field("time_spine", Form::NoneOr(&Form::Keys(TIME_SPINE))),
    field("semantic_model", Form::Any),
    field("agg_time_dimension", Form::Any),
    field("primary_entity", Form::Any),
    field("metrics", Form::Any),
    field("derived_semantics", Form::Any),
    unread("data_type", Form::TextOrNone),
];
const TIME_SPINE: &[Field] = &[
    needed("standard_granularity_column", Form::Text),
    field(
        "custom_granularities",
        Form::List(&Form::Keys(&[needed("name", Form::Text), field("column_name", Form::TextOrNone)])),
    ),
];

/// An entry of `models`.
pub(super) const MODEL: Fields = &[DESCRIBED, GROUPED, PROMISING, COLUMNS, TESTED, OF_MODELS];
/// An entry of `seeds` or `snapshots`.
pub(super) const TESTABLE: Fields =
    &[DESCRIBED, GROUPED, ACCESSIBLE, PROMISING, COLUMNS, TESTED, &[field("relation", Form::Text)], UNUSED];
/// An entry of `analyses`.
pub(super) const ANALYSIS: Fields = &[DESCRIBED, GROUPED, COLUMNS, UNUSED];
/// An entry of `data_tests`, about a singular test.
pub(super) const DATA_TEST: Fields = &[DESCRIBED, UNUSED];
/// An entry of `functions`.
pub(super) const FUNCTION: Fields = &[
    DESCRIBED,
    GROUPED,
    ACCESSIBLE,
    &[field("columns", Form::Any), field("arguments", ENTRIES), field("returns", Form::Any)],
    UNUSED,
];

const MACRO_DOCS: Form =
    Form::NoneOr(&Form::Keys(&[field("show", Form::Any), field("node_color", Form::Any)]));
/// An argument of a function.
pub(super) const FUNCTION_ARGUMENT: Fields = &[&[
    field("name", Form::Any),
    field("data_type", Form::Text),
    field("description", Form::TextOrNone),
    field("default_value", Form::Any),
]];
/// What a function gives.
pub(super) const RETURNS: Fields =
    &[&[field("data_type", Form::Text), field("description", Form::TextOrNone)]];

/// An entry of `macros`.
pub(super) const MACRO: Fields = &[
    &[
        field("name", Form::Any),
        field("description", Form::Text),
        field("docs", DOCS),
        field("meta", Form::Mapping),
        field(
            "config",
            Form::Open(&[field("meta", Form::NoneOr(&Form::Mapping)), field("docs", MACRO_DOCS)]),
        ),
        field("arguments", ENTRIES),
    ],
    UNUSED,
];
/// An argument of a macro.
pub(super) const MACRO_ARGUMENT: Fields =
    &[&[field("name", Form::Any), field("type", Form::TextOrNone), field("description", Form::Text)]];

/// A column, wherever it stands.
pub(super) const COLUMN: Fields = &[&[
    field("name", Form::Any),
    field("description", Form::Text),
    field("data_type", Form::TextOrNone),
    field("quote", Form::NoneOr(&Form::Flag)),
    field("tags", TEXT_LIST),
    field("meta", Form::Mapping),
    field("config", Form::Mapping),
    field("constraints", ENTRIES),
    field("data_tests", ENTRIES),
    field("tests", ENTRIES),
    field("docs", DOCS),
    field("granularity", Form::TextOrNone),
    field("dimension", Form::Any),
    field("entity", Form::Any),
    field("policy_tags", Form::Any),
]];

/// The configuration of a column whose data tests get its tags.
pub(super) const TESTED_CONFIG: Fields = &[&[field("config", Form::Open(&[field("tags", Form::Texts)]))]];

/// A constraint; who may have which is looked at where it is read.
pub(super) const CONSTRAINT: Fields = &[&[field("to_columns", Form::Several)]];
/// What a constraint has that is none of a column.
pub(super) const OF_SEVERAL: Fields = &[&[field("columns", Form::Several)]];

/// A version of a model.
pub(super) const VERSION: Fields = &[&[
    field("v", Form::Any),
    field("defined_in", Form::TextOrNone),
    field("description", Form::Text),
    field("access", Form::TextOrNone),
    field("config", Form::Mapping),
    field("constraints", ENTRIES),
    field("docs", DOCS),
    field("data_tests", Form::NoneOr(&ENTRIES)),
    field("tests", Form::NoneOr(&ENTRIES)),
    field("columns", ENTRIES),
    field("deprecation_date", Form::Time),
]];
/// Which of the model's columns a version has.
pub(super) const VERSION_COLUMNS: Fields = &[&[field("include", Form::Any), field("exclude", TEXT_LIST)]];

const LIMIT: Form =
    Form::NoneOr(&Form::Keys(&[field("count", Form::Whole), field("period", Form::TextOrNone)]));
/// How old a source may be, where it stands beside `config:`.
const FRESHNESS: Form = Form::NoneOr(&Form::Keys(&[
    field("warn_after", LIMIT),
    field("error_after", LIMIT),
    field("filter", Form::TextOrNone),
]));
const FLAG_OR_NONE: Form = Form::NoneOr(&Form::Flag);
const QUOTING: Form = Form::Keys(&[
    field("database", FLAG_OR_NONE),
    field("schema", FLAG_OR_NONE),
    field("identifier", FLAG_OR_NONE),
    field("column", FLAG_OR_NONE),
]);
/// What sources and their tables have alike.
const LOADED: &[Field] = &[
    field("name", Form::Any),
    field("description", Form::Text),
    field("quoting", QUOTING),
    field("freshness", FRESHNESS),
    field("loaded_at_field", Form::TextOrNone),
    field("loaded_at_query", Form::TextOrNone),
    field("meta", Form::Mapping),
    field("tags", TEXT_LIST),
    unread("loaded_at_field_present", FLAG_OR_NONE),
];
const FIELD_CONFIG: Field = field("loaded_at_field", Form::TextOrNone);
const QUERY_CONFIG: Field = field("loaded_at_query", Form::TextOrNone);
const ANALYSIS_CONFIG: Field = field("static_analysis", Form::TextOrFlag);

/// An entry of `sources`.
pub(super) const SOURCE: Fields = &[
    LOADED,
    &[
        field("database", Form::TextOrNone),
        field("schema", Form::TextOrNone),
        field("loader", Form::Text),
        field("tables", ENTRIES),
        field(
            "config",
            Form::Open(&[field("meta", Form::Mapping), FIELD_CONFIG, QUERY_CONFIG, ANALYSIS_CONFIG]),
        ),
        unread("unrendered_database", Form::TextOrNone),
        unread("unrendered_schema", Form::TextOrNone),
    ],
];
/// A table of a source.
pub(super) const TABLE: Fields = &[
    LOADED,
    COLUMNS,
    &[
        field("identifier", Form::TextOrNone),
        field("data_tests", ENTRIES),
        field("tests", ENTRIES),
        field("external", Form::NoneOr(&Form::Open(EXTERNAL))),
        field("docs", DOCS),
        field("data_type", Form::TextOrNone),
        field("config", Form::Open(&[FIELD_CONFIG, QUERY_CONFIG, ANALYSIS_CONFIG])),
        unread("constraints", MAPPINGS),
    ],
];
const EXTERNAL: &[Field] = &[
    field("location", Form::TextOrNone),
    field("file_format", Form::TextOrNone),
    field("row_format", Form::TextOrNone),
    field("tbl_properties", Form::TextOrNone),
    field(
        "partitions",
        Form::NoneOr(&Form::List(&Form::NamedOr(&Form::Open(&[
            field("name", Form::Text),
            field("description", Form::Text),
            field("data_type", Form::Text),
            field("meta", Form::Mapping),
        ])))),
    ),
];

/// An entry of `exposures`.
pub(super) const EXPOSURE: Fields = &[&[
    field("name", Form::Any),
    field("type", Form::Any),
    field("owner", Form::Any),
    field("description", Form::Text),
    field("label", Form::TextOrNone),
    field("maturity", Form::TextOrNone),
    field("meta", Form::Mapping),
    field("tags", TEXT_LIST),
    field("url", Form::TextOrNone),
    field("depends_on", TEXT_LIST),
    field("config", Form::Mapping),
]];
/// An entry of `groups`.
pub(super) const GROUP: Fields = &[&[
    field("name", Form::Any),
    field("owner", Form::Any),
    field("description", Form::TextOrNone),
    field("config", Form::Open(&[field("meta", Form::Mapping)])),
]];

const SOME_VERSIONS: Form = Form::NoneOr(&Form::List(&Form::TextOrNumber));
/// An entry of `unit_tests`.
pub(super) const UNIT_TEST: Fields = &[&[
    field("name", Form::Any),
    field("model", Form::Any),
    field("description", Form::Text),
    field("given", Form::Any),
    field("expect", Form::Any),
    field(
        "overrides",
        Form::NoneOr(&Form::Keys(&[
            field("macros", Form::Mapping),
            field("vars", Form::Mapping),
            field("env_vars", Form::Mapping),
        ])),
    ),
    field("config", Form::Mapping),
    field("versions", Form::Keys(&[field("include", SOME_VERSIONS), field("exclude", SOME_VERSIONS)])),
]];
/// Rows that a unit test expects.
pub(super) const ROWS: Fields = &[ROW_FIELDS];
/// Rows of an input of a unit test.
pub(super) const INPUT: Fields = &[ROW_FIELDS, &[field("input", Form::Any)]];
const ROW_FIELDS: &[Field] = &[
    field("rows", Form::NoneOr(&Form::NamedOr(&MAPPINGS))),
    field("format", Form::Text),
    field("fixture", Form::TextOrNone),
];
