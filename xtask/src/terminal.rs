//! What a person sees: plain lines on standard output, and numbered steps that say how long they took.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Whether the last line still waits for its end.
static OPEN: AtomicBool = AtomicBool::new(false);

/// One line on standard output. A closed pipe is no reason to stop.
pub(crate) fn say(line: impl AsRef<str>) {
    close();
    put(&format!("{}\n", line.as_ref()));
}

/// Ends a line that was begun, before somebody else writes.
pub(crate) fn close() {
    if OPEN.swap(false, Ordering::Relaxed) {
        put("\n");
    }
}

fn put(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// Durations as people say them: `340 ms`, `4.2 s`, `3 min 12 s`.
pub(crate) fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if duration < Duration::from_secs(1) {
        format!("{} ms", duration.as_millis())
    } else if seconds < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

/// Steps of a known number, printed as `[3/9] what ... how it ended (4.2 s)`.
pub(crate) struct Steps {
    done: usize,
    total: usize,
}

impl Steps {
    pub(crate) fn new(total: usize) -> Self {
        Self { done: 0, total }
    }

    /// Announces the next step; the returned [`Step`] says how it ended.
    pub(crate) fn next(&mut self, what: &str) -> Step {
        self.done += 1;
        Step::begin(&format!("[{}/{}] {what}", self.done, self.total))
    }
}

/// Something under way.
pub(crate) struct Step {
    since: Instant,
}

impl Step {
    /// Writes what is begun; its end stands on the same line unless something is said in between.
    pub(crate) fn begin(what: &str) -> Self {
        close();
        put(&format!("{what} ... "));
        OPEN.store(true, Ordering::Relaxed);
        Self { since: Instant::now() }
    }

    pub(crate) fn done(&self, how: &str) {
        let indent = if OPEN.swap(false, Ordering::Relaxed) { "" } else { "      " };
        put(&format!("{indent}{how} ({})\n", spoken(self.since.elapsed())));
    }
}
