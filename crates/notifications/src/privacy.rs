//! The words of mails about a person's own data.

use guildhall_kernel::mail::Mail;
use guildhall_types::time;

use crate::message::{Message, Part, build, paragraph};

/// Where people write to about their data.
const CONTACT: &str = "privacy@guildhall.test";

/// Writes such a mail; any other is none of this module's.
pub(crate) fn compose(mail: &Mail, base_url: &str) -> Message {
    let absolute = |path: &str| format!("{base_url}{path}");
    match mail {
        Mail::ExportReady { name, link_path, until } => build(
            "The copy of your data is ready",
            name,
            &[
                paragraph("You asked for a copy of everything that Guildhall keeps about you. It is ready."),
                Part::Action { label: "Get your copy", url: absolute(link_path) },
                paragraph(format!(
                    "Sign in to get it. It is there until {} (UTC); after that you can ask for another one.",
                    time::date_time(*until)
                )),
                paragraph(format!(
                    "If you did not ask for it, choose a new password: {}",
                    absolute("/forgotten-password")
                )),
            ],
            base_url,
        ),
        Mail::ErasureAsked { name, due_at, link_path } => build(
            "Your account will be erased",
            name,
            &[
                paragraph(format!(
                    "You asked us to erase your Guildhall account. It happens on {} (UTC). Until then you can use it as before.",
                    time::date_time(*due_at)
                )),
                paragraph("If you have changed your mind, or if it was not you, keep it. You only need to sign in."),
                Part::Action { label: "Keep my account", url: absolute(link_path) },
                paragraph("After that day it can't be brought back, by us or by anybody."),
            ],
            base_url,
        ),
        Mail::ErasureAskedByUs { name, reason, due_at, link_path } => build(
            "We are going to erase your account",
            name,
            &[
                paragraph(format!(
                    "An administrator of Guildhall has asked for your account to be erased. It happens on {} (UTC). Until then you can use it as before.",
                    time::date_time(*due_at)
                )),
                paragraph(format!("The reason: {reason}")),
                paragraph(format!("If you want to keep it, sign in and say so, or write to {CONTACT}.")),
                Part::Action { label: "Keep my account", url: absolute(link_path) },
                paragraph("After that day it can't be brought back, by us or by anybody."),
            ],
            base_url,
        ),
        Mail::ErasureWithdrawn { name, by_us } => build(
            "Your account stays",
            name,
            &[paragraph(if *by_us {
                "Your Guildhall account is not going to be erased after all. Nothing was erased."
            } else {
                "You told us to keep your Guildhall account. Nothing was erased."
            })],
            base_url,
        ),
        Mail::ErasureBlocked { name, organizations, is_admin, is_paying, link_path } => {
            let mut why = vec!["Today we wanted to erase your Guildhall account, as was asked for.".to_owned()];
            let mut what_next = String::new();
            let mut label = "See your data";
            if *is_admin {
                why.push("You are a platform admin. Have another admin take that role from you first.".to_owned());
            }
            if *is_paying {
                why.push("A payment of yours is under way, and we wait until it has gone through or ended.".to_owned());
            }
            if !organizations.is_empty() {
                let names = organizations.join(" and ");
                why.push(format!("You are the only owner of {names}, and an organisation needs an owner."));
                "Make somebody else an owner, or answer this email to have the organisation closed. "
                    .clone_into(&mut what_next);
                label = "See your organisations";
            }
            what_next.push_str("We try again every day.");
            let action = Part::Action { label, url: absolute(link_path) };
            let parts = [paragraph(why.join(" ")), paragraph(what_next), action];
            build("We could not erase your account yet", name, &parts, base_url)
        }
        Mail::Erased { name } => build(
            "Your account is erased",
            name,
            &[
                paragraph(
                    "We have erased your Guildhall account, as was asked for. This is the last email that we send you.",
                ),
                paragraph(
                    "What the law wants us to keep stays: what was paid, and the record of what was done on the site. It no longer has your name or your email address beside it, except where the record of what was done holds them; we keep that for 7 years.",
                ),
            ],
            base_url,
        ),
        other => build(other.template(), "", &[], base_url),
    }
}
