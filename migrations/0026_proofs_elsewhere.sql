-- Proving again who one is at one's organisation, and metadata of SAML providers that is read again by itself.

-- The person is to sign in anew at their provider, for a session that they have here: nobody is signed in by it.
alter table sso_attempts add column confirms boolean not null default false;

-- Why the daily reading of a provider's metadata did not take what it found, until one does.
alter table saml_connections
    add column read_failed_at timestamptz,
    add column read_failed_why text check (length(read_failed_why) <= 300);
