//! Many jobs on many threads, results in the order of the jobs, memory bounded by what is in flight.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::error::{Error, ErrorKind};

const TICK: Duration = Duration::from_millis(200);

/// How a pool works.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Threads.
    pub jobs: usize,
    /// Stack of each thread in bytes: deep documents must not end the run.
    pub stack: usize,
    /// Bytes that jobs in flight may hold together; one is always let through.
    pub held: u64,
}

impl Settings {
    /// Settings for `jobs` threads, with the usual stack and memory.
    #[must_use]
    pub fn new(jobs: usize) -> Self {
        let jobs = jobs.max(1);
        Self { jobs, stack: 64 << 20, held: 64 << 20 }
    }

    /// Jobs that may be in flight: begun and not yet handed on.
    fn window(&self) -> u64 {
        self.jobs as u64 * 16
    }
}

#[derive(Default)]
struct Gate {
    state: Mutex<(u64, u64)>,
    freed: Condvar,
}

impl Gate {
    /// Waits until a job that holds `bytes` may begin; `false` if the run stops first.
    fn enter(&self, bytes: u64, settings: &Settings, stop: &dyn Fn() -> bool) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if stop() {
                return false;
            }
            let (count, held) = *state;
            if count < settings.window() && (count == 0 || held.saturating_add(bytes) <= settings.held) {
                *state = (count + 1, held + bytes);
                return true;
            }
            // woken now and then to see whether the run was told to stop
            state = self.freed.wait_timeout(state, TICK).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn leave(&self, bytes: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = (state.0.saturating_sub(1), state.1.saturating_sub(bytes));
        self.freed.notify_all();
    }
}

/// Does `work` on every item that `produce` puts in and hands the results to `emit` in that order.
///
/// `size` tells the bytes that an item holds while it waits. `emit` also gets `None` now and then while no result
/// comes. The run stops early, without an error, when `emit` breaks or `stop` says so; results of jobs in flight
/// are then dropped.
///
/// # Errors
/// Where the threads cannot be started.
pub fn ordered<T: Send, R: Send>(
    produce: impl FnOnce(&mut dyn FnMut(T) -> ControlFlow<()>) + Send,
    settings: &Settings,
    stop: impl Fn() -> bool + Sync,
    size: impl Fn(&T) -> u64 + Send,
    work: impl Fn(T) -> R + Sync,
    mut emit: impl FnMut(Option<R>) -> ControlFlow<()>,
) -> Result<(), Error> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(settings.jobs)
        .stack_size(settings.stack)
        .thread_name(|i| format!("file-{i}"))
        .build()
        .map_err(|e| Error::new(ErrorKind::Usage, "cannot start the threads").hint("lower --jobs").caused_by(e))?;
    let gate = Gate::default();
    let (send, receive) = mpsc::channel::<(u64, u64, R)>();
    let broken = AtomicBool::new(false);
    let stop = &|| broken.load(Ordering::Relaxed) || stop();
    let (gate, work) = (&gate, &work);
    std::thread::scope(|threads| {
        threads.spawn(move || {
            pool.in_place_scope(|scope| {
                let mut index = 0u64;
                produce(&mut |item| {
                    let bytes = size(&item);
                    if !gate.enter(bytes, settings, stop) {
                        return ControlFlow::Break(());
                    }
                    let (send, ordinal) = (send.clone(), index);
                    index += 1;
                    scope.spawn(move |_| {
                        if !stop() {
                            // nobody listens any more only when the run has stopped
                            let _ = send.send((ordinal, bytes, work(item)));
                        }
                    });
                    ControlFlow::Continue(())
                });
                drop(send);
            });
        });
        let mut waiting = BTreeMap::new();
        let mut next = 0u64;
        let mut going = true;
        loop {
            match receive.recv_timeout(TICK) {
                Ok((index, bytes, result)) => drop(waiting.insert(index, (bytes, result))),
                Err(RecvTimeoutError::Timeout) => {
                    if going && emit(None).is_break() {
                        going = false;
                        broken.store(true, Ordering::Relaxed);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
            while let Some((bytes, result)) = waiting.remove(&next) {
                next += 1;
                if going && emit(Some(result)).is_break() {
                    going = false;
                    broken.store(true, Ordering::Relaxed);
                }
                gate.leave(bytes);
            }
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(jobs: usize, held: u64, until: usize) -> Vec<usize> {
        let mut seen = Vec::new();
        let settings = Settings { held, ..Settings::new(jobs) };
        let work = |n: usize| {
            if n.is_multiple_of(7) {
                std::thread::yield_now();
            }
            n * 2
        };
        let emit = |r| {
            seen.extend(r);
            if seen.len() == until { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let produce = |put: &mut dyn FnMut(usize) -> ControlFlow<()>| {
            let _ = (0..1000).try_for_each(put);
        };
        ordered(produce, &settings, || false, |_| 10, work, emit).unwrap();
        seen
    }

    #[test]
    fn keeps_the_order_whatever_the_threads() {
        let want: Vec<usize> = (0..1000).map(|n| n * 2).collect();
        for (jobs, held) in [(1, 1000), (4, 1000), (4, 5), (3, 25)] {
            assert_eq!(run(jobs, held, usize::MAX), want);
        }
    }

    #[test]
    fn stops_when_told() {
        assert_eq!(run(4, 1000, 10).len(), 10);
    }
}
