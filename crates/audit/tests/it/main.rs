//! The trail against PostgreSQL: what the program's role may do, what verifying finds, who may read.

mod keeping;
mod reading;
mod stage;
mod verifying;
mod writing;
