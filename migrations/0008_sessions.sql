-- Sessions of signed tokens: rotated refresh tokens, the keys that sign, and word to every node of what no longer holds.

-- Whoever is signed in has no refresh token yet: everybody signs in once more.
do $$
begin
    perform set_config('app.role', 'system', true);
    update sessions set revoked_at = now() where revoked_at is null;
    perform set_config('app.role', '', true);
end $$;

alter table users add column last_sign_in_at timestamptz;
comment on column users.last_sign_in_at is 'personal: telling a first sign-in from one on a new device; kept: until the account is erased';

-- The token's hash moves to refresh_tokens; the column goes in a later release.
alter table sessions alter column token_hash drop not null;
alter table sessions
    add column address text not null default '' check (length(address) <= 64),
    add column place text check (length(place) <= 100),
    -- When the person last proved in full who they are: signing in, or confirming it again.
    add column authenticated_at timestamptz not null default now(),
    -- How they did (RFC 8176 names).
    add column amr text[] not null default '{}' check (cardinality(amr) <= 10);
create index sessions_revoked_at_idx on sessions (revoked_at) where revoked_at is not null;
comment on column sessions.user_id is 'personal: whose session it is; kept: 90 days after the session ends';
comment on column sessions.user_agent is 'personal: showing people where they are signed in, and telling a new device; kept: 90 days after the session ends';
comment on column sessions.address is 'personal: showing people where they are signed in, and telling a new device; kept: 90 days after the session ends';
comment on column sessions.place is 'personal: showing people where they are signed in; kept: 90 days after the session ends';
comment on column sessions.last_seen_at is 'personal: showing people where they are signed in; kept: 90 days after the session ends';
comment on column sessions.authenticated_at is 'personal: asking again before something that matters; kept: 90 days after the session ends';
comment on column sessions.amr is 'personal: knowing whether a second factor was shown; kept: 90 days after the session ends';

-- Each is good for one use; all of one session are its family.
create table refresh_tokens (
    -- SHA-256 of the token.
    token_hash bytea primary key check (length(token_hash) = 32),
    session_id uuid not null references sessions (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    -- When its successor was handed out.
    rotated_at timestamptz
);
create index refresh_tokens_session_id_idx on refresh_tokens (session_id);
create index refresh_tokens_expires_at_idx on refresh_tokens (expires_at);
comment on column refresh_tokens.session_id is 'personal: keeping people signed in; kept: until the token would have expired, 7 days';

-- How often what a token says of a person has changed: a token that carries a lower number is stale. No foreign key, so that
-- the mark outlives the person by as long as their tokens.
create table person_claims (
    user_id uuid primary key,
    version bigint not null,
    changed_at timestamptz not null
);
create index person_claims_changed_at_idx on person_claims (changed_at);
comment on column person_claims.user_id is 'personal: making tokens stale at once when a person''s rights change; kept: a day past the account';

create table signing_keys (
    kid text primary key check (kid ~ '^[A-Za-z0-9_-]{8,64}$'),
    -- RFC 7517.
    public_jwk jsonb not null,
    -- PKCS #8, sealed under GUILDHALL_SECRET_KEY.
    private_sealed bytea not null,
    created_at timestamptz not null,
    -- Since when it signs no more. It verifies until its last token has expired.
    retired_at timestamptz
);
create unique index signing_keys_one_signs on signing_keys ((true)) where retired_at is null;

alter table refresh_tokens enable row level security;
alter table refresh_tokens force row level security;
create policy refresh_tokens_system on refresh_tokens using (app_role() = 'system') with check (app_role() = 'system');

alter table person_claims enable row level security;
alter table person_claims force row level security;
create policy person_claims_system on person_claims using (app_role() = 'system') with check (app_role() = 'system');

alter table signing_keys enable row level security;
alter table signing_keys force row level security;
create policy signing_keys_system on signing_keys using (app_role() = 'system') with check (app_role() = 'system');

grant select, insert, delete on refresh_tokens to guildhall_app;
grant update (rotated_at) on refresh_tokens to guildhall_app;
grant select, insert, update, delete on person_claims to guildhall_app;
grant select, insert, delete on signing_keys to guildhall_app;
grant update (retired_at) on signing_keys to guildhall_app;

-- Notices go out with the commit that they follow from: see docs/decisions/0011-notify-for-revocation.md.
create function claims_changed(person uuid) returns void language plpgsql as $$
declare
    actor text := coalesce(current_setting('app.role', true), '');
    now_at bigint;
begin
    -- Whoever acts here, the mark is the program's own.
    perform set_config('app.role', 'system', true);
    insert into person_claims as c (user_id, version, changed_at) values (person, 1, clock_timestamp())
        on conflict (user_id) do update set version = c.version + 1, changed_at = excluded.changed_at
        returning version into now_at;
    perform set_config('app.role', actor, true);
    perform pg_notify('sessions', json_build_object('person', person, 'version', now_at)::text);
end $$;

create function users_claims_changed() returns trigger language plpgsql as $$
begin
    perform claims_changed(old.id);
    return null;
end $$;
create trigger users_claims_changed after update of email, name, email_confirmed_at, is_admin, suspended_at on users
    for each row when (
        (old.email, old.name, old.email_confirmed_at is null, old.is_admin, old.suspended_at is null)
            is distinct from (new.email, new.name, new.email_confirmed_at is null, new.is_admin, new.suspended_at is null))
    execute function users_claims_changed();
create trigger users_gone after delete on users for each row execute function users_claims_changed();

create function memberships_claims_changed() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        perform claims_changed(old.user_id);
    end if;
    if tg_op <> 'DELETE' then
        perform claims_changed(new.user_id);
    end if;
    return null;
end $$;
create trigger memberships_claims_changed after insert or delete or update of user_id, organization_id, role on memberships
    for each row execute function memberships_claims_changed();

-- Who changes an organisation may not see all of its members; their tokens change with it all the same.
create function organizations_claims_changed() returns trigger language plpgsql as $$
declare
    actor text := coalesce(current_setting('app.role', true), '');
    members uuid[];
begin
    perform set_config('app.role', 'system', true);
    select array_agg(user_id order by user_id) into members from memberships where organization_id = new.id;
    perform set_config('app.role', actor, true);
    perform claims_changed(member) from unnest(members) member;
    return null;
end $$;
create trigger organizations_claims_changed after update of kind, suspended_at on organizations
    for each row when ((old.kind, old.suspended_at is null) is distinct from (new.kind, new.suspended_at is null))
    execute function organizations_claims_changed();

create function session_ended() returns trigger language plpgsql as $$
begin
    perform pg_notify('sessions', json_build_object('session', old.id)::text);
    return null;
end $$;
create trigger sessions_ended after update of revoked_at on sessions
    for each row when (old.revoked_at is null and new.revoked_at is not null) execute function session_ended();
create trigger sessions_gone after delete on sessions
    for each row when (old.revoked_at is null) execute function session_ended();

create function signing_keys_changed() returns trigger language plpgsql as $$
begin
    perform pg_notify('sessions', '{"keys":true}');
    return null;
end $$;
create trigger signing_keys_changed after insert or update on signing_keys
    for each statement execute function signing_keys_changed();
