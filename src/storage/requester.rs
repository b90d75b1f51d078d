//! Whether somebody still waits for a read. A requester that leaves stops its statement: SQLite's through the progress
//! handler of [`super::deadline`], PostgreSQL's by a cancel request over a connection of its own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::StorageError;
use super::bulk::Statement;
use super::conn::{Address, Conn, Process, Purpose};

/// What a requester and the database thread of its read share.
#[derive(Debug, Default)]
pub struct Ticket {
    left: Arc<AtomicBool>,
    runs_on: Mutex<Option<Process>>,
    has_ended: AtomicBool,
}

impl Ticket {
    /// Whether the requester has left.
    pub fn has_left(&self) -> bool {
        self.left.load(Ordering::SeqCst)
    }

    /// The same, for whoever runs the statements.
    pub fn left(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.left)
    }

    /// The read begins: from here on its process is cancelled when the requester leaves.
    pub fn begin(&self, process: Option<Process>) {
        *self.runs_on() = process;
    }

    /// The read has ended; true when its process is, or may still be, cancelled, and must not serve anybody else.
    pub fn end(&self, process: Option<Process>) -> bool {
        self.has_ended.store(true, Ordering::SeqCst);
        self.runs_on().take() != process
    }

    /// The requester leaves; the process to cancel, if one is at work.
    pub(super) fn leave(&self) -> Option<Process> {
        self.left.store(true, Ordering::SeqCst);
        self.runs_on().take()
    }

    fn runs_on(&self) -> std::sync::MutexGuard<'_, Option<Process>> {
        self.runs_on.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A requester that waits: dropping it before the read has ended stops the read.
#[derive(Debug)]
pub struct Waiting<'a> {
    /// Shared with the database thread.
    pub ticket: Arc<Ticket>,
    /// Takes cancel requests.
    pub canceller: &'a Canceller,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(process) = self.ticket.leave() {
            self.canceller.cancel(process, Arc::clone(&self.ticket));
        }
    }
}

/// Sends cancel requests from a thread of its own, so that nobody waits for them.
#[derive(Debug)]
pub struct Canceller {
    requests: Sender<(Process, Arc<Ticket>)>,
}

/// Cancel requests that may wait.
const QUEUE: usize = 1024;

impl Canceller {
    /// Starts the thread. It connects only while there is something to cancel.
    pub fn start(address: &Address, purpose: Purpose) -> Result<Self, StorageError> {
        let (requests, queue) = bounded(QUEUE);
        let address = address.clone();
        std::thread::Builder::new()
            .name("database-cancel".to_owned())
            .spawn(move || cancel_each(&address, purpose, &queue))
            .map_err(|e| StorageError::Unavailable(format!("no thread: {e}")))?;
        Ok(Self { requests })
    }
}

impl Canceller {
    /// Cancels what a process is doing, soon.
    pub fn cancel(&self, process: Process, of: Arc<Ticket>) {
        // Where too many wait to be cancelled, the time limit ends the statement.
        let _full = self.requests.try_send((process, of));
    }
}

/// How long a process may take to end before it is cancelled again: one that was about to begin its statement has not
/// noticed the first time.
const AGAIN: Duration = Duration::from_millis(100);

fn cancel_each(address: &Address, purpose: Purpose, queue: &Receiver<(Process, Arc<Ticket>)>) {
    let mut open: Vec<(Process, Arc<Ticket>)> = Vec::new();
    loop {
        if open.is_empty() {
            let Ok(first) = queue.recv() else { return };
            open.push(first);
        } else {
            std::thread::sleep(AGAIN);
        }
        open.extend(queue.try_iter());
        // Whoever ran the statement has ended, or is no more.
        open.retain(|(_, ticket)| !ticket.has_ended.load(Ordering::SeqCst) && Arc::strong_count(ticket) > 1);
        if open.is_empty() {
            continue;
        }
        // Without a connection the time limit ends the statement.
        let Ok(mut conn) = Conn::open_unlimited(address, purpose) else {
            open.clear();
            continue;
        };
        for (process, _) in &open {
            // Where the address leads to several servers, or the number was given anew, it is another process.
            let statement = Statement(format!(
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = {} AND {} = {}",
                process.id,
                Process::STARTED,
                process.started
            ));
            let _gone = conn.rows(statement, &[]);
        }
    }
}
