//! Runs the queue's jobs. A job's name and payload are its domain's; what it needs from this program is given to it here.

use std::{fmt, time::Duration};

use anyhow::Context;
use graphile_worker::{IntoTaskHandlerResult, TaskHandler, Worker, WorkerContext, WorkerOptions};
use guildhall_audit::jobs::{AnchorAudit, SealAudit, TrimAudit};
use guildhall_db::{Job, OpError, OpResult};
use guildhall_enrollment::jobs::CourseCompleted;
use guildhall_federation::jobs::{self as federation, ReadAllMetadata, ReadMetadata};
use guildhall_identity::factors::{RemoveFactors, run_removal};
use guildhall_identity::failures::{self, TellFailedSignIns};
use guildhall_identity::jobs::{ConfirmationRequested, ResetRequested, SignUpRequested};
use guildhall_kernel::mail::SendMail;
use guildhall_payments::jobs::{ProcessPaymentEvent, Reconcile, RefundPayment, ReleaseDue};
use guildhall_privacy::jobs::{ErasePerson, PrepareExport, Retention};
use serde::{Deserialize, Serialize};

use crate::state::AppState;

/// How many jobs run at once in one process.
const CONCURRENCY: usize = 4;

/// A job with what runs it.
trait Work: Job {
    fn work(self, state: &AppState) -> impl Future<Output = OpResult<()>> + Send;
}

macro_rules! works {
    ($($job:ty => |$self:ident, $state:ident| $work:expr;)+) => {
        $(impl Work for $job {
            async fn work(self, $state: &AppState) -> OpResult<()> {
                let $self = self;
                $work
            }
        })+

        fn define(options: WorkerOptions) -> WorkerOptions {
            options$(.define_job::<Task<$job>>())+
        }
    };
}

works! {
    SignUpRequested => |job, state| guildhall_identity::jobs::run_sign_up(&state.db, &job).await;
    ConfirmationRequested => |job, state| guildhall_identity::jobs::run_confirmation(&state.db, &job).await;
    ResetRequested => |job, state| guildhall_identity::jobs::run_reset(&state.db, &job).await;
    RemoveFactors => |job, state| run_removal(&state.db, &job).await;
    PrepareExport => |job, state| guildhall_privacy::jobs::run_export(&state.db, &*state.files, &job).await;
    ErasePerson => |job, state| guildhall_privacy::jobs::run_erasure(&state.db, &*state.files, &job).await;
    Retention => |_job, state| guildhall_privacy::jobs::run_daily(&state.db, &*state.files, state.config.retention_dry_run).await;
    TellFailedSignIns => |_job, state| failures::run_telling(&state.db).await.map(|_| ());
    ReadAllMetadata => |_job, state| federation::run_all(&state.db).await.map(|_| ());
    ReadMetadata => |job, state| federation::run_one(&state.db, &state.federation, &job).await;
    SendMail => |job, state| guildhall_notifications::run_send_mail(&state.db, &state.mailer, &job).await;
    ProcessPaymentEvent => |job, state| guildhall_payments::jobs::process_payment_event(&state.db, &state.stripe, &job).await;
    RefundPayment => |job, state| guildhall_payments::jobs::refund_payment(&state.db, &state.stripe, job).await;
    Reconcile => |_job, state| guildhall_payments::jobs::reconcile(&state.db, &state.stripe).await;
    ReleaseDue => |_job, state| guildhall_payments::jobs::release_due(&state.db).await;
    CourseCompleted => |job, state| guildhall_payments::jobs::course_completed(&state.db, job).await;
    SealAudit => |_job, state| guildhall_audit::jobs::seal(&state.db).await.map(|_| ());
    AnchorAudit => |_job, state| guildhall_audit::jobs::anchor(&state.db, &*state.files).await.map(|_| ());
    TrimAudit => |_job, state| guildhall_audit::jobs::trim(&state.db, state.config.audit_years).await.map(|_| ());
}

/// A domain's job as the queue's library wants it.
#[derive(Serialize, Deserialize)]
#[serde(transparent, bound = "J: Job")]
struct Task<J: Job>(J);

impl<J: Work> TaskHandler for Task<J> {
    const IDENTIFIER: &'static str = J::NAME;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(Services(state)) = context.get_ext::<Services>() else {
            return Err("the worker was started without its services".to_owned());
        };
        metrics::counter!("guildhall_jobs_total", "job" => J::NAME).increment(1);
        self.0.work(state).await.map_err(|error: OpError| {
            metrics::counter!("guildhall_job_failures_total", "job" => J::NAME).increment(1);
            tracing::warn!(job = J::NAME, %error, "a job failed and will be tried again");
            error.to_string()
        })
    }
}

/// The services, as the queue's library carries them to the jobs.
#[derive(Clone)]
struct Services(AppState);

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Services")
    }
}

/// A worker, ready to run.
pub(crate) async fn worker(state: &AppState) -> anyhow::Result<Worker> {
    let crontab = format!(
        "{}\n{}\n{}\n{}\n*/{} * * * * {} ?max=3",
        guildhall_payments::jobs::CRONTAB,
        guildhall_audit::jobs::CRONTAB,
        guildhall_privacy::jobs::CRONTAB,
        federation::CRONTAB,
        failures::EVERY,
        TellFailedSignIns::NAME
    );
    let options = WorkerOptions::default()
        .schema("graphile_worker")
        .concurrency(CONCURRENCY)
        .pg_pool(state.db.worker_pool())
        .listen_os_shutdown_signals(false)
        .add_extension(Services(state.clone()))
        .with_cron(crontab.as_str())
        .map_err(|error| anyhow::anyhow!("the schedule can't be read: {error}"))?;
    define(options).init().await.context("the queue can't be opened; has `guildhall migrate` run?")
}

/// How long to wait before a lost worker is replaced.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs jobs until `stop`. A worker ends when it loses the database: then another takes its place as soon as the database is
/// there again, and begins with the jobs that the lost one was at. Jobs are safe to run twice.
pub(crate) async fn run_until(state: &AppState, mut worker: Worker, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    loop {
        let ended = {
            let jobs = worker.run();
            tokio::pin!(jobs);
            tokio::select! {
                ended = &mut jobs => ended,
                () = &mut stop => {
                    worker.request_shutdown();
                    // It gives jobs that are under way a few seconds to end.
                    if let Err(error) = jobs.await {
                        tracing::warn!(%error, "the worker did not end in order");
                    }
                    return;
                }
            }
        };
        match ended {
            Ok(()) => tracing::warn!("the worker ended by itself; another takes its place"),
            Err(error) => tracing::warn!(%error, "the worker was lost; another takes its place"),
        }
        metrics::counter!("guildhall_workers_lost_total").increment(1);
        let lost = worker.worker_id().clone();
        worker = tokio::select! {
            another = replace(state, &lost) => another,
            () = &mut stop => return,
        };
    }
}

/// Tries until there is a worker.
async fn replace(state: &AppState, lost: &str) -> Worker {
    loop {
        tokio::time::sleep(PAUSE).await;
        match successor(state, lost).await {
            Ok(worker) => return worker,
            Err(error) => tracing::warn!(error = format!("{error:#}"), "no worker yet; trying again"),
        }
    }
}

/// A worker, once the jobs that the lost one had taken are free again: nobody else would touch them for four hours.
async fn successor(state: &AppState, lost: &str) -> anyhow::Result<Worker> {
    let worker = worker(state).await?;
    worker.create_utils().force_unlock_workers(&[lost]).await.context("the lost worker's jobs can't be freed")?;
    Ok(worker)
}

/// `guildhall worker`: jobs alone, until the process is told to stop.
pub(crate) async fn run(state: AppState) -> anyhow::Result<()> {
    let worker = worker(&state).await?;
    run_until(&state, worker, crate::serve::stop_signal()).await;
    state.db.close().await;
    Ok(())
}
