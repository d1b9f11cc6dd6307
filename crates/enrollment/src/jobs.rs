//! What follows from learning, as jobs.

use guildhall_db::Job;
use guildhall_types::EnrollmentId;
use serde::{Deserialize, Serialize};

/// A course was completed. Enqueued in the transaction that says so; payments releases the funds held for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseCompleted {
    pub enrollment: EnrollmentId,
}

impl Job for CourseCompleted {
    const NAME: &'static str = "course_completed";
}
