//! Work that stands alone, while the thread that owns the run listens to it.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

use super::dispatch::{HEARTBEAT, Halting, Message, Outbox};
use super::event::Event;
use super::plan::Stop;
use crate::adapter::Cancel;
use crate::compile::{Failure, Runtime, Worker};
use crate::diagnostics::Diagnostic;
use crate::host::environment::STACK;

/// Does `work` on a thread of its own, passes on what it says, and cancels it
/// when somebody asks to stop.
///
/// # Errors
/// The work ended in a mistake of this program.
pub(super) fn in_background<T: Send>(
    handle: &Arc<dyn Cancel>,
    halting: Halting<'_>,
    on_event: &mut dyn FnMut(Event<'_>),
    work: impl FnOnce(Outbox) -> T + Send,
) -> Result<T, Diagnostic> {
    let (outbox, messages) = Outbox::new();
    let (sender, done) = mpsc::channel();
    thread::scope(|scope| {
        let work = move || {
            // The other end listens until this thread is over.
            let _ = sender.send(work(outbox));
        };
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.map_err(|error| no_thread(&error))?;
        loop {
            match messages.recv_timeout(HEARTBEAT) {
                Ok(said) => relay(said, on_event),
                Err(RecvTimeoutError::Timeout) => {}
                // Every outbox is gone: the work is over.
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if halting.stop.is_requested() {
                halting.halt.request();
                handle.cancel();
            }
        }
        if thread.join().is_err() {
            return Err(own_mistake());
        }
        done.recv().map_err(|_| Diagnostic::error("internal-error", "the work gave no result"))
    })
}

/// A worker with a session, which may take long to come. Where somebody asks to stop, nobody waits
/// any longer: the attempt goes on by itself until it fails, or ends with the program.
///
/// # Errors
/// The warehouse cannot be reached, or somebody asked to stop.
pub(super) fn connected(runtime: &Arc<Runtime>, name: String, stop: &Stop) -> Result<Worker, Failure> {
    let (sender, done) = mpsc::channel();
    let runtime = Arc::clone(runtime);
    let connect = move || drop(sender.send(Worker::connect(&runtime, name)));
    let thread = thread::Builder::new().stack_size(STACK).spawn(connect);
    thread.map_err(|error| no_thread(&error))?;
    loop {
        match done.recv_timeout(HEARTBEAT) {
            Ok(worker) => return worker,
            Err(RecvTimeoutError::Timeout) if stop.is_requested() => return Err(Failure::Cancelled),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(own_mistake().into()),
        }
    }
}

fn no_thread(error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("internal-error", format!("the system gives no thread: {error}"))
}

fn own_mistake() -> Diagnostic {
    Diagnostic::error("internal-error", "a mistake of this program ended the run").help("please report it")
}

/// Passes a message on as an event.
pub(super) fn relay(message: Message, on_event: &mut dyn FnMut(Event<'_>)) {
    match message {
        Message::Compiled(node) => on_event(Event::NodeCompiled { node }),
        Message::Batch(node, batch) => on_event(Event::BatchFinished { node, batch: &batch }),
        Message::Notice(node, notice) => on_event(Event::Notice { node: node.as_ref(), notice: &notice }),
        Message::Statement { node, thread, sql } => {
            on_event(Event::Statement { node: node.as_ref(), thread: &thread, sql: &sql });
        }
        Message::Answered { thread, is_refused, elapsed } => {
            on_event(Event::Answered { thread: &thread, is_refused, elapsed });
        }
        Message::Warning(diagnostic) => on_event(Event::Warning { diagnostic: &diagnostic }),
        // Steps are heard by the dispatcher alone.
        Message::Started(_) | Message::Over { .. } => {}
    }
}
