//! What time it is.

use std::time::Instant;

use chrono::{DateTime, Utc};

/// The current time, in UTC.
#[must_use]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// A point on the monotonic clock, for durations.
#[must_use]
pub fn instant() -> Instant {
    Instant::now()
}
