//! The server functions of what an admin does about another person's account and role that asks for a proof first.

use guildhall_types::{Error, UserId, privacy::ErasureView};
use leptos::{server, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
use guildhall_host::{actor, db, redirect, told};

/// Whether a person is going to be erased.
#[server(name = ReadErasure, prefix = "/api/fn", endpoint = "admin/erasure", input = GetUrl)]
pub async fn read_erasure(id: UserId) -> Result<Option<ErasureView>, Error> {
    guildhall_privacy::erasure_of(&db()?, &actor(), id).await.map_err(told)
}

/// Asks for a person's erasure.
#[server(name = ErasePerson, prefix = "/api/fn", endpoint = "admin/erase-person")]
pub async fn erase_person(id: UserId, #[server(default)] why: String) -> Result<(), Error> {
    guildhall_privacy::ask_erasure_of(&db()?, &actor(), id, &why)
        .await
        .map_err(|error| told(error).with_entered(&[("why", &why)]))?;
    redirect(&format!("/admin/people/{id}?done=erasure"));
    Ok(())
}

/// Keeps a person's account after all.
#[server(name = KeepPerson, prefix = "/api/fn", endpoint = "admin/keep-person")]
pub async fn keep_person(id: UserId) -> Result<(), Error> {
    guildhall_privacy::withdraw_erasure_of(&db()?, &actor(), id).await.map_err(told)?;
    redirect(&format!("/admin/people/{id}?done=kept"));
    Ok(())
}

/// Makes a person a platform admin.
#[server(name = GiveAdmin, prefix = "/api/fn", endpoint = "admin/give-admin")]
pub async fn give_admin(id: UserId) -> Result<(), Error> {
    guildhall_identity::organizations::give_admin(&db()?, &actor(), id).await.map_err(told)?;
    redirect(&format!("/admin/people/{id}?done=admin"));
    Ok(())
}

/// Takes that role from a person.
#[server(name = TakeAdmin, prefix = "/api/fn", endpoint = "admin/take-admin")]
pub async fn take_admin(id: UserId) -> Result<(), Error> {
    guildhall_identity::organizations::take_admin(&db()?, &actor(), id).await.map_err(told)?;
    redirect(&format!("/admin/people/{id}?done=no-admin"));
    Ok(())
}
