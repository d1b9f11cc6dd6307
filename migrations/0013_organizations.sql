-- Organisations: teams, invitations, verified domains, suspension, and who may change what of them.
-- Roles are looked up in the tables here, not taken from the session: what was taken away a moment ago is gone.

alter table users add column suspended_reason text check (length(suspended_reason) between 1 and 500);
alter table organizations
    add column suspended_reason text check (length(suspended_reason) between 1 and 500),
    add column created_by uuid references users (id) on delete set null;
create index organizations_created_by_idx on organizations (created_by);
comment on column users.suspended_reason is 'personal: tells the person and later admins why the account was suspended; kept: until it is restored or erased';
comment on column organizations.created_by is 'personal: lets whoever set the organisation up become its first owner; kept: as long as the organisation';

create table teams (
    id uuid primary key,
    organization_id uuid not null references organizations (id) on delete cascade,
    name text not null check (length(trim(name)) between 1 and 80),
    created_at timestamptz not null,
    unique (id, organization_id)
);
create unique index teams_name_key on teams (organization_id, lower(name));

create table team_members (
    team_id uuid not null,
    organization_id uuid not null,
    user_id uuid not null,
    is_manager boolean not null default false,
    created_at timestamptz not null,
    primary key (team_id, user_id),
    foreign key (team_id, organization_id) references teams (id, organization_id) on delete cascade,
    -- Who leaves the organisation leaves its teams.
    foreign key (organization_id, user_id) references memberships (organization_id, user_id) on delete cascade
);
create index team_members_membership_idx on team_members (organization_id, user_id);
comment on column team_members.user_id is 'personal: who belongs to a team; kept: until they leave the team or the organisation';

create table invitations (
    id uuid primary key,
    organization_id uuid not null references organizations (id) on delete cascade,
    -- Normalised as users.email is.
    email text not null check (length(email) between 3 and 254 and email = lower(email) and position('@' in email) > 1),
    role text not null check (role in ('owner', 'editor', 'analyst', 'manager', 'learner')),
    team_id uuid,
    token_hash bytea not null unique check (length(token_hash) = 32),
    invited_by uuid references users (id) on delete set null,
    state text not null default 'open' check (state in ('open', 'accepted', 'declined', 'withdrawn')),
    created_at timestamptz not null,
    sent_at timestamptz not null,
    sent_count integer not null default 1 check (sent_count >= 1),
    expires_at timestamptz not null,
    closed_at timestamptz,
    constraint invitations_closed_has_date check ((state = 'open') = (closed_at is null)),
    foreign key (team_id, organization_id) references teams (id, organization_id) on delete set null (team_id)
);
create unique index invitations_open_key on invitations (organization_id, email) where state = 'open';
create index invitations_email_idx on invitations (email) where state = 'open';
create index invitations_organization_idx on invitations (organization_id, id);
create index invitations_team_id_idx on invitations (team_id);
create index invitations_invited_by_idx on invitations (invited_by);
comment on column invitations.email is 'personal: where the invitation goes and whom it is bound to; kept: 90 days after it was closed or expired';
comment on column invitations.invited_by is 'personal: tells the invited person who asks them; kept: as long as the invitation';

create table organization_domains (
    organization_id uuid not null references organizations (id) on delete cascade,
    domain text not null check (domain ~ '^[a-z0-9-]+(\.[a-z0-9-]+)+$' and length(domain) <= 253),
    -- Stands in the domain's TXT record, for everybody to read.
    verification text not null check (length(verification) between 20 and 100),
    code_hash bytea check (length(code_hash) = 32),
    code_mailbox text check (code_mailbox in ('postmaster', 'admin')),
    code_expires_at timestamptz,
    code_tries integer not null default 0 check (code_tries >= 0),
    code_sent_count integer not null default 0 check (code_sent_count >= 0),
    created_at timestamptz not null,
    verified_at timestamptz,
    verified_by text check (verified_by in ('dns', 'mail')),
    primary key (organization_id, domain),
    check ((verified_at is null) = (verified_by is null))
);
create unique index organization_domains_verified_key on organization_domains (domain) where verified_at is not null;

-- Whether the acting person holds one of the roles, in an organisation that is not suspended. Reads as the program for
-- as long as it takes, because the policies that ask it stand on the same tables.
create function app_has_role(organization uuid, roles text[]) returns boolean
    language plpgsql stable security definer set search_path = public as $$
declare was text := app_role(); answer boolean;
begin
    perform set_config('app.role', 'system', true);
    answer := (select exists (
        select from memberships m join organizations o on o.id = m.organization_id join users u on u.id = m.user_id
        where m.organization_id = organization and m.user_id = app_user_id() and m.role = any (roles)
            and o.suspended_at is null and u.suspended_at is null));
    perform set_config('app.role', was, true);
    return answer;
end $$;

-- Whether the acting person may join in that role: invited by their confirmed address, of a domain that the organisation
-- verified, or the first owner of what they set up. When an invitation expires is the program's clock to say.
create function app_may_join(organization uuid, joining text) returns boolean
    language plpgsql stable security definer set search_path = public as $$
declare was text := app_role(); answer boolean;
begin
    perform set_config('app.role', 'system', true);
    answer := (select exists (
        select from users u join organizations o on o.id = organization
        where u.id = app_user_id() and u.suspended_at is null and o.suspended_at is null
            and u.email_confirmed_at is not null
            and (exists (select from invitations i
                    where i.organization_id = o.id and i.state = 'open' and i.email = u.email and i.role = joining)
                or exists (select from organization_domains d
                    where d.organization_id = o.id and d.verified_at is not null and d.domain = split_part(u.email, '@', 2)
                        and joining = case o.kind when 'enterprise' then 'learner' when 'provider' then 'analyst' end)
                or (joining = 'owner' and o.created_by = u.id
                    and not exists (select from memberships m where m.organization_id = o.id)))));
    perform set_config('app.role', was, true);
    return answer;
end $$;

-- The people of an organisation, without their secrets: only what follows here is ever told to those who manage them.
create function app_people_unchecked(organization uuid)
    returns table (user_id uuid, name text, email text, role text, joined_at timestamptz, is_suspended boolean)
    language plpgsql stable security definer set search_path = public as $$
#variable_conflict use_column
declare was text := app_role();
begin
    perform set_config('app.role', 'system', true);
    return query select u.id, u.name, u.email, m.role, m.created_at, u.suspended_at is not null
    from memberships m join users u on u.id = m.user_id where m.organization_id = organization;
    perform set_config('app.role', was, true);
end $$;
revoke execute on function app_people_unchecked(uuid) from public;
create function app_people(organization uuid)
    returns table (user_id uuid, name text, email text, role text, joined_at timestamptz, is_suspended boolean)
    language sql stable security definer set search_path = public as $$
    select p.* from app_people_unchecked(organization) p
    where app_is_trusted() or app_has_role(organization, array['owner', 'manager', 'editor', 'analyst'])
$$;

-- Organisations that verified the domain of the acting person's confirmed address.
create function app_joinable() returns table (slug text, name text, kind text, domain text)
    language plpgsql stable security definer set search_path = public as $$
#variable_conflict use_column
declare was text := app_role();
begin
    perform set_config('app.role', 'system', true);
    return query select o.slug, o.name, o.kind, d.domain
    from users u join organization_domains d on d.domain = split_part(u.email, '@', 2) join organizations o on o.id = d.organization_id
    where u.id = app_user_id() and u.email_confirmed_at is not null and u.suspended_at is null and d.verified_at is not null
        and o.suspended_at is null and o.kind in ('provider', 'enterprise')
        and not exists (select from memberships m where m.organization_id = o.id and m.user_id = u.id);
    perform set_config('app.role', was, true);
end $$;

-- An organisation with members always has an owner, and each role is one of its kind. Locking the organisation's row
-- makes two demotions at once wait for each other; the later one then counts what the first has left.
create function memberships_guard() returns trigger
    language plpgsql security definer set search_path = public as $$
declare was text := app_role(); organization_kind text;
begin
    perform set_config('app.role', 'system', true);
    select kind into organization_kind from organizations where id = coalesce(new.organization_id, old.organization_id) for no key update;
    if not found then
        -- The organisation itself is being deleted.
        perform set_config('app.role', was, true);
        return old;
    end if;
    if tg_op <> 'DELETE' and not (case organization_kind
            when 'provider' then new.role in ('owner', 'editor', 'analyst')
            when 'enterprise' then new.role in ('owner', 'manager', 'learner')
            else new.role = 'owner' end) then
        raise exception 'no such role in this organisation' using errcode = 'check_violation', constraint = 'memberships_role_fits';
    end if;
    if tg_op = 'UPDATE' and (new.organization_id, new.user_id) is distinct from (old.organization_id, old.user_id) then
        raise exception 'a membership is not handed on' using errcode = 'check_violation', constraint = 'memberships_stay';
    end if;
    if (tg_op = 'DELETE' or (tg_op = 'UPDATE' and new.role <> 'owner')) and old.role = 'owner' and not exists (
            select from memberships m where m.organization_id = old.organization_id and m.role = 'owner' and m.user_id <> old.user_id) then
        raise exception 'the last owner stays' using errcode = 'check_violation', constraint = 'memberships_last_owner';
    end if;
    perform set_config('app.role', was, true);
    return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger memberships_guard before insert or update or delete on memberships for each row execute function memberships_guard();

-- What only the platform changes of an organisation, and of a person.
create function organizations_guard() returns trigger language plpgsql as $$
begin
    if current_user = 'guildhall_app' and not app_is_trusted() and (new.kind, new.suspended_at, new.suspended_reason, new.created_by, new.created_at)
            is distinct from (old.kind, old.suspended_at, old.suspended_reason, old.created_by, old.created_at) then
        raise exception 'only the platform changes this' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create trigger organizations_guard before update on organizations for each row execute function organizations_guard();
create function users_guard() returns trigger language plpgsql as $$
begin
    if current_user = 'guildhall_app' and not app_is_trusted() and (new.email, new.email_confirmed_at, new.suspended_at, new.suspended_reason)
            is distinct from (old.email, old.email_confirmed_at, old.suspended_at, old.suspended_reason) then
        raise exception 'only the program changes this' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create trigger users_guard before update on users for each row execute function users_guard();

-- Whoever sets an organisation up; its owners afterwards.
alter policy organizations_insert on organizations with check (
    app_is_trusted() or (kind in ('provider', 'enterprise') and created_by = app_user_id() and suspended_at is null));
alter policy organizations_update on organizations
    using (app_is_trusted() or app_has_role(id, array['owner'])) with check (app_is_trusted() or app_has_role(id, array['owner']));

drop policy memberships_write on memberships;
create policy memberships_join on memberships for insert
    with check (app_is_trusted() or (user_id = app_user_id() and app_may_join(organization_id, role)));
create policy memberships_update on memberships for update
    using (app_is_trusted() or app_has_role(organization_id, array['owner']))
    with check (app_is_trusted() or app_has_role(organization_id, array['owner']));
create policy memberships_delete on memberships for delete
    using (app_is_trusted() or user_id = app_user_id() or app_has_role(organization_id, array['owner'])
        or (role = 'learner' and app_has_role(organization_id, array['manager'])));

create function app_invited_to_team(team uuid) returns boolean
    language plpgsql stable security definer set search_path = public as $$
declare was text := app_role(); answer boolean;
begin
    perform set_config('app.role', 'system', true);
    answer := exists (select from invitations i join users u on u.email = i.email
        where i.team_id = team and i.state = 'open' and u.id = app_user_id() and u.email_confirmed_at is not null);
    perform set_config('app.role', was, true);
    return answer;
end $$;

do $$
declare part text;
begin
    foreach part in array array['teams', 'team_members', 'invitations', 'organization_domains'] loop
        execute format('alter table %I enable row level security', part);
        execute format('alter table %I force row level security', part);
    end loop;
end $$;

-- Members see the teams; owners and managers make them.
create policy teams_read on teams for select using (app_is_trusted() or app_has_role(organization_id, array['owner', 'manager', 'editor', 'analyst', 'learner']));
call guard_writes('teams', 'app_is_trusted() or app_has_role(organization_id, array[''owner'', ''manager''])');
create policy team_members_read on team_members for select
    using (app_is_trusted() or user_id = app_user_id() or app_has_role(organization_id, array['owner', 'manager', 'editor', 'analyst']));
-- Those who make teams choose who is in them; an invitation to a team lets its person in.
create policy team_members_insert on team_members for insert with check (
    app_is_trusted() or app_has_role(organization_id, array['owner', 'manager'])
    or (user_id = app_user_id() and not is_manager and app_invited_to_team(team_id)));
create policy team_members_update on team_members for update
    using (app_is_trusted() or app_has_role(organization_id, array['owner', 'manager']))
    with check (app_is_trusted() or app_has_role(organization_id, array['owner', 'manager']));
create policy team_members_delete on team_members for delete
    using (app_is_trusted() or user_id = app_user_id() or app_has_role(organization_id, array['owner', 'manager']));

-- The address that an invitation is bound to, while the person is signed in with it.
create function app_email() returns text
    language plpgsql stable security definer set search_path = public as $$
declare was text := app_role(); answer text;
begin
    perform set_config('app.role', 'system', true);
    answer := (select email from users where id = app_user_id() and email_confirmed_at is not null and suspended_at is null);
    perform set_config('app.role', was, true);
    return answer;
end $$;
create policy invitations_read on invitations for select
    using (app_is_trusted() or app_has_role(organization_id, array['owner', 'manager']) or email = app_email());
create policy invitations_insert on invitations for insert with check (
    app_is_trusted() or app_has_role(organization_id, array['owner']) or (role = 'learner' and app_has_role(organization_id, array['manager'])));
-- The invited person closes theirs; the others resend and withdraw those that they might have written.
create policy invitations_update on invitations for update
    using (app_is_trusted() or (state = 'open' and (email = app_email() or app_has_role(organization_id, array['owner'])
        or (role = 'learner' and app_has_role(organization_id, array['manager'])))))
    with check (app_is_trusted() or (email = app_email() and state in ('accepted', 'declined'))
        or (state in ('open', 'withdrawn') and (app_has_role(organization_id, array['owner'])
            or (role = 'learner' and app_has_role(organization_id, array['manager'])))));
create policy invitations_delete on invitations for delete using (app_is_trusted());
-- Whom it is for and what it offers was decided when it was written.
create function invitations_guard() returns trigger language plpgsql as $$
begin
    if (new.id, new.organization_id, new.email, new.role) is distinct from (old.id, old.organization_id, old.email, old.role)
            or (old.state <> 'open' and new.state <> old.state) then
        raise exception 'an invitation stays what it is' using errcode = 'check_violation', constraint = 'invitations_stay';
    end if;
    return new;
end $$;
create trigger invitations_guard before update on invitations for each row execute function invitations_guard();

-- A domain is proved by the program, never by saying so.
create policy organization_domains_read on organization_domains for select
    using (app_is_trusted() or app_has_role(organization_id, array['owner']));
create policy organization_domains_insert on organization_domains for insert
    with check (app_is_trusted() or (app_has_role(organization_id, array['owner']) and verified_at is null));
create policy organization_domains_update on organization_domains for update
    using (app_is_trusted()) with check (app_is_trusted());
create policy organization_domains_delete on organization_domains for delete
    using (app_is_trusted() or app_has_role(organization_id, array['owner']));

grant select, insert, update, delete on teams, team_members, invitations, organization_domains to guildhall_app;
