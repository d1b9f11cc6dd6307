//! Sending, once.

use anyhow::anyhow;
use guildhall_db::{Db, OpError, OpResult};
use guildhall_kernel::{Actor, mail::SendMail};

use crate::{Mailer, SendError, compose, store};

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    /// A message of this key went out before.
    SentBefore,
    /// The service refused it for good, or its person is gone.
    GivenUp,
}

/// The job behind [`SendMail`]: [`send_mail`], whatever becomes of it.
///
/// # Errors
/// As [`send_mail`].
pub async fn run_send_mail(db: &Db, mailer: &Mailer, job: &SendMail) -> OpResult<()> {
    send_mail(db, mailer, job).await.map(|_| ())
}

/// Sends a message, unless one of its key was sent. Its row is locked while the mail service is asked, so two runs of the
/// job at once send one message.
///
/// # Errors
/// When the database or the mail service does not answer: trying again later is safe.
pub async fn send_mail(db: &Db, mailer: &Mailer, job: &SendMail) -> OpResult<Outcome> {
    let mut tx = db.begin(&Actor::System("send-mail")).await?;
    let now = db.clock().now();
    if let Some(user) = job.user
        && !store::is_there(&mut tx, user).await?
    {
        tracing::info!(key = job.key, "the person is gone: nothing is sent");
        return Ok(Outcome::GivenUp);
    }
    let template = job.mail.template();
    store::announce(&mut tx, db.id(), &job.key, job.user, template, now).await?;
    if store::lock_is_sent(&mut tx, &job.key).await? {
        return Ok(Outcome::SentBefore);
    }
    let message = compose(&job.mail, mailer.base_url());
    let outcome = match mailer.send(&job.to, &job.key, template, &message).await {
        Ok(()) => {
            store::mark_sent(&mut tx, &job.key, db.clock().now()).await?;
            Outcome::Sent
        }
        Err(error @ SendError::Refused { .. }) => {
            tracing::error!(key = job.key, %error, "a mail was refused");
            Outcome::GivenUp
        }
        Err(error @ SendError::Later(_)) => return Err(OpError::Other(anyhow!(error))),
    };
    tx.commit().await?;
    Ok(outcome)
}
