//! What an owner does: makes, changes, tests, switches and removes connections, and makes tokens for provisioning.
//!
//! Always holds: the policy table lets an owner of the organisation alone reach any of it, and change it only soon after
//! they proved who they are; whoever else belongs to it is refused, and for strangers there is no such organisation. Row-level
//! security says the same.

use std::collections::BTreeMap;

use guildhall_audit::{Event, Party};
use guildhall_db::{Db, OpResult, Tx};
use guildhall_kernel::{Action, Actor, Subject, token};
use guildhall_types::{
    ConnectionId, Error, OrganizationId, ScimTokenId,
    federation::{ConnectionFields, ConnectionView, SignOnPage, TestStep},
};
use serde_json::{Value, json};

use crate::{
    Federation,
    policy::{AuthMethod, Kind, NewConnection, Secret, given_roles},
    probe, saml_connections,
    store::{
        connections::{self, Found, Kept, SealedSecret},
        people,
        saml::{self as saml_store, SamlSettings},
    },
};

/// What a secret is sealed for: a sealed one copied to another row does not open.
pub(crate) fn place(id: ConnectionId) -> String {
    format!("sso-connection:{id}")
}

/// The organisation, for somebody who may do this there.
pub(crate) async fn found(tx: &mut Tx, actor: &Actor, slug: &str, action: Action) -> OpResult<Found> {
    actor.user()?;
    let found = connections::organization(tx, slug).await?.ok_or(Error::NotFound)?;
    actor.may(action, &Subject::Organization(found.id))?;
    Ok(found)
}

/// Tells of what an owner did.
pub(crate) async fn tell(tx: &mut Tx, actor: &Actor, mine: OrganizationId, event: Event) -> OpResult<()> {
    guildhall_audit::record(tx, actor, event.acting_for(Party::Organization(mine))).await
}

/// A connection of the organisation.
pub(crate) async fn own(tx: &mut Tx, mine: &Found, id: ConnectionId) -> OpResult<Kept> {
    let kept = connections::find(tx, id).await?.filter(|kept| kept.connection.organization == mine.id);
    Ok(kept.ok_or(Error::NotFound)?)
}

fn view(federation: &Federation, kept: Kept, saml: Option<&SamlSettings>) -> ConnectionView {
    let (id, base) = (kept.connection.id, &federation.base_url);
    let has_key = kept.connection.auth_method == AuthMethod::PrivateKeyJwt;
    let saml = saml.map(|settings| saml_connections::view(federation, &kept, settings));
    ConnectionView {
        id,
        fields: ConnectionFields::from(&kept.connection),
        enabled: kept.enabled,
        enforced: kept.enforced,
        tested_at: kept.tested_at,
        tested: kept.tested,
        redirect_url: federation.redirect_url(),
        logout_url: format!("{base}/sso/backchannel-logout/{id}"),
        keys_url: has_key.then(|| format!("{base}/sso/{id}/jwks.json")),
        start_url: format!("{base}/sso/{id}/start"),
        saml,
    }
}

/// Everything about how an organisation's people sign in.
///
/// # Errors
/// [`Error::SignInRequired`], [`Error::NotFound`] for strangers, [`Error::Forbidden`] for members who don't own it; what
/// changes anything also [`Error::ConfirmRequired`].
pub async fn page(db: &Db, federation: &Federation, actor: &Actor, slug: &str) -> OpResult<SignOnPage> {
    let mut tx = db.begin(actor).await?;
    let mine = found(&mut tx, actor, slug, Action::ReadSignOn).await?;
    let all = connections::of_organization(&mut tx, mine.id).await?;
    let saml: BTreeMap<ConnectionId, SamlSettings> =
        saml_store::of_organization(&mut tx, mine.id).await?.into_iter().collect();
    let shown = |kept: Kept| {
        let settings = saml.get(&kept.connection.id);
        view(federation, kept, settings)
    };
    Ok(SignOnPage {
        tokens: connections::tokens(&mut tx, mine.id).await?,
        domains: connections::domains(&mut tx, mine.id).await?,
        connections: all.into_iter().map(shown).collect(),
        name: mine.name,
        slug: slug.to_owned(),
        roles: given_roles(&mine.kind).iter().map(|role| (*role).to_owned()).collect(),
        scim_url: format!("{}/scim/v2", federation.base_url),
    })
}

/// Makes a connection, switched off, or changes one. Where the provider itself changes, it is switched off and forgets whom
/// the old one knew. An empty `secret` keeps the one that is there.
///
/// # Errors
/// [`Error::Invalid`]; else as [`page`].
pub async fn save(
    db: &Db,
    federation: &Federation,
    actor: &Actor,
    slug: &str,
    id: Option<ConnectionId>,
    fields: &ConnectionFields,
    secret: &str,
) -> OpResult<ConnectionId> {
    let mut tx = db.begin(actor).await?;
    let mine = found(&mut tx, actor, slug, Action::ManageSignOn).await?;
    let before = match id {
        Some(id) => Some(own(&mut tx, &mine, id).await?),
        None => None,
    };
    // Those have their own form.
    if before.as_ref().is_some_and(|kept| kept.connection.kind == Kind::Saml) {
        return Err(Error::NotFound.into());
    }
    let reach = federation.providers.reach();
    let method = before.as_ref().map(|kept| kept.connection.auth_method);
    let new = NewConnection::parse(fields, secret, method, &mine.kind, reach)?;
    let (id, now) = (id.unwrap_or_else(|| db.id()), db.clock().now());
    let sealed = new.secret.as_ref().map(|secret| seal(federation, id, secret)).transpose()?;
    let told = |name: &str| json!({ "name": name, "issuer": new.issuer, "client_id": new.client_id, "default_role": new.roles.otherwise });
    let event = Event::new("sign_on.connection_saved", "sso_connection", id).after(told(&new.name));
    tell(&mut tx, actor, mine.id, event).await?;
    match (before, sealed) {
        (None, Some(sealed)) => connections::insert(&mut tx, id, mine.id, &new, &sealed, now).await?,
        (None, None) => return Err(Error::field("secret", "Enter the client secret").into()),
        (Some(before), sealed) => {
            let old = &before.connection;
            let is_same = old.issuer == new.issuer && old.client_id == new.client_id && old.kind == new.kind;
            connections::update(&mut tx, id, &new, sealed.as_ref(), is_same, now).await?;
            if !is_same {
                tx.commit().await?;
                // Links are the program's own rows.
                tx = db.begin(&Actor::System("connection-changed")).await?;
                people::unlink_all(&mut tx, id).await?;
            }
        }
    }
    tx.commit().await?;
    Ok(id)
}

fn seal(federation: &Federation, id: ConnectionId, secret: &Secret) -> OpResult<SealedSecret> {
    let (text, public_jwk) = match secret {
        Secret::Text(text) => (text, None),
        Secret::Key(key, pem) => (pem, Some(key.public().clone())),
    };
    let sealed = federation.sealer.seal(&place(id), text.as_bytes()).map_err(anyhow::Error::from)?;
    Ok(SealedSecret { sealed, public_jwk })
}

/// Switches a connection on or off, and makes it the only way in for the organisation's domains: sessions of their people that
/// were opened in another way end then, but for the one that asks.
///
/// # Errors
/// [`Error::Conflict`] when it can't be enforced yet; else as [`page`].
pub async fn switch(
    db: &Db,
    actor: &Actor,
    slug: &str,
    id: ConnectionId,
    enabled: bool,
    enforced: bool,
) -> OpResult<()> {
    let mut tx = db.begin(actor).await?;
    let mine = found(&mut tx, actor, slug, Action::ManageSignOn).await?;
    let kept = own(&mut tx, &mine, id).await?;
    if enforced && !kept.enforced {
        let passed = kept.tested_at.is_some() && kept.tested.iter().all(|step| step.passed);
        if !passed {
            return Err(
                Error::conflict("Test the connection first: it must pass before it becomes the only way in.").into()
            );
        }
        if connections::domains(&mut tx, kept.connection.organization).await?.is_empty() {
            return Err(Error::conflict("Verify a domain of your organisation first: the connection becomes the only way in for addresses of its domains.").into());
        }
    }
    let enforced = enabled && enforced;
    connections::set(&mut tx, id, enabled, enforced, db.clock().now()).await?;
    let event = Event::new("sign_on.connection_switched", "sso_connection", id).change(
        json!({ "enabled": kept.enabled, "enforced": kept.enforced }),
        json!({ "enabled": enabled, "enforced": enforced }),
    );
    tell(&mut tx, actor, mine.id, event).await?;
    tx.commit().await?;
    if enforced && !kept.enforced {
        let system = Actor::System("sign-on-enforced");
        let mut tx = db.begin(&system).await?;
        let ended = people::end_others(&mut tx, mine.id, actor.user()?.session, db.clock().now()).await?;
        let event = Event::new("sign_on.sessions_ended", "sso_connection", id).after(json!({ "sessions": ended }));
        tell(&mut tx, &system, mine.id, event).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Makes no connection of an organisation the only way in any more; how many were. For the program's operator, when a provider
/// is out of order and nobody of the organisation can get in.
///
/// # Errors
/// When the database does not answer.
pub async fn release(db: &Db, slug: &str) -> OpResult<u64> {
    let mut tx = db.begin(&Actor::System("release-sign-on")).await?;
    let released = connections::release(&mut tx, slug, db.clock().now()).await?;
    let event = Event::new("sign_on.released", "organization", slug).after(json!({ "connections": released }));
    guildhall_audit::record(&mut tx, &Actor::System("release-sign-on"), event).await?;
    tx.commit().await?;
    tracing::warn!(slug, released, "an organisation's sign-in is no longer enforced");
    Ok(released)
}

/// Removes a connection, and with it the links of everybody who used it; their accounts stay.
///
/// # Errors
/// As [`page`].
pub async fn remove(db: &Db, actor: &Actor, slug: &str, id: ConnectionId) -> OpResult<()> {
    let mut tx = db.begin(actor).await?;
    let mine = found(&mut tx, actor, slug, Action::ManageSignOn).await?;
    let kept = own(&mut tx, &mine, id).await?;
    connections::delete(&mut tx, id).await?;
    let event = Event::new("sign_on.connection_removed", "sso_connection", id)
        .before(json!({ "name": kept.connection.name, "issuer": kept.connection.issuer }));
    tell(&mut tx, actor, mine.id, event).await?;
    tx.commit().await?;
    Ok(())
}

/// Tests a connection without signing anybody in, and keeps what was found.
///
/// # Errors
/// As [`page`]; what is wrong with the connection is in the steps.
pub async fn try_connection(
    db: &Db,
    federation: &Federation,
    actor: &Actor,
    slug: &str,
    id: ConnectionId,
) -> OpResult<Vec<TestStep>> {
    let mut tx = db.begin(actor).await?;
    let mine = found(&mut tx, actor, slug, Action::ManageSignOn).await?;
    let kept = own(&mut tx, &mine, id).await?;
    drop(tx);
    let steps = match kept.connection.kind {
        Kind::Saml => saml_connections::probe(db, federation, &kept).await?,
        _ => probe::run(db, federation, &kept).await,
    };
    let mut tx = db.begin(actor).await?;
    connections::record_test(&mut tx, id, &steps, db.clock().now()).await?;
    tx.commit().await?;
    Ok(steps)
}

/// The public halves of our keys at providers, of one connection or of all, as a JSON Web Key Set's `keys`.
///
/// # Errors
/// When the database does not answer.
pub async fn public_client_keys(db: &Db, of: Option<ConnectionId>) -> OpResult<Vec<Value>> {
    let mut tx = db.begin(&Actor::System("client-keys")).await?;
    Ok(connections::public_keys(&mut tx, of).await?)
}

/// The key set that one provider fetches.
///
/// # Errors
/// [`Error::NotFound`] when the connection has no key.
pub async fn client_key_set(db: &Db, of: ConnectionId) -> OpResult<Value> {
    let keys = public_client_keys(db, Some(of)).await?;
    if keys.is_empty() { Err(Error::NotFound.into()) } else { Ok(json!({ "keys": keys })) }
}

/// Makes a token for provisioning. It is shown this once.
///
/// # Errors
/// [`Error::Invalid`]; else as [`page`].
pub async fn make_scim_token(db: &Db, actor: &Actor, slug: &str, name: &str) -> OpResult<String> {
    let mut tx = db.begin(actor).await?;
    let mine = found(&mut tx, actor, slug, Action::ManageSignOn).await?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
        return Err(Error::field("token_name", "Enter a name for the token in 80 characters or fewer").into());
    }
    if connections::tokens(&mut tx, mine.id).await?.len() >= 20 {
        return Err(Error::conflict("There are 20 tokens already. Revoke one first.").into());
    }
    let (token, hash) = token::issue(db.chance());
    let id: ScimTokenId = db.id();
    connections::insert_token(&mut tx, id, mine.id, name, &hash, db.clock().now()).await?;
    let event = Event::new("directory.token_made", "scim_token", id).after(json!({ "name": name }));
    tell(&mut tx, actor, mine.id, event).await?;
    tx.commit().await?;
    Ok(token)
}

/// Ends a token for provisioning.
///
/// # Errors
/// As [`page`].
pub async fn revoke_scim_token(db: &Db, actor: &Actor, slug: &str, id: ScimTokenId) -> OpResult<()> {
    let mut tx = db.begin(actor).await?;
    let mine = found(&mut tx, actor, slug, Action::ManageSignOn).await?;
    if !connections::revoke_token(&mut tx, mine.id, id, db.clock().now()).await? {
        return Err(Error::NotFound.into());
    }
    tell(&mut tx, actor, mine.id, Event::new("directory.token_revoked", "scim_token", id)).await?;
    tx.commit().await?;
    Ok(())
}
