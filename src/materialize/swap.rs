//! Building aside and putting in place, so that nobody sees half of it.

use super::bench::{Bench, Change, Order};
use crate::compile::Failure;
use crate::manifest::NodeKind;
use crate::sql::{Relation, RelationKind};

/// The name that something new has until it is whole.
const INTERMEDIATE: &str = "__dbt_tmp";
/// The name that the old has until the new is in place, where a warehouse
/// cannot do both at once.
const BACKUP: &str = "__dbt_backup";

/// Three names: where a relation is to be, where it is built, and where its
/// predecessor goes. It is built where it is to be if it cannot be renamed.
#[derive(Debug)]
pub(super) struct Swap {
    pub(super) target: Relation,
    pub(super) intermediate: Relation,
    backup: Relation,
    atomic: bool,
    moved: Option<Relation>,
}

impl Swap {
    pub(super) fn new(order: &Order<'_>, kind: RelationKind) -> Result<Self, Failure> {
        let target = order.target(kind)?;
        let named = |suffix: &str| {
            let name = target.identifier.as_deref().unwrap_or_default();
            target.clone().with_identifier(format!("{name}{suffix}"))
        };
        let may_move = order.capabilities.foreign_keys_survive_renames || !has_foreign_keys(order);
        Ok(Self {
            intermediate: if may_move { named(INTERMEDIATE) } else { target.clone() },
            backup: named(BACKUP),
            atomic: order.capabilities.transactional_ddl,
            moved: None,
            target,
        })
    }

    /// Drops what a run that was killed left behind under our names.
    pub(super) fn drop_leftovers(&self, bench: &mut dyn Bench) -> Result<(), Failure> {
        for name in [&self.intermediate, &self.backup] {
            if *name == self.target {
                continue;
            }
            if let Some(leftover) = bench.existing(name)? {
                bench.change(Change::Drop(&leftover))?;
            }
        }
        Ok(())
    }

    /// Drops the predecessor where the new one is built in its place. To be called
    /// right before that, inside the transaction.
    pub(super) fn make_room(&self, bench: &mut dyn Bench) -> Result<(), Failure> {
        if self.intermediate == self.target
            && let Some(old) = bench.existing(&self.target)?
        {
            bench.change(Change::Drop(&old))?;
        }
        Ok(())
    }

    /// Puts the intermediate relation in the place of the target.
    ///
    /// Inside a transaction that covers DDL the old one is dropped first: others
    /// see it until the commit, and its indexes cannot be in the way of a
    /// rename. Elsewhere it is renamed, and dropped by [`Swap::clean_up`].
    pub(super) fn put_in_place(&mut self, bench: &mut dyn Bench) -> Result<(), Failure> {
        if self.intermediate == self.target {
            return Ok(());
        }
        if let Some(old) = bench.existing(&self.target)? {
            if self.atomic {
                bench.change(Change::Drop(&old))?;
            } else {
                let mut backup = self.backup.clone();
                backup.kind = old.kind;
                bench.change(Change::Rename(&old, &backup))?;
                self.moved = Some(backup);
            }
        }
        bench.change(Change::Rename(&self.intermediate, &self.target))
    }

    /// Drops the predecessor, once the new one is committed.
    pub(super) fn clean_up(&self, bench: &mut dyn Bench) -> Result<(), Failure> {
        self.moved.as_ref().map_or(Ok(()), |backup| bench.change(Change::Drop(backup)))
    }
}

/// Whether the contract of a model promises foreign keys.
fn has_foreign_keys(order: &Order<'_>) -> bool {
    let NodeKind::Model(model) = &order.node.kind else { return false };
    let contract = order.config().get("contract").and_then(|contract| contract.get("enforced"));
    let of_columns = order.node.docs.columns.values().flat_map(|column| &column.constraints);
    contract.and_then(serde_json::Value::as_bool) == Some(true)
        && model.constraints.iter().chain(of_columns).any(|constraint| constraint["type"] == "foreign_key")
}
