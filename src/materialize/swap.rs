//! Building aside and putting in place, so that nobody sees half of it.

use super::executor::{Change, Executor, Order};
use super::{finish, table};
use crate::adapter::Response;
use crate::compile::Failure;
use crate::manifest::NodeKind;
use crate::sql::{Relation, RelationKind};
use crate::template::Value;

/// Three names: where a relation is to be, where it is built, and where its
/// predecessor goes. It is built where it is to be if it cannot be renamed.
#[derive(Debug)]
pub(super) struct Swap {
    pub(super) target: Relation,
    pub(super) intermediate: Relation,
    pub(super) backup: Relation,
    atomic: bool,
    moved: Option<Relation>,
}

impl Swap {
    /// The names that the macros for that give.
    pub(super) fn new(
        order: &Order<'_>,
        executor: &mut dyn Executor,
        kind: RelationKind,
    ) -> Result<Self, Failure> {
        let target = order.target(kind)?;
        let value = order.value(&target);
        let may_move = order.capabilities.foreign_keys_survive_renames || !has_foreign_keys(order);
        let intermediate = if may_move {
            executor.relation("make_intermediate_relation", std::slice::from_ref(&value))?
        } else {
            target.clone()
        };
        Ok(Self {
            intermediate,
            backup: executor.relation("make_backup_relation", &[value, Value::from(kind.as_str())])?,
            atomic: order.capabilities.transactional_ddl,
            moved: None,
            target,
        })
    }

    /// Drops what a run that was killed left behind under our names.
    pub(super) fn drop_leftovers(&self, executor: &mut dyn Executor) -> Result<(), Failure> {
        for name in [&self.intermediate, &self.backup] {
            if *name == self.target {
                continue;
            }
            if let Some(leftover) = executor.existing(name)? {
                executor.change(Change::Drop(&leftover))?;
            }
        }
        Ok(())
    }

    /// Builds a table of the order's query aside, with its indexes, and puts it in place.
    pub(super) fn build_table(
        &mut self,
        order: &Order<'_>,
        executor: &mut dyn Executor,
    ) -> Result<Response, Failure> {
        self.make_room(executor)?;
        table::start(order, executor, &self.intermediate, order.sql)?;
        if order.capabilities.indexes_survive_renames {
            finish::indexes(order, executor, &self.intermediate)?;
            self.put_in_place(executor)?;
        } else {
            self.put_in_place(executor)?;
            finish::indexes(order, executor, &self.target)?;
        }
        executor.answer()
    }

    /// Drops the predecessor where the new one is built in its place. To be called
    /// right before that, inside the transaction.
    fn make_room(&self, executor: &mut dyn Executor) -> Result<(), Failure> {
        if self.intermediate == self.target
            && let Some(old) = executor.existing(&self.target)?
        {
            executor.change(Change::Drop(&old))?;
        }
        Ok(())
    }

    /// Puts the intermediate relation in the place of the target.
    ///
    /// Inside a transaction that covers DDL the old one is dropped first: others
    /// see it until the commit, and its indexes cannot be in the way of a
    /// rename. Elsewhere it is renamed if it can be, and dropped by [`Swap::clean_up`].
    pub(super) fn put_in_place(&mut self, executor: &mut dyn Executor) -> Result<(), Failure> {
        if self.intermediate == self.target {
            return Ok(());
        }
        if let Some(old) = executor.existing(&self.target)? {
            if self.atomic || !old.kind.is_some_and(RelationKind::can_be_renamed) {
                executor.change(Change::Drop(&old))?;
            } else {
                let mut backup = self.backup.clone();
                backup.kind = old.kind;
                executor.change(Change::Rename(&old, &backup))?;
                self.moved = Some(backup);
            }
        }
        executor.change(Change::Rename(&self.intermediate, &self.target))
    }

    /// Drops the predecessor, once the new one is committed.
    pub(super) fn clean_up(&self, executor: &mut dyn Executor) -> Result<(), Failure> {
        self.moved.as_ref().map_or(Ok(()), |backup| executor.change(Change::Drop(backup)))
    }
}

/// Whether the contract of a model promises foreign keys.
fn has_foreign_keys(order: &Order<'_>) -> bool {
    let NodeKind::Model(model) = &order.node.kind else { return false };
    let of_columns = order.node.docs.columns.values().flat_map(|column| &column.constraints);
    order.enforces_contract()
        && model.constraints.iter().chain(of_columns).any(|constraint| constraint["type"] == "foreign_key")
}
