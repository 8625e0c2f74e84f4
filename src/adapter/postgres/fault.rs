//! The server's and the driver's errors, taken apart.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use tokio_postgres::error::{DbError, ErrorPosition, Severity, SqlState};

use super::link::LateRefusal;
use super::{copy, tls};
use crate::adapter::DatabaseError;
use crate::sql::{self, Statement};

/// A refused statement of a script.
pub(super) fn from_statement(
    error: &tokio_postgres::Error,
    script: &str,
    statement: Statement<'_>,
) -> DatabaseError {
    let message = match error.as_db_error() {
        Some(said) if is_fatal(error) => {
            format!("the server closed the connection: {}", describe(said, None))
        }
        Some(said) => describe(said, advice(said, statement.text)),
        None => format!("the connection to the server was lost: {}", cause(error)),
    };
    let place = error.as_db_error().and_then(|said| place(said, statement.text));
    DatabaseError {
        sql: Some(script.to_owned()),
        offset: place.map(|place| statement.offset + place),
        ..DatabaseError::new(message)
    }
}

/// A refused statement that nobody had waited for, which was noticed `at_commit` or at
/// another statement. That one has nothing to do with it, so the refused one is named.
pub(super) fn from_late(late: &LateRefusal, at_commit: bool) -> DatabaseError {
    let statement = Statement { text: &late.sql, offset: 0 };
    let mut described = from_statement(&late.error, &late.sql, statement);
    if !at_commit && !is_fatal(&late.error) {
        described.message.push_str(&lines(&[("in the statement", Some(sql::uncommented(&late.sql)))]));
    }
    DatabaseError { offset: None, ..described }
}

/// A `copy` that is not sent: the driver would wait for data for ever.
pub(super) fn copy_without_data(script: &str, statement: Statement<'_>) -> DatabaseError {
    let message = "`copy … from stdin` and `copy … to stdout` need a client that has the data";
    DatabaseError {
        sql: Some(script.to_owned()),
        offset: Some(statement.offset),
        ..DatabaseError::new(message)
    }
}

/// A refused row of those that were sent, with the cell instead of the context,
/// which tells a row of ours.
pub(super) fn with_cell(error: &tokio_postgres::Error, described: DatabaseError) -> DatabaseError {
    let said = error.as_db_error().and_then(|said| Some((said, copy::bad_cell(said.where_()?)?)));
    match said {
        Some((said, cell)) => DatabaseError { message: brief(said, None), cell: Some(cell), ..described },
        None => described,
    }
}

/// Whether the connection is of no use after this error.
pub(super) fn is_fatal(error: &tokio_postgres::Error) -> bool {
    let is_last = |said: &DbError| matches!(said.parsed_severity(), Some(Severity::Fatal | Severity::Panic));
    error.as_db_error().is_none_or(is_last)
}

/// Whether the server stopped the statement because somebody asked for it, or
/// because it took too long.
pub(super) fn is_cancelled(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::QUERY_CANCELED)
}

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum NoEntry {
    /// The server or the driver says why.
    Refused(tokio_postgres::Error),
    /// Nothing was heard for so long.
    Silence(Duration),
    /// This machine cannot even ask.
    Machine(io::Error),
}

impl NoEntry {
    /// Whether the other way, encrypted or not, may be the right one.
    pub(super) fn is_about_the_way(&self) -> bool {
        match self {
            Self::Refused(error) => {
                is_about_tls(error) || error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION)
            }
            Self::Silence(_) | Self::Machine(_) => false,
        }
    }

    /// Whether another attempt may succeed: nobody answers, or the server is busy.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Refused(error) => match error.code() {
                Some(code) => ["08", "53", "57"].iter().any(|class| code.code().starts_with(class)),
                None => !is_about_tls(error),
            },
            Self::Silence(_) => true,
            Self::Machine(_) => false,
        }
    }

    /// The whole story of a server.
    pub(super) fn describe(&self, server: &str) -> String {
        let reason = self.reason();
        match self {
            Self::Refused(error) if error.as_db_error().is_some() => {
                format!("the server at {server} refuses the connection: {reason}")
            }
            Self::Refused(error) if is_about_tls(error) => {
                format!("no encrypted connection with the server at {server}: {reason}")
            }
            _ => format!("cannot reach the server at {server}: {reason}"),
        }
    }

    /// The reason alone.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Refused(error) => {
                error.as_db_error().map_or_else(|| cause(error), |said| describe(said, None))
            }
            Self::Silence(waited) => {
                format!("it does not answer within {} seconds (`connect_timeout`)", waited.as_secs())
            }
            Self::Machine(error) => error.to_string(),
        }
    }
}

/// Whether the two sides did not agree on how to encrypt.
fn is_about_tls(error: &tokio_postgres::Error) -> bool {
    error.to_string().contains("TLS")
}

/// What helps where the server does not say it.
fn advice(said: &DbError, statement: &str) -> Option<&'static str> {
    let is_at = |word: &str| {
        let rest = place(said, statement).and_then(|at| statement.get(at..));
        rest.is_some_and(|rest| sql::leading_word(rest) == word)
    };
    match said.code() {
        code if *code == SqlState::DUPLICATE_TABLE => Some(
            "a table, view, index, sequence, type or foreign table has this name: drop it or rename it, \
             or choose another `alias`",
        ),
        // A server that knows the word finds fault with a later one.
        code if *code == SqlState::SYNTAX_ERROR && is_at("merge") => Some(
            "`merge` exists from PostgreSQL 15 on; `incremental_strategy='delete+insert'` replaces rows on \
             every version",
        ),
        _ => None,
    }
}

/// The message with what the server adds to it, or we do, a line each.
fn describe(said: &DbError, advice: Option<&str>) -> String {
    let internal = match said.position() {
        Some(ErrorPosition::Internal { query, .. }) => Some(query.as_str()),
        Some(ErrorPosition::Original(_)) | None => None,
    };
    let context = [("context", said.where_()), ("in the statement", internal)];
    format!("{}{}", brief(said, advice), lines(&context))
}

/// The same without the place.
fn brief(said: &DbError, advice: Option<&str>) -> String {
    let advice = [("detail", said.detail()), ("hint", said.hint().or(advice))];
    format!("{} (SQLSTATE {}){}", said.message(), said.code().code(), lines(&advice))
}

/// What the server says beside its answers.
pub(super) fn remark(said: &DbError) -> String {
    let advice = [("detail", said.detail()), ("hint", said.hint())];
    format!("{}{}", said.message(), lines(&advice))
}

/// A line for each text that there is.
fn lines(titled: &[(&str, Option<&str>)]) -> String {
    let line = |(title, text): &(&str, Option<&str>)| text.map(|text| format!("\n{title}: {text}"));
    titled.iter().filter_map(line).collect()
}

/// The byte of the statement at which the server points. It counts characters from 1.
fn place(said: &DbError, statement: &str) -> Option<usize> {
    let Some(ErrorPosition::Original(position)) = said.position() else { return None };
    byte_of(statement, *position)
}

fn byte_of(statement: &str, position: u32) -> Option<usize> {
    let before = usize::try_from(position).ok()?.checked_sub(1)?;
    let mut starts = statement.char_indices().map(|(at, _)| at).chain([statement.len()]);
    starts.nth(before)
}

/// Whether the other side is no more. Which it is depends on whether something was
/// still on its way there.
fn is_gone(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
}

/// The innermost reason of an error that is not the server's.
fn cause(error: &tokio_postgres::Error) -> String {
    let Some(source) = error.source() else { return error.to_string() };
    let io = source.downcast_ref::<io::Error>();
    if let Some(refused) = io.and_then(io::Error::get_ref).and_then(|inner| inner.downcast_ref()) {
        return tls::why(refused);
    }
    match io {
        Some(io) if is_gone(io.kind()) => "the server hung up".to_owned(),
        _ if error.to_string().contains("parsing") => {
            format!("it does not speak PostgreSQL's protocol: {source}")
        }
        _ => source.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters() {
        let check = |statement: &str, position: u32, rest: Option<&str>| {
            let at = byte_of(statement, position);
            assert_eq!(at.and_then(|at| statement.get(at..)), rest, "{statement}");
        };
        check("select 'ä', nope", 13, Some("nope"));
        check("select", 7, Some(""));
        check("select", 8, None);
        check("select", 0, None);
    }
}
