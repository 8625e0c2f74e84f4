//! What is known to exist in the warehouse.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::adapter::DatabaseError;
use crate::sql::Relation;

/// The three parts of a name in lower case.
pub(super) type Key = (String, String, String);

/// Relations by name: asked for once for each database, then kept in step with
/// what the run itself does. dbt: the relation cache.
#[derive(Debug, Default)]
pub struct RelationCache {
    databases: Mutex<HashMap<String, Known>>,
    /// The views that read a relation, where they go when it goes.
    dependents: Mutex<HashMap<Key, Vec<Key>>>,
}

/// What is known about one database.
#[derive(Debug, Clone)]
enum Known {
    /// It was not asked for yet; these changes were made meanwhile, and another
    /// session might not see them.
    Changes(HashMap<Key, Option<Relation>>),
    /// Everything.
    All(HashMap<Key, Relation>),
}

/// What was before a change, to be put back by a rollback.
#[derive(Debug)]
pub(super) enum Undo {
    /// What stood under a name.
    Relation { key: Key, before: Before },
    /// These views read the relation of this name.
    Dependents { read: Key, dependents: Vec<Key> },
    /// What reads a relation was noted under the name `from`.
    Moved { from: Key, to: Key },
}

#[derive(Debug)]
pub(super) enum Before {
    Known(Option<Relation>),
    Unknown,
}

impl RelationCache {
    /// What exists under a name, spelled as the warehouse spells it. `list`
    /// gives all relations of the database; it is called once for each database.
    ///
    /// # Errors
    /// As `list`.
    pub fn find(
        &self,
        relation: &Relation,
        list: impl FnOnce() -> Result<Vec<Relation>, DatabaseError>,
    ) -> Result<Option<Relation>, DatabaseError> {
        let key = relation.key();
        self.with(&key.0.clone(), list, |known| known.get(&key).cloned())
    }

    /// All relations of a schema.
    ///
    /// # Errors
    /// As `list`.
    pub fn of_schema(
        &self,
        database: &str,
        schema: &str,
        list: impl FnOnce() -> Result<Vec<Relation>, DatabaseError>,
    ) -> Result<Vec<Relation>, DatabaseError> {
        let schema = schema.to_lowercase();
        self.with(&database.to_lowercase(), list, |known| {
            known.iter().filter(|(key, _)| key.1 == schema).map(|(_, relation)| relation.clone()).collect()
        })
    }

    fn with<T>(
        &self,
        database: &str,
        list: impl FnOnce() -> Result<Vec<Relation>, DatabaseError>,
        look: impl FnOnce(&HashMap<Key, Relation>) -> T,
    ) -> Result<T, DatabaseError> {
        let mut databases = self.databases.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = match databases.get(database) {
            Some(Known::All(known)) => return Ok(look(known)),
            Some(Known::Changes(changes)) => changes.clone(),
            None => HashMap::new(),
        };
        let mut known: HashMap<Key, Relation> =
            list()?.into_iter().map(|relation| (relation.key(), relation)).collect();
        for (key, relation) in changes {
            match relation {
                Some(relation) => known.insert(key, relation),
                None => known.remove(&key),
            };
        }
        let result = look(&known);
        databases.insert(database.to_owned(), Known::All(known));
        Ok(result)
    }

    /// Something exists now. If it is a view, then of what it reads nothing is known.
    pub(super) fn insert(&self, relation: &Relation) -> Vec<Undo> {
        let mut changes = self.unlink(&relation.key());
        changes.push(self.set(relation.key(), Some(relation.clone())));
        changes
    }

    /// One relation is gone when another one goes.
    pub(super) fn link(&self, read: &Relation, dependent: &Relation) {
        let mut dependents = self.dependents.lock().unwrap_or_else(PoisonError::into_inner);
        dependents.entry(read.key()).or_default().push(dependent.key());
    }

    fn unlink(&self, dependent: &Key) -> Vec<Undo> {
        let mut dependents = self.dependents.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changes = Vec::new();
        for (read, keys) in dependents.iter_mut() {
            if keys.contains(dependent) {
                keys.retain(|key| key != dependent);
                changes.push(Undo::Dependents { read: read.clone(), dependents: vec![dependent.clone()] });
            }
        }
        changes
    }

    /// Something is gone, and so are the views that read it.
    pub(super) fn remove(&self, relation: &Relation) -> Vec<Undo> {
        self.forget(vec![relation.key()])
    }

    /// These are gone, and so are the views that read them, and the views that read those.
    fn forget(&self, mut gone: Vec<Key>) -> Vec<Undo> {
        let mut at = 0;
        let mut changes = Vec::new();
        let mut dependents = self.dependents.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(key) = gone.get(at) {
            if let Some((read, next)) = dependents.remove_entry(key) {
                gone.extend(next.iter().cloned());
                changes.push(Undo::Dependents { read, dependents: next });
            }
            at += 1;
        }
        drop(dependents);
        changes.extend(gone.into_iter().map(|key| self.set(key, None)));
        changes
    }

    /// Something has another name now.
    pub(super) fn rename(&self, from: &Relation, to: &Relation) -> Vec<Undo> {
        let mut changes = self.unlink(&to.key());
        self.move_dependents(&from.key(), &to.key());
        changes.push(Undo::Moved { from: from.key(), to: to.key() });
        let removed = self.set(from.key(), None);
        let known = match &removed {
            Undo::Relation { before: Before::Known(Some(before)), .. } => before.kind,
            _ => None,
        };
        let kind = to.kind.or(known).or(from.kind);
        let moved = Relation { kind, ..to.clone() };
        let added = self.set(to.key(), Some(moved));
        changes.extend([removed, added]);
        changes
    }

    fn move_dependents(&self, from: &Key, to: &Key) {
        let mut dependents = self.dependents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = dependents.remove(from) {
            dependents.insert(to.clone(), keys);
        }
    }

    /// A schema is gone with all that is in it, and with the views elsewhere that read it.
    pub(super) fn remove_schema(&self, schema: &Relation) -> Vec<Undo> {
        let (database, schema, _) = schema.key();
        let is_inside = |key: &&Key| key.0 == database && key.1 == schema;
        let mut keys: Vec<Key> = {
            let databases = self.databases.lock().unwrap_or_else(PoisonError::into_inner);
            let all = match databases.get(&database) {
                Some(Known::All(known)) => known.keys().collect(),
                Some(Known::Changes(changes)) => changes.keys().collect(),
                None => Vec::new(),
            };
            all.into_iter().filter(is_inside).cloned().collect()
        };
        let dependents = self.dependents.lock().unwrap_or_else(PoisonError::into_inner);
        keys.extend(dependents.keys().filter(is_inside).cloned());
        drop(dependents);
        self.forget(keys)
    }

    /// Takes changes back, the last one first. A database of which it is not
    /// known what was before is asked for again.
    pub(super) fn undo(&self, changes: Vec<Undo>) {
        for change in changes.into_iter().rev() {
            match change {
                Undo::Relation { key, before: Before::Known(before) } => drop(self.set(key, before)),
                Undo::Relation { key, before: Before::Unknown } => {
                    self.databases.lock().unwrap_or_else(PoisonError::into_inner).remove(&key.0);
                }
                Undo::Dependents { read, dependents } => {
                    let mut known = self.dependents.lock().unwrap_or_else(PoisonError::into_inner);
                    known.entry(read).or_default().extend(dependents);
                }
                Undo::Moved { from, to } => self.move_dependents(&to, &from),
            }
        }
    }

    fn set(&self, key: Key, relation: Option<Relation>) -> Undo {
        let mut databases = self.databases.lock().unwrap_or_else(PoisonError::into_inner);
        let known = databases.entry(key.0.clone()).or_insert_with(|| Known::Changes(HashMap::new()));
        let before = match (known, relation) {
            (Known::All(known), Some(relation)) => Before::Known(known.insert(key.clone(), relation)),
            (Known::All(known), None) => Before::Known(known.remove(&key)),
            (Known::Changes(changes), relation) => {
                changes.insert(key.clone(), relation);
                Before::Unknown
            }
        };
        Undo::Relation { key, before }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::RelationKind;

    fn named(name: &str) -> Relation {
        Relation::new(Some("db"), "main", name).with_kind(RelationKind::Table)
    }

    fn names(cache: &RelationCache) -> Vec<String> {
        let never = || Err(DatabaseError::new("asked twice"));
        let mut names: Vec<String> = cache
            .of_schema("DB", "MAIN", never)
            .unwrap()
            .into_iter()
            .filter_map(|relation| relation.identifier)
            .collect();
        names.sort();
        names
    }

    #[test]
    fn changes_are_noted_and_taken_back() {
        let cache = RelationCache::default();
        let found = cache.find(&named("A"), || Ok(vec![named("a"), named("b")])).unwrap();
        assert_eq!(found, Some(named("a")), "case does not count");
        let mut changes = cache.insert(&named("c"));
        changes.extend(cache.rename(&named("a"), &named("d")));
        changes.extend(cache.remove(&named("b")));
        assert_eq!(names(&cache), ["c", "d"]);
        cache.undo(changes);
        assert_eq!(names(&cache), ["a", "b"]);
        cache.remove_schema(&Relation { identifier: None, ..named("") });
        assert!(names(&cache).is_empty());
    }

    #[test]
    fn views_go_with_what_they_read() {
        let cache = RelationCache::default();
        let all = ["a", "b", "c", "d"].map(named).to_vec();
        cache.find(&named("a"), || Ok(all)).unwrap();
        cache.link(&named("a"), &named("b"));
        cache.link(&named("b"), &named("c"));
        cache.link(&named("a"), &named("d"));
        cache.insert(&named("d"));
        cache.rename(&named("a"), &named("old"));
        let changes = cache.remove(&named("old"));
        assert_eq!(names(&cache), ["d"], "what was made anew stays");
        cache.undo(changes);
        assert_eq!(names(&cache), ["b", "c", "d", "old"]);
        let mut changes = cache.rename(&named("old"), &named("a"));
        changes.extend(cache.insert(&named("c")));
        cache.undo(changes);
        cache.remove(&named("old"));
        assert_eq!(names(&cache), ["d"], "after a rollback it is known again what reads what");
    }

    #[test]
    fn views_elsewhere_go_with_a_schema_that_they_read() {
        let cache = RelationCache::default();
        let other = |name: &str| Relation::new(Some("db"), "other", name).with_kind(RelationKind::Table);
        cache.find(&named("a"), || Ok(vec![other("t"), named("a"), named("b"), named("c")])).unwrap();
        cache.link(&other("t"), &named("a"));
        cache.link(&named("a"), &named("b"));
        let changes = cache.remove_schema(&Relation { identifier: None, ..other("") });
        assert_eq!(names(&cache), ["c"]);
        cache.undo(changes);
        assert_eq!(names(&cache), ["a", "b", "c"]);
    }

    #[test]
    fn a_database_is_listed_once_and_an_error_is_not_remembered() {
        let cache = RelationCache::default();
        assert!(cache.find(&named("a"), || Err(DatabaseError::new("down"))).is_err());
        assert_eq!(cache.find(&named("a"), || Ok(Vec::new())).unwrap(), None);
        assert_eq!(cache.find(&named("b"), || Err(DatabaseError::new("asked twice"))).unwrap(), None);
    }

    #[test]
    fn changes_before_the_first_question_count() {
        let cache = RelationCache::default();
        cache.insert(&named("new"));
        cache.remove(&named("old"));
        let list = || Ok(vec![named("old"), named("a")]);
        assert_eq!(cache.find(&named("new"), list).unwrap(), Some(named("new")));
        assert_eq!(names(&cache), ["a", "new"]);

        let cache = RelationCache::default();
        let changes = cache.remove(&named("a"));
        assert_eq!(cache.find(&named("a"), || Ok(vec![named("a")])).unwrap(), None);
        cache.undo(changes);
        assert_eq!(cache.find(&named("a"), || Ok(vec![named("a")])).unwrap(), Some(named("a")));
    }
}
