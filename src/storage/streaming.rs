//! Long reads whose rows leave while they are read: a thread and a connection of their own, so that they hold up no
//! request, one read transaction, and a short queue of pieces, so that whoever reads slowly slows the database down.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};
use tokio::sync::{Notify, OwnedSemaphorePermit, oneshot};

use super::StorageError;
use super::conn::{Conn, Purpose};
use super::deadline::Limit;
use super::pool::{AsStorageError, Db, Inner};
use super::requester::Ticket;
use super::snapshot::Shared;

/// Pieces that may wait to be taken.
const WAITING: usize = 4;

/// Where a long read puts what it makes.
#[derive(Debug)]
pub struct Outlet<H, E> {
    head: Option<oneshot::Sender<Result<H, E>>>,
    /// Gone when there are no more.
    pieces: Option<Sender<Piece>>,
    shared: Arc<Told>,
    until: Instant,
}

/// What a long read made, piece by piece. Dropping it stops the read.
pub struct Inlet {
    pieces: Receiver<Piece>,
    shared: Arc<Told>,
    _leaving: Leaving,
}

impl std::fmt::Debug for Inlet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inlet").finish_non_exhaustive()
    }
}

/// A long read ended before its end.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Broken(String);

#[derive(Debug)]
enum Piece {
    Bytes(Vec<u8>),
    End,
}

/// What both sides know.
#[derive(Debug, Default)]
struct Told {
    /// Wakes the taking side, which no thread may wait in.
    came: Notify,
    cause: Mutex<Option<String>>,
}

/// Stops the read when nobody takes its pieces any more.
struct Leaving {
    ticket: Arc<Ticket>,
    inner: Arc<Inner>,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        if let Some(process) = self.ticket.leave() {
            self.inner.canceller.cancel(process, Arc::clone(&self.ticket));
        }
    }
}

impl<H, E> Outlet<H, E> {
    /// Says that the read succeeded so far: what comes from here on are pieces.
    pub fn begin(&mut self, head: H) -> Result<(), StorageError> {
        match self.head.take().map(|reply| reply.send(Ok(head))) {
            Some(Ok(())) => Ok(()),
            _ => Err(StorageError::Cancelled),
        }
    }

    /// Gives a piece; waits while too many are not taken. Errors: `Timeout` at the deadline, `Cancelled` when nobody
    /// takes them any more.
    pub fn send(&mut self, bytes: Vec<u8>) -> Result<(), StorageError> {
        self.put(Piece::Bytes(bytes))
    }

    fn put(&mut self, piece: Piece) -> Result<(), StorageError> {
        use crossbeam_channel::SendTimeoutError::{Disconnected, Timeout};
        let Some(pieces) = &self.pieces else { return Err(StorageError::Cancelled) };
        let sent = pieces.send_deadline(piece, self.until);
        self.shared.came.notify_one();
        sent.map_err(|error| match error {
            Timeout(_) => StorageError::Timeout,
            Disconnected(_) => StorageError::Cancelled,
        })
    }

    fn finish(mut self, result: Result<(), E>)
    where
        E: AsStorageError,
    {
        let cause = match (result, self.head.take()) {
            (Ok(()), _) => self.put(Piece::End).err().map(|e| e.to_string()),
            (Err(error), Some(reply)) => {
                // The client may be gone.
                let _unsent = reply.send(Err(error));
                None
            }
            (Err(error), None) => {
                Some(error.as_storage_error().map_or_else(|| "refused".to_owned(), ToString::to_string))
            }
        };
        *self.shared.cause.lock().unwrap_or_else(PoisonError::into_inner) = cause;
    }
}

impl<H, E> Drop for Outlet<H, E> {
    fn drop(&mut self) {
        // First the end of the pieces, then the call to look at it.
        self.pieces = None;
        self.shared.came.notify_one();
    }
}

impl Inlet {
    /// The next piece; `None` behind the last.
    pub async fn next(&mut self) -> Option<Result<Vec<u8>, Broken>> {
        loop {
            match self.pieces.try_recv() {
                Ok(Piece::Bytes(bytes)) => return Some(Ok(bytes)),
                Ok(Piece::End) => return None,
                Err(TryRecvError::Empty) => self.shared.came.notified().await,
                Err(TryRecvError::Disconnected) => {
                    let cause = self.shared.cause.lock().unwrap_or_else(PoisonError::into_inner).take();
                    return Some(Err(Broken(cause.unwrap_or_else(|| "the reading thread panicked".to_owned()))));
                }
            }
        }
    }
}

impl Db {
    /// Runs `work` on a thread and connection of its own, in one read transaction with the snapshot of its revision.
    /// It ends with the head that `work` begins with, or with its error before that; pieces follow in the inlet.
    ///
    /// Dropping the future or the inlet stops the work. Errors: `Busy` at once when as many run as may.
    pub async fn stream<H, E>(
        &self,
        work: impl FnOnce(&mut Conn, &Shared, &mut Outlet<H, E>) -> Result<(), E> + Send + 'static,
    ) -> Result<(H, Inlet), E>
    where
        H: Send + 'static,
        E: Send + 'static + AsStorageError + From<StorageError>,
    {
        let inner = Arc::clone(self.inner());
        let Ok(permit) = Arc::clone(&inner.streams).try_acquire_owned() else { return Err(StorageError::Busy.into()) };
        let until = Instant::now() + inner.stream_timeout;
        let (head, begun) = oneshot::channel();
        let (pieces, taken) = bounded(WAITING);
        let shared = Arc::new(Told::default());
        let outlet = Outlet { head: Some(head), pieces: Some(pieces), shared: Arc::clone(&shared), until };
        let ticket = Arc::new(Ticket::default());
        let leaving = Leaving { ticket: Arc::clone(&ticket), inner: Arc::clone(&inner) };
        let run = move || run(&inner, &ticket, permit, outlet, work);
        std::thread::Builder::new()
            .name("database-stream".to_owned())
            .spawn(run)
            .map_err(|e| StorageError::Unavailable(format!("no thread: {e}")))?;
        let head = begun
            .await
            .unwrap_or_else(|_| Err(StorageError::Corrupt("the reading thread panicked".to_owned()).into()))?;
        Ok((head, Inlet { pieces: taken, shared, _leaving: leaving }))
    }
}

/// Runs the work of a stream to its end, on its own thread.
fn run<H, E: AsStorageError + From<StorageError>>(
    inner: &Inner,
    ticket: &Ticket,
    permit: OwnedSemaphorePermit,
    mut outlet: Outlet<H, E>,
    work: impl FnOnce(&mut Conn, &Shared, &mut Outlet<H, E>) -> Result<(), E>,
) {
    let until = outlet.until;
    // A panic is told by the dropped outlet.
    let _caught = catch_unwind(AssertUnwindSafe(move || {
        let read = || -> Result<(), E> {
            let purpose = Purpose::Read { statement_timeout: inner.stream_timeout };
            let mut conn = Conn::open_unlimited(&inner.address, purpose)?;
            let process = conn.process()?;
            conn.limit_statements(purpose)?;
            conn.sort_on_disk()?;
            ticket.begin(process);
            let result = conn.read(Limit { until, left: ticket.left() }, |conn| {
                let snapshot = inner.snapshot(conn)?;
                work(conn, &snapshot, &mut outlet)
            });
            ticket.end(process);
            result
        };
        let result = read();
        outlet.finish(result);
    }));
    drop(permit);
}
