//! The words of mails about second factors.

use guildhall_kernel::mail::Mail;
use guildhall_types::time;

use crate::message::{Message, Part, build, paragraph};

/// Writes such a mail; any other is none of this module's.
pub(crate) fn compose(mail: &Mail, base_url: &str) -> Message {
    let absolute = |path: &str| format!("{base_url}{path}");
    let not_you = || {
        paragraph(format!(
            "If this was not you, choose a new password at once and look at what is set up: {}",
            absolute("/account/security")
        ))
    };
    match mail {
        Mail::FactorAdded { name, what } => build(
            "A way to sign in was added",
            name,
            &[paragraph(format!("This was added to your Guildhall account: {what}.")), not_you()],
            base_url,
        ),
        Mail::FactorRemoved { name, what } => build(
            "A way to sign in was removed",
            name,
            &[paragraph(format!("This was removed from your Guildhall account: {what}.")), not_you()],
            base_url,
        ),
        Mail::RecoveryCodeUsed { name, left } => build(
            "A recovery code was used",
            name,
            &[
                paragraph(format!(
                    "One of your recovery codes was used to sign in to Guildhall. You have {left} left."
                )),
                Part::Action { label: "Make new codes", url: absolute("/account/security/recovery-codes") },
                not_you(),
            ],
            base_url,
        ),
        Mail::WrongCodes { name } => build(
            "Somebody may know your password",
            name,
            &[
                paragraph(
                    "Somebody entered your password and then several wrong codes. Without a right code nobody gets in.",
                ),
                paragraph(format!("If it was not you, choose a new password: {}", absolute("/forgotten-password"))),
            ],
            base_url,
        ),
        Mail::CopiedPasskey { name, passkey } => build(
            "We refused one of your passkeys",
            name,
            &[
                paragraph(format!(
                    "Your passkey “{passkey}” was used in a way that suggests that there is a copy of it. We did not accept it."
                )),
                Part::Action { label: "Look at your passkeys", url: absolute("/account/security") },
                paragraph("If you don't know how that can be, remove this passkey and make a new one."),
            ],
            base_url,
        ),
        Mail::FactorRemovalCode { name, code } => build(
            "Your code",
            name,
            &[
                paragraph(
                    "You told us that you have lost your authenticator app or passkey. Enter this code to have it removed:",
                ),
                paragraph(code.clone()),
                paragraph("The code works for 10 minutes. Nobody from Guildhall will ever ask you for it."),
                not_you(),
            ],
            base_url,
        ),
        Mail::FactorRemovalAsked { name, due_at, link_path } => build(
            "Your second factor will be removed",
            name,
            &[
                paragraph(format!(
                    "Somebody who knows your password and reads your mail asked us to remove your authenticator app, passkeys and recovery codes. It happens on {} (UTC).",
                    time::date_time(*due_at)
                )),
                paragraph("If it was you, there is nothing to do: after that you sign in with your password alone."),
                Part::Action { label: "Keep my second factor", url: absolute(link_path) },
                paragraph(format!(
                    "If it was not you, keep it, and choose a new password: {}",
                    absolute("/forgotten-password")
                )),
            ],
            base_url,
        ),
        other => build(other.template(), "", &[], base_url),
    }
}
