//! Stops statements that take too long or that nobody waits for. PostgreSQL does it by itself (`statement_timeout`) or
//! by a cancel request; for SQLite a progress handler is installed on every connection that reads this thread's limit.

#![expect(
    unsafe_code,
    reason = "SQLite has no safe call to install a progress handler on connections that diesel opens"
)]

use std::cell::RefCell;
use std::ffi::{c_char, c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};
use std::time::{Duration, Instant};

use libsqlite3_sys as ffi;

use super::StorageError;

thread_local! {
    static LIMIT: RefCell<Option<Limit>> = const { RefCell::new(None) };
}

/// Until when statements may run.
#[derive(Debug, Clone)]
pub struct Limit {
    /// The deadline.
    pub until: Instant,
    /// Set when nobody waits for the answer any more.
    pub left: Arc<AtomicBool>,
}

/// Steps of SQLite's virtual machine between two looks at the clock: some tens of microseconds.
const STEPS: c_int = 2000;

/// Sets, or with `None` removes, the limit of all SQLite statements of this thread.
pub fn set(limit: Option<Limit>) {
    LIMIT.set(limit);
}

/// Lets the statements of this thread that follow run no longer than this altogether, and no longer than before; gives
/// the time that is left.
pub fn shorten(rest: Duration) -> Duration {
    LIMIT.with_borrow_mut(|limit| match limit {
        Some(limit) => {
            limit.until = limit.until.min(Instant::now() + rest);
            limit.until.saturating_duration_since(Instant::now())
        }
        None => rest,
    })
}

/// Why no statement may run on this thread any more, if so.
pub fn stopped() -> Option<StorageError> {
    LIMIT.with_borrow(|limit| match limit {
        Some(limit) if limit.left.load(Ordering::SeqCst) => Some(StorageError::Cancelled),
        Some(limit) if Instant::now() >= limit.until => Some(StorageError::Timeout),
        _ => None,
    })
}

/// Installs the handler on every SQLite connection that this process opens from now on.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        type Entry =
            unsafe extern "C" fn(*mut ffi::sqlite3, *mut *mut c_char, *const ffi::sqlite3_api_routines) -> c_int;
        let entry: Entry = on_open;
        // SAFETY: `entry` has the signature that SQLite calls automatic extensions with, and lives as long as the program.
        unsafe {
            ffi::sqlite3_auto_extension(Some(entry));
        }
    });
}

unsafe extern "C" fn on_open(
    db: *mut ffi::sqlite3,
    _error: *mut *mut c_char,
    _api: *const ffi::sqlite3_api_routines,
) -> c_int {
    // SAFETY: `db` is the connection being opened; the handler needs no data and lives as long as the program.
    unsafe {
        ffi::sqlite3_progress_handler(db, STEPS, Some(on_progress), std::ptr::null_mut());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn on_progress(_data: *mut c_void) -> c_int {
    stopped().is_some().into()
}
