-- Privacy: what people agreed to, copies of what is kept about them, their erasure; and for every personal column what it is for
-- and how long it is kept. `/privacy` prints the comments; a test fails where one is missing. A column of a table about people
-- that holds text, bytes or JSON, or names a person, says either
--     personal: <what for>; kept: <how long>
-- or
--     not personal: <why>
-- unless a check limits it to fixed words.

alter table users add column erased_at timestamptz,
    -- Nobody comes back to an account that is erased: it stays suspended, at an address that nobody confirmed.
    add constraint users_erased_stays check (erased_at is null or (suspended_at is not null and email_confirmed_at is null and not is_admin));

create table consents (
    user_id uuid not null references users (id) on delete cascade,
    document text not null check (document in ('terms', 'privacy')),
    version integer not null check (version >= 1),
    given_at timestamptz not null,
    -- The form to sign up with, or the page that asks whoever is signed in.
    source text not null check (source in ('sign_up', 'asked')),
    primary key (user_id, document, version)
);

create table person_exports (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    asked_at timestamptz not null,
    -- From then on until it expires it can be fetched: the file `exports/{id}.zip` of the store.
    ready_at timestamptz,
    expires_at timestamptz,
    size_bytes bigint check (size_bytes > 0),
    fetched_at timestamptz,
    constraint person_exports_ready check ((ready_at is null) = (expires_at is null) and (ready_at is null) = (size_bytes is null))
);
create index person_exports_user_id_idx on person_exports (user_id, asked_at desc);
create unique index person_exports_waiting_key on person_exports (user_id) where ready_at is null;
create index person_exports_expires_at_idx on person_exports (expires_at);

create table erasures (
    id uuid primary key,
    user_id uuid not null references users (id),
    asked_at timestamptz not null,
    due_at timestamptz not null check (due_at >= asked_at),
    withdrawn_at timestamptz,
    done_at timestamptz,
    constraint erasures_one_end check (withdrawn_at is null or done_at is null)
);
create index erasures_user_id_idx on erasures (user_id);
create unique index erasures_waiting_key on erasures (user_id) where withdrawn_at is null and done_at is null;

alter table consents enable row level security;
alter table consents force row level security;
create policy consents_read on consents for select using (user_id = app_user_id() or app_is_trusted());
create policy consents_insert on consents for insert with check (user_id = app_user_id() or app_role() = 'system');
create policy consents_delete on consents for delete using (app_role() = 'system');

alter table person_exports enable row level security;
alter table person_exports force row level security;
create policy person_exports_read on person_exports for select using (user_id = app_user_id() or app_role() = 'system');
create policy person_exports_insert on person_exports for insert
    with check (app_role() = 'system' or (user_id = app_user_id() and ready_at is null and fetched_at is null));
create policy person_exports_update on person_exports for update using (app_role() = 'system') with check (app_role() = 'system');
create policy person_exports_delete on person_exports for delete using (app_role() = 'system');

-- Asking and withdrawing go through the program, which tells of it by mail.
alter table erasures enable row level security;
alter table erasures force row level security;
create policy erasures_read on erasures for select using (user_id = app_user_id() or app_is_trusted());
create policy erasures_write on erasures using (app_role() = 'system') with check (app_role() = 'system');

grant select, insert, delete on consents to guildhall_app;
grant select, insert, delete on person_exports to guildhall_app;
grant update (ready_at, expires_at, size_bytes, fetched_at) on person_exports to guildhall_app;
grant select, insert on erasures to guildhall_app;
grant update (due_at, withdrawn_at, done_at) on erasures to guildhall_app;

comment on column users.email is 'personal: signing in, and sending what you need to know; kept: until the account is erased';
comment on column users.name is 'personal: showing you, and those who run your organisation, whose account it is; kept: until the account is erased';
comment on column users.password_hash is 'personal: checking your password at sign-in; kept: until the account is erased';
comment on column users.erased_at is 'personal: knowing that the account was erased; kept: for good, with nothing else of you';
comment on column consents.user_id is 'personal: whose agreement it is; kept: until the account is erased';
comment on column consents.given_at is 'personal: proving what you agreed to, and when; kept: until the account is erased';
comment on column person_exports.user_id is 'personal: whose copy it is; kept: 7 days after the copy was ready';
comment on column person_exports.fetched_at is 'personal: showing you whether the copy was fetched; kept: 7 days after the copy was ready';
comment on column erasures.user_id is 'personal: carrying out your wish, and proving that we did; kept: for good, with nothing else of you';

comment on column sessions.token_hash is 'not personal: the hash of a random token, unused since refresh tokens';
comment on column refresh_tokens.token_hash is 'not personal: the hash of a random token';
comment on column one_time_tokens.user_id is 'personal: whose link was sent by mail; kept: 30 days after it expired';
comment on column one_time_tokens.token_hash is 'not personal: the hash of a random token';
comment on column webauthn_challenges.token_hash is 'not personal: the hash of a random token';
comment on column webauthn_challenges.state is 'personal: finishing what one began with a passkey; kept: 5 minutes';
comment on column pending_sign_ins.token_hash is 'not personal: the hash of a random token';
comment on column pending_sign_ins.password_mark is 'personal: noticing that the password was changed meanwhile; kept: 10 minutes';
comment on column pending_sign_ins.mail_code_hash is 'not personal: the hash of a random code';
comment on column factor_resets.cancel_hash is 'not personal: the hash of a random token';
comment on column person_claims.user_id is 'personal: making tokens stale at once when a person''s rights change; kept: 1 day after the account is erased';

comment on column sso_identities.issuer is 'not personal: the address of an organisation''s sign-in';
comment on column sso_sessions.issuer is 'not personal: the address of an organisation''s sign-in';
comment on column sso_pending_links.issuer is 'not personal: the address of an organisation''s sign-in';
comment on column sso_pending_links.token_hash is 'not personal: the hash of a random token';
comment on column sso_pending_links.next is 'not personal: a page of ours';
comment on column sso_pending_links.subject is 'personal: whom an organisation''s sign-in vouched for, until the account''s owner agrees; kept: 1 day';
comment on column sso_pending_links.email is 'personal: the account that waits to be linked; kept: 1 day';
comment on column sso_pending_links.sid is 'personal: the provider''s name of the session; kept: 1 day';

comment on column memberships.user_id is 'personal: who belongs to an organisation; kept: until they leave it or the account is erased';
comment on column memberships.role is 'personal: what somebody may do in their organisation; kept: until they leave it or the account is erased';
comment on column invitations.token_hash is 'not personal: the hash of a random token';
comment on column organizations.slug is 'not personal: an organisation''s address on the site';
comment on column organizations.name is 'not personal: an organisation''s name';
comment on column organizations.suspended_reason is 'not personal: about an organisation';

comment on column enrollments.user_id is 'personal: who takes a course; kept: until the account is erased; then only that somebody took it';
comment on column enrollments.course_id is 'personal: which course you take; kept: until the account is erased; then only that somebody took it';
comment on column enrollments.completed_at is 'personal: whether you finished, which also releases the fee; kept: until the account is erased; then only that somebody finished';
comment on column enrollments.last_lesson_id is 'personal: going on where you were; kept: until the account is erased';
comment on column enrollments.last_seen_at is 'personal: going on where you were; kept: until the account is erased';
comment on column lesson_progress.completed_at is 'personal: showing how far you are; kept: until the account is erased';
comment on column quiz_attempts.percent is 'personal: showing how you did; kept: until the account is erased';
comment on column quiz_attempts.answers is 'personal: showing which answers were right; kept: until the account is erased';
comment on column notes.body is 'personal: your own notes beside a lesson; kept: until you delete them or the account is erased';
comment on column reviews.user_id is 'personal: whose review it is; kept: until the account is erased';
comment on column reviews.author_name is 'personal: shown in public beside your review; kept: until the account is erased';
comment on column reviews.rating is 'personal: shown in public, and part of the course''s rating; kept: until the account is erased';
comment on column reviews.title is 'personal: your review, shown in public; kept: until the account is erased';
comment on column reviews.body is 'personal: your review, shown in public; kept: until the account is erased';

comment on column orders.user_id is 'personal: who bought; kept: 6 years after the end of the tax year, as the law wants, and as long as the account';
comment on column orders.total_pence is 'personal: what you paid; kept: 6 years after the end of the tax year, as the law wants, and as long as the account';
comment on column orders.session_id is 'personal: finding your payment at the payment service; kept: 6 years after the end of the tax year, as the law wants, and as long as the account';
comment on column orders.payment_intent_id is 'personal: finding your payment at the payment service, and refunding it; kept: 6 years after the end of the tax year, as the law wants, and as long as the account';
comment on column orders.pay_url is 'personal: leading you back to a payment that is not finished; kept: until the account is erased';
comment on column order_lines.user_id is 'personal: who bought; kept: 6 years after the end of the tax year, as the law wants, and as long as the account';
comment on column order_lines.title is 'personal: what you bought; kept: 6 years after the end of the tax year, as the law wants, and as long as the account';
comment on column payment_events.body is 'personal: what the payment service tells us about a payment, as it came; kept: 180 days';
comment on column ledger_transactions.idempotency_key is 'not personal: names what was booked, so that it is booked once';

comment on column notifications.user_id is 'personal: sending each mail once; kept: 1 year';
comment on column notifications.dedupe_key is 'personal: sending each mail once; kept: 1 year';
comment on column notifications.template is 'personal: which mail you were sent; kept: 1 year';

comment on column audit_inbox.actor_name is 'not personal: which of the program''s own tasks it was';
comment on column audit_inbox.acting_for_kind is 'not personal: a fixed word';
comment on column audit_inbox.action is 'not personal: what kind of event it is';
comment on column audit_inbox.target_kind is 'not personal: what kind of thing it happened to';
comment on column audit_inbox.request_id is 'not personal: a random number';
comment on column audit_events.actor_role is 'not personal: a fixed word';
comment on column audit_events.actor_name is 'not personal: which of the program''s own tasks it was';
comment on column audit_events.acting_for_kind is 'not personal: a fixed word';
comment on column audit_events.action is 'not personal: what kind of event it is';
comment on column audit_events.target_kind is 'not personal: what kind of thing it happened to';
comment on column audit_events.request_id is 'not personal: a random number';
comment on column audit_events.previous_hash is 'not personal: holds the chain together';
comment on column audit_events.hash is 'not personal: holds the chain together';
