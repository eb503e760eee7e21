//! Threads that belong to one process.

use std::collections::HashMap;
use std::process;
use std::sync::{Arc, Mutex};

use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::refuse;

/// The pools of a process, by their size.
struct Pools {
    process: u32,
    by_size: HashMap<usize, Arc<ThreadPool>>,
}

static POOLS: Mutex<Option<Pools>> = Mutex::new(None);

/// The pool of so many threads; `None` for one, which is the caller's own.
///
/// A fork takes no thread along but its own, so the child's first call makes another pool. Whoever forks holds the interpreter's lock,
/// and so does whoever looks at the pools; so no fork ever comes upon a lock of theirs that is taken.
///
/// # Errors
///
/// If the system gives no thread.
pub fn of(_: Python, threads: usize) -> PyResult<Option<Arc<ThreadPool>>> {
    if threads == 1 {
        return Ok(None);
    }
    let mut pools = POOLS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let own = Pools { process: process::id(), by_size: HashMap::new() };
    match &*pools {
        Some(pools) if pools.process == own.process => {}
        // Its threads are the parent's: to end them would be to wait for them.
        Some(_) => std::mem::forget(pools.replace(own)),
        None => *pools = Some(own),
    }
    let by_size = &mut pools.as_mut().expect("it was just made").by_size;
    if let Some(pool) = by_size.get(&threads) {
        return Ok(Some(Arc::clone(pool)));
    }
    let named = |number| format!("sinet-{number}");
    let pool = Arc::new(ThreadPoolBuilder::new().num_threads(threads).thread_name(named).build().map_err(refuse)?);
    by_size.insert(threads, Arc::clone(&pool));
    Ok(Some(pool))
}
