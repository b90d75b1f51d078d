//! Stops statements that take too long. PostgreSQL does it by itself (`statement_timeout`); for SQLite a progress
//! handler is installed on every connection that reads this thread's deadline.

#![expect(
    unsafe_code,
    reason = "SQLite has no safe call to install a progress handler on connections that diesel opens"
)]

use std::cell::Cell;
use std::ffi::{c_char, c_int, c_void};
use std::sync::Once;
use std::time::Instant;

use libsqlite3_sys as ffi;

thread_local! {
    static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Steps of SQLite's virtual machine between two looks at the clock: some tens of microseconds.
const STEPS: c_int = 2000;

/// Sets, or with `None` removes, the deadline of all SQLite statements of this thread.
pub fn set(deadline: Option<Instant>) {
    DEADLINE.set(deadline);
}

/// Whether the deadline of this thread has passed.
pub fn has_passed() -> bool {
    DEADLINE.get().is_some_and(|at| Instant::now() >= at)
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
    has_passed().into()
}
