-- SAML 2.0 beside OpenID Connect: a connection is one or the other.

alter table sso_connections drop constraint sso_connections_kind_check,
    add constraint sso_connections_kind_check check (kind in ('generic', 'one_login', 'entra', 'auth0', 'saml'));
alter table sso_connections drop constraint sso_connections_auth_method_check,
    add constraint sso_connections_auth_method_check
        check (auth_method in ('client_secret_basic', 'client_secret_post', 'private_key_jwt', 'certificate'));
alter table sso_connections
    add constraint sso_connections_saml check ((kind = 'saml') = (auth_method = 'certificate'));

-- What a provider's metadata said, and what else its connection needs. `sso_connections.issuer` is the provider's entity id,
-- `client_id` ours, and `secret_sealed` our private key.
create table saml_connections (
    connection_id uuid primary key references sso_connections (id) on delete cascade,
    -- Where the metadata came from; empty when it was pasted.
    metadata_url text not null default '' check (length(metadata_url) <= 500),
    sign_on_url text not null check (length(sign_on_url) between 8 and 1000),
    -- X.509, DER: whose signatures are taken.
    certificates bytea[] not null check (cardinality(certificates) between 1 and 8),
    valid_until timestamptz,
    -- The provider wants signed requests.
    wants_signed boolean not null default false,
    -- The attribute that holds the address; empty: one of the usual ones.
    email_attribute text not null default '' check (length(email_attribute) <= 200),
    -- Whether the provider may begin.
    idp_initiated boolean not null default false,
    -- X.509, DER: by what the provider knows us.
    our_certificate bytea not null check (length(our_certificate) <= 8192),
    read_at timestamptz not null,
    -- Why the last answer was refused that was: for the owner, to find what to mend.
    refused_at timestamptz,
    refused_why text check (length(refused_why) <= 300)
);

alter table saml_connections enable row level security;
alter table saml_connections force row level security;
-- Whoever may see the connection may see this part of it: the policy of `sso_connections` decides.
create policy saml_connections_owner on saml_connections
    using (app_role() = 'system' or exists (select from sso_connections c where c.id = connection_id))
    with check (app_role() = 'system' or exists (select from sso_connections c where c.id = connection_id));

grant select, insert, update on saml_connections to guildhall_app;
