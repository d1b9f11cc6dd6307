//! The words of every mail.

use guildhall_kernel::mail::{Mail, ReceiptLine};
use guildhall_types::{Money, OrderId, time};

use crate::{
    factors,
    message::{Message, Part, Row, build, paragraph},
    privacy,
};

/// Writes a mail. Links are made absolute with `base_url`, which has no slash at its end.
#[must_use]
pub fn compose(mail: &Mail, base_url: &str) -> Message {
    let base_url = base_url.trim_end_matches('/');
    let absolute = |path: &str| format!("{base_url}{path}");
    match mail {
        Mail::ConfirmEmail { name, link_path } => build(
            "Confirm your email address",
            name,
            &[
                paragraph(
                    "Thank you for creating a Guildhall account. Confirm that this email address is yours to finish.",
                ),
                Part::Action { label: "Confirm my email address", url: absolute(link_path) },
                paragraph("The link works for 48 hours."),
                paragraph("If you did not create an account, do nothing: without this link nobody can use it."),
            ],
            base_url,
        ),
        Mail::AlreadyRegistered { name } => build(
            "You already have a Guildhall account",
            name,
            &[
                paragraph(
                    "Somebody, probably you, tried to create a Guildhall account with this email address. You have one already, so nothing was changed.",
                ),
                Part::Action { label: "Sign in", url: absolute("/sign-in") },
                paragraph(format!(
                    "If you have forgotten your password, choose a new one: {}",
                    absolute("/forgotten-password")
                )),
                paragraph("If it was not you, there is nothing to do."),
            ],
            base_url,
        ),
        Mail::ResetPassword { name, link_path } => build(
            "Choose a new password",
            name,
            &[
                paragraph("We were asked for a new password for your Guildhall account."),
                Part::Action { label: "Choose a new password", url: absolute(link_path) },
                paragraph("The link works once, for 1 hour. Your other devices are signed out when you use it."),
                paragraph("If you did not ask for this, do nothing: your password stays as it is."),
            ],
            base_url,
        ),
        Mail::PasswordChanged { name } => build(
            "Your password was changed",
            name,
            &[
                paragraph(
                    "The password of your Guildhall account was changed, and your other devices were signed out.",
                ),
                paragraph(format!(
                    "If this was not you, choose a new password at once: {}",
                    absolute("/forgotten-password")
                )),
            ],
            base_url,
        ),
        Mail::NewDevice { name, device, address, at } => {
            new_device(name, device, address, &time::date_time(*at), base_url)
        }
        Mail::RefreshReuse { name, device, at } => refresh_reuse(name, device, &time::date_time(*at), base_url),
        Mail::FactorAdded { .. }
        | Mail::FactorRemoved { .. }
        | Mail::RecoveryCodeUsed { .. }
        | Mail::WrongCodes { .. }
        | Mail::CopiedPasskey { .. }
        | Mail::FactorRemovalCode { .. }
        | Mail::FactorRemovalAsked { .. } => factors::compose(mail, base_url),
        Mail::ExportReady { .. }
        | Mail::ErasureAsked { .. }
        | Mail::ErasureAskedByUs { .. }
        | Mail::ErasureWithdrawn { .. }
        | Mail::ErasureBlocked { .. }
        | Mail::Erased { .. } => privacy::compose(mail, base_url),
        Mail::Receipt { name, order, paid_at, lines, total } => {
            let paid = time::date(*paid_at);
            receipt(name, *order, &paid, lines, *total, base_url)
        }
        Mail::Refunded { name, order, course, amount } => build(
            &format!("Your refund for {course}"),
            name,
            &[
                paragraph(format!(
                    "We have refunded {} for {course}. It reaches your card in 5 to 10 days.",
                    amount.display()
                )),
                paragraph("The course is no longer among your courses."),
                Part::Action { label: "See your order", url: absolute(&format!("/orders/{order}")) },
            ],
            base_url,
        ),
        Mail::Enrolled { name, course, link_path } => build(
            &format!("You can start {course}"),
            name,
            &[
                paragraph(format!("You are enrolled in {course}. Take it whenever it suits you.")),
                Part::Action { label: "Start the course", url: absolute(link_path) },
            ],
            base_url,
        ),
        Mail::Completed { name, course, link_path } => build(
            &format!("You have completed {course}"),
            name,
            &[
                paragraph(format!("Well done: you have completed {course}. You can go back to it at any time.")),
                Part::Action { label: "Write a review", url: absolute(link_path) },
            ],
            base_url,
        ),
        Mail::Invitation { organization, role, invited_by, link_path } => {
            invitation(organization, role, invited_by, absolute(link_path), base_url)
        }
        Mail::DomainCode { organization, domain, code } => domain_code(organization, domain, code, base_url),
        Mail::AdminRoleGiven { name, link_path } => build(
            "You are an administrator of Guildhall now",
            name,
            &[
                paragraph(
                    "Another administrator has made you one. You see everybody’s accounts and organisations, and what you do there is recorded.",
                ),
                paragraph("Keep your sign-in safe: set up a second factor if you have none."),
                Part::Action { label: "See how you sign in", url: absolute(link_path) },
                paragraph("If you did not expect this, answer this email."),
            ],
            base_url,
        ),
        Mail::AdminRoleTaken { name } => build(
            "You are no longer an administrator of Guildhall",
            name,
            &[
                paragraph("Another administrator has taken that role from you. Your account stays as it is otherwise."),
                paragraph("Answer this email if you think that this is wrong."),
            ],
            base_url,
        ),
        Mail::AccountSuspended { name, reason } => build(
            "Your account is suspended",
            name,
            &[
                paragraph("We have suspended your Guildhall account, and you are signed out everywhere."),
                paragraph(format!("The reason: {reason}")),
                paragraph("Answer this email if you think that this is wrong."),
            ],
            base_url,
        ),
    }
}

fn new_device(name: &str, device: &str, address: &str, at: &str, base_url: &str) -> Message {
    let from = if address.is_empty() { String::new() } else { format!(", from the network address {address}") };
    build(
        "A new device signed in to your account",
        name,
        &[
            paragraph(format!("Somebody signed in to your Guildhall account with {device}{from}, on {at} (UTC).")),
            paragraph("If it was you, there is nothing to do."),
            paragraph("If it was not you, sign that device out and choose a new password."),
            Part::Action { label: "See where I am signed in", url: format!("{base_url}/account/sessions") },
            paragraph(format!("Choose a new password: {base_url}/forgotten-password")),
        ],
        base_url,
    )
}

fn refresh_reuse(name: &str, device: &str, at: &str, base_url: &str) -> Message {
    build(
        "We signed one of your devices out",
        name,
        &[
            paragraph(format!(
                "We signed out {device} on {at} (UTC). What keeps it signed in was used a second time, as if from a copy. \
                 That can happen when a device is restored from a backup. It can also mean that somebody copied it."
            )),
            paragraph("Sign in again on that device. If you did not restore it, choose a new password as well."),
            Part::Action { label: "See where I am signed in", url: format!("{base_url}/account/sessions") },
            paragraph(format!("Choose a new password: {base_url}/forgotten-password")),
        ],
        base_url,
    )
}

fn invitation(organization: &str, role: &str, invited_by: &str, url: String, base_url: &str) -> Message {
    let who = if invited_by.is_empty() { organization } else { invited_by };
    build(
        &format!("Join {organization} on Guildhall"),
        "",
        &[
            paragraph(format!(
                "{who} invites you to join {organization} on Guildhall. Your role: {}.",
                role.to_lowercase()
            )),
            Part::Action { label: "See the invitation", url },
            paragraph(
                "The invitation is for this email address, and works for 14 days. Sign in, or create an account, with this address.",
            ),
            paragraph("If you do not know them, do nothing."),
        ],
        base_url,
    )
}

fn domain_code(organization: &str, domain: &str, code: &str, base_url: &str) -> Message {
    build(
        &format!("The code for {domain}"),
        "",
        &[
            paragraph(format!(
                "{organization} says that it runs {domain}. With this code, people with an address of {domain} can join it on Guildhall by themselves."
            )),
            paragraph(format!("The code: {code}")),
            paragraph("Give it to whoever asked you for it, and to nobody else. It works for 30 minutes."),
            paragraph("If you do not know them, do nothing."),
        ],
        base_url,
    )
}

fn receipt(name: &str, order: OrderId, paid: &str, lines: &[ReceiptLine], total: Money, base_url: &str) -> Message {
    let rows = lines
        .iter()
        .map(|line| Row {
            name: line.title.clone(),
            note: line.provider.clone(),
            value: line.price.display(),
            url: line.link_path.as_ref().map(|path| format!("{base_url}{path}")),
        })
        .collect();
    build(
        "Your Guildhall receipt",
        name,
        &[
            paragraph(format!(
                "Thank you. We received your payment of {} on {paid}. This is your receipt.",
                total.display()
            )),
            Part::Rows { caption: "What you bought", rows, total: Some(format!("{} including VAT", total.display())) },
            paragraph(format!("Order {order}.")),
            Part::Action { label: "Go to my courses", url: format!("{base_url}/learn") },
            paragraph("Guildhall holds your fee until you finish the course."),
        ],
        base_url,
    )
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};
    use proptest::prelude::*;

    use super::*;

    const BASE: &str = "https://guildhall.test";

    fn every_mail(name: &str) -> Vec<Mail> {
        let name = || name.to_owned();
        let order = OrderId("0195a6e0-0000-7000-8000-000000000001".parse().unwrap());
        let at = Utc.with_ymd_and_hms(2027, 3, 3, 9, 0, 0).single().unwrap();
        vec![
            Mail::ConfirmEmail { name: name(), link_path: "/confirm-email?token=abc".to_owned() },
            Mail::AlreadyRegistered { name: name() },
            Mail::ResetPassword { name: name(), link_path: "/reset-password?token=abc".to_owned() },
            Mail::PasswordChanged { name: name() },
            Mail::NewDevice {
                name: name(),
                device: "Firefox on Windows".to_owned(),
                address: "192.0.2.1".to_owned(),
                at,
            },
            Mail::RefreshReuse { name: name(), device: "Safari on iPhone".to_owned(), at },
            Mail::FactorAdded { name: name(), what: "an authenticator app".to_owned() },
            Mail::FactorRemoved { name: name(), what: name() },
            Mail::RecoveryCodeUsed { name: name(), left: 1 },
            Mail::WrongCodes { name: name() },
            Mail::CopiedPasskey { name: name(), passkey: name() },
            Mail::FactorRemovalCode { name: name(), code: "01234567".to_owned() },
            Mail::FactorRemovalAsked {
                name: name(),
                due_at: Utc.with_ymd_and_hms(2027, 3, 4, 9, 0, 0).single().unwrap(),
                link_path: "/sign-in/keep-second-factor?token=abc".to_owned(),
            },
            Mail::Receipt {
                name: name(),
                order,
                paid_at: at,
                lines: vec![
                    ReceiptLine {
                        title: "Prompting & policy".to_owned(),
                        provider: "Civic <AI>".to_owned(),
                        price: Money::gbp(24_900),
                        link_path: Some("/learn/1".to_owned()),
                    },
                    ReceiptLine { title: name(), provider: name(), price: Money::gbp(100_000), link_path: None },
                ],
                total: Money::gbp(124_900),
            },
            Mail::Refunded { name: name(), order, course: name(), amount: Money::gbp(24_900) },
            Mail::Enrolled { name: name(), course: name(), link_path: "/learn/1".to_owned() },
            Mail::Completed { name: name(), course: name(), link_path: "/learn/1#review".to_owned() },
            Mail::Invitation {
                organization: name(),
                role: "Learner".to_owned(),
                invited_by: name(),
                link_path: "/invitations/abc".to_owned(),
            },
            Mail::DomainCode { organization: name(), domain: "example.org".to_owned(), code: "1234 5678".to_owned() },
            Mail::AdminRoleGiven { name: name(), link_path: "/account/security".to_owned() },
            Mail::AdminRoleTaken { name: name() },
            Mail::AccountSuspended { name: name(), reason: name() },
            Mail::ExportReady { name: name(), link_path: "/account/privacy".to_owned(), until: at },
            Mail::ErasureAsked { name: name(), due_at: at, link_path: "/account/privacy".to_owned() },
            Mail::ErasureAskedByUs {
                name: name(),
                reason: name(),
                due_at: at,
                link_path: "/account/privacy".to_owned(),
            },
            Mail::ErasureWithdrawn { name: name(), by_us: false },
            Mail::ErasureWithdrawn { name: name(), by_us: true },
            Mail::ErasureBlocked {
                name: name(),
                organizations: vec![name(), "Leeds College".to_owned()],
                is_admin: false,
                is_paying: false,
                link_path: "/account/organizations".to_owned(),
            },
            Mail::ErasureBlocked {
                name: name(),
                organizations: Vec::new(),
                is_admin: true,
                is_paying: true,
                link_path: "/account/privacy".to_owned(),
            },
            Mail::Erased { name: name() },
        ]
    }

    #[test]
    fn the_words() {
        let all: Vec<String> = every_mail("Ada Lovelace")
            .iter()
            .map(|mail| {
                let message = compose(mail, "https://guildhall.test/");
                format!("== {}: {}\n{}", mail.template(), message.subject, message.text)
            })
            .collect();
        insta::assert_snapshot!(all.join("\n"));
    }

    #[test]
    fn the_html() {
        let all = every_mail("Ada Lovelace");
        let receipt = all.iter().find(|mail| mail.template() == "receipt").unwrap();
        insta::assert_snapshot!(compose(receipt, BASE).html);
    }

    proptest! {
        #[test]
        fn no_name_breaks_a_header_or_the_html(name in any::<String>()) {
            let mark = format!("<script>{name}\r\nBcc: all@example.com");
            for mail in every_mail(&mark) {
                let message = compose(&mail, BASE);
                prop_assert!(!message.subject.contains(char::is_control));
                prop_assert!(!message.html.contains("<script"));
            }
        }

        #[test]
        fn a_mail_survives_the_queue(name in any::<String>()) {
            for mail in every_mail(&name) {
                let there = serde_json::to_value(&mail).unwrap();
                prop_assert_eq!(serde_json::from_value::<Mail>(there).unwrap(), mail);
            }
        }
    }
}
