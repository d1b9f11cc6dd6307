-- What the register says of how long things are kept, where it said more, or less, than happens.

comment on column orders.user_id is 'personal: who bought; kept: as long as the account; when it is erased the order stays for good, without your name and address';
comment on column orders.total_pence is 'personal: what you paid; kept: as long as the account; when it is erased the order stays for good, without your name and address';
comment on column orders.session_id is 'personal: finding your payment at the payment service, and for tax; kept: 7 years after the order last changed, and as long as the account';
comment on column orders.payment_intent_id is 'personal: finding your payment at the payment service, refunding it, and for tax; kept: 7 years after the order last changed, and as long as the account';
comment on column order_lines.user_id is 'personal: who bought; kept: as long as the account; when it is erased the order stays for good, without your name and address';
comment on column order_lines.title is 'personal: what you bought; kept: as long as the account; when it is erased the order stays for good, without your name and address';
comment on column payment_events.body is 'personal: what the payment service tells us about a payment, as it came; kept: 180 days after it was dealt with, or after it came when that failed';

comment on column person_exports.user_id is 'personal: whose copy it is; kept: 7 days after the copy was ready, or was asked for and could not be made';
comment on column person_exports.fetched_at is 'personal: showing you whether the copy was fetched; kept: 7 days after the copy was ready';

-- These can be used no longer than the first time; what is over is cleared away once a day.
comment on column webauthn_challenges.user_id is 'personal: finishing what one began with a passkey; kept: 5 minutes, then cleared away within a day';
comment on column webauthn_challenges.state is 'personal: finishing what one began with a passkey; kept: 5 minutes, then cleared away within a day';
comment on column pending_sign_ins.user_id is 'personal: who is signing in; kept: 10 minutes, then cleared away within a day';
comment on column pending_sign_ins.password_mark is 'personal: noticing that the password was changed meanwhile; kept: 10 minutes, then cleared away within a day';
comment on column recovery_code_sheets.sealed is 'personal: showing new recovery codes once; kept: 15 minutes, then cleared away within a day';
comment on column sso_pending_links.subject is 'personal: whom an organisation''s sign-in vouched for, until the account''s owner agrees; kept: 1 day after the link expired';
comment on column sso_pending_links.email is 'personal: the account that waits to be linked; kept: 1 day after the link expired';
comment on column sso_pending_links.sid is 'personal: the provider''s name of the session; kept: 1 day after the link expired';
comment on column factor_resets.user_id is 'personal: whose second factor is to be removed; kept: 30 days after it ended';
