-- Second factors: authenticator apps, passkeys, recovery codes; half-finished sign-ins; the slow way past a lost factor.

create table totp_factors (
    user_id uuid primary key references users (id) on delete cascade,
    -- Sealed: 20 bytes of secret under GUILDHALL_SECRET_KEY.
    secret bytea not null check (length(secret) between 21 and 200),
    created_at timestamptz not null,
    -- Unset while it is being set up.
    confirmed_at timestamptz,
    -- The time step of the last code that was taken: that one and older ones are not taken again.
    last_step bigint not null default 0 check (last_step >= 0),
    -- Wrong codes since the last right one, and when the next may be tried.
    wrong_codes integer not null default 0 check (wrong_codes >= 0),
    next_try_at timestamptz
);
comment on column totp_factors.user_id is 'personal: whose authenticator app it is; kept: until removed or the account is erased';
comment on column totp_factors.secret is 'personal: checking codes at sign-in; kept: until removed or the account is erased';

create table passkeys (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    credential_id bytea not null constraint passkeys_credential_id_key unique check (length(credential_id) between 1 and 1023),
    name text not null check (length(trim(name)) between 1 and 60),
    -- Public key and signature counter, as webauthn-rs writes them.
    credential jsonb not null,
    created_at timestamptz not null,
    last_used_at timestamptz
);
create index passkeys_user_id_idx on passkeys (user_id);
comment on column passkeys.user_id is 'personal: whose passkey it is; kept: until removed or the account is erased';
comment on column passkeys.credential_id is 'personal: finding the passkey at sign-in; kept: until removed or the account is erased';
comment on column passkeys.name is 'personal: telling one''s passkeys apart; kept: until removed or the account is erased';
comment on column passkeys.credential is 'personal: checking the passkey at sign-in (public key); kept: until removed or the account is erased';
comment on column passkeys.last_used_at is 'personal: showing the person when it was used; kept: until removed or the account is erased';

create table recovery_codes (
    user_id uuid not null references users (id) on delete cascade,
    -- SHA-256 of person and code.
    code_hash bytea not null check (length(code_hash) = 32),
    used_at timestamptz,
    primary key (user_id, code_hash)
);
comment on column recovery_codes.user_id is 'personal: whose code it is; kept: until replaced or the account is erased';
comment on column recovery_codes.code_hash is 'personal: checking the code at sign-in; kept: until replaced or the account is erased';

-- The codes as they are shown once, sealed, until the person has kept them or a quarter of an hour has passed.
create table recovery_code_sheets (
    user_id uuid primary key references users (id) on delete cascade,
    made_at timestamptz not null,
    sealed bytea,
    shown_until timestamptz not null
);
comment on column recovery_code_sheets.user_id is 'personal: whose codes they are; kept: until replaced or the account is erased';
comment on column recovery_code_sheets.sealed is 'personal: showing new recovery codes once; kept: 15 minutes';

-- What an authenticator has been asked to sign: good once, for five minutes.
create table webauthn_challenges (
    -- SHA-256 of the token that the browser sends back.
    token_hash bytea primary key check (length(token_hash) = 32),
    purpose text not null check (purpose in ('register', 'sign_in', 'second_factor', 'prove')),
    -- Nobody yet, when signing in by passkey alone.
    user_id uuid references users (id) on delete cascade,
    state jsonb not null,
    expires_at timestamptz not null
);
create index webauthn_challenges_user_id_idx on webauthn_challenges (user_id);
create index webauthn_challenges_expires_at_idx on webauthn_challenges (expires_at);
comment on column webauthn_challenges.user_id is 'personal: finishing what one began with a passkey; kept: 5 minutes';

-- The password was right and the second factor is still to come.
create table pending_sign_ins (
    -- SHA-256 of the token in the cookie.
    token_hash bytea primary key check (length(token_hash) = 32),
    user_id uuid not null references users (id) on delete cascade,
    -- SHA-256 of the stored password's hash: a changed password makes it void.
    password_mark bytea not null check (length(password_mark) = 32),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    -- Of the code that was mailed to somebody whose second factor is lost.
    mail_code_hash bytea check (length(mail_code_hash) = 32),
    mail_code_expires_at timestamptz,
    mail_codes_sent integer not null default 0 check (mail_codes_sent >= 0),
    mail_code_tries integer not null default 0 check (mail_code_tries >= 0)
);
create index pending_sign_ins_user_id_idx on pending_sign_ins (user_id);
create index pending_sign_ins_expires_at_idx on pending_sign_ins (expires_at);
comment on column pending_sign_ins.user_id is 'personal: who is signing in; kept: 10 minutes';

-- Somebody with the password and the mailbox asked to be rid of a lost second factor: it goes after a wait in which the
-- person can say no.
create table factor_resets (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    cancel_hash bytea not null unique check (length(cancel_hash) = 32),
    asked_at timestamptz not null,
    due_at timestamptz not null check (due_at >= asked_at),
    ended_at timestamptz,
    outcome text check (outcome in ('removed', 'cancelled')),
    check ((ended_at is null) = (outcome is null))
);
create unique index factor_resets_open_idx on factor_resets (user_id) where ended_at is null;
comment on column factor_resets.user_id is 'personal: whose second factor is to be removed; kept: 1 month after it ended';

alter table totp_factors enable row level security;
alter table totp_factors force row level security;
create policy totp_factors_own on totp_factors
    using (user_id = app_user_id() or app_role() = 'system') with check (user_id = app_user_id() or app_role() = 'system');

alter table passkeys enable row level security;
alter table passkeys force row level security;
create policy passkeys_own on passkeys
    using (user_id = app_user_id() or app_role() = 'system') with check (user_id = app_user_id() or app_role() = 'system');

alter table recovery_codes enable row level security;
alter table recovery_codes force row level security;
create policy recovery_codes_own on recovery_codes
    using (user_id = app_user_id() or app_role() = 'system') with check (user_id = app_user_id() or app_role() = 'system');

alter table recovery_code_sheets enable row level security;
alter table recovery_code_sheets force row level security;
create policy recovery_code_sheets_own on recovery_code_sheets
    using (user_id = app_user_id() or app_role() = 'system') with check (user_id = app_user_id() or app_role() = 'system');

alter table webauthn_challenges enable row level security;
alter table webauthn_challenges force row level security;
create policy webauthn_challenges_system on webauthn_challenges
    using (app_role() = 'system') with check (app_role() = 'system');

alter table pending_sign_ins enable row level security;
alter table pending_sign_ins force row level security;
create policy pending_sign_ins_system on pending_sign_ins
    using (app_role() = 'system') with check (app_role() = 'system');

alter table factor_resets enable row level security;
alter table factor_resets force row level security;
create policy factor_resets_read on factor_resets for select using (user_id = app_user_id() or app_role() = 'system');
create policy factor_resets_write on factor_resets using (app_role() = 'system') with check (app_role() = 'system');

grant select, insert, update, delete on totp_factors, passkeys, recovery_codes, recovery_code_sheets, pending_sign_ins, factor_resets to guildhall_app;
grant select, insert, delete on webauthn_challenges to guildhall_app;
