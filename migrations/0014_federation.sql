-- Single sign-on and provisioning: an organisation's identity providers, who signed in through them, and what its
-- directory tells us of its people.

-- Whether the person who acts owns the organisation: only they see and change how its people sign in.
create function sso_is_owner(org uuid) returns boolean language sql stable
    return org = any (app_org_ids()) and exists (
        select from memberships m where m.organization_id = org and m.user_id = app_user_id() and m.role = 'owner');

-- The organisation that proved to hold a domain of mail.
create function sso_domain_holder(wanted text) returns uuid language sql stable as $$
    select organization_id from organization_domains where domain = lower(wanted) and verified_at is not null limit 1
$$;

create function sso_domains_of(org uuid) returns text[] language sql stable as $$
    select coalesce(array_agg(domain::text order by domain::text), '{}') from organization_domains
    where organization_id = org and verified_at is not null
$$;

create table sso_connections (
    id uuid primary key,
    organization_id uuid not null references organizations (id) on delete cascade,
    kind text not null check (kind in ('generic', 'one_login', 'entra', 'auth0')),
    name text not null check (length(trim(name)) between 1 and 80),
    issuer text not null check (length(issuer) between 8 and 300),
    client_id text not null check (length(client_id) between 1 and 300),
    auth_method text not null check (auth_method in ('client_secret_basic', 'client_secret_post', 'private_key_jwt')),
    -- The client's secret or private key, sealed with the program's key.
    secret_sealed bytea not null check (length(secret_sealed) <= 16384),
    -- Of a private key: the public half, as others fetch it.
    public_jwk jsonb,
    scopes text not null default 'openid email profile' check (length(scopes) <= 300),
    -- Entra's tenants whose people may come in; needed where the issuer is for all of them.
    tenants text[] not null default '{}' check (cardinality(tenants) <= 20),
    role_claim text not null default '' check (length(role_claim) <= 120),
    -- A claim's value -> the role that it gives here.
    role_map jsonb not null default '{}' check (jsonb_typeof(role_map) = 'object'),
    default_role text check (default_role in ('editor', 'analyst', 'manager', 'learner')),
    jit boolean not null default true,
    enabled boolean not null default false,
    enforced boolean not null default false,
    tested_at timestamptz,
    -- What the last test found: steps with their outcome.
    tested jsonb not null default '[]',
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint sso_connections_key check ((auth_method = 'private_key_jwt') = (public_jwk is not null)),
    constraint sso_connections_enforced check (enabled or not enforced)
);
create index sso_connections_organization_id_idx on sso_connections (organization_id);

-- Who a provider's subject is here.
create table sso_identities (
    connection_id uuid not null references sso_connections (id) on delete cascade,
    issuer text not null check (length(issuer) <= 300),
    subject text not null check (length(subject) between 1 and 255),
    user_id uuid not null references users (id) on delete cascade,
    created_at timestamptz not null,
    last_used_at timestamptz not null,
    primary key (connection_id, issuer, subject)
);
create index sso_identities_user_id_idx on sso_identities (user_id);
comment on column sso_identities.subject is 'personal: to recognise a person whom their organisation''s sign-in vouches for; kept: as long as the link';
comment on column sso_identities.user_id is 'personal: whose link to an organisation''s sign-in it is; kept: as long as the link';
comment on column sso_identities.last_used_at is 'personal: to show when the link was last used; kept: as long as the link';

-- A browser that is away at its provider. Each is used once.
create table sso_attempts (
    state_hash bytea primary key check (length(state_hash) = 32),
    connection_id uuid not null references sso_connections (id) on delete cascade,
    -- SHA-256 of the secret in the browser's cookie; nonce and PKCE verifier are derived from that secret.
    cookie_hash bytea not null check (length(cookie_hash) = 32),
    next text not null default '' check (length(next) <= 2000),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);
create index sso_attempts_expires_at_idx on sso_attempts (expires_at);
create index sso_attempts_connection_id_idx on sso_attempts (connection_id);

-- A person proved to be a provider's subject, whose address their organisation can't vouch for: the link waits until they
-- prove to own the account of that address too.
create table sso_pending_links (
    token_hash bytea primary key check (length(token_hash) = 32),
    connection_id uuid not null references sso_connections (id) on delete cascade,
    issuer text not null check (length(issuer) <= 300),
    subject text not null check (length(subject) between 1 and 255),
    email text not null check (length(email) between 3 and 254 and email = lower(email)),
    sid text check (length(sid) <= 255),
    role text check (role in ('editor', 'analyst', 'manager', 'learner')),
    next text not null default '' check (length(next) <= 2000),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);
create index sso_pending_links_expires_at_idx on sso_pending_links (expires_at);
create index sso_pending_links_connection_id_idx on sso_pending_links (connection_id);
comment on column sso_pending_links.subject is 'personal: whom an organisation''s sign-in vouched for, until the account''s owner agrees; kept: a day';
comment on column sso_pending_links.email is 'personal: the account that waits to be linked; kept: a day';
comment on column sso_pending_links.sid is 'personal: the provider''s name of the session; kept: a day';

-- Ids of tokens that were taken, until they would be too old anyway.
create table sso_replays (
    connection_id uuid not null references sso_connections (id) on delete cascade,
    token_hash bytea not null check (length(token_hash) = 32),
    expires_at timestamptz not null,
    primary key (connection_id, token_hash)
);
create index sso_replays_expires_at_idx on sso_replays (expires_at);

-- Which sessions a provider opened, so that it can end them.
create table sso_sessions (
    session_id uuid primary key references sessions (id) on delete cascade,
    connection_id uuid not null references sso_connections (id) on delete cascade,
    issuer text not null check (length(issuer) <= 300),
    subject text not null check (length(subject) between 1 and 255),
    sid text check (length(sid) <= 255),
    user_id uuid not null references users (id) on delete cascade,
    created_at timestamptz not null
);
create index sso_sessions_connection_idx on sso_sessions (connection_id, subject);
comment on column sso_sessions.subject is 'personal: to end sessions when the organisation signs somebody out; kept: as long as the session';
comment on column sso_sessions.sid is 'personal: the provider''s name of the session; kept: as long as the session';
comment on column sso_sessions.user_id is 'personal: whose session it is; kept: as long as the session';

create table scim_tokens (
    id uuid primary key,
    organization_id uuid not null references organizations (id) on delete cascade,
    name text not null check (length(trim(name)) between 1 and 80),
    token_hash bytea not null unique check (length(token_hash) = 32),
    created_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz
);
create index scim_tokens_organization_id_idx on scim_tokens (organization_id);

create table scim_users (
    id uuid primary key,
    organization_id uuid not null references organizations (id) on delete cascade,
    user_id uuid not null references users (id) on delete cascade,
    -- In lower case: it is compared without case (RFC 7643, 4.1.1).
    user_name text not null check (length(user_name) between 3 and 254 and user_name = lower(user_name)),
    external_id text check (length(external_id) <= 255),
    display_name text not null default '' check (length(display_name) <= 200),
    given_name text not null default '' check (length(given_name) <= 100),
    family_name text not null default '' check (length(family_name) <= 100),
    active boolean not null,
    -- The account was made on the directory's word, and never proved otherwise.
    made_account boolean not null default false,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint scim_users_user_name_key unique (organization_id, user_name),
    constraint scim_users_user_id_key unique (organization_id, user_id),
    unique (id, organization_id)
);
create index scim_users_external_id_idx on scim_users (organization_id, external_id);
create index scim_users_user_id_idx on scim_users (user_id);
comment on column scim_users.user_id is 'personal: the account that the organisation''s directory keeps; kept: until the directory removes it';
comment on column scim_users.user_name is 'personal: the work address in the organisation''s directory; kept: until the directory removes it';
comment on column scim_users.external_id is 'personal: the directory''s own id; kept: until the directory removes it';
comment on column scim_users.display_name is 'personal: the name in the directory; kept: until the directory removes it';
comment on column scim_users.given_name is 'personal: the name in the directory; kept: until the directory removes it';
comment on column scim_users.family_name is 'personal: the name in the directory; kept: until the directory removes it';

create table scim_groups (
    id uuid primary key,
    organization_id uuid not null references organizations (id) on delete cascade,
    display_name text not null check (length(trim(display_name)) between 1 and 200),
    external_id text check (length(external_id) <= 255),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (id, organization_id)
);
create unique index scim_groups_display_name_key on scim_groups (organization_id, lower(display_name));

create table scim_group_members (
    group_id uuid not null,
    scim_user_id uuid not null,
    organization_id uuid not null,
    primary key (group_id, scim_user_id),
    foreign key (group_id, organization_id) references scim_groups (id, organization_id) on delete cascade,
    foreign key (scim_user_id, organization_id) references scim_users (id, organization_id) on delete cascade
);
create index scim_group_members_user_idx on scim_group_members (scim_user_id);
comment on column scim_group_members.scim_user_id is 'personal: who is in a group of the directory; kept: until the directory removes it';

-- Owners keep their organisation's connections and tokens; all else is the program's own.
alter table sso_connections enable row level security;
alter table sso_connections force row level security;
create policy sso_connections_owner on sso_connections
    using (app_role() = 'system' or sso_is_owner(organization_id))
    with check (app_role() = 'system' or sso_is_owner(organization_id));

alter table scim_tokens enable row level security;
alter table scim_tokens force row level security;
create policy scim_tokens_owner on scim_tokens
    using (app_role() = 'system' or sso_is_owner(organization_id))
    with check (app_role() = 'system' or sso_is_owner(organization_id));

alter table sso_identities enable row level security;
alter table sso_identities force row level security;
create policy sso_identities_read on sso_identities for select using (user_id = app_user_id() or app_role() = 'system');
create policy sso_identities_write on sso_identities using (app_role() = 'system') with check (app_role() = 'system');

alter table sso_sessions enable row level security;
alter table sso_sessions force row level security;
create policy sso_sessions_system on sso_sessions using (app_role() = 'system') with check (app_role() = 'system');

alter table sso_attempts enable row level security;
alter table sso_attempts force row level security;
create policy sso_attempts_system on sso_attempts using (app_role() = 'system') with check (app_role() = 'system');

alter table sso_pending_links enable row level security;
alter table sso_pending_links force row level security;
create policy sso_pending_links_system on sso_pending_links using (app_role() = 'system') with check (app_role() = 'system');

alter table sso_replays enable row level security;
alter table sso_replays force row level security;
create policy sso_replays_system on sso_replays using (app_role() = 'system') with check (app_role() = 'system');

alter table scim_users enable row level security;
alter table scim_users force row level security;
create policy scim_users_read on scim_users for select using (user_id = app_user_id() or app_role() = 'system');
create policy scim_users_write on scim_users using (app_role() = 'system') with check (app_role() = 'system');

alter table scim_groups enable row level security;
alter table scim_groups force row level security;
create policy scim_groups_system on scim_groups using (app_role() = 'system') with check (app_role() = 'system');

alter table scim_group_members enable row level security;
alter table scim_group_members force row level security;
create policy scim_group_members_system on scim_group_members using (app_role() = 'system') with check (app_role() = 'system');

grant select, insert, update, delete on sso_connections, sso_attempts, sso_pending_links, sso_replays, scim_users, scim_groups to guildhall_app;
grant select, insert, update, delete on sso_identities, scim_tokens to guildhall_app;
grant select, insert, delete on sso_sessions, scim_group_members to guildhall_app;
