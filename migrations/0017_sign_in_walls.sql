-- Signing in: what an organisation enforces asked in one place, failed tries counted for the audit trail. Organisations: a
-- public face for every provider, and managers who look after their own teams.

-- The organisation that alone signs people of an address in, when its owner enforced it for a domain that it proved to hold.
-- `link` is the hash of a link's token that waits in the browser for the account of this very address: that one browser may
-- prove the account by itself. For the program's own transactions; it reads nobody's account.
create function enforced_sign_on(address text, link bytea, at timestamptz) returns text
    language sql stable set search_path = public as $$
    select o.name from sso_connections c join organizations o on o.id = c.organization_id
    where c.organization_id = sso_domain_holder(split_part(address, '@', 2)) and c.enabled and c.enforced and o.suspended_at is null
        and not exists (select from sso_pending_links l
            where l.token_hash = link and l.connection_id = c.id and l.email = address and l.used_at is null and l.expires_at > at)
    order by c.created_at limit 1
$$;

-- Failed tries to prove who one is, counted here and told to the audit trail every few minutes: one row for an account and a
-- reason however many tries there are, and a fixed number of rows for everything that named no account. No address that was
-- typed is ever written down.
create table failed_sign_ins (
    key text primary key check (length(key) <= 80),
    user_id uuid references users (id) on delete cascade,
    reason text not null check (reason in ('password', 'code', 'passkey', 'not_confirmed', 'suspended')),
    tries integer not null default 1 check (tries >= 1),
    first_at timestamptz not null,
    last_at timestamptz not null check (last_at >= first_at),
    -- Where from; the first few.
    addresses text[] not null default '{}' check (cardinality(addresses) <= 5)
);
create index failed_sign_ins_user_id_idx on failed_sign_ins (user_id);
comment on column failed_sign_ins.key is 'not personal: the account''s id with the reason, or a number for what named none';
comment on column failed_sign_ins.user_id is 'personal: whose account somebody failed to get into; kept: until it is told to the audit trail, some minutes';
comment on column failed_sign_ins.addresses is 'personal: network addresses that failed to sign in, for the audit trail; kept: until they are told to it, some minutes';
alter table failed_sign_ins enable row level security;
alter table failed_sign_ins force row level security;
create policy failed_sign_ins_system on failed_sign_ins using (app_role() = 'system') with check (app_role() = 'system');
grant select, insert, update, delete on failed_sign_ins to guildhall_app;

-- Every provider has a public face: whoever sets one up makes it, as its first owner.
create policy provider_profiles_found on provider_profiles for insert
    with check (app_has_role(organization_id, array['owner']));
insert into provider_profiles (organization_id) select id from organizations where kind = 'provider' on conflict do nothing;

-- Whether the acting person manages a team of an organisation that they belong to. Reads as the program for as long as it
-- takes, as app_has_role does.
create function app_manages_team(team uuid) returns boolean
    language plpgsql stable security definer set search_path = public as $$
declare was text := app_role(); answer boolean;
begin
    perform set_config('app.role', 'system', true);
    answer := (select exists (
        select from team_members t join organizations o on o.id = t.organization_id join users u on u.id = t.user_id
        where t.team_id = team and t.user_id = app_user_id() and t.is_manager and o.suspended_at is null and u.suspended_at is null));
    perform set_config('app.role', was, true);
    return answer;
end $$;

-- The people of a team by name, for those who manage it.
create function app_team_people(team uuid) returns table (user_id uuid, name text, is_manager boolean)
    language plpgsql stable security definer set search_path = public as $$
#variable_conflict use_column
declare was text := app_role();
begin
    if not app_manages_team(team) then
        return;
    end if;
    perform set_config('app.role', 'system', true);
    return query select u.id, u.name, t.is_manager from team_members t join users u on u.id = t.user_id where t.team_id = team;
    perform set_config('app.role', was, true);
end $$;

-- The member of the team's organisation who has this address: for those who choose who is in the team.
create function app_colleague(team uuid, address text) returns uuid
    language plpgsql stable security definer set search_path = public as $$
declare was text := app_role(); answer uuid;
begin
    if not (app_is_trusted() or app_manages_team(team)
            or exists (select from teams t where t.id = team and app_has_role(t.organization_id, array['owner', 'manager']))) then
        return null;
    end if;
    perform set_config('app.role', 'system', true);
    answer := (select m.user_id from teams t join memberships m on m.organization_id = t.organization_id
        join users u on u.id = m.user_id where t.id = team and u.email = address);
    perform set_config('app.role', was, true);
    return answer;
end $$;

-- They see their team, put members of the organisation into it and take them out; who manages it is for others to say. The
-- function asks the same table as the program: whoever is trusted is asked for first, or it would call itself for ever.
create policy team_members_managed_read on team_members for select using (app_is_trusted() or app_manages_team(team_id));
create policy team_members_managed_insert on team_members for insert
    with check (app_is_trusted() or (not is_manager and app_manages_team(team_id)));
create policy team_members_managed_delete on team_members for delete
    using (app_is_trusted() or (not is_manager and app_manages_team(team_id)));
