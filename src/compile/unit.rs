//! What is different while a unit test renders its model.

use std::collections::HashMap;

use minijinja::value::{Kwargs, Rest};
use serde_json::{Map, Value as Json};

use crate::manifest::{NodeId, UnitTest};
use crate::project::Members;
use crate::source::Span;
use crate::template::{self, Value};
use crate::yaml::{self, Yaml};

/// Inputs and overrides of a unit test.
#[derive(Debug)]
pub(super) struct UnitContext {
    /// Vars and environment variables, some of them replaced.
    pub(super) members: Members,
    macros: Map<String, Json>,
    inputs: HashMap<NodeId, String>,
}

impl UnitContext {
    /// `place` is where the test is written.
    pub(super) fn new(members: &Members, test: &UnitTest, place: Span, inputs: &[(NodeId, String)]) -> Self {
        let overrides = &test.overrides;
        let plain = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let environment =
            overrides.env_vars.iter().map(|(name, value)| (name.clone(), plain(value))).collect();
        let vars = match Yaml::from_json(&Json::Object(overrides.vars.clone()), place).value {
            yaml::Value::Map(vars) => vars,
            _ => yaml::Map::default(),
        };
        Self {
            members: members.overriding(vars, environment),
            macros: overrides.macros.clone(),
            inputs: inputs.iter().cloned().collect(),
        }
    }

    /// The rows that stand for a node.
    pub(super) fn input(&self, id: NodeId) -> Option<&str> {
        self.inputs.get(&id).map(String::as_str)
    }

    /// What stands for a name that is no macro, such as `invocation_id`.
    pub(super) fn replaced_name(&self, name: &str) -> Option<Value> {
        self.macros.get(name).map(template::to_value)
    }

    /// What stands for a macro: a function that gives the value. dbt: an override
    /// of `dbt.x` counts for `x`, too.
    pub(super) fn replaced_macro(&self, name: &str) -> Option<Value> {
        let value = self.macros.get(name).or_else(|| self.macros.get(&format!("dbt.{name}")))?;
        let value = template::to_value(value);
        Some(Value::from_function(move |_: Rest<Value>, _: Kwargs| value.clone()))
    }
}
