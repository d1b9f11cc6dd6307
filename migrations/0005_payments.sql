-- Orders, the payment inbox and the ledger.

create table orders (
    id uuid primary key,
    user_id uuid not null references users (id),
    state text not null default 'pending' check (state in ('pending', 'paid', 'cancelled', 'expired', 'refunded')),
    total_pence bigint not null check (total_pence > 0),
    currency text not null default 'GBP' check (currency = 'GBP'),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    paid_at timestamptz,
    -- Stripe's Checkout Session: its id and its page.
    session_id text constraint orders_session_id_key unique,
    pay_url text,
    session_expires_at timestamptz,
    payment_intent_id text constraint orders_payment_intent_id_key unique,
    constraint orders_paid_has_date check ((state in ('paid', 'refunded')) = (paid_at is not null))
);
create index orders_user_id_idx on orders (user_id, created_at desc);
create index orders_pending_idx on orders (created_at) where state = 'pending';

create table order_lines (
    id uuid primary key,
    order_id uuid not null references orders (id),
    user_id uuid not null references users (id),
    course_id uuid not null references courses (id),
    provider_id uuid not null references organizations (id),
    -- As it was when it was bought.
    title text not null,
    price_pence bigint not null check (price_pence > 0),
    currency text not null default 'GBP' check (currency = 'GBP'),
    -- The provider's share in basis points, kept as it was at the time.
    share_basis_points integer not null check (share_basis_points between 0 and 10000),
    state text not null default 'open' check (state in ('open', 'held', 'released', 'refunded', 'closed')),
    -- Held funds are released at the latest then.
    release_due_at timestamptz,
    released_at timestamptz,
    constraint order_lines_held_is_due check (state <> 'held' or release_due_at is not null)
);
create index order_lines_order_id_idx on order_lines (order_id);
-- Two clicks or two tabs make one open line: the second finds the first.
create unique index order_lines_open_once on order_lines (user_id, course_id) where state = 'open';
create index order_lines_due_idx on order_lines (release_due_at) where state = 'held';

alter table enrollments add constraint enrollments_order_line_fk foreign key (order_line_id) references order_lines (id);

-- The payment inbox: every verified webhook as it came, once.
create table payment_events (
    source text not null check (source in ('stripe', 'govuk_pay')),
    event_id text not null check (length(event_id) between 1 and 200),
    kind text not null,
    body bytea not null,
    received_at timestamptz not null,
    processed_at timestamptz,
    effect text,
    primary key (source, event_id)
);
create index payment_events_waiting_idx on payment_events (received_at) where processed_at is null;

-- Double entry. Positive is a debit of the account, negative a credit; a transaction's postings sum to zero.
create table ledger_accounts (
    id uuid primary key,
    -- gateway: what the payment service holds for us · held: paid, not yet earned · provider_payable: earned, not yet paid out ·
    -- commission: ours
    kind text not null check (kind in ('gateway', 'held', 'provider_payable', 'commission')),
    organization_id uuid references organizations (id),
    currency text not null check (currency = 'GBP'),
    constraint ledger_accounts_key unique nulls not distinct (kind, organization_id, currency),
    check ((kind in ('held', 'provider_payable')) = (organization_id is not null))
);

create index ledger_accounts_organization_idx on ledger_accounts (organization_id) where organization_id is not null;

create table ledger_transactions (
    id uuid primary key,
    kind text not null check (kind in ('charge', 'release', 'refund')),
    -- The same event never books twice.
    idempotency_key text not null constraint ledger_transactions_idempotency_key unique,
    order_line_id uuid not null references order_lines (id),
    created_at timestamptz not null
);
create index ledger_transactions_order_line_idx on ledger_transactions (order_line_id);

create table ledger_postings (
    transaction_id uuid not null references ledger_transactions (id),
    account_id uuid not null references ledger_accounts (id),
    amount_pence bigint not null check (amount_pence <> 0),
    currency text not null check (currency = 'GBP'),
    primary key (transaction_id, account_id)
);
create index ledger_postings_account_idx on ledger_postings (account_id);

create function ledger_balances() returns trigger language plpgsql as $$
declare off bigint; parts bigint;
begin
    select coalesce(sum(amount_pence), 0), count(*) into off, parts from ledger_postings where transaction_id = new.transaction_id;
    if off <> 0 or parts < 2 then
        raise exception 'ledger transaction % is off by % pence', new.transaction_id, off using errcode = 'check_violation', constraint = 'ledger_balances';
    end if;
    return null;
end $$;
create constraint trigger ledger_balances after insert on ledger_postings deferrable initially deferred
    for each row execute function ledger_balances();

create function ledger_has_postings() returns trigger language plpgsql as $$
begin
    if not exists (select from ledger_postings where transaction_id = new.id) then
        raise exception 'ledger transaction % has no postings', new.id using errcode = 'check_violation', constraint = 'ledger_balances';
    end if;
    return null;
end $$;
create constraint trigger ledger_has_postings after insert on ledger_transactions deferrable initially deferred
    for each row execute function ledger_has_postings();

create trigger ledger_transactions_append_only before update or delete on ledger_transactions for each row execute function refuse_change();
create trigger ledger_postings_append_only before update or delete on ledger_postings for each row execute function refuse_change();
create trigger ledger_transactions_keep before truncate on ledger_transactions execute function refuse_change();
create trigger ledger_postings_keep before truncate on ledger_postings execute function refuse_change();

alter table orders enable row level security;
alter table orders force row level security;
create policy orders_read on orders for select using (user_id = app_user_id() or app_is_trusted());
create policy orders_insert on orders for insert
    with check (app_is_trusted() or (user_id = app_user_id() and state = 'pending' and paid_at is null));
-- Only the program moves an order on.
create policy orders_update on orders for update using (app_is_trusted()) with check (app_is_trusted());

alter table order_lines enable row level security;
alter table order_lines force row level security;
create policy order_lines_read on order_lines for select
    using (user_id = app_user_id() or provider_id = any (app_org_ids()) or app_is_trusted());
create policy order_lines_insert on order_lines for insert
    with check (app_is_trusted() or (user_id = app_user_id() and state = 'open'));
create policy order_lines_update on order_lines for update using (app_is_trusted()) with check (app_is_trusted());

alter table payment_events enable row level security;
alter table payment_events force row level security;
create policy payment_events_trusted on payment_events using (app_is_trusted()) with check (app_is_trusted());

alter table ledger_accounts enable row level security;
alter table ledger_accounts force row level security;
create policy ledger_accounts_read on ledger_accounts for select
    using (organization_id = any (app_org_ids()) or app_is_trusted());
create policy ledger_accounts_insert on ledger_accounts for insert with check (app_role() = 'system');

alter table ledger_transactions enable row level security;
alter table ledger_transactions force row level security;
create policy ledger_transactions_read on ledger_transactions for select
    using (app_is_trusted() or exists (select from order_lines l where l.id = order_line_id and l.provider_id = any (app_org_ids())));
create policy ledger_transactions_insert on ledger_transactions for insert with check (app_role() = 'system');

alter table ledger_postings enable row level security;
alter table ledger_postings force row level security;
create policy ledger_postings_read on ledger_postings for select
    using (app_is_trusted() or exists (select from ledger_accounts a where a.id = account_id and a.organization_id = any (app_org_ids())));
create policy ledger_postings_insert on ledger_postings for insert with check (app_role() = 'system');

grant select, insert, update on orders, order_lines, payment_events to guildhall_app;
grant select, insert on ledger_accounts, ledger_transactions, ledger_postings to guildhall_app;
