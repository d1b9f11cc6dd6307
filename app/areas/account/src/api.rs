//! The area's server functions. Those that sign in or send mail answer with a redirect, so that a plain form and a script
//! end at the same page.

use guildhall_types::{
    Error, SessionId,
    account::{AccountView, SessionView},
};
use leptos::{server, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
pub(crate) mod ssr {
    use guildhall_db::Db;
    use guildhall_identity::{
        Client, Factors, NewSession, Passwords, Signed, Throttle, Tokens,
        cookie::Cookie,
        factors::{self, PendingSignIn},
    };
    use guildhall_types::Error;
    use http::header::SET_COOKIE;

    pub(crate) use guildhall_host::{actor, redirect, told};
    pub(crate) use guildhall_identity::policy::{own_path, with_next};

    /// What the ops work with.
    pub(crate) struct Desk {
        pub(crate) db: Db,
        pub(crate) passwords: Passwords,
        pub(crate) throttle: Throttle,
        pub(crate) client: Client,
        pub(crate) factors: Factors,
    }

    pub(crate) fn desk() -> Result<Desk, Error> {
        let info = guildhall_host::request_info();
        let session = actor().user().ok().map(|user| user.session);
        let cookies = guildhall_host::header(&http::header::COOKIE).unwrap_or_default();
        let link = guildhall_federation::flow::link_token(&cookies, info.secure_cookies);
        let link = link.and_then(guildhall_kernel::token::hash);
        let client = Client { address: info.address, user_agent: info.user_agent, session, link };
        Ok(Desk {
            db: guildhall_host::db()?,
            passwords: guildhall_host::service()?,
            throttle: guildhall_host::service()?,
            client,
            factors: guildhall_host::service()?,
        })
    }

    /// Signs the browser in.
    pub(super) async fn set_session(session: &NewSession) -> Result<(), Error> {
        set_access(&session.signed).await?;
        let secure = guildhall_host::request_info().secure_cookies;
        guildhall_host::append_header(SET_COOKIE, &Cookie::Refresh.set(&session.refresh_token, secure));
        Ok(())
    }

    /// Hands out an access token that says what holds now of who is signed in.
    pub(super) async fn set_access(signed: &Signed) -> Result<(), Error> {
        let tokens: Tokens = guildhall_host::service()?;
        let access = tokens.issue(signed).await.map_err(told)?;
        let secure = guildhall_host::request_info().secure_cookies;
        guildhall_host::append_header(SET_COOKIE, &Cookie::Access.set(&access, secure));
        Ok(())
    }

    /// As [`set_access`], after something about the person was changed: the next page knows of it.
    pub(crate) async fn renew_access() -> Result<(), Error> {
        let session = actor().user()?.session;
        let signed = guildhall_identity::session_actor(&guildhall_host::db()?, session).await.map_err(told)?;
        match signed {
            Some(signed) => set_access(&signed).await,
            None => Ok(()),
        }
    }

    /// Signed in: on to where the person wanted to go, or first to where a second factor is set up if their role asks for one.
    pub(crate) async fn welcome(desk: &Desk, session: &NewSession, next: &str) -> Result<(), Error> {
        set_session(session).await?;
        let secure = guildhall_host::request_info().secure_cookies;
        guildhall_host::append_header(SET_COOKIE, &Cookie::Pending.clear(secure));
        let must =
            factors::must_set_up_after_sign_in(&desk.db, &desk.factors, session.user()).await.map_err(self::told)?;
        redirect(if must { "/account/security" } else { own_path(next, "/learn") });
        Ok(())
    }

    /// The password was right: on to the second step.
    pub(crate) fn second_step(pending: &PendingSignIn, next: &str) {
        let secure = guildhall_host::request_info().secure_cookies;
        guildhall_host::append_header(SET_COOKIE, &Cookie::Pending.set(&pending.token, secure));
        redirect(&with_next("/sign-in/code", own_path(next, "")));
    }

    /// The token of the second step, from its cookie.
    pub(crate) fn pending() -> String {
        let secure = guildhall_host::request_info().secure_cookies;
        let cookies = guildhall_host::header(&http::header::COOKIE).unwrap_or_default();
        Cookie::Pending.read(&cookies, secure).unwrap_or_default().to_owned()
    }

    /// Lets the next page say where a mail went, for a quarter of an hour.
    pub(crate) fn remember_address(email: &str) {
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
    #[server(default)] agree: bool,
    #[server(default)] versions: String,
) -> Result<(), Error> {
    let desk = ssr::desk()?;
    let form = guildhall_identity::SignUp {
        name: &name,
        email: &email,
        password: &password,
        next: &next,
        agreed: agree,
        versions: &versions,
    };
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
    let signed_in =
        guildhall_identity::sign_in(&desk.db, &desk.passwords, &desk.throttle, &desk.client, &email, &password)
            .await
            .map_err(|error| ssr::told(error).with_entered(&[("email", &email)]))?;
    match signed_in {
        guildhall_identity::SignedIn::Session(session) => ssr::welcome(&desk, &session, &next).await?,
        guildhall_identity::SignedIn::SecondStep(pending) => ssr::second_step(&pending, &next),
    }
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
    ssr::renew_access().await?;
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

/// Where one is signed in.
#[server(name = ReadSessions, prefix = "/api/fn", endpoint = "account/sessions", input = GetUrl)]
pub async fn read_sessions() -> Result<Vec<SessionView>, Error> {
    guildhall_identity::sessions(&guildhall_host::db()?, &ssr::actor()).await.map_err(ssr::told)
}

/// Proves again who one is, and goes on to what asked for it.
#[server(name = Reauthenticate, prefix = "/api/fn", endpoint = "account/reauthenticate")]
pub async fn reauthenticate(
    #[server(default)] password: String,
    #[server(default)] code: String,
    #[server(default)] token: String,
    #[server(default)] credential: String,
    #[server(default)] next: String,
) -> Result<(), Error> {
    let ssr::Desk { db, passwords, throttle, client, factors } = ssr::desk()?;
    let proof = guildhall_identity::Proof::of_form(&password, &code, &token, &credential);
    let signed =
        guildhall_identity::reauthenticate(&db, &passwords, &factors, &throttle, &client, &ssr::actor(), proof)
            .await
            .map_err(ssr::told)?;
    ssr::set_access(&signed).await?;
    ssr::redirect(ssr::own_path(&next, "/account"));
    Ok(())
}

/// Signs one of one's browsers out.
#[server(name = EndSession, prefix = "/api/fn", endpoint = "account/end-session")]
pub async fn end_session(session: SessionId) -> Result<(), Error> {
    guildhall_identity::end_session(&guildhall_host::db()?, &ssr::actor(), session).await.map_err(ssr::told)?;
    ssr::redirect("/account/sessions?done=session");
    Ok(())
}

/// Signs all of one's other browsers out.
#[server(name = EndOtherSessions, prefix = "/api/fn", endpoint = "account/end-other-sessions")]
pub async fn end_other_sessions() -> Result<(), Error> {
    guildhall_identity::end_other_sessions(&guildhall_host::db()?, &ssr::actor()).await.map_err(ssr::told)?;
    ssr::redirect("/account/sessions?done=sessions");
    Ok(())
}
