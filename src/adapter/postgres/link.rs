//! A connection that moves while somebody waits for it, on the thread that waits.
//!
//! Answers come in the order of the statements, so one may be sent before the answer to
//! another was read. What nobody waited for is read with the next answer.

use std::future::{Future, poll_fn};
use std::io::{self, Cursor};
use std::pin::{Pin, pin};
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_util::SinkExt as _;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{
    AsyncMessage, CancelToken, Client, Config, Connection, CopyInSink, Error, SimpleQueryMessage, Socket,
    Statement,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::connect::Notices;
use super::fault::NoEntry;

type Encrypted = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;
type Messages = Result<Vec<SimpleQueryMessage>, Error>;

/// One connection.
pub(super) struct Link {
    runtime: Runtime,
    connection: Connection<Socket, Encrypted>,
    client: Arc<Client>,
    notices: Notices,
    unread: Vec<Unread>,
    /// The answer that will be asked for, once it was read.
    kept: Option<Vec<SimpleQueryMessage>>,
}

/// A statement that was sent and whose answer nobody has waited for.
struct Unread {
    sql: String,
    /// Somebody will ask for the answer.
    is_wanted: bool,
    answer: Pin<Box<dyn Future<Output = Messages> + Send>>,
}

/// A statement that was refused, though nobody had waited for its answer.
pub(super) struct LateRefusal {
    pub(super) sql: String,
    pub(super) is_wanted: bool,
    pub(super) error: Error,
}

/// Rows on their way to a table.
pub(super) struct Copy<'a> {
    link: &'a mut Link,
    sink: Pin<Box<CopyInSink<Cursor<Vec<u8>>>>>,
}

/// What drives one connection, or one request to stop what runs on another.
fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Asks the server to stop what runs on a connection. Nobody can be told where that
/// fails: a server that is gone has stopped anyway.
pub(super) fn cancel(token: &CancelToken, tls: MakeRustlsConnect) {
    if let Ok(runtime) = runtime() {
        let _ = runtime.block_on(token.cancel_query(tls));
    }
}

impl Link {
    pub(super) fn open(config: &Config, tls: MakeRustlsConnect, notices: &Notices) -> Result<Self, NoEntry> {
        let runtime = runtime().map_err(NoEntry::Machine)?;
        let (client, connection) = runtime.block_on(config.connect(tls)).map_err(NoEntry::Refused)?;
        let notices = Arc::clone(notices);
        Ok(Self { runtime, connection, client: Arc::new(client), notices, unread: Vec::new(), kept: None })
    }

    pub(super) fn cancel_token(&self) -> CancelToken {
        self.client.cancel_token()
    }

    /// Whether the server has not hung up meanwhile, as far as this side has heard.
    pub(super) fn is_alive(&mut self) -> bool {
        let (connection, notices) = (&mut self.connection, &self.notices);
        self.runtime.block_on(async {
            look().await;
            poll_fn(|context| Poll::Ready(matches!(drive(connection, notices, context), Ok(Heard::Open))))
                .await
        })
    }

    /// Sends a statement and does not wait for its answer, which [`Link::answer`] gives
    /// where it is wanted.
    pub(super) fn send(&mut self, sql: &str, is_wanted: bool) {
        self.kept = self.kept.take().filter(|_| !is_wanted);
        let (client, text) = (Arc::clone(&self.client), sql.to_owned());
        let mut answer = pin_box(async move { client.simple_query(&text).await });
        let mut asleep = Context::from_waker(Waker::noop());
        let answered = answer.as_mut().poll(&mut asleep);
        let (connection, notices) = (&mut self.connection, &self.notices);
        // Whoever waits next is told what goes wrong.
        let _ = self.runtime.block_on(poll_fn(|context| Poll::Ready(drive(connection, notices, context))));
        if let Poll::Ready(messages) = answered {
            answer = pin_box(std::future::ready(messages));
        }
        self.unread.push(Unread { sql: sql.to_owned(), is_wanted, answer });
    }

    /// Reads the answers that nobody waited for: the first refusal. To be called
    /// after the answer to a later statement was read, when all of them are there.
    pub(super) fn read_on(&mut self) -> Result<(), LateRefusal> {
        let all = self.unread.len();
        self.read(all)
    }

    /// The answer that was wanted. What was sent after it stays unread, unless it was refused.
    pub(super) fn answer(&mut self) -> Result<Vec<SimpleQueryMessage>, LateRefusal> {
        let wanted = self.unread.iter().position(|unread| unread.is_wanted);
        if let Err(late) = self.read(wanted.map_or(0, |at| at + 1)) {
            // The server has refused that, too.
            let _ = self.read_on();
            return Err(late);
        }
        Ok(self.kept.take().unwrap_or_default())
    }

    /// Reads so many answers.
    fn read(&mut self, count: usize) -> Result<(), LateRefusal> {
        let mut refused = Ok(());
        let due: Vec<Unread> = self.unread.drain(..count).collect();
        for Unread { sql, is_wanted, answer } in due {
            match self.wait(answer) {
                Ok(messages) if is_wanted => self.kept = Some(messages),
                Err(error) if refused.is_ok() => refused = Err(LateRefusal { sql, is_wanted, error }),
                Ok(_) | Err(_) => {}
            }
        }
        refused
    }

    /// Sends a statement and waits for its answer.
    pub(super) fn query(&mut self, sql: &str) -> Messages {
        let client = Arc::clone(&self.client);
        self.wait(client.simple_query(sql))
    }

    pub(super) fn prepare(&mut self, sql: &str) -> Result<Statement, Error> {
        let client = Arc::clone(&self.client);
        self.wait(client.prepare(sql))
    }

    /// Begins to send rows, which `sql` copies from this side.
    pub(super) fn copy(&mut self, sql: &str) -> Result<Copy<'_>, Error> {
        let client = Arc::clone(&self.client);
        let sink = self.wait(client.copy_in(sql))?;
        Ok(Copy { link: self, sink: Box::pin(sink) })
    }

    /// An answer moves with the connection alone, so it is looked at after each move
    /// and wakes nobody: a wake would cost two calls of the system for each statement.
    fn wait<T>(&mut self, answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let mut answer = pin!(answer);
        let (connection, notices) = (&mut self.connection, &self.notices);
        let mut asleep = Context::from_waker(Waker::noop());
        self.runtime.block_on(async {
            look().await;
            poll_fn(|context| {
                drive(connection, notices, &mut asleep)?;
                if let Poll::Ready(answer) = answer.as_mut().poll(&mut asleep) {
                    return Poll::Ready(answer);
                }
                // What the answer asks for is sent now.
                drive(connection, notices, context)?;
                answer.as_mut().poll(&mut asleep)
            })
            .await
        })
    }
}

impl Copy<'_> {
    pub(super) fn send(&mut self, text: &str) -> Result<(), Error> {
        let Self { link, sink } = self;
        link.wait(sink.send(Cursor::new(text.as_bytes().to_vec())))
    }

    /// How many rows arrived.
    pub(super) fn finish(self) -> Result<u64, Error> {
        let Self { link, mut sink } = self;
        link.wait(sink.as_mut().finish())
    }
}

/// Looks at what has arrived meanwhile: a server that hung up says why only to those who
/// read it before they send anything.
async fn look() {
    tokio::task::yield_now().await;
}

/// What is known of the other side.
enum Heard {
    Open,
    Closed,
}

/// Sends what waits to be sent, and hears what has arrived.
fn drive(
    connection: &mut Connection<Socket, Encrypted>,
    notices: &Notices,
    context: &mut Context<'_>,
) -> Result<Heard, Error> {
    loop {
        match connection.poll_message(context) {
            Poll::Ready(Some(Ok(AsyncMessage::Notice(notice)))) => {
                notices.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
            }
            Poll::Ready(Some(Ok(_))) => {}
            Poll::Ready(Some(Err(error))) => return Err(error),
            Poll::Ready(None) => return Ok(Heard::Closed),
            Poll::Pending => return Ok(Heard::Open),
        }
    }
}

fn pin_box(
    answer: impl Future<Output = Messages> + Send + 'static,
) -> Pin<Box<dyn Future<Output = Messages> + Send>> {
    Box::pin(answer)
}
