//! The one place where requests meet the database: a fixed set of database threads behind a bounded queue. A waiting
//! request holds no thread; a full queue is an error at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use tokio::sync::{Semaphore, oneshot};

use super::StorageError;
use super::conn::{Address, Conn, Process, Purpose};
use super::deadline::Limit;
use super::requester::{Canceller, Ticket, Waiting};
use super::snapshot::{Shared, Snapshot, current_revision};

/// Sizes and limits of the pool.
#[derive(Debug, Clone, Copy)]
pub struct PoolConfig {
    /// Database threads; each holds at most one connection.
    pub threads: usize,
    /// Requests that may wait for a thread.
    pub queue: usize,
    /// Longest wait for a connection.
    pub wait: Duration,
    /// Longest run of one statement.
    pub statement_timeout: Duration,
    /// Long reads at once, each with a thread and connections of its own.
    pub streams: usize,
    /// Longest time of a long read.
    pub stream_timeout: Duration,
}

impl PoolConfig {
    /// The default for a backend: SQLite as many threads as cores, PostgreSQL three per core.
    pub fn for_address(address: &Address) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let threads = match address {
            Address::Sqlite(_) => cores,
            Address::Postgres(_) => cores * 3,
        };
        Self {
            threads,
            queue: threads * 64,
            wait: Duration::from_secs(2),
            statement_timeout: Duration::from_secs(5),
            streams: 4,
            stream_timeout: Duration::from_secs(30 * 60),
        }
    }
}

type Job = Box<dyn FnOnce() + Send>;

/// Opens and checks connections for r2d2.
#[derive(Debug)]
struct Manager {
    address: Address,
    purpose: Purpose,
}

/// A pooled connection, and whether it must not be used again.
struct Pooled {
    conn: Conn,
    /// Who runs its statements.
    process: Option<Process>,
    broken: bool,
    /// Requests served. diesel keeps every prepared statement of a connection for its life, and strangers choose
    /// the statements' shapes: a connection is replaced after a while so that its memory is bounded.
    served: u32,
}

/// Requests after which a connection is replaced.
const REQUESTS_PER_CONNECTION: u32 = 2_000;

impl r2d2::ManageConnection for Manager {
    type Connection = Pooled;
    type Error = StorageError;

    fn connect(&self) -> Result<Pooled, StorageError> {
        let mut conn = Conn::open_unlimited(&self.address, self.purpose)?;
        let process = conn.process()?;
        conn.limit_statements(self.purpose)?;
        Ok(Pooled { conn, process, broken: false, served: 0 })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), StorageError> {
        pooled.conn.batch("SELECT 1")
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.broken || pooled.served >= REQUESTS_PER_CONNECTION
    }
}

/// Reads the database for requests.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "holds connections")]
pub struct Db {
    inner: Arc<Inner>,
    jobs: Sender<Job>,
}

pub(super) struct Inner {
    pub(super) address: Address,
    pool: r2d2::Pool<Manager>,
    snapshot: Mutex<Option<Shared>>,
    pub(super) canceller: Canceller,
    /// Places for long reads.
    pub(super) streams: Arc<Semaphore>,
    pub(super) stream_timeout: Duration,
}

impl Db {
    /// Starts the threads. Connections are made when they are first needed, so that the server can start before
    /// its database.
    pub fn start(address: &Address, config: PoolConfig) -> Result<Self, StorageError> {
        let purpose = Purpose::Read { statement_timeout: config.statement_timeout };
        let manager = Manager { address: address.clone(), purpose };
        let size = u32::try_from(config.threads).unwrap_or(u32::MAX);
        let pool = r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_timeout(config.wait)
            .build_unchecked(manager);
        let (jobs, queue) = bounded::<Job>(config.queue);
        for number in 0..config.threads {
            let queue: Receiver<Job> = queue.clone();
            std::thread::Builder::new()
                .name(format!("database-{number}"))
                .spawn(move || {
                    for job in queue {
                        // A panic is answered by the dropped reply; the thread lives on.
                        let _caught = catch_unwind(AssertUnwindSafe(job));
                    }
                })
                .map_err(|e| StorageError::Unavailable(format!("no thread: {e}")))?;
        }
        let canceller = Canceller::start(address, purpose)?;
        let inner = Inner {
            address: address.clone(),
            pool,
            snapshot: Mutex::new(None),
            canceller,
            streams: Arc::new(Semaphore::new(config.streams.min(Semaphore::MAX_PERMITS))),
            stream_timeout: config.stream_timeout,
        };
        Ok(Self { inner: Arc::new(inner), jobs })
    }

    pub(super) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    /// The database.
    pub fn address(&self) -> &Address {
        &self.inner.address
    }

    /// Runs `work` on a database thread, in one read transaction, with the snapshot of the revision it reads.
    ///
    /// Dropping the future stops the work, or keeps it from beginning. A read that met a broken connection is tried once
    /// more on a new one. Errors: `QueueFull` at once,
    /// `Unavailable` after the pool's wait, `Timeout` when `until` passes.
    pub async fn read<T, E>(
        &self,
        until: Instant,
        work: impl Fn(&mut Conn, &Shared) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: Send + 'static + AsStorageError + From<StorageError>,
    {
        let (reply, answer) = oneshot::channel();
        let inner = Arc::clone(&self.inner);
        let ticket = Arc::new(Ticket::default());
        let _waiting = Waiting { ticket: Arc::clone(&ticket), canceller: &self.inner.canceller };
        let job: Job = Box::new(move || {
            let mut result = inner.read_once(until, &ticket, &work);
            let broken = result
                .as_ref()
                .err()
                .and_then(AsStorageError::as_storage_error)
                .is_some_and(StorageError::is_broken_connection);
            if broken && Instant::now() < until {
                result = inner.read_once(until, &ticket, &work);
            }
            // The requester may be gone.
            let _unsent = reply.send(result);
        });
        match self.jobs.try_send(job) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return Err(StorageError::QueueFull.into()),
            Err(TrySendError::Disconnected(_)) => {
                return Err(StorageError::Unavailable("the server is stopping".to_owned()).into());
            }
        }
        answer.await.unwrap_or_else(|_| Err(StorageError::Corrupt("the reading thread panicked".to_owned()).into()))
    }
}

/// Lets the pool see whether an error of the work is a broken connection.
pub trait AsStorageError {
    /// The storage error inside, if it is one.
    fn as_storage_error(&self) -> Option<&StorageError>;
}

impl AsStorageError for StorageError {
    fn as_storage_error(&self) -> Option<&StorageError> {
        Some(self)
    }
}

impl Inner {
    fn read_once<T, E: AsStorageError + From<StorageError>>(
        &self,
        until: Instant,
        ticket: &Ticket,
        work: &impl Fn(&mut Conn, &Shared) -> Result<T, E>,
    ) -> Result<T, E> {
        if ticket.has_left() {
            return Err(StorageError::Cancelled.into());
        }
        if Instant::now() >= until {
            return Err(StorageError::Timeout.into());
        }
        let mut pooled = self.pool.get().map_err(|e| StorageError::Unavailable(e.to_string()))?;
        ticket.begin(pooled.process);
        pooled.served += 1;
        // A panic leaves it in the middle of a transaction.
        pooled.broken = true;
        let result = pooled.conn.read(Limit { until, left: ticket.left() }, |conn| {
            let snapshot = self.snapshot(conn)?;
            work(conn, &snapshot)
        });
        let failed = result.as_ref().err().and_then(AsStorageError::as_storage_error);
        pooled.broken = ticket.end(pooled.process) || failed.is_some_and(StorageError::is_broken_connection);
        result
    }

    /// The snapshot of the revision that this transaction sees.
    pub(super) fn snapshot(&self, conn: &mut Conn) -> Result<Shared, StorageError> {
        let (revision, _) = current_revision(conn)?;
        let held = self.snapshot.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(held) = held.filter(|s| s.revision == revision) {
            return Ok(held);
        }
        let loaded = Arc::new(Snapshot::load(conn)?);
        let mut slot = self.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_none_or(|s| s.revision <= loaded.revision) {
            *slot = Some(Arc::clone(&loaded));
        }
        Ok(loaded)
    }
}
