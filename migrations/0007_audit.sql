-- The audit trail: what happened, told by the transaction that did it, and never changed afterwards.
--
-- An event is inserted into audit_inbox by the transaction of what it tells of: no lock, no waiting. audit_seal() moves events on,
-- one sealer at a time, into the chain (audit_events): numbered without gaps, each row's hash over the hash before it. The
-- program's role can insert into the inbox, read, and call the functions below; nothing else. See docs/decisions/0010.

-- The months of the chain; nobody but the owner comes in, so that the table's own guards are the only way to a row.
create schema audit_months;

-- From where a request came: set by Db::begin, empty in the program's own work.
create function app_address() returns text language sql stable parallel safe
    return nullif(current_setting('app.address', true), '');
create function app_request_id() returns text language sql stable parallel safe
    return nullif(current_setting('app.request_id', true), '');

-- A UUIDv7 (RFC 9562) of the database's own time and chance.
create function audit_id(at timestamptz) returns uuid language sql volatile
    return encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from at) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid;

create table audit_inbox (
    place bigserial primary key,
    -- By the database's clock: no node can date an event.
    occurred_at timestamptz not null default clock_timestamp(),
    id uuid not null default audit_id(clock_timestamp()) constraint audit_inbox_id_key unique,
    actor_role text not null check (actor_role in ('anonymous', 'user', 'admin', 'system')),
    actor_id uuid,
    -- What the program was doing, when it was nobody's order.
    actor_name text,
    acting_for_kind text check (acting_for_kind in ('person', 'organization')),
    acting_for_id uuid,
    action text not null check (action ~ '^[a-z][a-z0-9_]*([.][a-z0-9_]+)+$' and length(action) <= 100),
    target_kind text not null check (target_kind ~ '^[a-z][a-z0-9_]*$' and length(target_kind) <= 60),
    target_id text not null check (length(target_id) <= 200),
    -- Canonical JSON as text (RFC 8785's order and form), so that the hash can be computed again.
    before text check (length(before) <= 70000),
    after text check (length(after) <= 70000),
    address text default app_address(),
    request_id text default app_request_id(),
    check ((acting_for_kind is null) = (acting_for_id is null)),
    check (actor_name is null or actor_role = 'system')
);
comment on table audit_inbox is 'Events that committed and wait, for a minute at most, to be put into the chain.';

create table audit_events (
    seq bigint not null check (seq > 0),
    id uuid not null,
    occurred_at timestamptz not null,
    -- The latest occurred_at of the chain so far: it never goes back, so a month is an unbroken run of the chain.
    filed_at timestamptz not null check (filed_at >= occurred_at),
    actor_role text not null,
    actor_id uuid,
    actor_name text,
    acting_for_kind text,
    acting_for_id uuid,
    action text not null,
    target_kind text not null,
    target_id text not null,
    before text,
    after text,
    address text,
    request_id text,
    previous_hash bytea not null check (length(previous_hash) = 32),
    hash bytea not null check (length(hash) = 32),
    primary key (seq, filed_at)
) partition by range (filed_at);
comment on table audit_events is 'The audit trail: append-only, each row''s hash over the one before it.';
create index audit_events_id_idx on audit_events (id);
create index audit_events_actor_idx on audit_events (actor_id, seq) where actor_id is not null;
create index audit_events_acting_for_idx on audit_events (acting_for_id, seq) where acting_for_id is not null;
create index audit_events_target_idx on audit_events (target_id, seq);
create index audit_events_action_idx on audit_events (action text_pattern_ops, seq);

-- Where the chain ends: one row.
create table audit_head (
    only_row boolean primary key default true check (only_row),
    seq bigint not null default 0,
    hash bytea not null default decode(repeat('00', 32), 'hex') check (length(hash) = 32),
    filed_at timestamptz not null default '-infinity',
    -- The least that is kept, whatever the program is told: only the owner lowers it.
    keep_years integer not null default 7 check (keep_years >= 1)
);
insert into audit_head default values;

-- What audit/anchors/ in the file store says of the chain's end, day by day.
create table audit_anchors (
    anchored_on date primary key,
    seq bigint not null check (seq > 0),
    hash bytea not null check (length(hash) = 32),
    anchored_at timestamptz not null,
    location text not null
);

-- A row's hash: SHA-256 over the encoding that docs/decisions/0010 describes. `guildhall audit verify` computes it on its own.
create function audit_field(value text) returns bytea language sql immutable parallel safe
    return case when value is null then '\xffffffff'::bytea
        else int4send(octet_length(convert_to(value, 'UTF8'))) || convert_to(value, 'UTF8') end;

create function audit_micros(at timestamptz) returns bytea language sql immutable parallel safe
    return int8send((extract(epoch from at) * 1000000)::bigint);

create function audit_hash(e audit_events) returns bytea language sql immutable parallel safe
    return sha256(audit_field('guildhall.audit/1') || e.previous_hash || int8send(e.seq) || audit_field(e.id::text)
        || audit_micros(e.occurred_at) || audit_micros(e.filed_at)
        || audit_field(e.actor_role) || audit_field(e.actor_id::text) || audit_field(e.actor_name)
        || audit_field(e.acting_for_kind) || audit_field(e.acting_for_id::text)
        || audit_field(e.action) || audit_field(e.target_kind) || audit_field(e.target_id)
        || audit_field(e.before) || audit_field(e.after) || audit_field(e.address) || audit_field(e.request_id));

-- Makes the month that a time falls in, where it is not there.
create function audit_make_month(at timestamptz) returns void language plpgsql
    set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
    first timestamptz := date_trunc('month', at);
    name text := 'events_' || to_char(at, 'YYYY_MM');
begin
    if to_regclass(format('audit_months.%I', name)) is not null then
        return;
    end if;
    -- Made beside the table and then attached: readers of the chain do not wait.
    execute format('create table audit_months.%I (like public.audit_events including defaults including constraints)', name);
    execute format('alter table audit_months.%I enable row level security', name);
    execute format('alter table public.audit_events attach partition audit_months.%I for values from (%L) to (%L)',
        name, first, first + interval '1 month');
    execute format('create trigger audit_events_keep before truncate on audit_months.%I execute function public.refuse_change()', name);
end $$;

-- Makes this month and the next two; for the daily job, so that sealing seldom has to.
create function audit_make_months() returns void language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
begin
    perform 1 from audit_head for update;
    for ahead in 0..2 loop
        perform audit_make_month(date_trunc('month', clock_timestamp()) + ahead * interval '1 month');
    end loop;
end $$;

-- Moves what waits in the inbox into the chain, at most so many events; how many it moved. The lock on the head keeps a second
-- sealer out until this one's work is committed.
create function audit_seal(most integer) returns integer language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
    head audit_head;
    waiting audit_inbox;
    e audit_events;
    moved integer := 0;
begin
    if not exists (select from audit_inbox) then
        return 0;
    end if;
    select * into strict head from audit_head for update;
    for waiting in select * from audit_inbox order by place limit least(greatest(most, 1), 5000) loop
        e.seq := head.seq + 1;
        e.id := waiting.id;
        e.occurred_at := waiting.occurred_at;
        e.filed_at := greatest(head.filed_at, waiting.occurred_at);
        e.actor_role := waiting.actor_role;
        e.actor_id := waiting.actor_id;
        e.actor_name := waiting.actor_name;
        e.acting_for_kind := waiting.acting_for_kind;
        e.acting_for_id := waiting.acting_for_id;
        e.action := waiting.action;
        e.target_kind := waiting.target_kind;
        e.target_id := waiting.target_id;
        e.before := waiting.before;
        e.after := waiting.after;
        e.address := waiting.address;
        e.request_id := waiting.request_id;
        e.previous_hash := head.hash;
        e.hash := audit_hash(e);
        if date_trunc('month', e.filed_at) is distinct from date_trunc('month', head.filed_at) then
            perform audit_make_month(e.filed_at);
        end if;
        insert into audit_events values (e.*);
        delete from audit_inbox where place = waiting.place;
        head.seq := e.seq;
        head.hash := e.hash;
        head.filed_at := e.filed_at;
        moved := moved + 1;
    end loop;
    update audit_head set seq = head.seq, hash = head.hash, filed_at = head.filed_at;
    return moved;
end $$;

-- Drops the oldest months, whole, once their last day is more than so many years ago; how many. Refuses less than the owner's least.
-- Each drop is itself an event, which names the last row that went: so the rest of the chain can still be checked.
create function audit_drop_months(years integer) returns integer language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' set lock_timeout = '5s' as $$
declare
    head audit_head;
    month record;
    told jsonb;
    last_row audit_events;
    dropped integer := 0;
begin
    select * into strict head from audit_head for update;
    if years is null or years < head.keep_years then
        raise exception 'the audit trail is kept for % years at least', head.keep_years
            using errcode = 'check_violation', constraint = 'audit_keep_years';
    end if;
    for month in
        select c.relname as name, to_date(right(c.relname, 7), 'YYYY_MM')::timestamptz + interval '1 month' as ends
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'public.audit_events'::regclass order by c.relname
    loop
        exit when month.ends > clock_timestamp() - years * interval '1 year';
        select * into last_row from audit_events where filed_at < month.ends order by seq desc limit 1;
        if found then
            select jsonb_build_object('first_seq', min(seq), 'last_seq', last_row.seq, 'last_digest', encode(last_row.hash, 'hex'),
                'rows', count(*)) into told from audit_events where filed_at < month.ends;
            insert into audit_inbox (actor_role, actor_name, action, target_kind, target_id, after)
            values ('system', 'trim-audit', 'audit.month_dropped', 'audit_month', replace(right(month.name, 7), '_', '-'),
                -- Sorted by key, without spaces: canonical.
                format('{"first_seq":%s,"last_digest":"%s","last_seq":%s,"rows":%s}',
                    told ->> 'first_seq', told ->> 'last_digest', told ->> 'last_seq', told ->> 'rows'));
        end if;
        execute format('alter table public.audit_events detach partition audit_months.%I', month.name);
        execute format('drop table audit_months.%I', month.name);
        dropped := dropped + 1;
    end loop;
    return dropped;
end $$;

-- A row leaves the inbox only once it stands in the chain, whoever asks.
create function audit_inbox_leaves() returns trigger language plpgsql
    set search_path = pg_catalog, public, pg_temp as $$
begin
    if exists (select from audit_events where id = old.id and filed_at >= old.occurred_at) then
        return old;
    end if;
    raise exception 'audit_inbox is append-only until its rows are sealed' using errcode = 'insufficient_privilege';
end $$;

create trigger audit_inbox_append_only before update on audit_inbox for each row execute function refuse_change();
create trigger audit_inbox_leaves before delete on audit_inbox for each row execute function audit_inbox_leaves();
create trigger audit_inbox_keep before truncate on audit_inbox execute function refuse_change();
create trigger audit_events_append_only before update or delete on audit_events for each row execute function refuse_change();
create trigger audit_events_keep before truncate on audit_events execute function refuse_change();
create trigger audit_head_stays before delete on audit_head for each row execute function refuse_change();
create trigger audit_head_keep before truncate on audit_head execute function refuse_change();
create trigger audit_anchors_append_only before update or delete on audit_anchors for each row execute function refuse_change();
create trigger audit_anchors_keep before truncate on audit_anchors execute function refuse_change();

-- The owner's policies are for the functions above, which run as the owner; the program's role is let in by name of its actor.
alter table audit_inbox enable row level security;
alter table audit_inbox force row level security;
create policy audit_inbox_owner on audit_inbox using (current_user <> 'guildhall_app') with check (current_user <> 'guildhall_app');
create policy audit_inbox_read on audit_inbox for select using (app_is_trusted());
-- Nobody writes an event in another's name; only the program's own work, such as signing in, may. That a month was dropped is
-- for audit_drop_months to tell: verification believes it.
create policy audit_inbox_insert on audit_inbox for insert
    with check (action <> 'audit.month_dropped'
        and (app_role() = 'system' or (actor_role = app_role() and actor_id is not distinct from app_user_id())));

alter table audit_events enable row level security;
alter table audit_events force row level security;
create policy audit_events_owner on audit_events using (current_user <> 'guildhall_app') with check (current_user <> 'guildhall_app');
create policy audit_events_read on audit_events for select using (app_is_trusted());

alter table audit_head enable row level security;
alter table audit_head force row level security;
create policy audit_head_owner on audit_head using (current_user <> 'guildhall_app') with check (current_user <> 'guildhall_app');
create policy audit_head_read on audit_head for select using (app_is_trusted());

alter table audit_anchors enable row level security;
alter table audit_anchors force row level security;
create policy audit_anchors_read on audit_anchors for select using (app_is_trusted());
create policy audit_anchors_insert on audit_anchors for insert with check (app_role() = 'system');

-- When and where an event came from, and its id, are the database's to say: the program's role can't name those columns.
grant insert (actor_role, actor_id, actor_name, acting_for_kind, acting_for_id, action, target_kind, target_id, before, after)
    on audit_inbox to guildhall_app;
grant select on audit_inbox, audit_events, audit_head, audit_anchors to guildhall_app;
grant insert on audit_anchors to guildhall_app;
grant usage on sequence audit_inbox_place_seq to guildhall_app;

revoke execute on function audit_make_month(timestamptz), audit_make_months(), audit_seal(integer), audit_drop_months(integer) from public;
grant execute on function audit_make_months(), audit_seal(integer), audit_drop_months(integer) to guildhall_app;

select audit_make_months();

comment on column audit_inbox.actor_id is 'personal: who did it, for accountability and security; kept: until sealed, a minute';
comment on column audit_inbox.acting_for_id is 'personal: for whom it was done, for accountability; kept: until sealed, a minute';
comment on column audit_inbox.target_id is 'personal: what it was done to, which may be a person; kept: until sealed, a minute';
comment on column audit_inbox.before is 'personal: what was changed, without secrets; kept: until sealed, a minute';
comment on column audit_inbox.after is 'personal: what it was changed to, without secrets; kept: until sealed, a minute';
comment on column audit_inbox.address is 'personal: network address, to investigate misuse; kept: until sealed, a minute';
comment on column audit_events.actor_id is 'personal: who did it, for accountability and security; kept: 7 years';
comment on column audit_events.acting_for_id is 'personal: for whom it was done, for accountability; kept: 7 years';
comment on column audit_events.target_id is 'personal: what it was done to, which may be a person; kept: 7 years';
comment on column audit_events.before is 'personal: what was changed, without secrets; kept: 7 years';
comment on column audit_events.after is 'personal: what it was changed to, without secrets; kept: 7 years';
comment on column audit_events.address is 'personal: network address, to investigate misuse; kept: 7 years';
