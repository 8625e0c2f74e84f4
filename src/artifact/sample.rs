//! A small project as dbt itself reads it, for tests.
//!
//! `sample.json` is the part of a `manifest.json` of dbt 1.11 that its own
//! project gave: two packages, sources, seeds, snapshots, versions, all kinds of
//! tests, exposures, hooks, groups and a disabled model. It is read back into a
//! [`Manifest`] here, so that what we write and select can be held against it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::manifest::{
    Age, Body, Calls, Checksum, ColumnDocs, Config, DataTest, DependsOn, Docs, Exposure, Fixture,
    FixtureFormat, Freshness, GenericTest, Given, GivenInput, Group, HookMoment, Lazy, Manifest, Model, Node,
    NodeId, NodeKind, Origin, Overrides, Period, RefCall, RunHook, Seed, Source, SourceCall, UniqueId,
    UnitTest,
};
use crate::source::{SourceMap, Span};
use crate::sql::{Policy, Relation};
use crate::template::Forms;

/// What dbt wrote.
pub(crate) fn json() -> Json {
    serde_json::from_str(include_str!("sample.json")).unwrap()
}

/// The manifest that it stands for.
pub(crate) fn manifest() -> Manifest {
    let json = json();
    let mut manifest = Manifest::default();
    let sections = ["nodes", "sources", "exposures", "unit_tests"];
    let entries: Vec<&Json> =
        sections.iter().flat_map(|section| json[section].as_object().unwrap().values()).collect();
    let places: Places =
        (0..).map(NodeId).zip(&entries).map(|(id, entry)| (text(entry, "unique_id"), id)).collect();
    manifest.nodes = entries.iter().map(|entry| node(entry, &places)).collect();
    for entry in json["disabled"].as_object().unwrap().values().flat_map(|list| list.as_array().unwrap()) {
        manifest.disabled.push(node(entry, &places));
    }
    for (id, entry) in json["groups"].as_object().unwrap() {
        let group = Group {
            unique_id: id.clone(),
            name: text(entry, "name"),
            package: text(entry, "package_name"),
            path: text(entry, "path"),
            original_file_path: text(entry, "original_file_path"),
            owner: object(&entry["owner"]),
            description: maybe(entry, "description"),
            config: object(&entry["config"]),
        };
        manifest.groups.insert(id.clone(), group);
    }
    manifest
}

fn text(json: &Json, key: &str) -> String {
    json[key].as_str().unwrap_or_default().to_owned()
}

fn maybe(json: &Json, key: &str) -> Option<String> {
    json[key].as_str().map(str::to_owned)
}

fn some(json: &Json, key: &str) -> Option<Json> {
    Some(json[key].clone()).filter(|value| !value.is_null())
}

fn texts(json: &Json) -> Vec<String> {
    json.as_array().into_iter().flatten().map(|item| item.as_str().unwrap().to_owned()).collect()
}

fn object(json: &Json) -> Map<String, Json> {
    json.as_object().cloned().unwrap_or_default()
}

fn nowhere() -> Span {
    SourceMap::new().add("sample", "").span()
}

type Places = HashMap<String, NodeId>;

fn node(json: &Json, places: &Places) -> Node {
    let relation = json.get("schema").filter(|_| json["resource_type"] != "unit_test").map(|_| {
        let identifier = maybe(json, "identifier").unwrap_or_else(|| text(json, "alias"));
        Relation::new(maybe(json, "database"), text(json, "schema"), identifier)
    });
    Node {
        unique_id: UniqueId(text(json, "unique_id").into()),
        name: text(json, "name"),
        package: text(json, "package_name"),
        fqn: texts(&json["fqn"]),
        origin: Origin {
            span: nowhere(),
            original_file_path: text(json, "original_file_path"),
            path: text(json, "path"),
            patch_path: maybe(json, "patch_path"),
            patch_span: None,
        },
        config: Config {
            values: Arc::new(object(&json["config"]).into()),
            unrendered: object(&json["unrendered_config"]).into(),
            call: Arc::default(),
        },
        tags: texts(json.get("tags").unwrap_or(&json["config"]["tags"])),
        docs: Docs {
            description: text(json, "description"),
            columns: object(&json["columns"])
                .iter()
                .map(|(name, json)| (name.clone(), column(json)))
                .collect(),
            doc_blocks: texts(&json["doc_blocks"]),
        }
        .into(),
        relation,
        depends_on: depends_on(json, places),
        kind: kind(json, places),
    }
}

fn column(json: &Json) -> ColumnDocs {
    ColumnDocs {
        name: text(json, "name"),
        description: text(json, "description"),
        data_type: maybe(json, "data_type"),
        quote: json["quote"].as_bool(),
        meta: object(&json["meta"]),
        tags: texts(&json["tags"]),
        constraints: json["constraints"].as_array().unwrap().clone(),
        doc_blocks: texts(&json["doc_blocks"]),
        extra: json
            .get("extra_key")
            .map(|value| ("extra_key".to_owned(), value.clone()))
            .into_iter()
            .collect(),
    }
}

fn depends_on(json: &Json, places: &Places) -> DependsOn {
    let refs = json["refs"].as_array().into_iter().flatten().map(|call| RefCall {
        package: maybe(call, "package"),
        name: text(call, "name"),
        version: some(call, "version").map(|version| version.to_string()),
        version_is_text: false,
    });
    let sources = json["sources"].as_array().into_iter().flatten();
    let calls = Calls {
        macros: texts(&json["depends_on"]["macros"]),
        refs: refs.collect(),
        sources: sources
            .map(|pair| SourceCall { source: texts(pair)[0].clone(), table: texts(pair)[1].clone() })
            .collect(),
        ..Calls::default()
    };
    let nodes = texts(&json["depends_on"]["nodes"]).iter().map(|id| places[id]).collect();
    DependsOn { nodes, calls: calls.into() }
}

fn kind(json: &Json, places: &Places) -> NodeKind {
    match json["resource_type"].as_str().unwrap() {
        "model" => NodeKind::Model(Box::new(Model {
            body: body(json),
            version: some(json, "version"),
            latest_version: some(json, "latest_version"),
            constraints: json["constraints"].as_array().unwrap().clone(),
            deprecation_date: maybe(json, "deprecation_date"),
            primary_key: texts(&json["primary_key"]),
            contract_checksum: maybe(&json["contract"], "checksum"),
            time_spine: some(json, "time_spine"),
        })),
        "seed" => NodeKind::Seed(Seed {
            root_path: PathBuf::from(text(json, "root_path")),
            checksum: Checksum { name: "sha256".into(), value: text(&json["checksum"], "checksum") },
        }),
        "snapshot" => NodeKind::Snapshot(body(json)),
        "analysis" => NodeKind::Analysis(body(json)),
        "test" => {
            NodeKind::Test(DataTest { body: body(json), generic: generic(json), old_forms: Vec::new() })
        }
        "operation" => NodeKind::Hook(RunHook {
            body: body(json),
            moment: HookMoment::Start,
            index: usize::try_from(json["index"].as_u64().unwrap()).unwrap(),
        }),
        "source" => NodeKind::Source(Box::new(source(json))),
        "exposure" => NodeKind::Exposure(Box::new(Exposure {
            exposure_type: text(json, "type"),
            label: maybe(json, "label"),
            maturity: maybe(json, "maturity"),
            url: maybe(json, "url"),
            owner: object(&json["owner"]),
        })),
        "unit_test" => NodeKind::UnitTest(Box::new(unit_test(json, places))),
        other => panic!("the sample has no {other}"),
    }
}

fn body(json: &Json) -> Lazy<Body> {
    let body = Body {
        text: text(json, "raw_code").into(),
        file: nowhere().file,
        offset: 0,
        checksum: text(&json["checksum"], "checksum"),
    };
    body.into()
}

fn generic(json: &Json) -> Option<Lazy<GenericTest>> {
    let metadata = json.get("test_metadata")?;
    let generic = GenericTest {
        name: text(metadata, "name"),
        namespace: maybe(metadata, "namespace"),
        kwargs: object(&metadata["kwargs"]),
        forms: Forms::default(),
        column_name: maybe(json, "column_name"),
        attached_node: maybe(json, "attached_node").map(|id| UniqueId(id.into())),
        file_key_name: text(json, "file_key_name"),
    };
    Some(generic.into())
}

fn source(json: &Json) -> Source {
    let age = |key: &str| {
        let json = &json["freshness"][key];
        let period = match json["period"].as_str()? {
            "minute" => Period::Minute,
            "hour" => Period::Hour,
            _ => Period::Day,
        };
        Some(Age { count: u32::try_from(json["count"].as_u64()?).ok()?, period })
    };
    Source {
        source_name: text(json, "source_name"),
        source_description: text(json, "source_description"),
        source_meta: object(&json["source_meta"]),
        loader: text(json, "loader"),
        identifier: text(json, "identifier"),
        loaded_at_field: maybe(json, "loaded_at_field"),
        loaded_at_query: maybe(json, "loaded_at_query"),
        freshness: some(json, "freshness").map(|_| Freshness {
            warn_after: age("warn_after"),
            error_after: age("error_after"),
            filter: None,
        }),
        quoting: object(&json["quoting"])
            .into_iter()
            .filter_map(|(part, flag)| Some((part, flag.as_bool()?)))
            .collect(),
        shown_quoting: Policy::ALL,
        unrendered_database: maybe(json, "unrendered_database"),
        unrendered_schema: maybe(json, "unrendered_schema"),
        external: some(json, "external"),
        location: Ok(None),
    }
}

fn unit_test(json: &Json, places: &Places) -> UnitTest {
    let fixture = |json: &Json| match json["format"].as_str().unwrap() {
        "sql" => Fixture::Sql(text(json, "rows")),
        format => {
            let rows = json["rows"].as_array().unwrap().iter().map(object).collect();
            Fixture::Rows(rows, if format == "csv" { FixtureFormat::Csv } else { FixtureFormat::Dict })
        }
    };
    let overrides = &json["overrides"];
    let given = json["given"].as_array().unwrap().iter();
    UnitTest {
        versions: None,
        version: None,
        model: text(json, "model"),
        tested: places[json["depends_on"]["nodes"][0].as_str().unwrap()],
        given: given
            .map(|json| Given {
                input_text: text(json, "input"),
                input: GivenInput::This,
                rows: fixture(json),
                fixture: maybe(json, "fixture"),
            })
            .collect(),
        expect: fixture(&json["expect"]),
        expect_fixture: maybe(&json["expect"], "fixture"),
        overrides: Overrides {
            macros: object(&overrides["macros"]),
            vars: object(&overrides["vars"]),
            env_vars: object(&overrides["env_vars"]),
        },
        checksum: text(json, "checksum"),
    }
}
