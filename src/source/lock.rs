//! Mutexes whose data stay right if a thread panics while it holds one.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a mutex, whatever happened to others who did.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
