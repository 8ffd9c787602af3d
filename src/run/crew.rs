//! The supervisor: every file is read by a worker process, so that none can cost more than itself.
//!
//! A worker that crashes, aborts, overflows its stack or runs out of memory or time ends as that file's
//! failure; another takes its place. Workers end when their standard input does, and so never outlive the
//! supervisor, however that ends.

use std::io::{BufRead, BufReader, BufWriter};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind};
use crate::failure::Failure;
use crate::run::job::{Input, Job, Outcome};
use crate::run::wire::{self, Setup};

/// How often the watch looks for files over their time.
const WATCH: Duration = Duration::from_millis(50);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Workers, started as they are needed, and the watch over them.
#[derive(Debug)]
pub struct Crew {
    program: PathBuf,
    setup: Setup,
    spare: Mutex<Vec<Hand>>,
    posts: Arc<Mutex<Vec<Arc<Post>>>>,
    over: Arc<AtomicBool>,
}

/// One worker process.
#[derive(Debug)]
struct Hand {
    to: BufWriter<ChildStdin>,
    from: BufReader<ChildStdout>,
    post: Arc<Post>,
}

/// What the watch sees of a worker.
#[derive(Debug)]
struct Post {
    child: Mutex<Child>,
    /// The file being read and since when.
    busy: Mutex<Option<(String, Instant)>>,
    timed_out: AtomicBool,
    gone: AtomicBool,
    last_words: Mutex<String>,
}

impl Crew {
    /// A crew of workers that run `program worker --frames`.
    ///
    /// # Errors
    /// Where the watch cannot be started.
    pub fn new(program: PathBuf, setup: Setup) -> Result<Self, Error> {
        let posts = Arc::new(Mutex::new(Vec::<Arc<Post>>::new()));
        let over = Arc::new(AtomicBool::new(false));
        let seconds = Duration::from_secs(u64::from(setup.settings.limits.seconds.max(1)));
        let (watched, ended) = (Arc::clone(&posts), Arc::clone(&over));
        let watch = move || {
            while !ended.load(Ordering::Relaxed) {
                std::thread::sleep(WATCH);
                let mut posts = lock(&watched);
                posts.retain(|post| !post.gone.load(Ordering::Relaxed));
                for post in posts.iter() {
                    let late = lock(&post.busy).as_ref().is_some_and(|(_, since)| since.elapsed() > seconds);
                    if late {
                        post.timed_out.store(true, Ordering::SeqCst);
                        // it may just have ended by itself
                        let _ = lock(&post.child).kill();
                    }
                }
            }
        };
        std::thread::Builder::new()
            .name("watch".to_owned())
            .spawn(watch)
            .map_err(|e| Error::new(ErrorKind::Usage, "cannot start a thread").caused_by(e))?;
        Ok(Self { program, setup, spare: Mutex::new(Vec::new()), posts, over })
    }

    /// The file that has been read for the longest, and for how long.
    #[must_use]
    pub fn slowest(&self) -> Option<(String, Duration)> {
        let posts = lock(&self.posts);
        posts
            .iter()
            .filter_map(|p| lock(&p.busy).clone())
            .map(|(name, since)| (name, since.elapsed()))
            .max_by_key(|x| x.1)
    }

    /// Does one job in a worker.
    #[must_use]
    pub fn run(&self, job: &Job) -> Outcome {
        if let Input::Missing(failure) = &job.input {
            return Outcome::failed(job.origin.clone(), failure.clone());
        }
        let started = Instant::now();
        // a worker that died at rest is no fault of this file: it gets a second, fresh one
        for fresh in [false, true] {
            let spare = if fresh { None } else { lock(&self.spare).pop() };
            let used = spare.is_some();
            let mut hand = match spare.map_or_else(|| self.start(), Ok) {
                Ok(hand) => hand,
                Err(e) => {
                    return Outcome::failed(
                        job.origin.clone(),
                        Failure::Crashed(format!("cannot start a worker: {e}")),
                    );
                }
            };
            *lock(&hand.post.busy) = Some((job.origin.to_string(), Instant::now()));
            let sent = wire::send_job(&mut hand.to, job);
            let answer =
                if sent.is_ok() { wire::receive_outcome(&mut hand.from, &job.origin).ok().flatten() } else { None };
            *lock(&hand.post.busy) = None;
            if let Some(outcome) = answer {
                lock(&self.spare).push(hand);
                return outcome;
            }
            let timed_out = hand.post.timed_out.load(Ordering::SeqCst);
            let (status, words) = hand.dismiss();
            if sent.is_err() && used && !timed_out {
                continue;
            }
            let failure = if timed_out {
                let seconds = self.setup.settings.limits.seconds;
                Failure::TimedOut(format!("over {seconds} s; raise --timeout to wait longer"))
            } else {
                death(status, &words, self.setup.memory)
            };
            let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            return Outcome { millis, ..Outcome::failed(job.origin.clone(), failure) };
        }
        Outcome::failed(job.origin.clone(), Failure::Crashed("the worker died twice before it began".to_owned()))
    }

    fn start(&self) -> std::io::Result<Hand> {
        let mut command = Command::new(&self.program);
        command.args(["worker", "--frames"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;
            // Ctrl-C is for the supervisor: it lets the files in flight end
            command.process_group(0);
        }
        let mut child = command.spawn()?;
        let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(std::io::Error::other("no pipes"));
        };
        let post = Arc::new(Post {
            child: Mutex::new(child),
            busy: Mutex::new(None),
            timed_out: AtomicBool::new(false),
            gone: AtomicBool::new(false),
            last_words: Mutex::new(String::new()),
        });
        let listener = Arc::clone(&post);
        std::thread::Builder::new().name("stderr".to_owned()).stack_size(128 << 10).spawn(move || {
            let mut lines = BufReader::new(stderr);
            let mut line = Vec::new();
            while lines.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
                let text = String::from_utf8_lossy(&line).trim().to_owned();
                if !text.is_empty() {
                    let mut words = lock(&listener.last_words);
                    if words.len() < 2000 {
                        words.push_str(&text);
                        words.push('\n');
                    }
                }
                line.clear();
            }
        })?;
        let mut hand = Hand {
            to: BufWriter::with_capacity(1 << 16, stdin),
            from: BufReader::with_capacity(1 << 16, stdout),
            post,
        };
        lock(&self.posts).push(Arc::clone(&hand.post));
        if let Err(e) = wire::write_frame(&mut hand.to, &self.setup, &[]) {
            hand.dismiss();
            return Err(e);
        }
        Ok(hand)
    }
}

impl Hand {
    /// Ends the worker, if it has not ended, and tells how it ended.
    fn dismiss(self) -> (Option<ExitStatus>, String) {
        let Self { to, from, post } = self;
        drop(from);
        // what is still buffered is for nobody
        drop(to.into_parts().0);
        let mut child = lock(&post.child);
        let status = match child.try_wait() {
            Ok(Some(status)) => Some(status),
            _ => grace(&mut child),
        };
        post.gone.store(true, Ordering::Relaxed);
        let words = lock(&post.last_words).clone();
        (status, words)
    }
}

/// Waits a moment for a worker whose pipes are closed, then kills it.
fn grace(child: &mut Child) -> Option<ExitStatus> {
    let until = Instant::now() + Duration::from_secs(2);
    while Instant::now() < until {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let _ = child.kill();
    child.wait().ok()
}

/// Why a worker died, as far as its exit and its last words tell.
fn death(status: Option<ExitStatus>, words: &str, memory: u64) -> Failure {
    if words.contains("memory allocation") {
        return Failure::Crashed(format!("out of memory at {} MiB; raise --max-memory to read it", memory >> 20));
    }
    if words.contains("overflowed its stack") {
        return Failure::Crashed("stack overflow".to_owned());
    }
    #[cfg(unix)]
    if let Some(signal) = status.and_then(|s| std::os::unix::process::ExitStatusExt::signal(&s)) {
        return Failure::Crashed(match signal {
            6 => "aborted".to_owned(),
            9 => "killed from outside, perhaps for want of memory".to_owned(),
            11 => "segmentation fault".to_owned(),
            other => format!("ended by signal {other}"),
        });
    }
    let said = words.lines().last().unwrap_or("without a word");
    Failure::Crashed(match status.and_then(|s| s.code()) {
        Some(code) => format!("worker ended with {code}: {said}"),
        None => format!("worker ended: {said}"),
    })
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for hand in lock(&self.spare).drain(..) {
            hand.dismiss();
        }
    }
}
