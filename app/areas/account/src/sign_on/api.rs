//! Server functions of single sign-on.

use guildhall_types::{
    Error, ScimTokenId,
    federation::{ConnectionFields, PendingLink, SamlFields, SignOnLink, SignOnPage},
};
use leptos::{server, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
mod ssr {
    use guildhall_federation::Federation;
    use guildhall_types::{ConnectionId, Error};
    use http::header::{COOKIE, SET_COOKIE};

    pub(super) use guildhall_federation::{
        connections,
        flow::{self, Notice},
        saml_connections,
    };
    pub(super) use guildhall_host::{actor, db, redirect, told};

    pub(super) fn federation() -> Result<Federation, Error> {
        guildhall_host::service()
    }

    pub(super) fn id(text: &str) -> Result<ConnectionId, Error> {
        text.parse().map_err(|_| Error::NotFound)
    }

    pub(super) fn secure() -> bool {
        guildhall_host::request_info().secure_cookies
    }

    pub(super) fn set_cookie(cookie: &str) {
        guildhall_host::append_header(SET_COOKIE, cookie);
    }

    /// The token of a link that waits in this browser; empty when none does.
    pub(super) fn link_token() -> String {
        let cookies = guildhall_host::header(&COOKIE).unwrap_or_default();
        flow::link_token(&cookies, secure()).unwrap_or_default().to_owned()
    }

    pub(super) fn place(slug: &str, rest: &str) -> String {
        let plain = slug.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let slug = if plain { slug } else { "" };
        format!("/account/organizations/{slug}/sign-on{rest}")
    }
}

/// How an organisation's people sign in, for its owner.
#[server(name = ReadSignOn, prefix = "/api/fn", endpoint = "organizations/sign-on", input = GetUrl)]
pub async fn read_sign_on(slug: String) -> Result<SignOnPage, Error> {
    ssr::connections::page(&ssr::db()?, &ssr::federation()?, &ssr::actor(), &slug).await.map_err(ssr::told)
}

/// Makes or changes a connection.
#[server(name = SaveConnection, prefix = "/api/fn", endpoint = "organizations/save-connection")]
pub async fn save_connection(
    slug: String,
    #[server(default)] id: String,
    #[server(default)] secret: String,
    #[server(default)] fields: ConnectionFields,
    #[server(default)] jit: bool,
) -> Result<(), Error> {
    let before = if id.is_empty() { None } else { Some(ssr::id(&id)?) };
    let fields = ConnectionFields { jit, ..fields };
    let saved =
        ssr::connections::save(&ssr::db()?, &ssr::federation()?, &ssr::actor(), &slug, before, &fields, &secret)
            .await
            .map_err(|error| super::form::echo(ssr::told(error), &fields))?;
    ssr::redirect(&ssr::place(&slug, &format!("/{saved}?done=saved")));
    Ok(())
}

/// Makes or changes a SAML connection.
#[server(name = SaveSamlConnection, prefix = "/api/fn", endpoint = "organizations/save-saml-connection")]
pub async fn save_saml_connection(
    slug: String,
    #[server(default)] id: String,
    #[server(default)] fields: SamlFields,
    #[server(default)] jit: bool,
    #[server(default)] idp_initiated: bool,
) -> Result<(), Error> {
    let before = if id.is_empty() { None } else { Some(ssr::id(&id)?) };
    let fields = SamlFields { jit, idp_initiated, ..fields };
    let saved = ssr::saml_connections::save(&ssr::db()?, &ssr::federation()?, &ssr::actor(), &slug, before, &fields)
        .await
        .map_err(|error| super::saml::echo(ssr::told(error), &fields))?;
    ssr::redirect(&ssr::place(&slug, &format!("/{saved}?done=saved")));
    Ok(())
}

/// Switches a connection on or off, and makes it the only way in.
#[server(name = SwitchConnection, prefix = "/api/fn", endpoint = "organizations/switch-connection")]
pub async fn switch_connection(
    slug: String,
    id: String,
    #[server(default)] enabled: bool,
    #[server(default)] enforced: bool,
) -> Result<(), Error> {
    let connection = ssr::id(&id)?;
    ssr::connections::switch(&ssr::db()?, &ssr::actor(), &slug, connection, enabled, enforced)
        .await
        .map_err(ssr::told)?;
    ssr::redirect(&ssr::place(&slug, &format!("/{connection}?done=switched")));
    Ok(())
}

/// Tests a connection; what was found stands on its page.
#[server(name = TestConnection, prefix = "/api/fn", endpoint = "organizations/test-connection")]
pub async fn test_connection(slug: String, id: String) -> Result<(), Error> {
    let connection = ssr::id(&id)?;
    ssr::connections::try_connection(&ssr::db()?, &ssr::federation()?, &ssr::actor(), &slug, connection)
        .await
        .map_err(ssr::told)?;
    ssr::redirect(&ssr::place(&slug, &format!("/{connection}?done=tested")));
    Ok(())
}

/// Removes a connection.
#[server(name = RemoveConnection, prefix = "/api/fn", endpoint = "organizations/remove-connection")]
pub async fn remove_connection(slug: String, id: String) -> Result<(), Error> {
    ssr::connections::remove(&ssr::db()?, &ssr::actor(), &slug, ssr::id(&id)?).await.map_err(ssr::told)?;
    ssr::redirect(&ssr::place(&slug, "?done=removed"));
    Ok(())
}

/// Makes a token for provisioning; the next page shows it, once.
#[server(name = MakeScimToken, prefix = "/api/fn", endpoint = "organizations/make-scim-token")]
pub async fn make_scim_token(slug: String, #[server(default)] token_name: String) -> Result<(), Error> {
    let token = ssr::connections::make_scim_token(&ssr::db()?, &ssr::actor(), &slug, &token_name)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("token_name", &token_name)]))?;
    ssr::set_cookie(&ssr::Notice::ScimToken.set(&token, ssr::secure()));
    ssr::redirect(&ssr::place(&slug, "?done=token"));
    Ok(())
}

/// Ends a token for provisioning.
#[server(name = RevokeScimToken, prefix = "/api/fn", endpoint = "organizations/revoke-scim-token")]
pub async fn revoke_scim_token(slug: String, id: ScimTokenId) -> Result<(), Error> {
    ssr::connections::revoke_scim_token(&ssr::db()?, &ssr::actor(), &slug, id).await.map_err(ssr::told)?;
    ssr::redirect(&ssr::place(&slug, "?done=revoked"));
    Ok(())
}

/// Leads to the provider of somebody's organisation, by their work address.
#[server(name = StartSignOn, prefix = "/api/fn", endpoint = "account/start-sign-on")]
pub async fn start_sign_on(#[server(default)] email: String, #[server(default)] next: String) -> Result<(), Error> {
    let connection = ssr::flow::connection_for_email(&ssr::db()?, &email)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("email", &email)]))?;
    ssr::set_cookie(&ssr::Notice::Hint.set(&email, ssr::secure()));
    let next = guildhall_identity::policy::own_path(&next, "");
    ssr::redirect(&guildhall_identity::policy::with_next(&format!("/sign-in/organization?to={connection}"), next));
    Ok(())
}

/// The link that waits in this browser for its account's owner.
#[server(name = ReadPendingLink, prefix = "/api/fn", endpoint = "account/pending-link", input = GetUrl)]
pub async fn read_pending_link() -> Result<Option<PendingLink>, Error> {
    ssr::flow::pending_link(&ssr::db()?, &ssr::actor(), &ssr::link_token()).await.map_err(ssr::told)
}

/// Links the account that is signed in.
#[server(name = FinishLink, prefix = "/api/fn", endpoint = "account/finish-link")]
pub async fn finish_link() -> Result<(), Error> {
    let next = ssr::flow::finish_link(&ssr::db()?, &ssr::actor(), &ssr::link_token()).await.map_err(ssr::told)?;
    ssr::set_cookie(&ssr::flow::clear_link(ssr::secure()));
    crate::api::ssr::renew_access().await?;
    ssr::redirect(guildhall_identity::policy::own_path(&next, "/learn"));
    Ok(())
}

/// The organisations that can sign one in to one's own account.
#[server(name = ReadSignOnLinks, prefix = "/api/fn", endpoint = "account/sign-on-links", input = GetUrl)]
pub async fn read_sign_on_links() -> Result<Vec<SignOnLink>, Error> {
    ssr::flow::own_links(&ssr::db()?, &ssr::actor()).await.map_err(ssr::told)
}

/// Unlinks one's own account from an organisation's sign-in.
#[server(name = UnlinkSignOn, prefix = "/api/fn", endpoint = "account/unlink-sign-on")]
pub async fn unlink_sign_on(#[server(default)] id: String) -> Result<(), Error> {
    ssr::flow::unlink(&ssr::db()?, &ssr::actor(), ssr::id(&id)?).await.map_err(ssr::told)?;
    ssr::redirect("/account/security?done=unlinked");
    Ok(())
}
