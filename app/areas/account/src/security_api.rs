//! Server functions on one's own second factors.

use guildhall_types::{
    Error, PasskeyId,
    factors::{Ceremony, RecoveryCodesView, SecurityView, TotpView},
};
use leptos::{server, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
mod ssr {
    pub(super) use guildhall_host::{actor, redirect, told};
    pub(super) use guildhall_identity::factors;
    use guildhall_identity::factors::PasswordProof;

    pub(super) use crate::api::ssr::{Desk, desk};

    /// The password of a form, with what checks it.
    pub(super) fn proof<'a>(desk: &'a Desk, password: &'a str) -> PasswordProof<'a> {
        PasswordProof { passwords: &desk.passwords, throttle: &desk.throttle, client: &desk.client, password }
    }
}

/// How one's account is protected.
#[server(name = ReadSecurity, prefix = "/api/fn", endpoint = "account/security", input = GetUrl)]
pub async fn read_security() -> Result<SecurityView, Error> {
    let desk = ssr::desk()?;
    ssr::factors::security(&desk.db, &desk.factors, &ssr::actor()).await.map_err(ssr::told)
}

/// Where the set-up of an authenticator app stands.
#[server(name = ReadTotp, prefix = "/api/fn", endpoint = "account/totp", input = GetUrl)]
pub async fn read_totp() -> Result<TotpView, Error> {
    let desk = ssr::desk()?;
    ssr::factors::read_totp(&desk.db, &desk.factors, &ssr::actor()).await.map_err(ssr::told)
}

/// Begins to set up an authenticator app.
#[server(name = StartTotp, prefix = "/api/fn", endpoint = "account/start-totp")]
pub async fn start_totp(#[server(default)] password: String) -> Result<(), Error> {
    let desk = ssr::desk()?;
    let proof = ssr::proof(&desk, &password);
    ssr::factors::start_totp(&desk.db, &desk.factors, &ssr::actor(), &proof).await.map_err(ssr::told)?;
    ssr::redirect("/account/security/totp");
    Ok(())
}

/// Confirms the app by its first code.
#[server(name = ConfirmTotp, prefix = "/api/fn", endpoint = "account/confirm-totp")]
pub async fn confirm_totp(#[server(default)] code: String) -> Result<(), Error> {
    let desk = ssr::desk()?;
    ssr::factors::confirm_totp(&desk.db, &desk.factors, &ssr::actor(), &code).await.map_err(ssr::told)?;
    ssr::redirect("/account/security/recovery-codes?done=totp");
    Ok(())
}

/// Removes the authenticator app.
#[server(name = RemoveTotp, prefix = "/api/fn", endpoint = "account/remove-totp")]
pub async fn remove_totp(#[server(default)] password: String) -> Result<(), Error> {
    let desk = ssr::desk()?;
    let proof = ssr::proof(&desk, &password);
    ssr::factors::remove_totp(&desk.db, &desk.factors, &ssr::actor(), &proof).await.map_err(ssr::told)?;
    ssr::redirect("/account/security?done=totp-removed");
    Ok(())
}

/// One's recovery codes, in full while they are new.
#[server(name = ReadRecoveryCodes, prefix = "/api/fn", endpoint = "account/recovery-codes", input = GetUrl)]
pub async fn read_recovery_codes() -> Result<RecoveryCodesView, Error> {
    let desk = ssr::desk()?;
    ssr::factors::read_recovery_codes(&desk.db, &desk.factors, &ssr::actor()).await.map_err(ssr::told)
}

/// Makes new recovery codes.
#[server(name = MakeRecoveryCodes, prefix = "/api/fn", endpoint = "account/make-recovery-codes")]
pub async fn make_recovery_codes(#[server(default)] password: String) -> Result<(), Error> {
    let desk = ssr::desk()?;
    let proof = ssr::proof(&desk, &password);
    ssr::factors::make_recovery_codes(&desk.db, &desk.factors, &ssr::actor(), &proof).await.map_err(ssr::told)?;
    ssr::redirect("/account/security/recovery-codes");
    Ok(())
}

/// The codes are kept: they are not shown again.
#[server(name = KeepRecoveryCodes, prefix = "/api/fn", endpoint = "account/keep-recovery-codes")]
pub async fn keep_recovery_codes() -> Result<(), Error> {
    ssr::factors::keep_recovery_codes(&guildhall_host::db()?, &ssr::actor()).await.map_err(ssr::told)?;
    ssr::redirect("/account/security?done=codes-kept");
    Ok(())
}

/// What the browser is to make a passkey of.
#[server(name = StartPasskey, prefix = "/api/fn", endpoint = "account/start-passkey")]
pub async fn start_passkey(
    #[server(default)] password: String,
    #[server(default)] name: String,
) -> Result<Ceremony, Error> {
    let desk = ssr::desk()?;
    let proof = ssr::proof(&desk, &password);
    ssr::factors::start_passkey(&desk.db, &desk.factors, &ssr::actor(), &proof, &name).await.map_err(ssr::told)
}

/// Takes the passkey that the browser made.
#[server(name = FinishPasskey, prefix = "/api/fn", endpoint = "account/finish-passkey")]
pub async fn finish_passkey(
    #[server(default)] token: String,
    #[server(default)] credential: String,
    #[server(default)] name: String,
) -> Result<(), Error> {
    let desk = ssr::desk()?;
    let actor = ssr::actor();
    let before = ssr::factors::security(&desk.db, &desk.factors, &actor).await.map_err(ssr::told)?;
    ssr::factors::finish_passkey(&desk.db, &desk.factors, &actor, &token, &credential, &name)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("name", &name)]))?;
    ssr::redirect(if before.recovery_codes_left.is_none() {
        "/account/security/recovery-codes?done=passkey"
    } else {
        "/account/security?done=passkey"
    });
    Ok(())
}

/// Calls a passkey something else.
#[server(name = RenamePasskey, prefix = "/api/fn", endpoint = "account/rename-passkey")]
pub async fn rename_passkey(id: PasskeyId, #[server(default)] name: String) -> Result<(), Error> {
    ssr::factors::rename_passkey(&guildhall_host::db()?, &ssr::actor(), id, &name)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("id", &id.to_string()), ("name", &name)]))?;
    ssr::redirect("/account/security?done=passkey-renamed");
    Ok(())
}

/// Removes a passkey.
#[server(name = RemovePasskey, prefix = "/api/fn", endpoint = "account/remove-passkey")]
pub async fn remove_passkey(id: PasskeyId, #[server(default)] password: String) -> Result<(), Error> {
    let desk = ssr::desk()?;
    let proof = ssr::proof(&desk, &password);
    ssr::factors::remove_passkey(&desk.db, &desk.factors, &ssr::actor(), &proof, id)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("id", &id.to_string())]))?;
    ssr::redirect("/account/security?done=passkey-removed");
    Ok(())
}

/// Says no to the removal of one's second factor.
#[server(name = KeepFactors, prefix = "/api/fn", endpoint = "account/keep-factors")]
pub async fn keep_factors() -> Result<(), Error> {
    ssr::factors::keep_factors(&guildhall_host::db()?, &ssr::actor()).await.map_err(ssr::told)?;
    ssr::redirect("/account/security?done=kept");
    Ok(())
}

/// What the authenticator of somebody signed in is asked before something weighty.
#[server(name = StartProof, prefix = "/api/fn", endpoint = "account/start-proof")]
pub async fn start_proof() -> Result<Ceremony, Error> {
    let desk = ssr::desk()?;
    ssr::factors::start_proof(&desk.db, &desk.factors, &ssr::actor()).await.map_err(ssr::told)
}
