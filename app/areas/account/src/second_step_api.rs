//! Server functions of the second step of signing in, and of signing in by passkey alone.

use guildhall_types::{
    Error,
    factors::{Ceremony, SecondStepView},
};
use leptos::{server, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
mod ssr {
    pub(super) use guildhall_host::{redirect, told};
    pub(super) use guildhall_identity::factors;

    pub(super) use crate::api::ssr::{desk, own_path, pending, welcome, with_next};
}

/// What the second step offers; nothing when none is under way in this browser.
#[server(name = ReadSecondStep, prefix = "/api/fn", endpoint = "account/second-step", input = GetUrl)]
pub async fn read_second_step() -> Result<Option<SecondStepView>, Error> {
    let desk = ssr::desk()?;
    ssr::factors::second_step(&desk.db, &desk.factors, &ssr::pending()).await.map_err(ssr::told)
}

/// Finishes signing in by a code.
#[server(name = SignInWithCode, prefix = "/api/fn", endpoint = "account/sign-in-with-code")]
pub async fn sign_in_with_code(#[server(default)] code: String, #[server(default)] next: String) -> Result<(), Error> {
    let desk = ssr::desk()?;
    let token = ssr::pending();
    let session = ssr::factors::sign_in_with_code(&desk.db, &desk.factors, &desk.throttle, &desk.client, &token, &code)
        .await
        .map_err(ssr::told)?;
    ssr::welcome(&desk, &session, &next).await
}

/// What the authenticator is asked in the second step.
#[server(name = StartSecondStep, prefix = "/api/fn", endpoint = "account/start-second-step")]
pub async fn start_second_step() -> Result<Ceremony, Error> {
    let desk = ssr::desk()?;
    let token = ssr::pending();
    ssr::factors::start_second_step_by_passkey(&desk.db, &desk.factors, &token).await.map_err(ssr::told)
}

/// Finishes signing in by a passkey, after the password.
#[server(name = FinishSecondStep, prefix = "/api/fn", endpoint = "account/finish-second-step")]
pub async fn finish_second_step(
    #[server(default)] token: String,
    #[server(default)] credential: String,
    #[server(default)] next: String,
) -> Result<(), Error> {
    let desk = ssr::desk()?;
    let pending = ssr::pending();
    let session = ssr::factors::finish_second_step_by_passkey(
        &desk.db,
        &desk.factors,
        &desk.client,
        &pending,
        &token,
        &credential,
    )
    .await
    .map_err(ssr::told)?;
    ssr::welcome(&desk, &session, &next).await
}

/// What the authenticator of whoever wants to sign in is asked.
#[server(name = StartPasskeySignIn, prefix = "/api/fn", endpoint = "account/start-passkey-sign-in")]
pub async fn start_passkey_sign_in() -> Result<Ceremony, Error> {
    let desk = ssr::desk()?;
    ssr::factors::start_passkey_sign_in(&desk.db, &desk.factors, &desk.throttle, &desk.client).await.map_err(ssr::told)
}

/// Signs in by passkey.
#[server(name = FinishPasskeySignIn, prefix = "/api/fn", endpoint = "account/finish-passkey-sign-in")]
pub async fn finish_passkey_sign_in(
    #[server(default)] token: String,
    #[server(default)] credential: String,
    #[server(default)] next: String,
) -> Result<(), Error> {
    let desk = ssr::desk()?;
    let session = ssr::factors::finish_passkey_sign_in(&desk.db, &desk.factors, &desk.client, &token, &credential)
        .await
        .map_err(ssr::told)?;
    ssr::welcome(&desk, &session, &next).await
}

/// Mails a code to somebody whose second factor is lost.
#[server(name = SendRemovalCode, prefix = "/api/fn", endpoint = "account/send-removal-code")]
pub async fn send_removal_code(#[server(default)] next: String) -> Result<(), Error> {
    let desk = ssr::desk()?;
    ssr::factors::send_removal_code(&desk.db, &desk.throttle, &desk.client, &ssr::pending())
        .await
        .map_err(ssr::told)?;
    ssr::redirect(&ssr::with_next("/sign-in/lost", ssr::own_path(&next, "")));
    Ok(())
}

/// Asks for the removal of a lost second factor by the mailed code.
#[server(name = AskForRemoval, prefix = "/api/fn", endpoint = "account/ask-for-removal")]
pub async fn ask_for_removal(#[server(default)] mail_code: String) -> Result<(), Error> {
    let desk = ssr::desk()?;
    ssr::factors::ask_for_removal(&desk.db, &desk.factors, &ssr::pending(), &mail_code).await.map_err(ssr::told)?;
    ssr::redirect("/sign-in?done=removal");
    Ok(())
}

/// Says no to the removal by the link that was mailed.
#[server(name = KeepFactorsByLink, prefix = "/api/fn", endpoint = "account/keep-factors-by-link")]
pub async fn keep_factors_by_link(#[server(default)] token: String) -> Result<(), Error> {
    ssr::factors::keep_factors_by_link(&guildhall_host::db()?, &token).await.map_err(ssr::told)?;
    ssr::redirect("/sign-in/keep-second-factor?done=kept");
    Ok(())
}
