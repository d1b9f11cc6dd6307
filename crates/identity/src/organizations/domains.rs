//! Mail domains that an organisation proves to run, so that its people can join by themselves.

use guildhall_audit::record;
use guildhall_db::{Db, JobOptions, OpResult, enqueue};
use guildhall_kernel::{
    Action, Actor,
    mail::{Mail, SendMail},
    token,
};
use guildhall_types::{Error, organization::DomainView};
use serde_json::json;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    Dns, Entered, event, find,
    policy::{self, MailDomain},
    refused,
    store::{self, domains::Domain},
};
use crate::EmailAddress;

/// Verifying is the program's work: nobody writes that a domain is proved but this.
const ACTOR: Actor = Actor::System("domains");
const MAILBOXES: [&str; 2] = ["postmaster", "admin"];

/// The organisation's domains, proved or not.
///
/// # Errors
/// [`Error::NotFound`] from outside, [`Error::Forbidden`] for those who are not owners.
pub async fn domains(db: &Db, actor: &Actor, slug: &str) -> OpResult<Vec<DomainView>> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::ManageDomains).await?;
    let now = db.clock().now();
    let rows = store::domains::list(&mut tx, found.id).await?;
    Ok(rows
        .into_iter()
        .map(|row| DomainView {
            record: format!("{}{}", policy::RECORD, row.verification),
            verified_at: row.verified_at,
            mailboxes: MAILBOXES.iter().map(|mailbox| format!("{mailbox}@{}", row.domain)).collect(),
            code_sent: row.code_hash.is_some()
                && row.code_tries < policy::CODE_TRIES
                && row.code_expires_at.is_some_and(|until| until > now),
            domain: row.domain,
        })
        .collect())
}

/// Adds a domain that is still to be proved.
///
/// # Errors
/// [`Error::Invalid`] for what is no domain of an organisation.
pub async fn add_domain(db: &Db, actor: &Actor, slug: &str, domain: &str) -> OpResult<()> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::ManageDomains).await?;
    let domain = MailDomain::parse(domain).map_err(|message| Error::field("domain", message))?;
    store::lock(&mut tx, found.id).await?;
    let there = store::domains::list(&mut tx, found.id).await?;
    if there.iter().any(|one| one.domain == domain.as_str()) {
        return Err(Error::field("domain", "This domain is on your list already").into());
    }
    if i64::try_from(there.len()).unwrap_or(i64::MAX) >= policy::DOMAINS_AT_MOST {
        return Err(Error::conflict("An organisation can have 20 domains. Remove one first.").into());
    }
    let (verification, _) = token::issue(db.chance());
    store::domains::insert(&mut tx, found.id, domain.as_str(), &verification, db.clock().now())
        .await
        .map_err(refused)?;
    record(&mut tx, actor, event("organization.domain_added", &found).after(json!({ "domain": domain.as_str() })))
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Removes a domain. Who joined by it stays.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn remove_domain(db: &Db, actor: &Actor, slug: &str, domain: &str) -> OpResult<()> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::RemoveDomains).await?;
    if !store::domains::delete(&mut tx, found.id, domain).await.map_err(refused)? {
        return Err(Error::NotFound.into());
    }
    record(&mut tx, actor, event("organization.domain_removed", &found).before(json!({ "domain": domain }))).await?;
    tx.commit().await?;
    Ok(())
}

/// Looks for the record in the domain's DNS.
///
/// # Errors
/// [`Error::Conflict`] when it is not there, or another organisation proved the domain; [`Error::Unavailable`].
pub async fn check_domain(db: &Db, dns: &Dns, actor: &Actor, slug: &str, domain: &str) -> OpResult<()> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::ManageDomains).await?;
    let row = store::domains::one(&mut tx, found.id, domain).await?.ok_or(Error::NotFound)?;
    drop(tx);
    if row.verified_at.is_some() {
        return Ok(());
    }
    let sought = format!("{}{}", policy::RECORD, row.verification);
    if !dns.has_text(&row.domain, &sought).await? {
        return Err(Error::conflict(
            "We could not find the record yet. Check it where you manage your DNS; a change can take some hours to arrive.",
        )
        .into());
    }
    let mut tx = db.begin(&ACTOR).await?;
    if !store::domains::verify(&mut tx, found.id, &row.domain, "dns", db.clock().now()).await.map_err(refused)? {
        // Proved by another click meanwhile, or removed.
        return store::domains::one(&mut tx, found.id, domain).await?.map(|_| ()).ok_or(Error::NotFound.into());
    }
    record(
        &mut tx,
        actor,
        event("organization.domain_verified", &found).after(json!({ "domain": row.domain, "by": "dns" })),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Mails a code to the postmaster or the admin of the domain.
///
/// # Errors
/// [`Error::Invalid`] for another mailbox; [`Error::Conflict`] after ten codes.
pub async fn send_code(db: &Db, actor: &Actor, slug: &str, domain: &str, mailbox: &str) -> OpResult<()> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::ManageDomains).await?;
    drop(tx);
    let mailbox = mailbox.split('@').next().unwrap_or_default();
    let mailbox = MAILBOXES
        .into_iter()
        .find(|one| *one == mailbox)
        .ok_or_else(|| Error::field("mailbox", "Choose an address to send the code to"))?;
    let mut tx = db.begin(&ACTOR).await?;
    let row = store::domains::lock(&mut tx, found.id, domain).await?.ok_or(Error::NotFound)?;
    if row.verified_at.is_some() {
        return Ok(());
    }
    if row.code_sent_count >= policy::CODES_AT_MOST {
        return Err(Error::conflict("Ten codes were sent for this domain. Prove it by DNS, or contact us.").into());
    }
    // However often domains are removed and added again.
    let since = db.clock().now() - policy::CODES_WITHIN;
    if store::domains::codes_sent(&mut tx, found.id, since).await? >= policy::CODES_AT_ONCE {
        return Err(Error::conflict(
            "Your organisation had twenty codes in a day. Prove the domain by DNS, or go on tomorrow.",
        )
        .into());
    }
    let code = format!("{:08}", db.chance().below(100_000_000));
    let until = db.clock().now() + policy::CODE_FOR;
    let hash = code_hash(&row, &code);
    store::domains::set_code(&mut tx, found.id, &row.domain, mailbox, &hash, until).await?;
    let mail = Mail::DomainCode { organization: found.name.clone(), domain: row.domain.clone(), code };
    // With what is of this row alone: a domain that was removed and added again gets its mails.
    let mark = row.verification.get(..20).unwrap_or_default();
    let key = format!("domain-code:{}:{mark}:{}:{}", found.id, row.code_sent_count + 1, row.domain);
    let key = key.get(..200).unwrap_or(&key).to_owned();
    let to = format!("{mailbox}@{}", row.domain);
    enqueue(&mut tx, &SendMail { key, user: None, to, mail }, JobOptions::default()).await?;
    record(
        &mut tx,
        actor,
        event("organization.domain_code_sent", &found).after(json!({ "domain": domain, "mailbox": mailbox })),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Proves a domain by the code that its postmaster got. Five tries.
///
/// # Errors
/// [`Error::Invalid`] for a wrong one; [`Error::Conflict`] when there is none to enter.
pub async fn enter_code(db: &Db, actor: &Actor, slug: &str, domain: &str, code: &str) -> OpResult<()> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::ManageDomains).await?;
    drop(tx);
    let code: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').take(20).collect();
    if code.is_empty() {
        return Err(Error::field("code", "Enter the code").into());
    }
    let mut tx = db.begin(&ACTOR).await?;
    let now = db.clock().now();
    let row = store::domains::lock(&mut tx, found.id, domain).await?.ok_or(Error::NotFound)?;
    if row.verified_at.is_some() {
        return Ok(());
    }
    let is_open = row.code_tries < policy::CODE_TRIES && row.code_expires_at.is_some_and(|until| until > now);
    let Some(expected) = row.code_hash.as_ref().filter(|_| is_open) else {
        return Err(Error::conflict("This code has expired or was tried too often. Send a new one.").into());
    };
    if !bool::from(code_hash(&row, &code).ct_eq(expected)) {
        store::domains::count_try(&mut tx, found.id, &row.domain).await?;
        tx.commit().await?;
        return Err(Error::field("code", "This is not the code that we sent last").into());
    }
    store::domains::verify(&mut tx, found.id, &row.domain, "mail", now).await.map_err(refused)?;
    record(
        &mut tx,
        actor,
        event("organization.domain_verified", &found).after(json!({ "domain": row.domain, "by": "mail" })),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// A code is short, so its hash is bound to the long secret of its row.
fn code_hash(row: &Domain, code: &str) -> [u8; 32] {
    Sha256::digest(format!("{}\n{}\n{code}", row.verification, row.domain)).into()
}

/// Joins an organisation that proved the domain of the person's confirmed address.
///
/// # Errors
/// [`Error::NotFound`] when there is none of that slug to join.
pub async fn join_by_domain(db: &Db, actor: &Actor, slug: &str) -> OpResult<Entered> {
    let user = actor.myself(Action::JoinOrganization)?;
    let mut tx = db.begin(actor).await?;
    // The database says which ones are open to the person; the address is looked up there, not taken from the session.
    let joinable = store::members::joinable(&mut tx).await?;
    let offer = joinable.iter().find(|offer| offer.slug == slug).ok_or(Error::NotFound)?;
    if !EmailAddress::parse(&user.email).is_ok_and(|email| email.domain() == offer.domain) {
        return Err(Error::NotFound.into());
    }
    let found = store::by_slug(&mut tx, slug).await?.ok_or(Error::NotFound)?;
    store::members::join(&mut tx, found.id, user.id, offer.role, db.clock().now()).await.map_err(refused)?;
    record(
        &mut tx,
        actor,
        event("organization.member_joined", &found)
            .after(json!({ "user": user.id, "role": offer.role.slug(), "by": "domain" })),
    )
    .await?;
    tx.commit().await?;
    Ok(Entered { id: found.id, slug: found.slug })
}
