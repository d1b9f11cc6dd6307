-- People, their sessions and the organisations they belong to.

create table users (
    id uuid primary key,
    -- Lower-cased by the program; compared as it is.
    email text not null constraint users_email_key unique
        check (length(email) between 3 and 254 and email = lower(email) and position('@' in email) > 1),
    name text not null check (length(trim(name)) between 1 and 100),
    -- PHC string, argon2id.
    password_hash text not null,
    email_confirmed_at timestamptz,
    is_admin boolean not null default false,
    suspended_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null
);

create table sessions (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    -- SHA-256 of the token in the cookie.
    token_hash bytea not null unique check (length(token_hash) = 32),
    user_agent text not null default '' check (length(user_agent) <= 400),
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz
);
create index sessions_user_id_idx on sessions (user_id);

-- Links sent by mail: good once, for one purpose, for a while.
create table one_time_tokens (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    purpose text not null check (purpose in ('confirm_email', 'reset_password')),
    token_hash bytea not null unique check (length(token_hash) = 32),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);
create index one_time_tokens_user_id_idx on one_time_tokens (user_id, purpose);

create table organizations (
    id uuid primary key,
    kind text not null check (kind in ('provider', 'enterprise', 'platform')),
    slug text not null constraint organizations_slug_key unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
    name text not null check (length(trim(name)) between 1 and 120),
    created_at timestamptz not null,
    suspended_at timestamptz
);

create table memberships (
    organization_id uuid not null references organizations (id) on delete cascade,
    user_id uuid not null references users (id) on delete cascade,
    role text not null check (role in ('owner', 'editor', 'analyst', 'manager', 'learner')),
    created_at timestamptz not null,
    primary key (organization_id, user_id)
);
create index memberships_user_id_idx on memberships (user_id);

alter table users enable row level security;
alter table users force row level security;
create policy users_self on users
    using (id = app_user_id() or app_is_trusted())
    with check (app_is_trusted() or (id = app_user_id() and not is_admin));

alter table sessions enable row level security;
alter table sessions force row level security;
create policy sessions_own on sessions
    using (user_id = app_user_id() or app_is_trusted()) with check (user_id = app_user_id() or app_is_trusted());

alter table one_time_tokens enable row level security;
alter table one_time_tokens force row level security;
create policy one_time_tokens_system on one_time_tokens
    using (app_role() = 'system') with check (app_role() = 'system');

-- An organisation's name and address are public (they stand on courses); who may change them is not.
alter table organizations enable row level security;
alter table organizations force row level security;
create policy organizations_read on organizations for select
    using (suspended_at is null or id = any (app_org_ids()) or app_is_trusted());
create policy organizations_insert on organizations for insert with check (app_is_trusted());
create policy organizations_update on organizations for update
    using (id = any (app_org_ids()) or app_is_trusted()) with check (id = any (app_org_ids()) or app_is_trusted());
create policy organizations_delete on organizations for delete using (app_is_trusted());

alter table memberships enable row level security;
alter table memberships force row level security;
create policy memberships_read on memberships for select
    using (user_id = app_user_id() or organization_id = any (app_org_ids()) or app_is_trusted());
create policy memberships_write on memberships
    using (app_is_trusted()) with check (app_is_trusted());

grant select, insert, update, delete on users, sessions, one_time_tokens, organizations, memberships to guildhall_app;
