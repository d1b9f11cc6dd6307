//! What the organisations' pages ask and do. Each form leads back to its page.

use guildhall_types::{
    Error, InvitationId, TeamId, UserId,
    organization::{
        DomainView, InvitationOffer, InvitationView, MemberView, MyOrganizations, OrganizationView, TeamView,
    },
};
use leptos::{server, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
mod ssr {
    pub(super) use guildhall_host::{actor, db, redirect, remember_organization, told};
    pub(super) use guildhall_identity::organizations as org;

    /// Where the person belongs, or as what, has changed: the next page knows of it.
    pub(super) use crate::api::ssr::renew_access;

    /// A page of an organisation, after something was done there. The slug was found before.
    pub(super) fn back(slug: &str, tab: &str, done: &str) {
        redirect(&format!("/account/organizations/{slug}{tab}?done={done}"));
    }
}

/// Where the person belongs, is invited to, and may join.
#[server(name = ReadMyOrganizations, prefix = "/api/fn", endpoint = "organizations/mine", input = GetUrl)]
pub async fn my_organizations() -> Result<MyOrganizations, Error> {
    let current = guildhall_host::current_organization().map(|membership| membership.organization);
    ssr::org::mine(&ssr::db()?, &ssr::actor(), current).await.map_err(ssr::told)
}

/// An organisation, as far as its pages' heads need it.
#[server(name = ReadOrganization, prefix = "/api/fn", endpoint = "organizations/view", input = GetUrl)]
pub async fn read_organization(slug: String) -> Result<OrganizationView, Error> {
    ssr::org::view(&ssr::db()?, &ssr::actor(), &slug).await.map_err(ssr::told)
}

/// An organisation's members.
#[server(name = ReadMembers, prefix = "/api/fn", endpoint = "organizations/members", input = GetUrl)]
pub async fn read_members(slug: String) -> Result<Vec<MemberView>, Error> {
    ssr::org::members(&ssr::db()?, &ssr::actor(), &slug).await.map_err(ssr::told)
}

/// An organisation's teams.
#[server(name = ReadTeams, prefix = "/api/fn", endpoint = "organizations/teams", input = GetUrl)]
pub async fn read_teams(slug: String) -> Result<Vec<TeamView>, Error> {
    ssr::org::teams(&ssr::db()?, &ssr::actor(), &slug).await.map_err(ssr::told)
}

/// An organisation's invitations.
#[server(name = ReadInvitations, prefix = "/api/fn", endpoint = "organizations/invitations", input = GetUrl)]
pub async fn read_invitations(slug: String) -> Result<Vec<InvitationView>, Error> {
    ssr::org::invitations(&ssr::db()?, &ssr::actor(), &slug).await.map_err(ssr::told)
}

/// An organisation's domains.
#[server(name = ReadDomains, prefix = "/api/fn", endpoint = "organizations/domains", input = GetUrl)]
pub async fn read_domains(slug: String) -> Result<Vec<DomainView>, Error> {
    ssr::org::domains(&ssr::db()?, &ssr::actor(), &slug).await.map_err(ssr::told)
}

/// What an invitation's link offers.
#[server(name = ReadOffer, prefix = "/api/fn", endpoint = "organizations/offer", input = GetUrl)]
pub async fn read_offer(token: String) -> Result<InvitationOffer, Error> {
    ssr::org::offer(&ssr::db()?, &ssr::actor(), &token).await.map_err(ssr::told)
}

/// Sets an organisation up.
#[server(name = CreateOrganization, prefix = "/api/fn", endpoint = "organizations/create")]
pub async fn create_organization(
    #[server(default)] kind: String,
    #[server(default)] name: String,
) -> Result<(), Error> {
    let entered = ssr::org::create(&ssr::db()?, &ssr::actor(), &kind, &name)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("kind", &kind), ("name", &name)]))?;
    ssr::remember_organization(entered.id);
    ssr::renew_access().await?;
    ssr::back(&entered.slug, "", "created");
    Ok(())
}

/// Works in another of the person's organisations from now on, in this browser.
#[server(name = SwitchOrganization, prefix = "/api/fn", endpoint = "organizations/switch")]
pub async fn switch_organization(#[server(default)] slug: String) -> Result<(), Error> {
    let view = ssr::org::view(&ssr::db()?, &ssr::actor(), &slug).await.map_err(ssr::told)?;
    ssr::remember_organization(view.id);
    ssr::back(&view.slug, "", "switched");
    Ok(())
}

/// Gives an organisation another name.
#[server(name = RenameOrganization, prefix = "/api/fn", endpoint = "organizations/rename")]
pub async fn rename_organization(
    #[server(default)] slug: String,
    #[server(default)] name: String,
) -> Result<(), Error> {
    ssr::org::rename(&ssr::db()?, &ssr::actor(), &slug, &name)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("name", &name)]))?;
    ssr::back(&slug, "", "renamed");
    Ok(())
}

/// Leaves an organisation.
#[server(name = LeaveOrganization, prefix = "/api/fn", endpoint = "organizations/leave")]
pub async fn leave_organization(#[server(default)] slug: String) -> Result<(), Error> {
    ssr::org::leave(&ssr::db()?, &ssr::actor(), &slug).await.map_err(ssr::told)?;
    ssr::renew_access().await?;
    ssr::redirect("/account/organizations?done=left");
    Ok(())
}

/// Hands an organisation over.
#[server(name = TransferOrganization, prefix = "/api/fn", endpoint = "organizations/transfer")]
pub async fn transfer_organization(#[server(default)] slug: String, user: UserId) -> Result<(), Error> {
    ssr::org::transfer(&ssr::db()?, &ssr::actor(), &slug, user)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("user", &user.to_string())]))?;
    ssr::renew_access().await?;
    ssr::back(&slug, "", "transferred");
    Ok(())
}

/// Gives a member another role.
#[server(name = SetRole, prefix = "/api/fn", endpoint = "organizations/set-role")]
pub async fn set_role(
    #[server(default)] slug: String,
    user: UserId,
    #[server(default)] role: String,
) -> Result<(), Error> {
    ssr::org::set_role(&ssr::db()?, &ssr::actor(), &slug, user, &role)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("user", &user.to_string()), ("role", &role)]))?;
    ssr::renew_access().await?;
    ssr::back(&slug, "/members", "role");
    Ok(())
}

/// Takes a member out.
#[server(name = RemoveMember, prefix = "/api/fn", endpoint = "organizations/remove-member")]
pub async fn remove_member(#[server(default)] slug: String, user: UserId) -> Result<(), Error> {
    ssr::org::remove_member(&ssr::db()?, &ssr::actor(), &slug, user).await.map_err(ssr::told)?;
    ssr::back(&slug, "/members", "removed");
    Ok(())
}

/// Makes a team.
#[server(name = CreateTeam, prefix = "/api/fn", endpoint = "organizations/create-team")]
pub async fn create_team(#[server(default)] slug: String, #[server(default)] name: String) -> Result<(), Error> {
    ssr::org::create_team(&ssr::db()?, &ssr::actor(), &slug, &name)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("name", &name)]))?;
    ssr::back(&slug, "/teams", "team");
    Ok(())
}

/// Gives a team another name.
#[server(name = RenameTeam, prefix = "/api/fn", endpoint = "organizations/rename-team")]
pub async fn rename_team(
    #[server(default)] slug: String,
    team: TeamId,
    #[server(default)] name: String,
) -> Result<(), Error> {
    ssr::org::rename_team(&ssr::db()?, &ssr::actor(), &slug, team, &name)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("team", &team.to_string()), ("name", &name)]))?;
    ssr::back(&slug, "/teams", "team-renamed");
    Ok(())
}

/// Deletes a team.
#[server(name = DeleteTeam, prefix = "/api/fn", endpoint = "organizations/delete-team")]
pub async fn delete_team(#[server(default)] slug: String, team: TeamId) -> Result<(), Error> {
    ssr::org::delete_team(&ssr::db()?, &ssr::actor(), &slug, team).await.map_err(ssr::told)?;
    ssr::back(&slug, "/teams", "team-deleted");
    Ok(())
}

/// Puts a member into a team.
#[server(name = PutInTeam, prefix = "/api/fn", endpoint = "organizations/put-in-team")]
pub async fn put_in_team(
    #[server(default)] slug: String,
    team: TeamId,
    user: UserId,
    #[server(default)] manager: bool,
) -> Result<(), Error> {
    ssr::org::put_in_team(&ssr::db()?, &ssr::actor(), &slug, team, user, manager).await.map_err(ssr::told)?;
    ssr::back(&slug, "/teams", "in-team");
    Ok(())
}

/// Puts the member with an address into a team.
#[server(name = AddToTeam, prefix = "/api/fn", endpoint = "organizations/add-to-team")]
pub async fn add_to_team(
    #[server(default)] slug: String,
    team: TeamId,
    #[server(default)] email: String,
) -> Result<(), Error> {
    ssr::org::add_to_team(&ssr::db()?, &ssr::actor(), &slug, team, &email)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("team", &team.to_string()), ("email", &email)]))?;
    ssr::back(&slug, "/teams", "in-team");
    Ok(())
}

/// Takes a member out of a team.
#[server(name = TakeOutOfTeam, prefix = "/api/fn", endpoint = "organizations/take-out-of-team")]
pub async fn take_out_of_team(#[server(default)] slug: String, team: TeamId, user: UserId) -> Result<(), Error> {
    ssr::org::take_out_of_team(&ssr::db()?, &ssr::actor(), &slug, team, user).await.map_err(ssr::told)?;
    ssr::back(&slug, "/teams", "out-of-team");
    Ok(())
}

/// Invites an address.
#[server(name = Invite, prefix = "/api/fn", endpoint = "organizations/invite")]
pub async fn invite(
    #[server(default)] slug: String,
    #[server(default)] email: String,
    #[server(default)] role: String,
    #[server(default)] team: String,
) -> Result<(), Error> {
    let chosen = team.parse().ok();
    let form = ssr::org::Invite { email: &email, role: &role, team: chosen };
    ssr::org::invite(&ssr::db()?, &ssr::actor(), &slug, form)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("email", &email), ("role", &role), ("team", &team)]))?;
    ssr::back(&slug, "/invitations", "invited");
    Ok(())
}

/// Sends an invitation again.
#[server(name = ResendInvitation, prefix = "/api/fn", endpoint = "organizations/resend")]
pub async fn resend_invitation(#[server(default)] slug: String, invitation: InvitationId) -> Result<(), Error> {
    ssr::org::resend(&ssr::db()?, &ssr::actor(), &slug, invitation).await.map_err(ssr::told)?;
    ssr::back(&slug, "/invitations", "resent");
    Ok(())
}

/// Takes an invitation back.
#[server(name = WithdrawInvitation, prefix = "/api/fn", endpoint = "organizations/withdraw")]
pub async fn withdraw_invitation(#[server(default)] slug: String, invitation: InvitationId) -> Result<(), Error> {
    ssr::org::withdraw(&ssr::db()?, &ssr::actor(), &slug, invitation).await.map_err(ssr::told)?;
    ssr::back(&slug, "/invitations", "withdrawn");
    Ok(())
}

/// Accepts an invitation by its link.
#[server(name = AcceptInvitation, prefix = "/api/fn", endpoint = "organizations/accept")]
pub async fn accept_invitation(#[server(default)] token: String) -> Result<(), Error> {
    let entered = ssr::org::accept(&ssr::db()?, &ssr::actor(), &token).await.map_err(ssr::told)?;
    ssr::remember_organization(entered.id);
    ssr::renew_access().await?;
    ssr::back(&entered.slug, "", "joined");
    Ok(())
}

/// Declines an invitation by its link.
#[server(name = DeclineInvitation, prefix = "/api/fn", endpoint = "organizations/decline")]
pub async fn decline_invitation(#[server(default)] token: String) -> Result<(), Error> {
    ssr::org::decline(&ssr::db()?, &ssr::actor(), &token).await.map_err(ssr::told)?;
    ssr::redirect("/account/organizations?done=declined");
    Ok(())
}

/// Accepts an invitation from one's own list.
#[server(name = AcceptMine, prefix = "/api/fn", endpoint = "organizations/accept-mine")]
pub async fn accept_mine(invitation: InvitationId) -> Result<(), Error> {
    let entered = ssr::org::accept_mine(&ssr::db()?, &ssr::actor(), invitation).await.map_err(ssr::told)?;
    ssr::remember_organization(entered.id);
    ssr::renew_access().await?;
    ssr::back(&entered.slug, "", "joined");
    Ok(())
}

/// Declines an invitation from one's own list.
#[server(name = DeclineMine, prefix = "/api/fn", endpoint = "organizations/decline-mine")]
pub async fn decline_mine(invitation: InvitationId) -> Result<(), Error> {
    ssr::org::decline_mine(&ssr::db()?, &ssr::actor(), invitation).await.map_err(ssr::told)?;
    ssr::redirect("/account/organizations?done=declined");
    Ok(())
}

/// Joins an organisation by the domain of one's address.
#[server(name = JoinByDomain, prefix = "/api/fn", endpoint = "organizations/join")]
pub async fn join_by_domain(#[server(default)] slug: String) -> Result<(), Error> {
    let entered = ssr::org::join_by_domain(&ssr::db()?, &ssr::actor(), &slug).await.map_err(ssr::told)?;
    ssr::remember_organization(entered.id);
    ssr::renew_access().await?;
    ssr::back(&entered.slug, "", "joined");
    Ok(())
}

/// Adds a domain to be proved.
#[server(name = AddDomain, prefix = "/api/fn", endpoint = "organizations/add-domain")]
pub async fn add_domain(#[server(default)] slug: String, #[server(default)] domain: String) -> Result<(), Error> {
    ssr::org::add_domain(&ssr::db()?, &ssr::actor(), &slug, &domain)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("domain", &domain)]))?;
    ssr::back(&slug, "/domains", "domain");
    Ok(())
}

/// Removes a domain.
#[server(name = RemoveDomain, prefix = "/api/fn", endpoint = "organizations/remove-domain")]
pub async fn remove_domain(#[server(default)] slug: String, #[server(default)] domain: String) -> Result<(), Error> {
    ssr::org::remove_domain(&ssr::db()?, &ssr::actor(), &slug, &domain).await.map_err(ssr::told)?;
    ssr::back(&slug, "/domains", "domain-removed");
    Ok(())
}

/// Looks for a domain's record.
#[server(name = CheckDomain, prefix = "/api/fn", endpoint = "organizations/check-domain")]
pub async fn check_domain(#[server(default)] slug: String, #[server(default)] domain: String) -> Result<(), Error> {
    let dns = guildhall_host::service()?;
    ssr::org::check_domain(&ssr::db()?, &dns, &ssr::actor(), &slug, &domain).await.map_err(ssr::told)?;
    ssr::back(&slug, "/domains", "verified");
    Ok(())
}

/// Mails a code to a domain's postmaster.
#[server(name = SendDomainCode, prefix = "/api/fn", endpoint = "organizations/send-code")]
pub async fn send_domain_code(
    #[server(default)] slug: String,
    #[server(default)] domain: String,
    #[server(default)] mailbox: String,
) -> Result<(), Error> {
    ssr::org::send_code(&ssr::db()?, &ssr::actor(), &slug, &domain, &mailbox)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("domain", &domain)]))?;
    ssr::back(&slug, "/domains", "code-sent");
    Ok(())
}

/// Proves a domain by the code.
#[server(name = EnterDomainCode, prefix = "/api/fn", endpoint = "organizations/enter-code")]
pub async fn enter_domain_code(
    #[server(default)] slug: String,
    #[server(default)] domain: String,
    #[server(default)] code: String,
) -> Result<(), Error> {
    ssr::org::enter_code(&ssr::db()?, &ssr::actor(), &slug, &domain, &code)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("domain", &domain)]))?;
    ssr::back(&slug, "/domains", "verified");
    Ok(())
}
