//! What an owner does with a SAML connection that is not done with every connection: giving the provider's metadata, and
//! testing it. What the provider is told of us.
//!
//! Always holds: the provider's certificates come from metadata that an owner of the organisation pasted, or from the address
//! that the owner typed; nothing that arrives with an answer changes them.

use guildhall_audit::Event;
use guildhall_db::{Db, OpError, OpResult};
use guildhall_kernel::{Action, Actor};
use guildhall_types::{
    ConnectionId, Error, Fields,
    federation::{SamlFields, SamlView, TestStep},
};
use serde_json::json;

use crate::{
    Federation,
    connections::{found, own, place, tell},
    flow::{SamlRequest, ask},
    policy::{AuthMethod, Kind, NewConnection, Roles, line},
    probe::{failed, passed},
    saml::{Certificate, IdentityProvider, MetadataProblem, OurKey, parse_metadata, service_metadata},
    store::{
        connections::{self, Found, Kept, SealedSecret},
        people,
        saml::{self as store, SamlSettings},
    },
};

/// What the provider knows us by: the address of our metadata (SAML Metadata, 4.1).
pub(crate) fn entity_id(federation: &Federation, id: ConnectionId) -> String {
    format!("{}/sso/{id}/metadata", federation.base_url)
}

/// Where the provider sends its answers.
pub(crate) fn acs_url(federation: &Federation, id: ConnectionId) -> String {
    format!("{}/sso/{id}/acs", federation.base_url)
}

pub(crate) fn certificates(settings: &SamlSettings) -> Vec<Certificate> {
    settings.certificates.iter().filter_map(|der| Certificate::from_der(der)).collect()
}

/// Our own key at a connection's provider.
pub(crate) fn our_key(federation: &Federation, kept: &Kept) -> OpResult<OurKey> {
    let opened = federation.sealer.open(&place(kept.connection.id), &kept.secret_sealed);
    Ok(OurKey::from_bytes(opened.map_err(anyhow::Error::from)?))
}

pub(crate) fn view(federation: &Federation, kept: &Kept, settings: &SamlSettings) -> SamlView {
    let connection = &kept.connection;
    let fields = guildhall_types::federation::ConnectionFields::from(connection);
    SamlView {
        fields: SamlFields {
            name: fields.name,
            metadata: settings.metadata_url.clone(),
            email_attribute: settings.email_attribute.clone(),
            role_claim: fields.role_claim,
            role_map: fields.role_map,
            default_role: fields.default_role,
            jit: fields.jit,
            idp_initiated: settings.idp_initiated,
        },
        metadata_url: entity_id(federation, connection.id),
        acs_url: acs_url(federation, connection.id),
        sign_on_url: settings.sign_on_url.clone(),
        certificates: certificates(settings).iter().map(|one| (one.kind(), one.expires_at())).collect(),
        read_at: settings.read_at,
        refused: settings.refused_at.zip(settings.refused_why.clone()),
        not_read: settings.read_failed_at.zip(settings.read_failed_why.clone()),
    }
}

/// Our metadata for a provider: public, and there before the connection is switched on.
///
/// # Errors
/// [`Error::NotFound`] when there is no such SAML connection.
pub async fn metadata(db: &Db, federation: &Federation, id: ConnectionId) -> OpResult<String> {
    let mut tx = db.begin(&Actor::System("saml-metadata")).await?;
    let settings = store::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let (entity_id, acs_url) = (entity_id(federation, id), acs_url(federation, id));
    Ok(service_metadata(&entity_id, &acs_url, &settings.our_certificate, settings.wants_signed))
}

/// What an owner typed, checked, but for the metadata.
struct Typed {
    name: String,
    roles: Roles,
    email_attribute: String,
}

fn parse(typed: &SamlFields, organization_kind: &str, is_new: bool) -> Result<Typed, Error> {
    let mut fields = Fields::new();
    let name = line(&mut fields, "name", &typed.name, 80, "Enter a name, like “Acme’s staff accounts”");
    if is_new && typed.metadata.trim().is_empty() {
        fields.add("metadata", "Paste the provider’s metadata, or enter its address");
    }
    let email_attribute = typed.email_attribute.trim().to_owned();
    if email_attribute.chars().count() > 200 || email_attribute.chars().any(char::is_control) {
        fields.add("email_attribute", "Enter the attribute’s name, in 200 characters or fewer");
    }
    let roles = Roles::parse(&typed.role_claim, &typed.role_map, &typed.default_role, organization_kind)
        .map_err(|(field, what)| fields.add(field, what));
    fields.finish()?;
    let Ok(roles) = roles else { return Err(Error::field("", "Check what you entered.")) };
    Ok(Typed { name, roles, email_attribute })
}

/// The provider that an owner describes, and the address that the description came from.
async fn provider(db: &Db, federation: &Federation, text: &str) -> Result<(IdentityProvider, String), Error> {
    let wrong = |what: String| Error::field("metadata", what);
    let text = text.trim();
    let is_address = !text.starts_with('<') && !text.starts_with('\u{feff}');
    let fetched = if is_address { Some(fetch(federation, text).await.map_err(wrong)?) } else { None };
    let found = parse_metadata(fetched.as_deref().unwrap_or(text), federation.providers.reach(), db.clock().now())
        .map_err(|problem| wrong(problem.to_string()))?;
    Ok((found, if is_address { text.to_owned() } else { String::new() }))
}

pub(crate) async fn fetch(federation: &Federation, address: &str) -> Result<String, String> {
    if address.len() > 500 {
        return Err("Enter an address in 500 characters or fewer, or paste the metadata itself".to_owned());
    }
    let answer = federation.providers.fetcher().get(address, None).await.map_err(|error| error.to_string())?;
    if !answer.status.is_success() {
        return Err(format!("{address} answers with the status {}", answer.status.as_u16()));
    }
    String::from_utf8(answer.body).map_err(|_| MetadataProblem::NotXml.to_string())
}

/// Makes a SAML connection, switched off, or changes one. Where the provider itself changes (its entity id, or all of its
/// certificates at once), it is switched off and forgets whom the old one knew. Our key stays as long as the connection.
///
/// # Errors
/// [`Error::Invalid`]; else as [`crate::connections::page`].
pub async fn save(
    db: &Db,
    federation: &Federation,
    actor: &Actor,
    slug: &str,
    id: Option<ConnectionId>,
    fields: &SamlFields,
) -> OpResult<ConnectionId> {
    let mut tx = db.begin(actor).await?;
    let mine = found(&mut tx, actor, slug, Action::ManageSignOn).await?;
    let before = match id {
        Some(id) => Some(kept_saml(&mut tx, &mine, id).await?),
        None => None,
    };
    drop(tx);
    let typed = parse(fields, &mine.kind, before.is_none())?;
    let (id, now) = (id.unwrap_or_else(|| db.id()), db.clock().now());
    // What takes time stands outside of a transaction: another's server, and a new key.
    let read = match fields.metadata.trim() {
        "" => None,
        text => Some(provider(db, federation, text).await?),
    };
    let made = match &before {
        Some(_) => None,
        None => Some(make_key(federation, id, now).await?),
    };
    let settings = settings(&typed, fields, before.as_ref(), read.as_ref(), made.as_ref(), now)?;
    let issuer = match (&read, &before) {
        (Some((provider, _)), _) => provider.entity_id.clone(),
        (None, Some((kept, _))) => kept.connection.issuer.clone(),
        (None, None) => return Err(Error::NotFound.into()),
    };
    let new = NewConnection {
        kind: Kind::Saml,
        name: typed.name,
        issuer,
        client_id: entity_id(federation, id),
        auth_method: AuthMethod::Certificate,
        secret: None,
        // OpenID Connect's alone.
        scopes: String::new(),
        tenants: Vec::new(),
        roles: typed.roles,
        jit: fields.jit,
    };
    write(db, actor, slug, id, before, &new, &settings, made.map(|made| made.sealed)).await?;
    Ok(id)
}

/// A SAML connection of the organisation, for its owner.
async fn kept_saml(tx: &mut guildhall_db::Tx, mine: &Found, id: ConnectionId) -> OpResult<(Kept, SamlSettings)> {
    let kept = own(tx, mine, id).await?;
    let settings = store::find(tx, id).await?.ok_or(Error::NotFound)?;
    Ok((kept, settings))
}

/// A new key of ours.
struct Made {
    sealed: Vec<u8>,
    certificate: Vec<u8>,
}

async fn make_key(federation: &Federation, id: ConnectionId, now: chrono::DateTime<chrono::Utc>) -> OpResult<Made> {
    let (sealer, name) = (federation.sealer.clone(), entity_id(federation, id));
    let made = tokio::task::spawn_blocking(move || {
        let (key, certificate) = OurKey::generate(&name, now)?;
        let sealed = sealer.seal(&place(id), key.to_bytes())?;
        Ok::<_, anyhow::Error>(Made { sealed, certificate })
    });
    made.await.map_err(|error| OpError::Other(error.into()))?.map_err(OpError::Other)
}

fn settings(
    typed: &Typed,
    fields: &SamlFields,
    before: Option<&(Kept, SamlSettings)>,
    read: Option<&(IdentityProvider, String)>,
    made: Option<&Made>,
    now: chrono::DateTime<chrono::Utc>,
) -> OpResult<SamlSettings> {
    let before = before.map(|(_, settings)| settings);
    let ours = made.map(|made| made.certificate.clone()).or_else(|| before.map(|kept| kept.our_certificate.clone()));
    let our_certificate = ours.ok_or(Error::NotFound)?;
    let kept = match (read, before) {
        (Some((provider, address)), _) => SamlSettings {
            metadata_url: address.clone(),
            sign_on_url: provider.sign_on_url.clone(),
            certificates: provider.certificates.iter().map(|one| one.der().to_vec()).collect(),
            valid_until: provider.valid_until,
            wants_signed: provider.wants_signed,
            email_attribute: String::new(),
            idp_initiated: false,
            our_certificate,
            read_at: now,
            refused_at: None,
            refused_why: None,
            read_failed_at: None,
            read_failed_why: None,
        },
        (None, Some(kept)) => kept.clone(),
        (None, None) => {
            return Err(Error::field("metadata", "Paste the provider’s metadata, or enter its address").into());
        }
    };
    Ok(SamlSettings { email_attribute: typed.email_attribute.clone(), idp_initiated: fields.idp_initiated, ..kept })
}

#[expect(clippy::too_many_arguments, reason = "one write of everything that makes a connection")]
async fn write(
    db: &Db,
    actor: &Actor,
    slug: &str,
    id: ConnectionId,
    before: Option<(Kept, SamlSettings)>,
    new: &NewConnection,
    settings: &SamlSettings,
    sealed: Option<Vec<u8>>,
) -> OpResult<()> {
    let mut tx = db.begin(actor).await?;
    let mine = found(&mut tx, actor, slug, Action::ManageSignOn).await?;
    let event = Event::new("sign_on.connection_saved", "sso_connection", id).after(json!({
        "name": new.name, "issuer": new.issuer, "kind": "saml", "default_role": new.roles.otherwise,
        "idp_initiated": settings.idp_initiated, "certificates": settings.certificates.len(),
    }));
    tell(&mut tx, actor, mine.id, event).await?;
    match (before, sealed) {
        (None, Some(sealed)) => {
            let secret = SealedSecret { sealed, public_jwk: None };
            connections::insert(&mut tx, id, mine.id, new, &secret, db.clock().now()).await?;
            store::put(&mut tx, id, settings).await?;
        }
        (Some((before, old)), _) => {
            // A name is anybody's to claim: whoever signs with none of the keys of before is another provider.
            let is_same = before.connection.issuer == new.issuer
                && settings.certificates.iter().any(|der| old.certificates.contains(der));
            connections::update(&mut tx, id, new, None, is_same, db.clock().now()).await?;
            store::put(&mut tx, id, settings).await?;
            if !is_same {
                tx.commit().await?;
                // Links are the program's own rows.
                tx = db.begin(&Actor::System("connection-changed")).await?;
                people::unlink_all(&mut tx, id).await?;
            }
        }
        (None, None) => return Err(Error::NotFound.into()),
    }
    tx.commit().await?;
    Ok(())
}

/// Looks at everything that can be looked at without a person.
pub(crate) async fn probe(db: &Db, federation: &Federation, kept: &Kept) -> OpResult<Vec<TestStep>> {
    let id = kept.connection.id;
    let mut tx = db.begin(&Actor::System("saml-test")).await?;
    let settings = store::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    drop(tx);
    let now = db.clock().now();
    Ok(vec![
        description(federation, kept, &settings, now).await,
        usable_certificates(&settings, now),
        sign_in_page(db, federation, kept, &settings).await?,
    ])
}

async fn description(
    federation: &Federation,
    kept: &Kept,
    settings: &SamlSettings,
    now: chrono::DateTime<chrono::Utc>,
) -> TestStep {
    let what = "The provider’s metadata is current";
    if settings.valid_until.is_some_and(|end| end <= now) {
        return failed(
            what,
            "It has run out. Ask the provider for its current metadata, and save the connection with it.",
        );
    }
    if settings.metadata_url.is_empty() {
        return passed(what, "It was pasted, so only the provider knows. Paste it again when its certificate changes.");
    }
    let text = match fetch(federation, &settings.metadata_url).await {
        Ok(text) => text,
        Err(problem) => return failed(what, format!("{problem}.")),
    };
    match parse_metadata(&text, federation.providers.reach(), now) {
        Err(problem) => failed(what, format!("{problem}.")),
        Ok(found) if found.entity_id != kept.connection.issuer => failed(
            what,
            format!("It now describes {}, another provider. Save the connection to use that.", found.entity_id),
        ),
        Ok(found) => {
            let now_there: Vec<&[u8]> = found.certificates.iter().map(Certificate::der).collect();
            let as_kept = now_there.len() == settings.certificates.len()
                && settings.certificates.iter().all(|der| now_there.contains(&der.as_slice()))
                && found.sign_on_url == settings.sign_on_url;
            if as_kept {
                passed(what, format!("It is {}.", found.entity_id))
            } else {
                failed(
                    what,
                    "Its certificates or its address have changed. They are read anew every night; save the connection to take them now.",
                )
            }
        }
    }
}

fn usable_certificates(settings: &SamlSettings, now: chrono::DateTime<chrono::Utc>) -> TestStep {
    let what = "Its certificates can be used";
    let all = certificates(settings);
    let told: Vec<String> =
        all.iter().map(|one| format!("{}, until {}", one.kind(), one.expires_at().format("%-d %B %Y"))).collect();
    if all.is_empty() {
        failed(what, "There is none that we can use.")
    } else if all.iter().all(|one| one.expires_at() <= now) {
        failed(what, format!("All of them have run out: {}. Ask the provider for a new one.", told.join("; ")))
    } else {
        passed(what, format!("{}.", told.join("; ")))
    }
}

/// Asks as a browser would, without one.
async fn sign_in_page(db: &Db, federation: &Federation, kept: &Kept, settings: &SamlSettings) -> OpResult<TestStep> {
    let what = "Its sign-in page answers";
    let key = if settings.wants_signed { Some(our_key(federation, kept)?) } else { None };
    let (request, _) = guildhall_kernel::token::issue(db.chance());
    let id = kept.connection.id;
    let request = SamlRequest { id: &format!("_{request}"), forces: false, now: db.clock().now() };
    let Some(url) = ask(federation, id, settings, key.as_ref(), request) else {
        return Ok(failed(what, "Its sign-in address is no address."));
    };
    let Ok(answer) = federation.providers.fetcher().get(&url, None).await else {
        // Not the whole address: it holds the request, which says nothing to anybody.
        return Ok(failed(what, format!("{} does not answer.", settings.sign_on_url)));
    };
    let status = answer.status.as_u16();
    Ok(if answer.status.is_server_error() {
        failed(what, format!("It answers with an error of its own, {status}."))
    } else if answer.status.is_client_error() {
        let ours = entity_id(federation, id);
        failed(what, format!("It refuses our request with {status}. Give it our metadata: {ours}"))
    } else {
        passed(what, "It would let people sign in. Whether its answer fits only signing in can tell.")
    })
}
