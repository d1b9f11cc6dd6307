//! The area's server functions. Those that sign in or send mail answer with a redirect, so that a plain form and a script
//! end at the same page.

use guildhall_types::{Error, SessionId, account::AccountView};
use leptos::{server, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
mod ssr {
    use guildhall_db::Db;
    use guildhall_identity::{Client, Passwords, Throttle, cookie};
    use guildhall_types::Error;
    use http::header::SET_COOKIE;

    pub(super) use guildhall_host::{actor, redirect, told};
    pub(super) use guildhall_identity::policy::{own_path, with_next};

    /// What the ops work with.
    pub(super) struct Desk {
        pub(super) db: Db,
        pub(super) passwords: Passwords,
        pub(super) throttle: Throttle,
        pub(super) client: Client,
    }

    pub(super) fn desk() -> Result<Desk, Error> {
        let info = guildhall_host::request_info();
        let session = actor().user().ok().map(|user| user.session);
        let client = Client { address: info.address, user_agent: info.user_agent, session };
        Ok(Desk {
            db: guildhall_host::db()?,
            passwords: guildhall_host::service()?,
            throttle: guildhall_host::service()?,
            client,
        })
    }

    pub(super) fn set_session(token: &str) {
        guildhall_host::append_header(SET_COOKIE, &cookie::set(token, guildhall_host::request_info().secure_cookies));
    }

    /// Whoever's organisation signs them in has no use for a password here. Depends on the address's domain, not on accounts.
    pub(super) async fn refuse_enforced(db: &Db, email: &str) -> Result<(), Error> {
        let cookies = guildhall_host::header(&http::header::COOKIE).unwrap_or_default();
        let link = guildhall_federation::flow::link_token(&cookies, guildhall_host::request_info().secure_cookies);
        match guildhall_federation::flow::enforced_connection(db, email, link).await.map_err(told)? {
            None => Ok(()),
            Some(enforced) => {
                let message = format!(
                    "People with this address sign in through {}. Use “Sign in through your organisation” below.",
                    enforced.organization
                );
                Err(guildhall_host::fail(Error::field("email", message)).with_entered(&[("email", email)]))
            }
        }
    }

    /// Lets the next page say where a mail went, for a quarter of an hour.
    pub(super) fn remember_address(email: &str) {
        // Only a parsed address comes this far: nothing in it can end the cookie.
        if let Ok(email) = guildhall_identity::EmailAddress::parse(email) {
            let flag = if guildhall_host::request_info().secure_cookies { "; Secure" } else { "" };
            let name = crate::pages::SENT_TO;
            guildhall_host::append_header(
                SET_COOKIE,
                &format!("{name}={email}; Path=/sign-up; Max-Age=900; HttpOnly; SameSite=Lax{flag}"),
            );
        }
    }
}

/// Creates an account, or tells its owner that there is one: by mail, either way.
#[server(name = SignUp, prefix = "/api/fn", endpoint = "account/sign-up")]
pub async fn sign_up(
    #[server(default)] name: String,
    #[server(default)] email: String,
    #[server(default)] password: String,
    #[server(default)] next: String,
) -> Result<(), Error> {
    let desk = ssr::desk()?;
    let form = guildhall_identity::SignUp { name: &name, email: &email, password: &password, next: &next };
    guildhall_identity::sign_up(&desk.db, &desk.passwords, &desk.throttle, &desk.client, form)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("name", &name), ("email", &email)]))?;
    ssr::remember_address(&email);
    ssr::redirect("/sign-up/check-your-email");
    Ok(())
}

/// Sends the confirming link again, where there is something to confirm.
#[server(name = ResendConfirmation, prefix = "/api/fn", endpoint = "account/resend-confirmation")]
pub async fn resend_confirmation(#[server(default)] email: String) -> Result<(), Error> {
    let desk = ssr::desk()?;
    guildhall_identity::resend_confirmation(&desk.db, &desk.throttle, &desk.client, &email)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("email", &email)]))?;
    ssr::remember_address(&email);
    ssr::redirect("/sign-up/check-your-email?sent=again");
    Ok(())
}

/// Confirms an address by the link that was sent to it.
#[server(name = ConfirmEmail, prefix = "/api/fn", endpoint = "account/confirm-email")]
pub async fn confirm_email(#[server(default)] token: String, #[server(default)] next: String) -> Result<(), Error> {
    guildhall_identity::confirm_email(&guildhall_host::db()?, &token).await.map_err(ssr::told)?;
    ssr::redirect(&ssr::with_next("/sign-in?done=confirmed", ssr::own_path(&next, "")));
    Ok(())
}

/// Signs in, and on to where the person wanted to go.
#[server(name = SignIn, prefix = "/api/fn", endpoint = "account/sign-in")]
pub async fn sign_in(
    #[server(default)] email: String,
    #[server(default)] password: String,
    #[server(default)] next: String,
) -> Result<(), Error> {
    let desk = ssr::desk()?;
    ssr::refuse_enforced(&desk.db, &email).await?;
    let session =
        guildhall_identity::sign_in(&desk.db, &desk.passwords, &desk.throttle, &desk.client, &email, &password)
            .await
            .map_err(|error| ssr::told(error).with_entered(&[("email", &email)]))?;
    ssr::set_session(&session.token);
    ssr::redirect(ssr::own_path(&next, "/learn"));
    Ok(())
}

/// Sends the link to choose a new password, where there is an account.
#[server(name = RequestReset, prefix = "/api/fn", endpoint = "account/request-reset")]
pub async fn request_reset(#[server(default)] email: String) -> Result<(), Error> {
    let desk = ssr::desk()?;
    guildhall_identity::request_reset(&desk.db, &desk.throttle, &desk.client, &email)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("email", &email)]))?;
    ssr::redirect("/forgotten-password?sent=yes");
    Ok(())
}

/// Sets a new password by the link that was sent.
#[server(name = ResetPassword, prefix = "/api/fn", endpoint = "account/reset-password")]
pub async fn reset_password(
    #[server(default)] token: String,
    #[server(default)] password: String,
) -> Result<(), Error> {
    let desk = ssr::desk()?;
    guildhall_identity::reset_password(&desk.db, &desk.passwords, &token, &password).await.map_err(ssr::told)?;
    ssr::redirect("/sign-in?done=password");
    Ok(())
}

/// One's own account.
#[server(name = ReadAccount, prefix = "/api/fn", endpoint = "account/read", input = GetUrl)]
pub async fn read_account() -> Result<AccountView, Error> {
    guildhall_identity::account(&guildhall_host::db()?, &ssr::actor()).await.map_err(ssr::told)
}

/// Changes one's name.
#[server(name = Rename, prefix = "/api/fn", endpoint = "account/rename")]
pub async fn rename(#[server(default)] name: String) -> Result<(), Error> {
    guildhall_identity::rename(&guildhall_host::db()?, &ssr::actor(), &name)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("name", &name)]))?;
    ssr::redirect("/account?done=name");
    Ok(())
}

/// Changes one's password.
#[server(name = ChangePassword, prefix = "/api/fn", endpoint = "account/change-password")]
pub async fn change_password(
    #[server(default)] current_password: String,
    #[server(default)] new_password: String,
) -> Result<(), Error> {
    let desk = ssr::desk()?;
    let actor = ssr::actor();
    guildhall_identity::change_password(
        &desk.db,
        &desk.passwords,
        &desk.throttle,
        &desk.client,
        &actor,
        &current_password,
        &new_password,
    )
    .await
    .map_err(ssr::told)?;
    ssr::redirect("/account?done=password");
    Ok(())
}

/// Signs one of one's browsers out.
#[server(name = EndSession, prefix = "/api/fn", endpoint = "account/end-session")]
pub async fn end_session(session: SessionId) -> Result<(), Error> {
    guildhall_identity::end_session(&guildhall_host::db()?, &ssr::actor(), session).await.map_err(ssr::told)?;
    ssr::redirect("/account?done=session");
    Ok(())
}

/// Signs all of one's other browsers out.
#[server(name = EndOtherSessions, prefix = "/api/fn", endpoint = "account/end-other-sessions")]
pub async fn end_other_sessions() -> Result<(), Error> {
    guildhall_identity::end_other_sessions(&guildhall_host::db()?, &ssr::actor()).await.map_err(ssr::told)?;
    ssr::redirect("/account?done=sessions");
    Ok(())
}
