//! Work that stands alone, while the thread that owns the run listens to it.

use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, mpsc};
use std::thread;

use super::dispatch::{HEARTBEAT, Halting, Teller, Word};
use super::event::Event;
use crate::adapter::Cancel;
use crate::diagnostics::Diagnostic;
use crate::host::environment::STACK;

/// Does `work` on a thread of its own, passes on what it says, and cancels it
/// when somebody asks to stop.
///
/// # Errors
/// The work ended in a mistake of this program.
pub(super) fn attend<T: Send>(
    handle: &Arc<dyn Cancel>,
    halting: Halting<'_>,
    on_event: &mut dyn FnMut(Event<'_>),
    work: impl FnOnce(Teller) -> T + Send,
) -> Result<T, Diagnostic> {
    let (teller, words) = Teller::new();
    let (sender, done) = mpsc::channel();
    thread::scope(|scope| {
        let work = move || {
            // The other end listens until this thread is over.
            let _ = sender.send(work(teller));
        };
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.map_err(|error| Diagnostic::error("internal-error", error.to_string()))?;
        loop {
            match words.recv_timeout(HEARTBEAT) {
                Ok(said) => speak(said, on_event),
                Err(RecvTimeoutError::Timeout) => {}
                // Every teller is gone: the work is over.
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if halting.stop.is_requested() {
                halting.halt.request();
                handle.cancel();
            }
        }
        if thread.join().is_err() {
            let problem = Diagnostic::error("internal-error", "a mistake of this program ended the run");
            return Err(problem.help("please report it"));
        }
        done.recv().map_err(|_| Diagnostic::error("internal-error", "the work gave no result"))
    })
}

/// Passes a word on as an event.
pub(super) fn speak(word: Word, on_event: &mut dyn FnMut(Event<'_>)) {
    match word {
        Word::Compiled(node) => on_event(Event::NodeCompiled { node }),
        Word::Batch(node, batch) => on_event(Event::BatchFinished { node, batch: &batch }),
        Word::Notice(node, notice) => on_event(Event::Notice { node: node.as_ref(), notice: &notice }),
        Word::Statement { node, thread, sql } => {
            on_event(Event::Statement { node: node.as_ref(), thread: &thread, sql: &sql });
        }
        Word::Answered { thread, is_refused, elapsed } => {
            on_event(Event::Answered { thread: &thread, is_refused, elapsed });
        }
        Word::Warning(diagnostic) => on_event(Event::Warning { diagnostic: &diagnostic }),
        // Steps are heard by the dispatcher alone.
        Word::Started(_) | Word::Over(..) => {}
    }
}
