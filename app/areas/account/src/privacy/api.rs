//! The server functions.

use guildhall_types::{
    Error,
    privacy::{Outstanding, PrivacyView, RegisterArea},
};
use leptos::{server, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
use guildhall_host::{actor, db, redirect, told};

/// The register of what is kept about people.
#[server(name = ReadRegister, prefix = "/api/fn", endpoint = "privacy/register", input = GetUrl)]
pub async fn read_register() -> Result<Vec<RegisterArea>, Error> {
    guildhall_privacy::register(&db()?).await.map_err(told)
}

/// What one agreed to, one's last copy, and whether one is going to be erased.
#[server(name = ReadPrivacy, prefix = "/api/fn", endpoint = "account/privacy", input = GetUrl)]
pub async fn read_privacy() -> Result<PrivacyView, Error> {
    guildhall_privacy::overview(&db()?, &actor()).await.map_err(told)
}

/// What one has not agreed to as it stands.
#[server(name = ReadOutstanding, prefix = "/api/fn", endpoint = "account/outstanding", input = GetUrl)]
pub async fn read_outstanding() -> Result<Vec<Outstanding>, Error> {
    guildhall_identity::consents::outstanding(&db()?, &actor()).await.map_err(told)
}

/// Agrees to what the page showed, and goes on to where one wanted to go.
#[server(name = Agree, prefix = "/api/fn", endpoint = "account/agree")]
pub async fn agree(
    #[server(default)] agree: bool,
    #[server(default)] versions: String,
    #[server(default)] next: String,
) -> Result<(), Error> {
    let versions: Vec<String> = versions.split(',').filter(|one| !one.is_empty()).map(str::to_owned).collect();
    guildhall_identity::consents::agree(&db()?, &actor(), agree, &versions).await.map_err(told)?;
    redirect(guildhall_identity::policy::own_path(&next, "/learn"));
    Ok(())
}

/// Asks for a copy of everything about oneself.
#[server(name = AskExport, prefix = "/api/fn", endpoint = "account/ask-export")]
pub async fn ask_export() -> Result<(), Error> {
    guildhall_privacy::ask_export(&db()?, &actor()).await.map_err(told)?;
    redirect("/account/privacy?done=export");
    Ok(())
}

/// Asks to be erased.
#[server(name = AskErasure, prefix = "/api/fn", endpoint = "account/ask-erasure")]
pub async fn ask_erasure(#[server(default)] understood: bool) -> Result<(), Error> {
    guildhall_privacy::ask_erasure(&db()?, &actor(), understood).await.map_err(told)?;
    redirect("/account/privacy?done=erasure");
    Ok(())
}

/// Keeps the account after all.
#[server(name = WithdrawErasure, prefix = "/api/fn", endpoint = "account/withdraw-erasure")]
pub async fn withdraw_erasure() -> Result<(), Error> {
    guildhall_privacy::withdraw_erasure(&db()?, &actor()).await.map_err(told)?;
    redirect("/account/privacy?done=kept");
    Ok(())
}
