//! `state:` and its kin, on what dbt wrote and on a change of it.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use serde_json::{Value as Json, json};

use super::{args, flag, ids, selected};
use crate::artifact::{EarlierAges, EarlierManifest, Wire, sample};
use crate::diagnostics::Diagnostic;
use crate::manifest::Manifest;
use crate::select::{Comparison, Contracts, Earlier, NamedSelectors, Selected};
use crate::sql::Dialect;

fn manifest_of(json: &Json) -> EarlierManifest {
    let address = "https://schemas.getdbt.com/dbt/manifest/v12.json";
    let mut json = json.clone();
    json["metadata"] = json!({ "dbt_schema_version": address });
    EarlierManifest::read(Path::new("manifest.json"), &json.to_string()).unwrap()
}

fn select(manifest: &Manifest, earlier: &Earlier, text: &str) -> Result<Selected, Vec<Diagnostic>> {
    let dialect = &Dialect::ANSI;
    let wire = Wire { manifest, dialect, created_at: 0.0 };
    let contracts = Contracts { unenforced: &[], now: chrono::DateTime::UNIX_EPOCH };
    let comparison = Comparison::new(earlier, wire, &["shop"], false, contracts);
    let named = NamedSelectors::default();
    let mut args = args(&named);
    args.select = flag(&[text]);
    args.indirect = crate::select::Indirect::Empty;
    args.comparison = Some(&comparison);
    selected(manifest, &args)
}

#[test]
fn what_dbt_wrote_is_not_modified() {
    let manifest = sample::manifest();
    let earlier = Earlier { manifest: Some(manifest_of(&sample::json())), ..Earlier::default() };
    let found = |text| ids(&manifest, &select(&manifest, &earlier, text).unwrap());
    assert_eq!(found("state:modified"), BTreeSet::new());
    assert_eq!(found("state:new"), BTreeSet::new());
    assert_eq!(found("state:old").len(), manifest.nodes.len());
}

#[test]
fn models_from_before_there_was_access_were_protected() {
    let manifest = sample::manifest();
    let check = |access: Option<&str>, expected: bool| {
        let mut json = sample::json();
        let model = json["nodes"]["model.shop.orders"].as_object_mut().unwrap();
        let is = model.remove("access").unwrap();
        if let Some(access) = access {
            model.insert("access".to_owned(), json!(access));
        }
        let earlier = Earlier { manifest: Some(manifest_of(&json)), ..Earlier::default() };
        let found = ids(&manifest, &select(&manifest, &earlier, "state:modified").unwrap());
        assert_eq!(found.contains("model.shop.orders"), expected, "{is} was {access:?}");
    };
    let is_protected = sample::json()["nodes"]["model.shop.orders"]["access"] == "protected";
    check(None, !is_protected);
    check(Some("protected"), !is_protected);
    check(Some("private"), true);
}

#[test]
fn a_broken_contract_is_told() {
    let manifest = sample::manifest();
    let mut json = sample::json();
    let promise = json!({"enforced": true, "alias_types": true, "checksum": "x"});
    let columns = json!({"gone": {"name": "gone", "data_type": "integer", "constraints": []}});
    for id in ["model.shop.orders", "model.shop.vanished"] {
        let mut model = json["nodes"]["model.shop.orders"].clone();
        model["contract"] = promise.clone();
        model["columns"] = columns.clone();
        json["nodes"][id] = model;
    }
    let earlier = Earlier { manifest: Some(manifest_of(&json)), ..Earlier::default() };
    let found = select(&manifest, &earlier, "state:modified.contract").unwrap();
    assert_eq!(ids(&manifest, &found), BTreeSet::from(["model.shop.orders".to_owned()]));
    let told: Vec<(&str, usize)> = found.warnings.iter().map(|it| (it.code, it.notes.len())).collect();
    assert_eq!(told, [("broken-contract", 2), ("broken-contract", 2)]);

    json["nodes"]["model.shop.vanished"]["version"] = json!(1);
    let earlier = Earlier { manifest: Some(manifest_of(&json)), ..Earlier::default() };
    let problems = select(&manifest, &earlier, "state:modified").unwrap_err();
    assert_eq!(problems.len(), 1);
}

#[test]
fn results_and_ages_are_compared() {
    let manifest = sample::manifest();
    let ages = |time: &str| {
        let time = chrono::DateTime::parse_from_rfc3339(time).unwrap();
        Some(EarlierAges(HashMap::from([("source.shop.raw.orders".to_owned(), time)])))
    };
    let earlier = Earlier {
        statuses: Some(HashMap::from([("model.shop.orders".to_owned(), "error".to_owned())])),
        ages: ages("2026-11-20T00:00:00+00:00"),
        ages_now: ages("2026-11-21T00:00:00Z"),
        ..Earlier::default()
    };
    let found = |earlier: &Earlier, text| ids(&manifest, &select(&manifest, earlier, text).unwrap());
    let only = |id: &str| BTreeSet::from([id.to_owned()]);
    assert_eq!(found(&earlier, "result:error"), only("model.shop.orders"));
    assert_eq!(found(&earlier, "result:success"), BTreeSet::new());
    assert_eq!(found(&earlier, "source_status:fresher"), only("source.shop.raw.orders"));
    let older = Earlier { ages_now: earlier.ages.clone(), ..earlier.clone() };
    assert_eq!(found(&older, "source_status:fresher"), BTreeSet::new());
}

#[test]
fn what_is_not_there_cannot_be_compared_with() {
    let manifest = sample::manifest();
    for text in ["state:new", "result:error", "source_status:fresher"] {
        let problems = select(&manifest, &Earlier::default(), text).unwrap_err();
        assert_eq!(problems[0].code, "no-state", "{text}");
    }
}
