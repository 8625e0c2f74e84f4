//! An open database. The `duckdb` crate's own way to open one has no place for
//! the extension that is compiled in, so this room speaks DuckDB's C interface.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char};
use std::path::Path;
use std::ptr;

use duckdb::{Connection, Error};
use libduckdb_sys as ffi;

/// A database and a first connection to it. It stays open until both this value
/// and every clone of the connection are gone.
pub(super) struct Database {
    /// The connection that sessions are cloned from; it goes before the handle.
    pub(super) connection: Connection,
    _handle: Handle,
}

impl Database {
    /// Opens a file or `:memory:`, with what no setting can change later. Time
    /// zones and collations are there where the build could compile them.
    pub(super) fn open(path: &Path, options: &[(&str, &str)]) -> Result<Self, Error> {
        let path = text(path.as_os_str().as_encoded_bytes())?;
        let config = Configuration::new(options)?;
        let mut handle = Handle(ptr::null_mut());
        let mut message = ptr::null_mut();
        // SAFETY: all four pointers are valid for the call, and the configuration outlives it.
        let state =
            unsafe { ffi::duckdb_open_ext(path.as_ptr(), &raw mut handle.0, config.0, &raw mut message) };
        if state != ffi::DuckDBSuccess {
            return Err(failure(take_message(message).unwrap_or_else(|| "no reason was given".to_owned())));
        }
        #[cfg(icu)]
        load_icu(&handle)?;
        // SAFETY: the handle is open, and is closed only after the connection.
        let connection = unsafe { Connection::open_from_raw(handle.0) }?;
        Ok(Self { connection, _handle: handle })
    }
}

struct Handle(ffi::duckdb_database);

// SAFETY: DuckDB lets a database be used and closed on any thread.
unsafe impl Send for Handle {}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the pointer is null or an open database that nobody else closes.
        unsafe { ffi::duckdb_close(&raw mut self.0) }
    }
}

struct Configuration(ffi::duckdb_config);

impl Configuration {
    fn new(options: &[(&str, &str)]) -> Result<Self, Error> {
        let mut config = Self(ptr::null_mut());
        // SAFETY: the pointer is valid for the call.
        unsafe { ffi::duckdb_create_config(&raw mut config.0) };
        for (name, value) in options {
            let (key, setting) = (text(name.as_bytes())?, text(value.as_bytes())?);
            // SAFETY: the configuration was created above, and both texts end with a nul byte.
            let state = unsafe { ffi::duckdb_set_config(config.0, key.as_ptr(), setting.as_ptr()) };
            if state != ffi::DuckDBSuccess {
                return Err(failure(format!("`config_options` cannot set `{name}` so")));
            }
        }
        Ok(config)
    }
}

impl Drop for Configuration {
    fn drop(&mut self) {
        // SAFETY: the pointer is null or a configuration that nobody else destroys.
        unsafe { ffi::duckdb_destroy_config(&raw mut self.0) }
    }
}

#[cfg(icu)]
fn load_icu(database: &Handle) -> Result<(), Error> {
    unsafe extern "C" {
        /// Defined in `icu.cpp`.
        fn model_load_icu(database: ffi::duckdb_database) -> *mut c_char;
    }
    // SAFETY: the handle is an open database.
    take_message(unsafe { model_load_icu(database.0) }).map_or(Ok(()), |message| Err(failure(message)))
}

/// The text of a message that DuckDB allocated, which is freed.
fn take_message(message: *mut c_char) -> Option<String> {
    if message.is_null() {
        return None;
    }
    // SAFETY: a message that is not null ends with a nul byte and is ours to free.
    unsafe {
        let text = CStr::from_ptr(message).to_string_lossy().into_owned();
        ffi::duckdb_free(message.cast());
        Some(text)
    }
}

fn text(value: &[u8]) -> Result<CString, Error> {
    CString::new(value).map_err(|error| failure(error.to_string()))
}

fn failure(message: String) -> Error {
    Error::DuckDBFailure(ffi::Error::new(ffi::DuckDBError), Some(message))
}
