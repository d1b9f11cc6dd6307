//! Ctrl-C and termination arrive as a flag that every wait looks at, so that children are stopped in order.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use crate::Outcome;

static STOP: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From here on the first signal only raises the flag; a second one ends the process at once.
pub(crate) fn listen() -> Outcome {
    let stop = Arc::clone(STOP.get_or_init(Arc::default));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop))
            .and_then(|_| flag::register(signal, Arc::clone(&stop)))
            .map_err(|error| format!("cannot listen for signal {signal}: {error}"))?;
    }
    Ok(())
}

/// Whether somebody asked us to stop.
pub(crate) fn requested() -> bool {
    STOP.get().is_some_and(|stop| stop.load(Ordering::Relaxed))
}

/// An error once a stop was requested, so that nothing new is begun.
pub(crate) fn check() -> Outcome {
    if requested() { Err("stopped".to_owned()) } else { Ok(()) }
}
