//! A part of a node that few commands look at.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

use serde::de::{DeserializeOwned, Deserializer, Error, Visitor};
use serde::ser::{Error as _, Serializer};
use serde::{Deserialize, Serialize};

/// A value that, where it was kept by an earlier run, is understood when it is first
/// looked at. Most commands look at few nodes of a large project; to understand all
/// parts of all nodes takes longer than the rest of such a command.
///
/// What is kept must be whole: whoever deserializes one has checked a sum over the bytes.
pub struct Lazy<T>(State<T>);

enum State<T> {
    Known(Box<T>),
    Kept { bytes: Box<[u8]>, value: OnceLock<Box<T>> },
}

fn understood<T: DeserializeOwned>(bytes: &[u8]) -> T {
    match rmp_serde::from_slice(bytes) {
        Ok(value) => value,
        // Bytes that this program wrote, with a right sum over them.
        Err(error) => unreachable!("a kept part of a node cannot be read: {error}"),
    }
}

impl<T: DeserializeOwned> Lazy<T> {
    /// The value itself.
    #[must_use]
    pub fn into_inner(self) -> T {
        match self.0 {
            State::Known(value) => *value,
            State::Kept { bytes, value } => {
                value.into_inner().map_or_else(|| understood(&bytes), |value| *value)
            }
        }
    }
}

impl<T> From<T> for Lazy<T> {
    fn from(value: T) -> Self {
        Self(State::Known(Box::new(value)))
    }
}

impl<T: Default> Default for Lazy<T> {
    fn default() -> Self {
        T::default().into()
    }
}

impl<T: DeserializeOwned> Deref for Lazy<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.0 {
            State::Known(value) => value,
            State::Kept { bytes, value } => value.get_or_init(|| Box::new(understood(bytes))),
        }
    }
}

impl<T: DeserializeOwned> DerefMut for Lazy<T> {
    fn deref_mut(&mut self) -> &mut T {
        if let State::Kept { bytes, value } = &mut self.0 {
            let value = value.take().unwrap_or_else(|| Box::new(understood(bytes)));
            self.0 = State::Known(value);
        }
        match &mut self.0 {
            State::Known(value) => value,
            State::Kept { .. } => unreachable!("it has just become known"),
        }
    }
}

impl<T: DeserializeOwned + Clone> Clone for Lazy<T> {
    fn clone(&self) -> Self {
        T::clone(self).into()
    }
}

impl<T: DeserializeOwned + fmt::Debug> fmt::Debug for Lazy<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}

impl<T: DeserializeOwned + PartialEq> PartialEq for Lazy<T> {
    fn eq(&self, other: &Self) -> bool {
        T::eq(self, other)
    }
}

impl<T: Serialize> Serialize for Lazy<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            State::Known(value) => {
                serializer.serialize_bytes(&rmp_serde::to_vec(value).map_err(S::Error::custom)?)
            }
            State::Kept { bytes, .. } => serializer.serialize_bytes(bytes),
        }
    }
}

impl<'de, T> Deserialize<'de> for Lazy<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(Bytes(PhantomData))
    }
}

struct Bytes<T>(PhantomData<T>);

impl<T> Visitor<'_> for Bytes<T> {
    type Value = Lazy<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes of a value")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Lazy<T>, E> {
        Ok(Lazy(State::Kept { bytes: bytes.into(), value: OnceLock::new() }))
    }
}

#[cfg(test)]
mod tests {
    use super::Lazy;

    fn kept(words: &[&str]) -> Lazy<Vec<String>> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        rmp_serde::from_slice(&rmp_serde::to_vec(&Lazy::from(words)).unwrap()).unwrap()
    }

    #[test]
    fn what_was_kept_is_what_comes_out() {
        assert_eq!(*kept(&["a", "b"]), ["a", "b"]);
        assert_eq!(kept(&["a"]).into_inner(), ["a"]);
        assert_eq!(kept(&[]), Lazy::default());
    }

    #[test]
    fn what_was_changed_is_kept_as_it_is_now() {
        let mut changed = kept(&["a"]);
        changed.push("b".to_owned());
        let again: Lazy<Vec<String>> = rmp_serde::from_slice(&rmp_serde::to_vec(&changed).unwrap()).unwrap();
        assert_eq!(*again, ["a", "b"]);
    }

    #[test]
    fn what_nobody_looked_at_is_kept_as_it_was() {
        let written = rmp_serde::to_vec(&kept(&["a"])).unwrap();
        assert_eq!(written, rmp_serde::to_vec(&Lazy::from(vec!["a"])).unwrap());
    }
}
