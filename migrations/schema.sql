-- The schema that the migrations make, by PostgreSQL 15. Written by `cargo xtask schema`: change it there.

CREATE SCHEMA public;

COMMENT ON SCHEMA public IS 'standard public schema';

CREATE FUNCTION public.app_address() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(current_setting('app.address'::text, true), ''::text);

CREATE FUNCTION public.app_colleague(team uuid, address text) RETURNS uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
declare was text := app_role(); answer uuid;
begin
    if not (app_is_trusted() or app_manages_team(team)
            or exists (select from teams t where t.id = team and app_has_role(t.organization_id, array['owner', 'manager']))) then
        return null;
    end if;
    perform set_config('app.role', 'system', true);
    answer := (select m.user_id from teams t join memberships m on m.organization_id = t.organization_id
        join users u on u.id = m.user_id where t.id = team and u.email = address);
    perform set_config('app.role', was, true);
    return answer;
end $$;

CREATE FUNCTION public.app_directory_keeps(organization uuid, person uuid) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    select exists (select from scim_tokens t where t.organization_id = organization and t.revoked_at is null)
        or exists (select from scim_users s where s.organization_id = organization and s.user_id = person and not s.active)
$$;

CREATE FUNCTION public.app_email() RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
declare was text := app_role(); answer text;
begin
    perform set_config('app.role', 'system', true);
    answer := (select email from users where id = app_user_id() and email_confirmed_at is not null and suspended_at is null);
    perform set_config('app.role', was, true);
    return answer;
end $$;

CREATE FUNCTION public.app_has_role(organization uuid, roles text[]) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
declare was text := app_role(); answer boolean;
begin
    perform set_config('app.role', 'system', true);
    answer := (select exists (
        select from memberships m join organizations o on o.id = m.organization_id join users u on u.id = m.user_id
        where m.organization_id = organization and m.user_id = app_user_id() and m.role = any (roles)
            and o.suspended_at is null and u.suspended_at is null));
    perform set_config('app.role', was, true);
    return answer;
end $$;

CREATE FUNCTION public.app_invited_to_team(team uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
declare was text := app_role(); answer boolean;
begin
    perform set_config('app.role', 'system', true);
    answer := exists (select from invitations i join users u on u.email = i.email
        where i.team_id = team and i.state = 'open' and u.id = app_user_id() and u.email_confirmed_at is not null);
    perform set_config('app.role', was, true);
    return answer;
end $$;

CREATE FUNCTION public.app_role() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE(NULLIF(current_setting('app.role'::text, true), ''::text), 'anonymous'::text);

CREATE FUNCTION public.app_is_trusted() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (public.app_role() = ANY (ARRAY['system'::text, 'admin'::text]));

CREATE FUNCTION public.app_joinable() RETURNS TABLE(slug text, name text, kind text, domain text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
#variable_conflict use_column
declare was text := app_role();
begin
    perform set_config('app.role', 'system', true);
    return query select o.slug, o.name, o.kind, d.domain
    from users u join organization_domains d on d.domain = split_part(u.email, '@', 2) join organizations o on o.id = d.organization_id
    where u.id = app_user_id() and u.email_confirmed_at is not null and u.suspended_at is null and d.verified_at is not null
        and o.suspended_at is null and o.kind in ('provider', 'enterprise')
        and not app_directory_keeps(o.id, u.id)
        and not exists (select from memberships m where m.organization_id = o.id and m.user_id = u.id);
    perform set_config('app.role', was, true);
end $$;

CREATE FUNCTION public.app_manages_team(team uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
declare was text := app_role(); answer boolean;
begin
    perform set_config('app.role', 'system', true);
    answer := (select exists (
        select from team_members t join organizations o on o.id = t.organization_id join users u on u.id = t.user_id
        where t.team_id = team and t.user_id = app_user_id() and t.is_manager and o.suspended_at is null and u.suspended_at is null));
    perform set_config('app.role', was, true);
    return answer;
end $$;

CREATE FUNCTION public.app_org_ids() RETURNS uuid[]
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (COALESCE(NULLIF(current_setting('app.org_ids'::text, true), ''::text), '{}'::text))::uuid[];

CREATE TABLE public.courses (
    id uuid NOT NULL,
    provider_id uuid NOT NULL,
    category_id uuid NOT NULL,
    slug text NOT NULL,
    title text NOT NULL,
    summary text NOT NULL,
    description_md text NOT NULL,
    level text NOT NULL,
    delivery text DEFAULT 'self-paced'::text NOT NULL,
    language text DEFAULT 'en-GB'::text NOT NULL,
    price_pence bigint NOT NULL,
    currency text DEFAULT 'GBP'::text NOT NULL,
    duration_minutes integer NOT NULL,
    outcomes text[] DEFAULT '{}'::text[] NOT NULL,
    audience text DEFAULT ''::text NOT NULL,
    requirements text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'draft'::text NOT NULL,
    published_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT courses_currency_check CHECK ((currency = 'GBP'::text)),
    CONSTRAINT courses_delivery_check CHECK ((delivery = ANY (ARRAY['self-paced'::text, 'live-online'::text, 'in-person'::text, 'blended'::text]))),
    CONSTRAINT courses_description_md_check CHECK ((length(description_md) <= 20000)),
    CONSTRAINT courses_duration_minutes_check CHECK (((duration_minutes >= 1) AND (duration_minutes <= 600000))),
    CONSTRAINT courses_language_check CHECK ((language ~ '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$'::text)),
    CONSTRAINT courses_level_check CHECK ((level = ANY (ARRAY['beginner'::text, 'intermediate'::text, 'advanced'::text]))),
    CONSTRAINT courses_price_pence_check CHECK (((price_pence >= 0) AND (price_pence <= 100000000))),
    CONSTRAINT courses_published_has_date CHECK (((state <> 'published'::text) OR (published_at IS NOT NULL))),
    CONSTRAINT courses_slug_check CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (length(slug) <= 100))),
    CONSTRAINT courses_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'in_review'::text, 'published'::text, 'archived'::text]))),
    CONSTRAINT courses_summary_check CHECK (((length(TRIM(BOTH FROM summary)) >= 1) AND (length(TRIM(BOTH FROM summary)) <= 400))),
    CONSTRAINT courses_title_check CHECK (((length(TRIM(BOTH FROM title)) >= 3) AND (length(TRIM(BOTH FROM title)) <= 160)))
);

ALTER TABLE ONLY public.courses FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.app_may_edit_course(course uuid) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN (public.app_is_trusted() OR (EXISTS (SELECT FROM public.courses c WHERE ((c.id = app_may_edit_course.course) AND (c.provider_id = ANY (public.app_org_ids()))))));

CREATE FUNCTION public.app_may_join(organization uuid, joining text) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
declare was text := app_role(); answer boolean;
begin
    perform set_config('app.role', 'system', true);
    answer := (select exists (
        select from users u join organizations o on o.id = organization
        where u.id = app_user_id() and u.suspended_at is null and o.suspended_at is null
            and u.email_confirmed_at is not null
            and (exists (select from invitations i
                    where i.organization_id = o.id and i.state = 'open' and i.email = u.email and i.role = joining)
                or (exists (select from organization_domains d
                        where d.organization_id = o.id and d.verified_at is not null and d.domain = split_part(u.email, '@', 2)
                            and joining = case o.kind when 'enterprise' then 'learner' when 'provider' then 'analyst' end)
                    and not app_directory_keeps(o.id, u.id))
                or (joining = 'owner' and o.created_by = u.id
                    and not exists (select from memberships m where m.organization_id = o.id)))));
    perform set_config('app.role', was, true);
    return answer;
end $$;

CREATE FUNCTION public.app_user_id() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid;

CREATE TABLE public.enrollments (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    course_id uuid NOT NULL,
    order_line_id uuid,
    state text DEFAULT 'active'::text NOT NULL,
    enrolled_at timestamp with time zone NOT NULL,
    completed_at timestamp with time zone,
    last_lesson_id uuid,
    last_seen_at timestamp with time zone,
    CONSTRAINT enrollments_completed_has_date CHECK (((state = 'completed'::text) <= (completed_at IS NOT NULL))),
    CONSTRAINT enrollments_state_check CHECK ((state = ANY (ARRAY['active'::text, 'completed'::text, 'refunded'::text])))
);

ALTER TABLE ONLY public.enrollments FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.enrollments.user_id IS 'personal: who takes a course; kept: until the account is erased; then only that somebody took it';

COMMENT ON COLUMN public.enrollments.course_id IS 'personal: which course you take; kept: until the account is erased; then only that somebody took it';

COMMENT ON COLUMN public.enrollments.completed_at IS 'personal: whether you finished, which also releases the fee; kept: until the account is erased; then only that somebody finished';

COMMENT ON COLUMN public.enrollments.last_lesson_id IS 'personal: going on where you were; kept: until the account is erased';

COMMENT ON COLUMN public.enrollments.last_seen_at IS 'personal: going on where you were; kept: until the account is erased';

CREATE TABLE public.lessons (
    id uuid NOT NULL,
    course_id uuid NOT NULL,
    module_id uuid NOT NULL,
    "position" integer NOT NULL,
    title text NOT NULL,
    kind text NOT NULL,
    minutes integer NOT NULL,
    preview boolean DEFAULT false NOT NULL,
    CONSTRAINT lessons_kind_check CHECK ((kind = ANY (ARRAY['text'::text, 'video'::text, 'quiz'::text, 'download'::text]))),
    CONSTRAINT lessons_minutes_check CHECK (((minutes >= 1) AND (minutes <= 6000))),
    CONSTRAINT lessons_position_check CHECK (("position" >= 0)),
    CONSTRAINT lessons_title_check CHECK (((length(TRIM(BOTH FROM title)) >= 1) AND (length(TRIM(BOTH FROM title)) <= 160)))
);

ALTER TABLE ONLY public.lessons FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.app_may_learn(lesson uuid, course uuid) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN (public.app_may_edit_course(course) OR (EXISTS (SELECT FROM public.enrollments e WHERE ((e.course_id = app_may_learn.course) AND (e.user_id = public.app_user_id()) AND (e.state <> 'refunded'::text)))) OR (EXISTS (SELECT FROM public.lessons l WHERE ((l.id = app_may_learn.lesson) AND l.preview))));

CREATE FUNCTION public.app_migrations() RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
begin
    return query execute 'select version from _sqlx_migrations where success';
end $$;

CREATE FUNCTION public.app_owns_enrollment(enrollment uuid) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN (public.app_is_trusted() OR (EXISTS (SELECT FROM public.enrollments e WHERE ((e.id = app_owns_enrollment.enrollment) AND (e.user_id = public.app_user_id())))));

CREATE FUNCTION public.app_people(organization uuid) RETURNS TABLE(user_id uuid, name text, email text, role text, joined_at timestamp with time zone, is_suspended boolean)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
    select p.* from app_people_unchecked(organization) p
    where app_is_trusted() or app_has_role(organization, array['owner', 'manager', 'editor', 'analyst'])
$$;

CREATE FUNCTION public.app_people_unchecked(organization uuid) RETURNS TABLE(user_id uuid, name text, email text, role text, joined_at timestamp with time zone, is_suspended boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
#variable_conflict use_column
declare was text := app_role();
begin
    perform set_config('app.role', 'system', true);
    return query select u.id, u.name, u.email, m.role, m.created_at, u.suspended_at is not null
    from memberships m join users u on u.id = m.user_id where m.organization_id = organization;
    perform set_config('app.role', was, true);
end $$;

CREATE FUNCTION public.app_request_id() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(current_setting('app.request_id'::text, true), ''::text);

CREATE FUNCTION public.app_team_people(team uuid) RETURNS TABLE(user_id uuid, name text, is_manager boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
#variable_conflict use_column
declare was text := app_role();
begin
    if not app_manages_team(team) then
        return;
    end if;
    perform set_config('app.role', 'system', true);
    return query select u.id, u.name, t.is_manager from team_members t join users u on u.id = t.user_id where t.team_id = team;
    perform set_config('app.role', was, true);
end $$;

CREATE FUNCTION public.audit_drop_months(years integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET lock_timeout TO '5s'
    AS $$
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

CREATE FUNCTION public.audit_field(value text) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (value IS NULL) THEN '\xffffffff'::bytea ELSE (int4send(octet_length(convert_to(value, 'UTF8'::name))) || convert_to(value, 'UTF8'::name)) END;

CREATE FUNCTION public.audit_micros(at timestamp with time zone) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN int8send(((EXTRACT(epoch FROM at) * (1000000)::numeric))::bigint);

CREATE TABLE public.audit_events (
    seq bigint NOT NULL,
    id uuid NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    filed_at timestamp with time zone NOT NULL,
    actor_role text NOT NULL,
    actor_id uuid,
    actor_name text,
    acting_for_kind text,
    acting_for_id uuid,
    action text NOT NULL,
    target_kind text NOT NULL,
    target_id text NOT NULL,
    before text,
    after text,
    address text,
    request_id text,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_events_check CHECK ((filed_at >= occurred_at)),
    CONSTRAINT audit_events_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT audit_events_previous_hash_check CHECK ((length(previous_hash) = 32)),
    CONSTRAINT audit_events_seq_check CHECK ((seq > 0))
)
PARTITION BY RANGE (filed_at);

ALTER TABLE ONLY public.audit_events FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.audit_events IS 'The audit trail: append-only, each row''s hash over the one before it.';

COMMENT ON COLUMN public.audit_events.actor_role IS 'not personal: a fixed word';

COMMENT ON COLUMN public.audit_events.actor_id IS 'personal: who did it, for accountability and security; kept: 7 years';

COMMENT ON COLUMN public.audit_events.actor_name IS 'not personal: which of the program''s own tasks it was';

COMMENT ON COLUMN public.audit_events.acting_for_kind IS 'not personal: a fixed word';

COMMENT ON COLUMN public.audit_events.acting_for_id IS 'personal: for whom it was done, for accountability; kept: 7 years';

COMMENT ON COLUMN public.audit_events.action IS 'not personal: what kind of event it is';

COMMENT ON COLUMN public.audit_events.target_kind IS 'not personal: what kind of thing it happened to';

COMMENT ON COLUMN public.audit_events.target_id IS 'personal: what it was done to, which may be a person; kept: 7 years';

COMMENT ON COLUMN public.audit_events.before IS 'personal: what was changed, without secrets; kept: 7 years';

COMMENT ON COLUMN public.audit_events.after IS 'personal: what it was changed to, without secrets; kept: 7 years';

COMMENT ON COLUMN public.audit_events.address IS 'personal: network address, to investigate misuse; kept: 7 years';

COMMENT ON COLUMN public.audit_events.request_id IS 'not personal: a random number';

COMMENT ON COLUMN public.audit_events.previous_hash IS 'not personal: holds the chain together';

COMMENT ON COLUMN public.audit_events.hash IS 'not personal: holds the chain together';

CREATE FUNCTION public.audit_hash(e public.audit_events) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN sha256((((((((((((((((((public.audit_field('guildhall.audit/1'::text) || (e).previous_hash) || int8send((e).seq)) || public.audit_field(((e).id)::text)) || public.audit_micros((e).occurred_at)) || public.audit_micros((e).filed_at)) || public.audit_field((e).actor_role)) || public.audit_field(((e).actor_id)::text)) || public.audit_field((e).actor_name)) || public.audit_field((e).acting_for_kind)) || public.audit_field(((e).acting_for_id)::text)) || public.audit_field((e).action)) || public.audit_field((e).target_kind)) || public.audit_field((e).target_id)) || public.audit_field((e).before)) || public.audit_field((e).after)) || public.audit_field((e).address)) || public.audit_field((e).request_id)));

CREATE FUNCTION public.audit_id(at timestamp with time zone) RETURNS uuid
    LANGUAGE sql
    RETURN (encode(set_bit(set_bit(OVERLAY(uuid_send(gen_random_uuid()) PLACING SUBSTRING(int8send(((EXTRACT(epoch FROM at) * (1000)::numeric))::bigint) FROM 3) FROM 1 FOR 6), (52)::bigint, 1), (53)::bigint, 1), 'hex'::text))::uuid;

CREATE FUNCTION public.audit_inbox_leaves() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
    if exists (select from audit_events where id = old.id and filed_at >= old.occurred_at) then
        return old;
    end if;
    raise exception 'audit_inbox is append-only until its rows are sealed' using errcode = 'insufficient_privilege';
end $$;

CREATE FUNCTION public.audit_make_month(at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    AS $$
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

CREATE FUNCTION public.audit_make_months() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    AS $$
begin
    perform 1 from audit_head for update;
    for ahead in 0..2 loop
        perform audit_make_month(date_trunc('month', clock_timestamp()) + ahead * interval '1 month');
    end loop;
end $$;

CREATE FUNCTION public.audit_seal(most integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    AS $$
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

CREATE FUNCTION public.claims_changed(person uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.course_part_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
begin
    if tg_op in ('INSERT', 'UPDATE') then
        perform note_course_change(new.course_id);
    elsif exists (select from courses where id = old.course_id) then
        perform note_course_change(old.course_id);
    end if;
    return null;
end $$;

CREATE FUNCTION public.courses_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
begin
    if tg_op = 'INSERT' then
        insert into course_ratings (course_id) values (new.id) on conflict do nothing;
    end if;
    perform note_course_change(new.id);
    return null;
end $$;

CREATE FUNCTION public.enforced_sign_on(address text, link bytea, at timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'public'
    AS $$
    select o.name from sso_connections c join organizations o on o.id = c.organization_id
    where c.organization_id = sso_domain_holder(split_part(address, '@', 2)) and c.enabled and c.enforced and o.suspended_at is null
        and not exists (select from sso_pending_links l join sso_connections via on via.id = l.connection_id
            where l.token_hash = link and via.organization_id = c.organization_id and via.enabled and via.enforced
                and l.email = address and l.used_at is null and l.expires_at > at)
    order by c.created_at limit 1
$$;

CREATE PROCEDURE public.guard_writes(IN guarded text, IN condition text)
    LANGUAGE plpgsql
    AS $$
begin
    execute format('create policy %I on %I for insert with check (%s)', guarded || '_insert', guarded, condition);
    execute format('create policy %I on %I for update using (%s) with check (%s)', guarded || '_update', guarded, condition, condition);
    execute format('create policy %I on %I for delete using (%s)', guarded || '_delete', guarded, condition);
end $$;

CREATE FUNCTION public.invitations_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if (new.id, new.organization_id, new.email, new.role) is distinct from (old.id, old.organization_id, old.email, old.role)
            or (old.state <> 'open' and new.state <> old.state) then
        raise exception 'an invitation stays what it is' using errcode = 'check_violation', constraint = 'invitations_stay';
    end if;
    return new;
end $$;

CREATE FUNCTION public.ledger_balances() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare off bigint; parts bigint;
begin
    select coalesce(sum(amount_pence), 0), count(*) into off, parts from ledger_postings where transaction_id = new.transaction_id;
    if off <> 0 or parts < 2 then
        raise exception 'ledger transaction % is off by % pence', new.transaction_id, off using errcode = 'check_violation', constraint = 'ledger_balances';
    end if;
    return null;
end $$;

CREATE FUNCTION public.ledger_has_postings() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if not exists (select from ledger_postings where transaction_id = new.id) then
        raise exception 'ledger transaction % has no postings', new.id using errcode = 'check_violation', constraint = 'ledger_balances';
    end if;
    return null;
end $$;

CREATE FUNCTION public.memberships_claims_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if tg_op <> 'INSERT' then
        perform claims_changed(old.user_id);
    end if;
    if tg_op <> 'DELETE' then
        perform claims_changed(new.user_id);
    end if;
    return null;
end $$;

CREATE FUNCTION public.memberships_guard() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
declare was text := app_role(); organization_kind text; is_closed boolean;
begin
    perform set_config('app.role', 'system', true);
    select kind, suspended_at is not null into organization_kind, is_closed
        from organizations where id = coalesce(new.organization_id, old.organization_id) for no key update;
    if not found then
        -- The organisation itself is being deleted.
        perform set_config('app.role', was, true);
        return old;
    end if;
    if tg_op <> 'DELETE' and not (case organization_kind
            when 'provider' then new.role in ('owner', 'editor', 'analyst')
            when 'enterprise' then new.role in ('owner', 'manager', 'learner')
            else new.role = 'owner' end) then
        raise exception 'no such role in this organisation' using errcode = 'check_violation', constraint = 'memberships_role_fits';
    end if;
    if tg_op = 'UPDATE' and (new.organization_id, new.user_id) is distinct from (old.organization_id, old.user_id) then
        raise exception 'a membership is not handed on' using errcode = 'check_violation', constraint = 'memberships_stay';
    end if;
    if (tg_op = 'DELETE' or (tg_op = 'UPDATE' and new.role <> 'owner')) and old.role = 'owner'
            and not (tg_op = 'DELETE' and is_closed and was = 'system')
            and not exists (
                select from memberships m join users u on u.id = m.user_id
                where m.organization_id = old.organization_id and m.role = 'owner' and m.user_id <> old.user_id and u.suspended_at is null) then
        raise exception 'the last owner stays' using errcode = 'check_violation', constraint = 'memberships_last_owner';
    end if;
    perform set_config('app.role', was, true);
    return case tg_op when 'DELETE' then old else new end;
end $$;

CREATE TABLE public.course_changes (
    course_id uuid NOT NULL,
    seq bigint NOT NULL
);

CREATE FUNCTION public.note_course_change(changed uuid) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public'
    BEGIN ATOMIC
 INSERT INTO public.course_changes (course_id, seq)
   VALUES (note_course_change.changed, ((pg_current_xact_id())::text)::bigint) ON CONFLICT(course_id) DO UPDATE SET seq = excluded.seq
   WHERE (course_changes.seq <> excluded.seq);
 SELECT pg_notify('course_changes'::text, ''::text) AS pg_notify;
END;

CREATE FUNCTION public.organizations_claims_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.organizations_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if current_user = 'guildhall_app' and not app_is_trusted() and (new.kind, new.suspended_at, new.suspended_reason, new.created_by, new.created_at)
            is distinct from (old.kind, old.suspended_at, old.suspended_reason, old.created_by, old.created_at) then
        raise exception 'only the platform changes this' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

CREATE FUNCTION public.provider_renamed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
begin
    insert into course_changes (course_id, seq)
        select id, pg_current_xact_id()::text::bigint from courses where provider_id = new.id
    on conflict (course_id) do update set seq = excluded.seq;
    perform pg_notify('course_changes', '');
    return null;
end $$;

CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;

CREATE FUNCTION public.reviews_need_progress() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if not exists (
        select from enrollments e where e.id = new.enrollment_id and e.user_id = new.user_id and e.state <> 'refunded'
            and 2 * (select count(*) from lesson_progress p where p.enrollment_id = e.id)
                > (select count(*) from lessons l where l.course_id = e.course_id)
    ) then
        raise exception 'a review needs more than half of the course' using errcode = 'check_violation', constraint = 'reviews_need_progress';
    end if;
    return new;
end $$;

CREATE FUNCTION public.reviews_rated() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
begin
    if tg_op in ('UPDATE', 'DELETE') then
        update course_ratings set rating_sum = rating_sum - old.rating, rating_count = rating_count - 1,
            histogram[old.rating] = histogram[old.rating] - 1 where course_id = old.course_id;
    end if;
    if tg_op in ('INSERT', 'UPDATE') then
        update course_ratings set rating_sum = rating_sum + new.rating, rating_count = rating_count + 1,
            histogram[new.rating] = histogram[new.rating] + 1 where course_id = new.course_id;
    end if;
    return null;
end $$;

CREATE FUNCTION public.session_ended() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    perform pg_notify('sessions', json_build_object('session', old.id)::text);
    return null;
end $$;

CREATE FUNCTION public.signing_keys_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    perform pg_notify('sessions', '{"keys":true}');
    return null;
end $$;

CREATE FUNCTION public.sso_domain_holder(wanted text) RETURNS uuid
    LANGUAGE sql STABLE
    AS $$
    select organization_id from organization_domains where domain = lower(wanted) and verified_at is not null limit 1
$$;

CREATE FUNCTION public.sso_domains_of(org uuid) RETURNS text[]
    LANGUAGE sql STABLE
    AS $$
    select coalesce(array_agg(domain::text order by domain::text), '{}') from organization_domains
    where organization_id = org and verified_at is not null
$$;

CREATE TABLE public.memberships (
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT memberships_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'editor'::text, 'analyst'::text, 'manager'::text, 'learner'::text])))
);

ALTER TABLE ONLY public.memberships FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.memberships.user_id IS 'personal: who belongs to an organisation; kept: until they leave it or the account is erased';

COMMENT ON COLUMN public.memberships.role IS 'personal: what somebody may do in their organisation; kept: until they leave it or the account is erased';

CREATE FUNCTION public.sso_is_owner(org uuid) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN ((org = ANY (public.app_org_ids())) AND (EXISTS (SELECT FROM public.memberships m WHERE ((m.organization_id = sso_is_owner.org) AND (m.user_id = public.app_user_id()) AND (m.role = 'owner'::text)))));

CREATE FUNCTION public.users_claims_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    perform claims_changed(old.id);
    return null;
end $$;

CREATE FUNCTION public.users_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if current_user = 'guildhall_app' and not app_is_trusted() and (new.email, new.email_confirmed_at, new.suspended_at, new.suspended_reason)
            is distinct from (old.email, old.email_confirmed_at, old.suspended_at, old.suspended_reason) then
        raise exception 'only the program changes this' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

CREATE TABLE public.audit_anchors (
    anchored_on date NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    anchored_at timestamp with time zone NOT NULL,
    location text NOT NULL,
    CONSTRAINT audit_anchors_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT audit_anchors_seq_check CHECK ((seq > 0))
);

ALTER TABLE ONLY public.audit_anchors FORCE ROW LEVEL SECURITY;

CREATE TABLE public.audit_head (
    only_row boolean DEFAULT true NOT NULL,
    seq bigint DEFAULT 0 NOT NULL,
    hash bytea DEFAULT decode(repeat('00'::text, 32), 'hex'::text) NOT NULL,
    filed_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    keep_years integer DEFAULT 7 NOT NULL,
    CONSTRAINT audit_head_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT audit_head_keep_years_check CHECK ((keep_years >= 1)),
    CONSTRAINT audit_head_only_row_check CHECK (only_row)
);

ALTER TABLE ONLY public.audit_head FORCE ROW LEVEL SECURITY;

CREATE TABLE public.audit_inbox (
    place bigint NOT NULL,
    occurred_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    id uuid DEFAULT public.audit_id(clock_timestamp()) NOT NULL,
    actor_role text NOT NULL,
    actor_id uuid,
    actor_name text,
    acting_for_kind text,
    acting_for_id uuid,
    action text NOT NULL,
    target_kind text NOT NULL,
    target_id text NOT NULL,
    before text,
    after text,
    address text DEFAULT public.app_address(),
    request_id text DEFAULT public.app_request_id(),
    CONSTRAINT audit_inbox_acting_for_kind_check CHECK ((acting_for_kind = ANY (ARRAY['person'::text, 'organization'::text]))),
    CONSTRAINT audit_inbox_action_check CHECK (((action ~ '^[a-z][a-z0-9_]*([.][a-z0-9_]+)+$'::text) AND (length(action) <= 100))),
    CONSTRAINT audit_inbox_actor_role_check CHECK ((actor_role = ANY (ARRAY['anonymous'::text, 'user'::text, 'admin'::text, 'system'::text]))),
    CONSTRAINT audit_inbox_after_check CHECK ((length(after) <= 70000)),
    CONSTRAINT audit_inbox_before_check CHECK ((length(before) <= 70000)),
    CONSTRAINT audit_inbox_check CHECK (((acting_for_kind IS NULL) = (acting_for_id IS NULL))),
    CONSTRAINT audit_inbox_check1 CHECK (((actor_name IS NULL) OR (actor_role = 'system'::text))),
    CONSTRAINT audit_inbox_target_id_check CHECK ((length(target_id) <= 200)),
    CONSTRAINT audit_inbox_target_kind_check CHECK (((target_kind ~ '^[a-z][a-z0-9_]*$'::text) AND (length(target_kind) <= 60)))
);

ALTER TABLE ONLY public.audit_inbox FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.audit_inbox IS 'Events that committed and wait, for a minute at most, to be put into the chain.';

COMMENT ON COLUMN public.audit_inbox.actor_id IS 'personal: who did it, for accountability and security; kept: until sealed, a minute';

COMMENT ON COLUMN public.audit_inbox.actor_name IS 'not personal: which of the program''s own tasks it was';

COMMENT ON COLUMN public.audit_inbox.acting_for_kind IS 'not personal: a fixed word';

COMMENT ON COLUMN public.audit_inbox.acting_for_id IS 'personal: for whom it was done, for accountability; kept: until sealed, a minute';

COMMENT ON COLUMN public.audit_inbox.action IS 'not personal: what kind of event it is';

COMMENT ON COLUMN public.audit_inbox.target_kind IS 'not personal: what kind of thing it happened to';

COMMENT ON COLUMN public.audit_inbox.target_id IS 'personal: what it was done to, which may be a person; kept: until sealed, a minute';

COMMENT ON COLUMN public.audit_inbox.before IS 'personal: what was changed, without secrets; kept: until sealed, a minute';

COMMENT ON COLUMN public.audit_inbox.after IS 'personal: what it was changed to, without secrets; kept: until sealed, a minute';

COMMENT ON COLUMN public.audit_inbox.address IS 'personal: network address, to investigate misuse; kept: until sealed, a minute';

COMMENT ON COLUMN public.audit_inbox.request_id IS 'not personal: a random number';

CREATE SEQUENCE public.audit_inbox_place_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.audit_inbox_place_seq OWNED BY public.audit_inbox.place;

CREATE TABLE public.categories (
    id uuid NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    summary text DEFAULT ''::text NOT NULL,
    "position" integer NOT NULL,
    CONSTRAINT categories_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 80))),
    CONSTRAINT categories_position_check CHECK (("position" >= 0)),
    CONSTRAINT categories_slug_check CHECK ((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text))
);

CREATE TABLE public.consents (
    user_id uuid NOT NULL,
    document text NOT NULL,
    version integer NOT NULL,
    given_at timestamp with time zone NOT NULL,
    source text NOT NULL,
    CONSTRAINT consents_document_check CHECK ((document = ANY (ARRAY['terms'::text, 'privacy'::text]))),
    CONSTRAINT consents_source_check CHECK ((source = ANY (ARRAY['sign_up'::text, 'asked'::text]))),
    CONSTRAINT consents_version_check CHECK ((version >= 1))
);

ALTER TABLE ONLY public.consents FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.consents.user_id IS 'personal: whose agreement it is; kept: until the account is erased';

COMMENT ON COLUMN public.consents.given_at IS 'personal: proving what you agreed to, and when; kept: until the account is erased';

CREATE TABLE public.course_ratings (
    course_id uuid NOT NULL,
    rating_sum bigint DEFAULT 0 NOT NULL,
    rating_count bigint DEFAULT 0 NOT NULL,
    histogram bigint[] DEFAULT '{0,0,0,0,0}'::bigint[] NOT NULL,
    CONSTRAINT course_ratings_rating_count_check CHECK ((rating_count >= 0)),
    CONSTRAINT course_ratings_rating_sum_check CHECK ((rating_sum >= 0))
);

CREATE TABLE public.course_skills (
    course_id uuid NOT NULL,
    skill_id uuid NOT NULL,
    "position" integer NOT NULL,
    CONSTRAINT course_skills_position_check CHECK (("position" >= 0))
);

ALTER TABLE ONLY public.course_skills FORCE ROW LEVEL SECURITY;

CREATE TABLE public.erasures (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    done_at timestamp with time zone,
    CONSTRAINT erasures_check CHECK ((due_at >= asked_at)),
    CONSTRAINT erasures_one_end CHECK (((withdrawn_at IS NULL) OR (done_at IS NULL)))
);

ALTER TABLE ONLY public.erasures FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.erasures.user_id IS 'personal: carrying out your wish, and proving that we did; kept: for good, with nothing else of you';

CREATE TABLE public.factor_resets (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    cancel_hash bytea NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    outcome text,
    CONSTRAINT factor_resets_cancel_hash_check CHECK ((length(cancel_hash) = 32)),
    CONSTRAINT factor_resets_check CHECK ((due_at >= asked_at)),
    CONSTRAINT factor_resets_check1 CHECK (((ended_at IS NULL) = (outcome IS NULL))),
    CONSTRAINT factor_resets_outcome_check CHECK ((outcome = ANY (ARRAY['removed'::text, 'cancelled'::text])))
);

ALTER TABLE ONLY public.factor_resets FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.factor_resets.user_id IS 'personal: whose second factor is to be removed; kept: 30 days after it ended';

COMMENT ON COLUMN public.factor_resets.cancel_hash IS 'not personal: the hash of a random token';

CREATE TABLE public.failed_sign_ins (
    key text NOT NULL,
    user_id uuid,
    reason text NOT NULL,
    tries integer DEFAULT 1 NOT NULL,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    addresses text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT failed_sign_ins_addresses_check CHECK ((cardinality(addresses) <= 5)),
    CONSTRAINT failed_sign_ins_check CHECK ((last_at >= first_at)),
    CONSTRAINT failed_sign_ins_key_check CHECK ((length(key) <= 80)),
    CONSTRAINT failed_sign_ins_reason_check CHECK ((reason = ANY (ARRAY['password'::text, 'code'::text, 'passkey'::text, 'not_confirmed'::text, 'suspended'::text]))),
    CONSTRAINT failed_sign_ins_tries_check CHECK ((tries >= 1))
);

ALTER TABLE ONLY public.failed_sign_ins FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.failed_sign_ins.key IS 'not personal: the account''s id with the reason, or a number for what named none';

COMMENT ON COLUMN public.failed_sign_ins.user_id IS 'personal: whose account somebody failed to get into; kept: until it is told to the audit trail, some minutes';

COMMENT ON COLUMN public.failed_sign_ins.addresses IS 'personal: network addresses that failed to sign in, for the audit trail; kept: until they are told to it, some minutes';

CREATE TABLE public.invitations (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    email text NOT NULL,
    role text NOT NULL,
    team_id uuid,
    token_hash bytea NOT NULL,
    invited_by uuid,
    state text DEFAULT 'open'::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    sent_count integer DEFAULT 1 NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    CONSTRAINT invitations_closed_has_date CHECK (((state = 'open'::text) = (closed_at IS NULL))),
    CONSTRAINT invitations_email_check CHECK ((((length(email) >= 3) AND (length(email) <= 254)) AND (email = lower(email)) AND (POSITION(('@'::text) IN (email)) > 1))),
    CONSTRAINT invitations_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'editor'::text, 'analyst'::text, 'manager'::text, 'learner'::text]))),
    CONSTRAINT invitations_sent_count_check CHECK ((sent_count >= 1)),
    CONSTRAINT invitations_state_check CHECK ((state = ANY (ARRAY['open'::text, 'accepted'::text, 'declined'::text, 'withdrawn'::text]))),
    CONSTRAINT invitations_token_hash_check CHECK ((length(token_hash) = 32))
);

ALTER TABLE ONLY public.invitations FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.invitations.email IS 'personal: where the invitation goes and whom it is bound to; kept: 90 days after it was closed or expired';

COMMENT ON COLUMN public.invitations.token_hash IS 'not personal: the hash of a random token';

COMMENT ON COLUMN public.invitations.invited_by IS 'personal: tells the invited person who asks them; kept: as long as the invitation';

CREATE TABLE public.ledger_accounts (
    id uuid NOT NULL,
    kind text NOT NULL,
    organization_id uuid,
    currency text NOT NULL,
    CONSTRAINT ledger_accounts_check CHECK (((kind = ANY (ARRAY['held'::text, 'provider_payable'::text])) = (organization_id IS NOT NULL))),
    CONSTRAINT ledger_accounts_currency_check CHECK ((currency = 'GBP'::text)),
    CONSTRAINT ledger_accounts_kind_check CHECK ((kind = ANY (ARRAY['gateway'::text, 'held'::text, 'provider_payable'::text, 'commission'::text])))
);

ALTER TABLE ONLY public.ledger_accounts FORCE ROW LEVEL SECURITY;

CREATE TABLE public.ledger_postings (
    transaction_id uuid NOT NULL,
    account_id uuid NOT NULL,
    amount_pence bigint NOT NULL,
    currency text NOT NULL,
    CONSTRAINT ledger_postings_amount_pence_check CHECK ((amount_pence <> 0)),
    CONSTRAINT ledger_postings_currency_check CHECK ((currency = 'GBP'::text))
);

ALTER TABLE ONLY public.ledger_postings FORCE ROW LEVEL SECURITY;

CREATE TABLE public.ledger_transactions (
    id uuid NOT NULL,
    kind text NOT NULL,
    idempotency_key text NOT NULL,
    order_line_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT ledger_transactions_kind_check CHECK ((kind = ANY (ARRAY['charge'::text, 'release'::text, 'refund'::text])))
);

ALTER TABLE ONLY public.ledger_transactions FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.ledger_transactions.idempotency_key IS 'not personal: names what was booked, so that it is booked once';

CREATE TABLE public.lesson_contents (
    lesson_id uuid NOT NULL,
    course_id uuid NOT NULL,
    body_md text DEFAULT ''::text NOT NULL,
    video_src text,
    captions_src text,
    download_name text,
    download_key text,
    pass_percent integer,
    CONSTRAINT lesson_contents_body_md_check CHECK ((length(body_md) <= 200000)),
    CONSTRAINT lesson_contents_download_name_check CHECK (((length(download_name) >= 1) AND (length(download_name) <= 200))),
    CONSTRAINT lesson_contents_pass_percent_check CHECK (((pass_percent >= 1) AND (pass_percent <= 100)))
);

ALTER TABLE ONLY public.lesson_contents FORCE ROW LEVEL SECURITY;

CREATE TABLE public.lesson_progress (
    enrollment_id uuid NOT NULL,
    lesson_id uuid NOT NULL,
    course_id uuid NOT NULL,
    completed_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.lesson_progress FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.lesson_progress.completed_at IS 'personal: showing how far you are; kept: until the account is erased';

CREATE TABLE public.market_figures (
    is_the_row boolean DEFAULT true NOT NULL,
    courses bigint NOT NULL,
    providers bigint NOT NULL,
    rating_sum bigint NOT NULL,
    rating_count bigint NOT NULL,
    enrollments bigint NOT NULL,
    completions bigint NOT NULL,
    counted_at timestamp with time zone NOT NULL,
    CONSTRAINT market_figures_check CHECK (((completions >= 0) AND (completions <= enrollments))),
    CONSTRAINT market_figures_courses_check CHECK ((courses >= 0)),
    CONSTRAINT market_figures_enrollments_check CHECK ((enrollments >= 0)),
    CONSTRAINT market_figures_is_the_row_check CHECK (is_the_row),
    CONSTRAINT market_figures_providers_check CHECK ((providers >= 0)),
    CONSTRAINT market_figures_rating_count_check CHECK ((rating_count >= 0)),
    CONSTRAINT market_figures_rating_sum_check CHECK ((rating_sum >= 0))
);

ALTER TABLE ONLY public.market_figures FORCE ROW LEVEL SECURITY;

CREATE TABLE public.modules (
    id uuid NOT NULL,
    course_id uuid NOT NULL,
    "position" integer NOT NULL,
    title text NOT NULL,
    CONSTRAINT modules_position_check CHECK (("position" >= 0)),
    CONSTRAINT modules_title_check CHECK (((length(TRIM(BOTH FROM title)) >= 1) AND (length(TRIM(BOTH FROM title)) <= 160)))
);

ALTER TABLE ONLY public.modules FORCE ROW LEVEL SECURITY;

CREATE TABLE public.notes (
    enrollment_id uuid NOT NULL,
    lesson_id uuid NOT NULL,
    body text NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT notes_body_check CHECK ((length(body) <= 10000))
);

ALTER TABLE ONLY public.notes FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.notes.body IS 'personal: your own notes beside a lesson; kept: until you delete them or the account is erased';

CREATE TABLE public.notifications (
    id uuid NOT NULL,
    dedupe_key text NOT NULL,
    user_id uuid,
    template text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    CONSTRAINT notifications_dedupe_key_check CHECK ((length(dedupe_key) <= 200))
);

ALTER TABLE ONLY public.notifications FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.notifications.dedupe_key IS 'personal: sending each mail once; kept: 1 year';

COMMENT ON COLUMN public.notifications.user_id IS 'personal: sending each mail once; kept: 1 year';

COMMENT ON COLUMN public.notifications.template IS 'personal: which mail you were sent; kept: 1 year';

CREATE TABLE public.one_time_tokens (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    purpose text NOT NULL,
    token_hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT one_time_tokens_purpose_check CHECK ((purpose = ANY (ARRAY['confirm_email'::text, 'reset_password'::text]))),
    CONSTRAINT one_time_tokens_token_hash_check CHECK ((length(token_hash) = 32))
);

ALTER TABLE ONLY public.one_time_tokens FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.one_time_tokens.user_id IS 'personal: whose link was sent by mail; kept: 30 days after it expired';

COMMENT ON COLUMN public.one_time_tokens.token_hash IS 'not personal: the hash of a random token';

CREATE TABLE public.order_lines (
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    user_id uuid NOT NULL,
    course_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    title text NOT NULL,
    price_pence bigint NOT NULL,
    currency text DEFAULT 'GBP'::text NOT NULL,
    share_basis_points integer NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    release_due_at timestamp with time zone,
    released_at timestamp with time zone,
    CONSTRAINT order_lines_currency_check CHECK ((currency = 'GBP'::text)),
    CONSTRAINT order_lines_held_is_due CHECK (((state <> 'held'::text) OR (release_due_at IS NOT NULL))),
    CONSTRAINT order_lines_price_pence_check CHECK ((price_pence > 0)),
    CONSTRAINT order_lines_share_basis_points_check CHECK (((share_basis_points >= 0) AND (share_basis_points <= 10000))),
    CONSTRAINT order_lines_state_check CHECK ((state = ANY (ARRAY['open'::text, 'held'::text, 'released'::text, 'refunded'::text, 'closed'::text])))
);

ALTER TABLE ONLY public.order_lines FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.order_lines.user_id IS 'personal: who bought; kept: as long as the account; when it is erased the order stays for good, without your name and address';

COMMENT ON COLUMN public.order_lines.title IS 'personal: what you bought; kept: as long as the account; when it is erased the order stays for good, without your name and address';

CREATE TABLE public.orders (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    state text DEFAULT 'pending'::text NOT NULL,
    total_pence bigint NOT NULL,
    currency text DEFAULT 'GBP'::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    paid_at timestamp with time zone,
    session_id text,
    pay_url text,
    session_expires_at timestamp with time zone,
    payment_intent_id text,
    CONSTRAINT orders_currency_check CHECK ((currency = 'GBP'::text)),
    CONSTRAINT orders_paid_has_date CHECK (((state = ANY (ARRAY['paid'::text, 'refunded'::text])) = (paid_at IS NOT NULL))),
    CONSTRAINT orders_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'paid'::text, 'cancelled'::text, 'expired'::text, 'refunded'::text]))),
    CONSTRAINT orders_total_pence_check CHECK ((total_pence > 0))
);

ALTER TABLE ONLY public.orders FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.orders.user_id IS 'personal: who bought; kept: as long as the account; when it is erased the order stays for good, without your name and address';

COMMENT ON COLUMN public.orders.total_pence IS 'personal: what you paid; kept: as long as the account; when it is erased the order stays for good, without your name and address';

COMMENT ON COLUMN public.orders.session_id IS 'personal: finding your payment at the payment service, and for tax; kept: 7 years after the order last changed, and as long as the account';

COMMENT ON COLUMN public.orders.pay_url IS 'personal: leading you back to a payment that is not finished; kept: until the account is erased';

COMMENT ON COLUMN public.orders.payment_intent_id IS 'personal: finding your payment at the payment service, refunding it, and for tax; kept: 7 years after the order last changed, and as long as the account';

CREATE TABLE public.organization_domains (
    organization_id uuid NOT NULL,
    domain text NOT NULL,
    verification text NOT NULL,
    code_hash bytea,
    code_mailbox text,
    code_expires_at timestamp with time zone,
    code_tries integer DEFAULT 0 NOT NULL,
    code_sent_count integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    verified_at timestamp with time zone,
    verified_by text,
    CONSTRAINT organization_domains_check CHECK (((verified_at IS NULL) = (verified_by IS NULL))),
    CONSTRAINT organization_domains_code_hash_check CHECK ((length(code_hash) = 32)),
    CONSTRAINT organization_domains_code_mailbox_check CHECK ((code_mailbox = ANY (ARRAY['postmaster'::text, 'admin'::text]))),
    CONSTRAINT organization_domains_code_sent_count_check CHECK ((code_sent_count >= 0)),
    CONSTRAINT organization_domains_code_tries_check CHECK ((code_tries >= 0)),
    CONSTRAINT organization_domains_domain_check CHECK (((domain ~ '^[a-z0-9-]+(\.[a-z0-9-]+)+$'::text) AND (length(domain) <= 253))),
    CONSTRAINT organization_domains_verification_check CHECK (((length(verification) >= 20) AND (length(verification) <= 100))),
    CONSTRAINT organization_domains_verified_by_check CHECK ((verified_by = ANY (ARRAY['dns'::text, 'mail'::text])))
);

ALTER TABLE ONLY public.organization_domains FORCE ROW LEVEL SECURITY;

CREATE TABLE public.organizations (
    id uuid NOT NULL,
    kind text NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    suspended_at timestamp with time zone,
    suspended_reason text,
    created_by uuid,
    CONSTRAINT organizations_kind_check CHECK ((kind = ANY (ARRAY['provider'::text, 'enterprise'::text, 'platform'::text]))),
    CONSTRAINT organizations_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 120))),
    CONSTRAINT organizations_slug_check CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (length(slug) <= 100))),
    CONSTRAINT organizations_suspended_reason_check CHECK (((length(suspended_reason) >= 1) AND (length(suspended_reason) <= 500)))
);

ALTER TABLE ONLY public.organizations FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.organizations.slug IS 'not personal: an organisation''s address on the site';

COMMENT ON COLUMN public.organizations.name IS 'not personal: an organisation''s name';

COMMENT ON COLUMN public.organizations.suspended_reason IS 'not personal: about an organisation';

COMMENT ON COLUMN public.organizations.created_by IS 'personal: lets whoever set the organisation up become its first owner; kept: as long as the organisation';

CREATE TABLE public.passkeys (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    credential_id bytea NOT NULL,
    name text NOT NULL,
    credential jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    CONSTRAINT passkeys_credential_id_check CHECK (((length(credential_id) >= 1) AND (length(credential_id) <= 1023))),
    CONSTRAINT passkeys_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 60)))
);

ALTER TABLE ONLY public.passkeys FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.passkeys.user_id IS 'personal: whose passkey it is; kept: until removed or the account is erased';

COMMENT ON COLUMN public.passkeys.credential_id IS 'personal: finding the passkey at sign-in; kept: until removed or the account is erased';

COMMENT ON COLUMN public.passkeys.name IS 'personal: telling one''s passkeys apart; kept: until removed or the account is erased';

COMMENT ON COLUMN public.passkeys.credential IS 'personal: checking the passkey at sign-in (public key); kept: until removed or the account is erased';

COMMENT ON COLUMN public.passkeys.last_used_at IS 'personal: showing the person when it was used; kept: until removed or the account is erased';

CREATE TABLE public.payment_events (
    source text NOT NULL,
    event_id text NOT NULL,
    kind text NOT NULL,
    body bytea NOT NULL,
    received_at timestamp with time zone NOT NULL,
    processed_at timestamp with time zone,
    effect text,
    CONSTRAINT payment_events_event_id_check CHECK (((length(event_id) >= 1) AND (length(event_id) <= 200))),
    CONSTRAINT payment_events_source_check CHECK ((source = ANY (ARRAY['stripe'::text, 'govuk_pay'::text])))
);

ALTER TABLE ONLY public.payment_events FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.payment_events.body IS 'personal: what the payment service tells us about a payment, as it came; kept: 180 days after it was dealt with, or after it came when that failed';

CREATE TABLE public.pending_sign_ins (
    token_hash bytea NOT NULL,
    user_id uuid NOT NULL,
    password_mark bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    mail_code_hash bytea,
    mail_code_expires_at timestamp with time zone,
    mail_codes_sent integer DEFAULT 0 NOT NULL,
    mail_code_tries integer DEFAULT 0 NOT NULL,
    CONSTRAINT pending_sign_ins_mail_code_hash_check CHECK ((length(mail_code_hash) = 32)),
    CONSTRAINT pending_sign_ins_mail_code_tries_check CHECK ((mail_code_tries >= 0)),
    CONSTRAINT pending_sign_ins_mail_codes_sent_check CHECK ((mail_codes_sent >= 0)),
    CONSTRAINT pending_sign_ins_password_mark_check CHECK ((length(password_mark) = 32)),
    CONSTRAINT pending_sign_ins_token_hash_check CHECK ((length(token_hash) = 32))
);

ALTER TABLE ONLY public.pending_sign_ins FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.pending_sign_ins.token_hash IS 'not personal: the hash of a random token';

COMMENT ON COLUMN public.pending_sign_ins.user_id IS 'personal: who is signing in; kept: 10 minutes, then cleared away within a day';

COMMENT ON COLUMN public.pending_sign_ins.password_mark IS 'personal: noticing that the password was changed meanwhile; kept: 10 minutes, then cleared away within a day';

COMMENT ON COLUMN public.pending_sign_ins.mail_code_hash IS 'not personal: the hash of a random code';

CREATE TABLE public.person_claims (
    user_id uuid NOT NULL,
    version bigint NOT NULL,
    changed_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.person_claims FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.person_claims.user_id IS 'personal: making tokens stale at once when a person''s rights change; kept: 1 day after the account is erased';

CREATE TABLE public.person_exports (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    ready_at timestamp with time zone,
    expires_at timestamp with time zone,
    size_bytes bigint,
    fetched_at timestamp with time zone,
    CONSTRAINT person_exports_ready CHECK ((((ready_at IS NULL) = (expires_at IS NULL)) AND ((ready_at IS NULL) = (size_bytes IS NULL)))),
    CONSTRAINT person_exports_size_bytes_check CHECK ((size_bytes > 0))
);

ALTER TABLE ONLY public.person_exports FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.person_exports.user_id IS 'personal: whose copy it is; kept: 7 days after the copy was ready, or was asked for and could not be made';

COMMENT ON COLUMN public.person_exports.fetched_at IS 'personal: showing you whether the copy was fetched; kept: 7 days after the copy was ready';

CREATE TABLE public.provider_profiles (
    organization_id uuid NOT NULL,
    summary text DEFAULT ''::text NOT NULL,
    description_md text DEFAULT ''::text NOT NULL,
    location text DEFAULT ''::text NOT NULL,
    website text,
    founded integer,
    CONSTRAINT provider_profiles_description_md_check CHECK ((length(description_md) <= 20000)),
    CONSTRAINT provider_profiles_founded_check CHECK (((founded >= 1500) AND (founded <= 2200))),
    CONSTRAINT provider_profiles_location_check CHECK ((length(location) <= 120)),
    CONSTRAINT provider_profiles_summary_check CHECK ((length(summary) <= 300)),
    CONSTRAINT provider_profiles_website_check CHECK (((website ~ '^https?://'::text) AND (length(website) <= 300)))
);

ALTER TABLE ONLY public.provider_profiles FORCE ROW LEVEL SECURITY;

CREATE TABLE public.quiz_attempts (
    id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    lesson_id uuid NOT NULL,
    number integer NOT NULL,
    percent integer NOT NULL,
    passed boolean NOT NULL,
    answers jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    submission uuid NOT NULL,
    CONSTRAINT quiz_attempts_number_check CHECK ((number >= 1)),
    CONSTRAINT quiz_attempts_percent_check CHECK (((percent >= 0) AND (percent <= 100)))
);

ALTER TABLE ONLY public.quiz_attempts FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.quiz_attempts.percent IS 'personal: showing how you did; kept: until the account is erased';

COMMENT ON COLUMN public.quiz_attempts.answers IS 'personal: showing which answers were right; kept: until the account is erased';

CREATE TABLE public.quiz_options (
    id uuid NOT NULL,
    question_id uuid NOT NULL,
    "position" integer NOT NULL,
    body text NOT NULL,
    correct boolean NOT NULL,
    feedback text DEFAULT ''::text NOT NULL,
    CONSTRAINT quiz_options_body_check CHECK (((length(TRIM(BOTH FROM body)) >= 1) AND (length(TRIM(BOTH FROM body)) <= 600))),
    CONSTRAINT quiz_options_feedback_check CHECK ((length(feedback) <= 1000)),
    CONSTRAINT quiz_options_position_check CHECK (("position" >= 0))
);

ALTER TABLE ONLY public.quiz_options FORCE ROW LEVEL SECURITY;

CREATE TABLE public.quiz_questions (
    id uuid NOT NULL,
    lesson_id uuid NOT NULL,
    "position" integer NOT NULL,
    prompt text NOT NULL,
    multiple boolean DEFAULT false NOT NULL,
    CONSTRAINT quiz_questions_position_check CHECK (("position" >= 0)),
    CONSTRAINT quiz_questions_prompt_check CHECK (((length(TRIM(BOTH FROM prompt)) >= 1) AND (length(TRIM(BOTH FROM prompt)) <= 1000)))
);

ALTER TABLE ONLY public.quiz_questions FORCE ROW LEVEL SECURITY;

CREATE TABLE public.recovery_code_sheets (
    user_id uuid NOT NULL,
    made_at timestamp with time zone NOT NULL,
    sealed bytea,
    shown_until timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.recovery_code_sheets FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.recovery_code_sheets.user_id IS 'personal: whose codes they are; kept: until replaced or the account is erased';

COMMENT ON COLUMN public.recovery_code_sheets.sealed IS 'personal: showing new recovery codes once; kept: 15 minutes, then cleared away within a day';

CREATE TABLE public.recovery_codes (
    user_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT recovery_codes_code_hash_check CHECK ((length(code_hash) = 32))
);

ALTER TABLE ONLY public.recovery_codes FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.recovery_codes.user_id IS 'personal: whose code it is; kept: until replaced or the account is erased';

COMMENT ON COLUMN public.recovery_codes.code_hash IS 'personal: checking the code at sign-in; kept: until replaced or the account is erased';

CREATE TABLE public.refresh_tokens (
    token_hash bytea NOT NULL,
    session_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    rotated_at timestamp with time zone,
    CONSTRAINT refresh_tokens_token_hash_check CHECK ((length(token_hash) = 32))
);

ALTER TABLE ONLY public.refresh_tokens FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.refresh_tokens.token_hash IS 'not personal: the hash of a random token';

COMMENT ON COLUMN public.refresh_tokens.session_id IS 'personal: keeping people signed in; kept: until the token would have expired, 7 days';

CREATE TABLE public.reviews (
    id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    course_id uuid NOT NULL,
    user_id uuid NOT NULL,
    author_name text NOT NULL,
    rating integer NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT reviews_author_name_check CHECK (((length(author_name) >= 1) AND (length(author_name) <= 100))),
    CONSTRAINT reviews_body_check CHECK ((length(body) <= 4000)),
    CONSTRAINT reviews_rating_check CHECK (((rating >= 1) AND (rating <= 5))),
    CONSTRAINT reviews_title_check CHECK (((length(TRIM(BOTH FROM title)) >= 1) AND (length(TRIM(BOTH FROM title)) <= 120)))
);

ALTER TABLE ONLY public.reviews FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.reviews.user_id IS 'personal: whose review it is; kept: until the account is erased';

COMMENT ON COLUMN public.reviews.author_name IS 'personal: shown in public beside your review; kept: until the account is erased';

COMMENT ON COLUMN public.reviews.rating IS 'personal: shown in public, and part of the course''s rating; kept: until the account is erased';

COMMENT ON COLUMN public.reviews.title IS 'personal: your review, shown in public; kept: until the account is erased';

COMMENT ON COLUMN public.reviews.body IS 'personal: your review, shown in public; kept: until the account is erased';

CREATE TABLE public.saml_connections (
    connection_id uuid NOT NULL,
    metadata_url text DEFAULT ''::text NOT NULL,
    sign_on_url text NOT NULL,
    certificates bytea[] NOT NULL,
    valid_until timestamp with time zone,
    wants_signed boolean DEFAULT false NOT NULL,
    email_attribute text DEFAULT ''::text NOT NULL,
    idp_initiated boolean DEFAULT false NOT NULL,
    our_certificate bytea NOT NULL,
    read_at timestamp with time zone NOT NULL,
    refused_at timestamp with time zone,
    refused_why text,
    read_failed_at timestamp with time zone,
    read_failed_why text,
    CONSTRAINT saml_connections_certificates_check CHECK (((cardinality(certificates) >= 1) AND (cardinality(certificates) <= 8))),
    CONSTRAINT saml_connections_email_attribute_check CHECK ((length(email_attribute) <= 200)),
    CONSTRAINT saml_connections_metadata_url_check CHECK ((length(metadata_url) <= 500)),
    CONSTRAINT saml_connections_our_certificate_check CHECK ((length(our_certificate) <= 8192)),
    CONSTRAINT saml_connections_read_failed_why_check CHECK ((length(read_failed_why) <= 300)),
    CONSTRAINT saml_connections_refused_why_check CHECK ((length(refused_why) <= 300)),
    CONSTRAINT saml_connections_sign_on_url_check CHECK (((length(sign_on_url) >= 8) AND (length(sign_on_url) <= 1000)))
);

ALTER TABLE ONLY public.saml_connections FORCE ROW LEVEL SECURITY;

CREATE TABLE public.scim_group_members (
    group_id uuid NOT NULL,
    scim_user_id uuid NOT NULL,
    organization_id uuid NOT NULL
);

ALTER TABLE ONLY public.scim_group_members FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.scim_group_members.scim_user_id IS 'personal: who is in a group of the directory; kept: until the directory removes it';

CREATE TABLE public.scim_groups (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    display_name text NOT NULL,
    external_id text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT scim_groups_display_name_check CHECK (((length(TRIM(BOTH FROM display_name)) >= 1) AND (length(TRIM(BOTH FROM display_name)) <= 200))),
    CONSTRAINT scim_groups_external_id_check CHECK ((length(external_id) <= 255))
);

ALTER TABLE ONLY public.scim_groups FORCE ROW LEVEL SECURITY;

CREATE TABLE public.scim_tokens (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    token_hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT scim_tokens_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 80))),
    CONSTRAINT scim_tokens_token_hash_check CHECK ((length(token_hash) = 32))
);

ALTER TABLE ONLY public.scim_tokens FORCE ROW LEVEL SECURITY;

CREATE TABLE public.scim_users (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    user_name text NOT NULL,
    external_id text,
    display_name text DEFAULT ''::text NOT NULL,
    given_name text DEFAULT ''::text NOT NULL,
    family_name text DEFAULT ''::text NOT NULL,
    active boolean NOT NULL,
    made_account boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT scim_users_display_name_check CHECK ((length(display_name) <= 200)),
    CONSTRAINT scim_users_external_id_check CHECK ((length(external_id) <= 255)),
    CONSTRAINT scim_users_family_name_check CHECK ((length(family_name) <= 100)),
    CONSTRAINT scim_users_given_name_check CHECK ((length(given_name) <= 100)),
    CONSTRAINT scim_users_user_name_check CHECK ((((length(user_name) >= 3) AND (length(user_name) <= 254)) AND (user_name = lower(user_name))))
);

ALTER TABLE ONLY public.scim_users FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.scim_users.user_id IS 'personal: the account that the organisation''s directory keeps; kept: until the directory removes it';

COMMENT ON COLUMN public.scim_users.user_name IS 'personal: the work address in the organisation''s directory; kept: until the directory removes it';

COMMENT ON COLUMN public.scim_users.external_id IS 'personal: the directory''s own id; kept: until the directory removes it';

COMMENT ON COLUMN public.scim_users.display_name IS 'personal: the name in the directory; kept: until the directory removes it';

COMMENT ON COLUMN public.scim_users.given_name IS 'personal: the name in the directory; kept: until the directory removes it';

COMMENT ON COLUMN public.scim_users.family_name IS 'personal: the name in the directory; kept: until the directory removes it';

CREATE TABLE public.sessions (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    token_hash bytea,
    user_agent text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    address text DEFAULT ''::text NOT NULL,
    place text,
    authenticated_at timestamp with time zone DEFAULT now() NOT NULL,
    amr text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT sessions_address_check CHECK ((length(address) <= 64)),
    CONSTRAINT sessions_amr_check CHECK ((cardinality(amr) <= 10)),
    CONSTRAINT sessions_place_check CHECK ((length(place) <= 100)),
    CONSTRAINT sessions_token_hash_check CHECK ((length(token_hash) = 32)),
    CONSTRAINT sessions_user_agent_check CHECK ((length(user_agent) <= 400))
);

ALTER TABLE ONLY public.sessions FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.sessions.user_id IS 'personal: whose session it is; kept: 90 days after the session ends';

COMMENT ON COLUMN public.sessions.token_hash IS 'not personal: the hash of a random token, unused since refresh tokens';

COMMENT ON COLUMN public.sessions.user_agent IS 'personal: showing people where they are signed in, and telling a new device; kept: 90 days after the session ends';

COMMENT ON COLUMN public.sessions.last_seen_at IS 'personal: showing people where they are signed in; kept: 90 days after the session ends';

COMMENT ON COLUMN public.sessions.address IS 'personal: showing people where they are signed in, and telling a new device; kept: 90 days after the session ends';

COMMENT ON COLUMN public.sessions.place IS 'personal: showing people where they are signed in; kept: 90 days after the session ends';

COMMENT ON COLUMN public.sessions.authenticated_at IS 'personal: asking again before something that matters; kept: 90 days after the session ends';

COMMENT ON COLUMN public.sessions.amr IS 'personal: knowing whether a second factor was shown; kept: 90 days after the session ends';

CREATE TABLE public.signing_keys (
    kid text NOT NULL,
    public_jwk jsonb NOT NULL,
    private_sealed bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    retired_at timestamp with time zone,
    CONSTRAINT signing_keys_kid_check CHECK ((kid ~ '^[A-Za-z0-9_-]{8,64}$'::text))
);

ALTER TABLE ONLY public.signing_keys FORCE ROW LEVEL SECURITY;

CREATE TABLE public.skills (
    id uuid NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    CONSTRAINT skills_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 80))),
    CONSTRAINT skills_slug_check CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (length(slug) <= 100)))
);

CREATE TABLE public.sso_attempts (
    state_hash bytea NOT NULL,
    connection_id uuid NOT NULL,
    cookie_hash bytea NOT NULL,
    next text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    confirms boolean DEFAULT false NOT NULL,
    CONSTRAINT sso_attempts_cookie_hash_check CHECK ((length(cookie_hash) = 32)),
    CONSTRAINT sso_attempts_next_check CHECK ((length(next) <= 2000)),
    CONSTRAINT sso_attempts_state_hash_check CHECK ((length(state_hash) = 32))
);

ALTER TABLE ONLY public.sso_attempts FORCE ROW LEVEL SECURITY;

CREATE TABLE public.sso_connections (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    issuer text NOT NULL,
    client_id text NOT NULL,
    auth_method text NOT NULL,
    secret_sealed bytea NOT NULL,
    public_jwk jsonb,
    scopes text DEFAULT 'openid email profile'::text NOT NULL,
    tenants text[] DEFAULT '{}'::text[] NOT NULL,
    role_claim text DEFAULT ''::text NOT NULL,
    role_map jsonb DEFAULT '{}'::jsonb NOT NULL,
    default_role text,
    jit boolean DEFAULT true NOT NULL,
    enabled boolean DEFAULT false NOT NULL,
    enforced boolean DEFAULT false NOT NULL,
    tested_at timestamp with time zone,
    tested jsonb DEFAULT '[]'::jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT sso_connections_auth_method_check CHECK ((auth_method = ANY (ARRAY['client_secret_basic'::text, 'client_secret_post'::text, 'private_key_jwt'::text, 'certificate'::text]))),
    CONSTRAINT sso_connections_client_id_check CHECK (((length(client_id) >= 1) AND (length(client_id) <= 300))),
    CONSTRAINT sso_connections_default_role_check CHECK ((default_role = ANY (ARRAY['editor'::text, 'analyst'::text, 'manager'::text, 'learner'::text]))),
    CONSTRAINT sso_connections_enforced CHECK ((enabled OR (NOT enforced))),
    CONSTRAINT sso_connections_issuer_check CHECK (((length(issuer) >= 8) AND (length(issuer) <= 300))),
    CONSTRAINT sso_connections_key CHECK (((auth_method = 'private_key_jwt'::text) = (public_jwk IS NOT NULL))),
    CONSTRAINT sso_connections_kind_check CHECK ((kind = ANY (ARRAY['generic'::text, 'one_login'::text, 'entra'::text, 'auth0'::text, 'saml'::text]))),
    CONSTRAINT sso_connections_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 80))),
    CONSTRAINT sso_connections_role_claim_check CHECK ((length(role_claim) <= 120)),
    CONSTRAINT sso_connections_role_map_check CHECK ((jsonb_typeof(role_map) = 'object'::text)),
    CONSTRAINT sso_connections_saml CHECK (((kind = 'saml'::text) = (auth_method = 'certificate'::text))),
    CONSTRAINT sso_connections_scopes_check CHECK ((length(scopes) <= 300)),
    CONSTRAINT sso_connections_secret_sealed_check CHECK ((length(secret_sealed) <= 16384)),
    CONSTRAINT sso_connections_tenants_check CHECK ((cardinality(tenants) <= 20))
);

ALTER TABLE ONLY public.sso_connections FORCE ROW LEVEL SECURITY;

CREATE TABLE public.sso_identities (
    connection_id uuid NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone NOT NULL,
    CONSTRAINT sso_identities_issuer_check CHECK ((length(issuer) <= 300)),
    CONSTRAINT sso_identities_subject_check CHECK (((length(subject) >= 1) AND (length(subject) <= 255)))
);

ALTER TABLE ONLY public.sso_identities FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.sso_identities.issuer IS 'not personal: the address of an organisation''s sign-in';

COMMENT ON COLUMN public.sso_identities.subject IS 'personal: to recognise a person whom their organisation''s sign-in vouches for; kept: as long as the link';

COMMENT ON COLUMN public.sso_identities.user_id IS 'personal: whose link to an organisation''s sign-in it is; kept: as long as the link';

COMMENT ON COLUMN public.sso_identities.last_used_at IS 'personal: to show when the link was last used; kept: as long as the link';

CREATE TABLE public.sso_pending_links (
    token_hash bytea NOT NULL,
    connection_id uuid NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    email text NOT NULL,
    sid text,
    role text,
    next text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT sso_pending_links_email_check CHECK ((((length(email) >= 3) AND (length(email) <= 254)) AND (email = lower(email)))),
    CONSTRAINT sso_pending_links_issuer_check CHECK ((length(issuer) <= 300)),
    CONSTRAINT sso_pending_links_next_check CHECK ((length(next) <= 2000)),
    CONSTRAINT sso_pending_links_role_check CHECK ((role = ANY (ARRAY['editor'::text, 'analyst'::text, 'manager'::text, 'learner'::text]))),
    CONSTRAINT sso_pending_links_sid_check CHECK ((length(sid) <= 255)),
    CONSTRAINT sso_pending_links_subject_check CHECK (((length(subject) >= 1) AND (length(subject) <= 255))),
    CONSTRAINT sso_pending_links_token_hash_check CHECK ((length(token_hash) = 32))
);

ALTER TABLE ONLY public.sso_pending_links FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.sso_pending_links.token_hash IS 'not personal: the hash of a random token';

COMMENT ON COLUMN public.sso_pending_links.issuer IS 'not personal: the address of an organisation''s sign-in';

COMMENT ON COLUMN public.sso_pending_links.subject IS 'personal: whom an organisation''s sign-in vouched for, until the account''s owner agrees; kept: 1 day after the link expired';

COMMENT ON COLUMN public.sso_pending_links.email IS 'personal: the account that waits to be linked; kept: 1 day after the link expired';

COMMENT ON COLUMN public.sso_pending_links.sid IS 'personal: the provider''s name of the session; kept: 1 day after the link expired';

COMMENT ON COLUMN public.sso_pending_links.next IS 'not personal: a page of ours';

CREATE TABLE public.sso_replays (
    connection_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT sso_replays_token_hash_check CHECK ((length(token_hash) = 32))
);

ALTER TABLE ONLY public.sso_replays FORCE ROW LEVEL SECURITY;

CREATE TABLE public.sso_sessions (
    session_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    sid text,
    user_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT sso_sessions_issuer_check CHECK ((length(issuer) <= 300)),
    CONSTRAINT sso_sessions_sid_check CHECK ((length(sid) <= 255)),
    CONSTRAINT sso_sessions_subject_check CHECK (((length(subject) >= 1) AND (length(subject) <= 255)))
);

ALTER TABLE ONLY public.sso_sessions FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.sso_sessions.issuer IS 'not personal: the address of an organisation''s sign-in';

COMMENT ON COLUMN public.sso_sessions.subject IS 'personal: to end sessions when the organisation signs somebody out; kept: as long as the session';

COMMENT ON COLUMN public.sso_sessions.sid IS 'personal: the provider''s name of the session; kept: as long as the session';

COMMENT ON COLUMN public.sso_sessions.user_id IS 'personal: whose session it is; kept: as long as the session';

CREATE TABLE public.team_members (
    team_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    is_manager boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.team_members FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.team_members.user_id IS 'personal: who belongs to a team; kept: until they leave the team or the organisation';

CREATE TABLE public.teams (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT teams_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 80)))
);

ALTER TABLE ONLY public.teams FORCE ROW LEVEL SECURITY;

CREATE TABLE public.totp_factors (
    user_id uuid NOT NULL,
    secret bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone,
    last_step bigint DEFAULT 0 NOT NULL,
    wrong_codes integer DEFAULT 0 NOT NULL,
    next_try_at timestamp with time zone,
    CONSTRAINT totp_factors_last_step_check CHECK ((last_step >= 0)),
    CONSTRAINT totp_factors_secret_check CHECK (((length(secret) >= 21) AND (length(secret) <= 200))),
    CONSTRAINT totp_factors_wrong_codes_check CHECK ((wrong_codes >= 0))
);

ALTER TABLE ONLY public.totp_factors FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.totp_factors.user_id IS 'personal: whose authenticator app it is; kept: until removed or the account is erased';

COMMENT ON COLUMN public.totp_factors.secret IS 'personal: checking codes at sign-in; kept: until removed or the account is erased';

CREATE TABLE public.users (
    id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    password_hash text NOT NULL,
    email_confirmed_at timestamp with time zone,
    is_admin boolean DEFAULT false NOT NULL,
    suspended_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    last_sign_in_at timestamp with time zone,
    suspended_reason text,
    erased_at timestamp with time zone,
    CONSTRAINT users_email_check CHECK ((((length(email) >= 3) AND (length(email) <= 254)) AND (email = lower(email)) AND (POSITION(('@'::text) IN (email)) > 1))),
    CONSTRAINT users_erased_stays CHECK (((erased_at IS NULL) OR ((suspended_at IS NOT NULL) AND (email_confirmed_at IS NULL) AND (NOT is_admin)))),
    CONSTRAINT users_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 100))),
    CONSTRAINT users_suspended_reason_check CHECK (((length(suspended_reason) >= 1) AND (length(suspended_reason) <= 500)))
);

ALTER TABLE ONLY public.users FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.users.email IS 'personal: signing in, and sending what you need to know; kept: until the account is erased';

COMMENT ON COLUMN public.users.name IS 'personal: showing you, and those who run your organisation, whose account it is; kept: until the account is erased';

COMMENT ON COLUMN public.users.password_hash IS 'personal: checking your password at sign-in; kept: until the account is erased';

COMMENT ON COLUMN public.users.last_sign_in_at IS 'personal: telling a first sign-in from one on a new device; kept: until the account is erased';

COMMENT ON COLUMN public.users.suspended_reason IS 'personal: tells the person and later admins why the account was suspended; kept: until it is restored or erased';

COMMENT ON COLUMN public.users.erased_at IS 'personal: knowing that the account was erased; kept: for good, with nothing else of you';

CREATE TABLE public.webauthn_challenges (
    token_hash bytea NOT NULL,
    purpose text NOT NULL,
    user_id uuid,
    state jsonb NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT webauthn_challenges_purpose_check CHECK ((purpose = ANY (ARRAY['register'::text, 'sign_in'::text, 'second_factor'::text, 'prove'::text]))),
    CONSTRAINT webauthn_challenges_token_hash_check CHECK ((length(token_hash) = 32))
);

ALTER TABLE ONLY public.webauthn_challenges FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.webauthn_challenges.token_hash IS 'not personal: the hash of a random token';

COMMENT ON COLUMN public.webauthn_challenges.user_id IS 'personal: finishing what one began with a passkey; kept: 5 minutes, then cleared away within a day';

COMMENT ON COLUMN public.webauthn_challenges.state IS 'personal: finishing what one began with a passkey; kept: 5 minutes, then cleared away within a day';

ALTER TABLE ONLY public.audit_inbox ALTER COLUMN place SET DEFAULT nextval('public.audit_inbox_place_seq'::regclass);

ALTER TABLE ONLY public.audit_anchors
    ADD CONSTRAINT audit_anchors_pkey PRIMARY KEY (anchored_on);

ALTER TABLE ONLY public.audit_events
    ADD CONSTRAINT audit_events_pkey PRIMARY KEY (seq, filed_at);

ALTER TABLE ONLY public.audit_head
    ADD CONSTRAINT audit_head_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY public.audit_inbox
    ADD CONSTRAINT audit_inbox_id_key UNIQUE (id);

ALTER TABLE ONLY public.audit_inbox
    ADD CONSTRAINT audit_inbox_pkey PRIMARY KEY (place);

ALTER TABLE ONLY public.categories
    ADD CONSTRAINT categories_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.categories
    ADD CONSTRAINT categories_slug_key UNIQUE (slug);

ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_pkey PRIMARY KEY (user_id, document, version);

ALTER TABLE ONLY public.course_changes
    ADD CONSTRAINT course_changes_pkey PRIMARY KEY (course_id);

ALTER TABLE ONLY public.course_ratings
    ADD CONSTRAINT course_ratings_pkey PRIMARY KEY (course_id);

ALTER TABLE ONLY public.course_skills
    ADD CONSTRAINT course_skills_pkey PRIMARY KEY (course_id, skill_id);

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_slug_key UNIQUE (slug);

ALTER TABLE ONLY public.enrollments
    ADD CONSTRAINT enrollments_id_course_id_key UNIQUE (id, course_id);

ALTER TABLE ONLY public.enrollments
    ADD CONSTRAINT enrollments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.erasures
    ADD CONSTRAINT erasures_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.factor_resets
    ADD CONSTRAINT factor_resets_cancel_hash_key UNIQUE (cancel_hash);

ALTER TABLE ONLY public.factor_resets
    ADD CONSTRAINT factor_resets_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.failed_sign_ins
    ADD CONSTRAINT failed_sign_ins_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.ledger_accounts
    ADD CONSTRAINT ledger_accounts_key UNIQUE NULLS NOT DISTINCT (kind, organization_id, currency);

ALTER TABLE ONLY public.ledger_accounts
    ADD CONSTRAINT ledger_accounts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_postings
    ADD CONSTRAINT ledger_postings_pkey PRIMARY KEY (transaction_id, account_id);

ALTER TABLE ONLY public.ledger_transactions
    ADD CONSTRAINT ledger_transactions_idempotency_key UNIQUE (idempotency_key);

ALTER TABLE ONLY public.ledger_transactions
    ADD CONSTRAINT ledger_transactions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.lesson_contents
    ADD CONSTRAINT lesson_contents_pkey PRIMARY KEY (lesson_id);

ALTER TABLE ONLY public.lesson_progress
    ADD CONSTRAINT lesson_progress_pkey PRIMARY KEY (enrollment_id, lesson_id);

ALTER TABLE ONLY public.lessons
    ADD CONSTRAINT lessons_id_course_id_key UNIQUE (id, course_id);

ALTER TABLE ONLY public.lessons
    ADD CONSTRAINT lessons_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.lessons
    ADD CONSTRAINT lessons_position_key UNIQUE (module_id, "position") DEFERRABLE;

ALTER TABLE ONLY public.market_figures
    ADD CONSTRAINT market_figures_pkey PRIMARY KEY (is_the_row);

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (organization_id, user_id);

ALTER TABLE ONLY public.modules
    ADD CONSTRAINT modules_id_course_id_key UNIQUE (id, course_id);

ALTER TABLE ONLY public.modules
    ADD CONSTRAINT modules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.modules
    ADD CONSTRAINT modules_position_key UNIQUE (course_id, "position") DEFERRABLE;

ALTER TABLE ONLY public.notes
    ADD CONSTRAINT notes_pkey PRIMARY KEY (enrollment_id, lesson_id);

ALTER TABLE ONLY public.notifications
    ADD CONSTRAINT notifications_dedupe_key UNIQUE (dedupe_key);

ALTER TABLE ONLY public.notifications
    ADD CONSTRAINT notifications_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.one_time_tokens
    ADD CONSTRAINT one_time_tokens_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.one_time_tokens
    ADD CONSTRAINT one_time_tokens_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.order_lines
    ADD CONSTRAINT order_lines_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_payment_intent_id_key UNIQUE (payment_intent_id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_session_id_key UNIQUE (session_id);

ALTER TABLE ONLY public.organization_domains
    ADD CONSTRAINT organization_domains_pkey PRIMARY KEY (organization_id, domain);

ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT organizations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT organizations_slug_key UNIQUE (slug);

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_credential_id_key UNIQUE (credential_id);

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.payment_events
    ADD CONSTRAINT payment_events_pkey PRIMARY KEY (source, event_id);

ALTER TABLE ONLY public.pending_sign_ins
    ADD CONSTRAINT pending_sign_ins_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.person_claims
    ADD CONSTRAINT person_claims_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY public.person_exports
    ADD CONSTRAINT person_exports_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.provider_profiles
    ADD CONSTRAINT provider_profiles_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY public.quiz_attempts
    ADD CONSTRAINT quiz_attempts_number_key UNIQUE (enrollment_id, lesson_id, number);

ALTER TABLE ONLY public.quiz_attempts
    ADD CONSTRAINT quiz_attempts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.quiz_attempts
    ADD CONSTRAINT quiz_attempts_submission_key UNIQUE (enrollment_id, lesson_id, submission);

ALTER TABLE ONLY public.quiz_options
    ADD CONSTRAINT quiz_options_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.quiz_options
    ADD CONSTRAINT quiz_options_position_key UNIQUE (question_id, "position") DEFERRABLE;

ALTER TABLE ONLY public.quiz_questions
    ADD CONSTRAINT quiz_questions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.quiz_questions
    ADD CONSTRAINT quiz_questions_position_key UNIQUE (lesson_id, "position") DEFERRABLE;

ALTER TABLE ONLY public.recovery_code_sheets
    ADD CONSTRAINT recovery_code_sheets_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_pkey PRIMARY KEY (user_id, code_hash);

ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.reviews
    ADD CONSTRAINT reviews_one_per_enrollment UNIQUE (enrollment_id);

ALTER TABLE ONLY public.reviews
    ADD CONSTRAINT reviews_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.saml_connections
    ADD CONSTRAINT saml_connections_pkey PRIMARY KEY (connection_id);

ALTER TABLE ONLY public.scim_group_members
    ADD CONSTRAINT scim_group_members_pkey PRIMARY KEY (group_id, scim_user_id);

ALTER TABLE ONLY public.scim_groups
    ADD CONSTRAINT scim_groups_id_organization_id_key UNIQUE (id, organization_id);

ALTER TABLE ONLY public.scim_groups
    ADD CONSTRAINT scim_groups_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.scim_tokens
    ADD CONSTRAINT scim_tokens_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.scim_tokens
    ADD CONSTRAINT scim_tokens_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.scim_users
    ADD CONSTRAINT scim_users_id_organization_id_key UNIQUE (id, organization_id);

ALTER TABLE ONLY public.scim_users
    ADD CONSTRAINT scim_users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.scim_users
    ADD CONSTRAINT scim_users_user_id_key UNIQUE (organization_id, user_id);

ALTER TABLE ONLY public.scim_users
    ADD CONSTRAINT scim_users_user_name_key UNIQUE (organization_id, user_name);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (kid);

ALTER TABLE ONLY public.skills
    ADD CONSTRAINT skills_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.skills
    ADD CONSTRAINT skills_slug_key UNIQUE (slug);

ALTER TABLE ONLY public.sso_attempts
    ADD CONSTRAINT sso_attempts_pkey PRIMARY KEY (state_hash);

ALTER TABLE ONLY public.sso_connections
    ADD CONSTRAINT sso_connections_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sso_identities
    ADD CONSTRAINT sso_identities_pkey PRIMARY KEY (connection_id, issuer, subject);

ALTER TABLE ONLY public.sso_pending_links
    ADD CONSTRAINT sso_pending_links_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.sso_replays
    ADD CONSTRAINT sso_replays_pkey PRIMARY KEY (connection_id, token_hash);

ALTER TABLE ONLY public.sso_sessions
    ADD CONSTRAINT sso_sessions_pkey PRIMARY KEY (session_id);

ALTER TABLE ONLY public.team_members
    ADD CONSTRAINT team_members_pkey PRIMARY KEY (team_id, user_id);

ALTER TABLE ONLY public.teams
    ADD CONSTRAINT teams_id_organization_id_key UNIQUE (id, organization_id);

ALTER TABLE ONLY public.teams
    ADD CONSTRAINT teams_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.totp_factors
    ADD CONSTRAINT totp_factors_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_email_key UNIQUE (email);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.webauthn_challenges
    ADD CONSTRAINT webauthn_challenges_pkey PRIMARY KEY (token_hash);

CREATE INDEX audit_events_acting_for_idx ON ONLY public.audit_events USING btree (acting_for_id, seq) WHERE (acting_for_id IS NOT NULL);

CREATE INDEX audit_events_action_idx ON ONLY public.audit_events USING btree (action text_pattern_ops, seq);

CREATE INDEX audit_events_actor_idx ON ONLY public.audit_events USING btree (actor_id, seq) WHERE (actor_id IS NOT NULL);

CREATE INDEX audit_events_id_idx ON ONLY public.audit_events USING btree (id);

CREATE INDEX audit_events_target_idx ON ONLY public.audit_events USING btree (target_id, seq);

CREATE INDEX course_changes_seq_idx ON public.course_changes USING btree (seq);

CREATE INDEX course_skills_skill_id_idx ON public.course_skills USING btree (skill_id);

CREATE INDEX courses_category_id_idx ON public.courses USING btree (category_id) WHERE (state = 'published'::text);

CREATE INDEX courses_provider_id_idx ON public.courses USING btree (provider_id);

CREATE INDEX courses_published_at_idx ON public.courses USING btree (published_at DESC, id) WHERE (state = 'published'::text);

CREATE INDEX enrollments_course_id_idx ON public.enrollments USING btree (course_id);

CREATE UNIQUE INDEX enrollments_once ON public.enrollments USING btree (user_id, course_id) WHERE (state <> 'refunded'::text);

CREATE UNIQUE INDEX enrollments_order_line ON public.enrollments USING btree (order_line_id) WHERE (order_line_id IS NOT NULL);

CREATE INDEX erasures_user_id_idx ON public.erasures USING btree (user_id);

CREATE UNIQUE INDEX erasures_waiting_key ON public.erasures USING btree (user_id) WHERE ((withdrawn_at IS NULL) AND (done_at IS NULL));

CREATE UNIQUE INDEX factor_resets_open_idx ON public.factor_resets USING btree (user_id) WHERE (ended_at IS NULL);

CREATE INDEX failed_sign_ins_user_id_idx ON public.failed_sign_ins USING btree (user_id);

CREATE INDEX invitations_email_idx ON public.invitations USING btree (email) WHERE (state = 'open'::text);

CREATE INDEX invitations_invited_by_idx ON public.invitations USING btree (invited_by);

CREATE UNIQUE INDEX invitations_open_key ON public.invitations USING btree (organization_id, email) WHERE (state = 'open'::text);

CREATE INDEX invitations_organization_idx ON public.invitations USING btree (organization_id, id);

CREATE INDEX invitations_team_id_idx ON public.invitations USING btree (team_id);

CREATE INDEX ledger_accounts_organization_idx ON public.ledger_accounts USING btree (organization_id) WHERE (organization_id IS NOT NULL);

CREATE INDEX ledger_postings_account_idx ON public.ledger_postings USING btree (account_id);

CREATE INDEX ledger_transactions_order_line_idx ON public.ledger_transactions USING btree (order_line_id);

CREATE INDEX lessons_course_id_idx ON public.lessons USING btree (course_id);

CREATE INDEX memberships_user_id_idx ON public.memberships USING btree (user_id);

CREATE INDEX one_time_tokens_user_id_idx ON public.one_time_tokens USING btree (user_id, purpose);

CREATE INDEX order_lines_due_idx ON public.order_lines USING btree (release_due_at) WHERE (state = 'held'::text);

CREATE UNIQUE INDEX order_lines_open_once ON public.order_lines USING btree (user_id, course_id) WHERE (state = 'open'::text);

CREATE INDEX order_lines_order_id_idx ON public.order_lines USING btree (order_id);

CREATE INDEX orders_pending_idx ON public.orders USING btree (created_at) WHERE (state = 'pending'::text);

CREATE INDEX orders_user_id_idx ON public.orders USING btree (user_id, created_at DESC);

CREATE UNIQUE INDEX organization_domains_verified_key ON public.organization_domains USING btree (domain) WHERE (verified_at IS NOT NULL);

CREATE INDEX organizations_created_by_idx ON public.organizations USING btree (created_by);

CREATE INDEX passkeys_user_id_idx ON public.passkeys USING btree (user_id);

CREATE INDEX payment_events_waiting_idx ON public.payment_events USING btree (received_at) WHERE (processed_at IS NULL);

CREATE INDEX pending_sign_ins_expires_at_idx ON public.pending_sign_ins USING btree (expires_at);

CREATE INDEX pending_sign_ins_user_id_idx ON public.pending_sign_ins USING btree (user_id);

CREATE INDEX person_claims_changed_at_idx ON public.person_claims USING btree (changed_at);

CREATE INDEX person_exports_expires_at_idx ON public.person_exports USING btree (expires_at);

CREATE INDEX person_exports_user_id_idx ON public.person_exports USING btree (user_id, asked_at DESC);

CREATE UNIQUE INDEX person_exports_waiting_key ON public.person_exports USING btree (user_id) WHERE (ready_at IS NULL);

CREATE INDEX refresh_tokens_expires_at_idx ON public.refresh_tokens USING btree (expires_at);

CREATE INDEX refresh_tokens_session_id_idx ON public.refresh_tokens USING btree (session_id);

CREATE INDEX reviews_course_id_idx ON public.reviews USING btree (course_id, created_at DESC, id);

CREATE INDEX scim_group_members_user_idx ON public.scim_group_members USING btree (scim_user_id);

CREATE UNIQUE INDEX scim_groups_display_name_key ON public.scim_groups USING btree (organization_id, lower(display_name));

CREATE INDEX scim_tokens_organization_id_idx ON public.scim_tokens USING btree (organization_id);

CREATE INDEX scim_users_external_id_idx ON public.scim_users USING btree (organization_id, external_id);

CREATE INDEX scim_users_user_id_idx ON public.scim_users USING btree (user_id);

CREATE INDEX sessions_revoked_at_idx ON public.sessions USING btree (revoked_at) WHERE (revoked_at IS NOT NULL);

CREATE INDEX sessions_user_id_idx ON public.sessions USING btree (user_id);

CREATE UNIQUE INDEX signing_keys_one_signs ON public.signing_keys USING btree ((true)) WHERE (retired_at IS NULL);

CREATE INDEX sso_attempts_connection_id_idx ON public.sso_attempts USING btree (connection_id);

CREATE INDEX sso_attempts_expires_at_idx ON public.sso_attempts USING btree (expires_at);

CREATE INDEX sso_connections_organization_id_idx ON public.sso_connections USING btree (organization_id);

CREATE INDEX sso_identities_user_id_idx ON public.sso_identities USING btree (user_id);

CREATE INDEX sso_pending_links_connection_id_idx ON public.sso_pending_links USING btree (connection_id);

CREATE INDEX sso_pending_links_expires_at_idx ON public.sso_pending_links USING btree (expires_at);

CREATE INDEX sso_replays_expires_at_idx ON public.sso_replays USING btree (expires_at);

CREATE INDEX sso_sessions_connection_idx ON public.sso_sessions USING btree (connection_id, subject);

CREATE INDEX team_members_membership_idx ON public.team_members USING btree (organization_id, user_id);

CREATE UNIQUE INDEX teams_name_key ON public.teams USING btree (organization_id, lower(name));

CREATE INDEX webauthn_challenges_expires_at_idx ON public.webauthn_challenges USING btree (expires_at);

CREATE INDEX webauthn_challenges_user_id_idx ON public.webauthn_challenges USING btree (user_id);

CREATE TRIGGER audit_anchors_append_only BEFORE DELETE OR UPDATE ON public.audit_anchors FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER audit_anchors_keep BEFORE TRUNCATE ON public.audit_anchors FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER audit_events_append_only BEFORE DELETE OR UPDATE ON public.audit_events FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER audit_events_keep BEFORE TRUNCATE ON public.audit_events FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER audit_head_keep BEFORE TRUNCATE ON public.audit_head FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER audit_head_stays BEFORE DELETE ON public.audit_head FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER audit_inbox_append_only BEFORE UPDATE ON public.audit_inbox FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER audit_inbox_keep BEFORE TRUNCATE ON public.audit_inbox FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER audit_inbox_leaves BEFORE DELETE ON public.audit_inbox FOR EACH ROW EXECUTE FUNCTION public.audit_inbox_leaves();

CREATE TRIGGER course_ratings_changed AFTER UPDATE ON public.course_ratings FOR EACH ROW EXECUTE FUNCTION public.course_part_changed();

CREATE TRIGGER course_skills_changed AFTER INSERT OR DELETE OR UPDATE ON public.course_skills FOR EACH ROW EXECUTE FUNCTION public.course_part_changed();

CREATE TRIGGER courses_changed AFTER INSERT OR UPDATE ON public.courses FOR EACH ROW EXECUTE FUNCTION public.courses_changed();

CREATE TRIGGER invitations_guard BEFORE UPDATE ON public.invitations FOR EACH ROW EXECUTE FUNCTION public.invitations_guard();

CREATE CONSTRAINT TRIGGER ledger_balances AFTER INSERT ON public.ledger_postings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.ledger_balances();

CREATE CONSTRAINT TRIGGER ledger_has_postings AFTER INSERT ON public.ledger_transactions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.ledger_has_postings();

CREATE TRIGGER ledger_postings_append_only BEFORE DELETE OR UPDATE ON public.ledger_postings FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER ledger_postings_keep BEFORE TRUNCATE ON public.ledger_postings FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER ledger_transactions_append_only BEFORE DELETE OR UPDATE ON public.ledger_transactions FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER ledger_transactions_keep BEFORE TRUNCATE ON public.ledger_transactions FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER memberships_claims_changed AFTER INSERT OR DELETE OR UPDATE OF user_id, organization_id, role ON public.memberships FOR EACH ROW EXECUTE FUNCTION public.memberships_claims_changed();

CREATE TRIGGER memberships_guard BEFORE INSERT OR DELETE OR UPDATE ON public.memberships FOR EACH ROW EXECUTE FUNCTION public.memberships_guard();

CREATE TRIGGER organizations_claims_changed AFTER UPDATE OF kind, suspended_at ON public.organizations FOR EACH ROW WHEN (((old.kind IS DISTINCT FROM new.kind) OR ((old.suspended_at IS NULL) IS DISTINCT FROM (new.suspended_at IS NULL)))) EXECUTE FUNCTION public.organizations_claims_changed();

CREATE TRIGGER organizations_guard BEFORE UPDATE ON public.organizations FOR EACH ROW EXECUTE FUNCTION public.organizations_guard();

CREATE TRIGGER provider_renamed AFTER UPDATE OF name, slug, suspended_at ON public.organizations FOR EACH ROW EXECUTE FUNCTION public.provider_renamed();

CREATE TRIGGER reviews_need_progress BEFORE INSERT ON public.reviews FOR EACH ROW EXECUTE FUNCTION public.reviews_need_progress();

CREATE TRIGGER reviews_rated AFTER INSERT OR DELETE OR UPDATE OF rating ON public.reviews FOR EACH ROW EXECUTE FUNCTION public.reviews_rated();

CREATE TRIGGER sessions_ended AFTER UPDATE OF revoked_at ON public.sessions FOR EACH ROW WHEN (((old.revoked_at IS NULL) AND (new.revoked_at IS NOT NULL))) EXECUTE FUNCTION public.session_ended();

CREATE TRIGGER sessions_gone AFTER DELETE ON public.sessions FOR EACH ROW WHEN ((old.revoked_at IS NULL)) EXECUTE FUNCTION public.session_ended();

CREATE TRIGGER signing_keys_changed AFTER INSERT OR UPDATE ON public.signing_keys FOR EACH STATEMENT EXECUTE FUNCTION public.signing_keys_changed();

CREATE TRIGGER users_claims_changed AFTER UPDATE OF email, name, email_confirmed_at, is_admin, suspended_at ON public.users FOR EACH ROW WHEN ((((((old.email IS DISTINCT FROM new.email) OR (old.name IS DISTINCT FROM new.name)) OR ((old.email_confirmed_at IS NULL) IS DISTINCT FROM (new.email_confirmed_at IS NULL))) OR (old.is_admin IS DISTINCT FROM new.is_admin)) OR ((old.suspended_at IS NULL) IS DISTINCT FROM (new.suspended_at IS NULL)))) EXECUTE FUNCTION public.users_claims_changed();

CREATE TRIGGER users_gone AFTER DELETE ON public.users FOR EACH ROW EXECUTE FUNCTION public.users_claims_changed();

CREATE TRIGGER users_guard BEFORE UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION public.users_guard();

ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.course_changes
    ADD CONSTRAINT course_changes_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.course_ratings
    ADD CONSTRAINT course_ratings_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.course_skills
    ADD CONSTRAINT course_skills_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.course_skills
    ADD CONSTRAINT course_skills_skill_id_fkey FOREIGN KEY (skill_id) REFERENCES public.skills(id);

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_category_id_fkey FOREIGN KEY (category_id) REFERENCES public.categories(id);

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES public.organizations(id);

ALTER TABLE ONLY public.enrollments
    ADD CONSTRAINT enrollments_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id);

ALTER TABLE ONLY public.enrollments
    ADD CONSTRAINT enrollments_last_lesson_id_fkey FOREIGN KEY (last_lesson_id) REFERENCES public.lessons(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.enrollments
    ADD CONSTRAINT enrollments_order_line_fk FOREIGN KEY (order_line_id) REFERENCES public.order_lines(id);

ALTER TABLE ONLY public.enrollments
    ADD CONSTRAINT enrollments_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.erasures
    ADD CONSTRAINT erasures_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.factor_resets
    ADD CONSTRAINT factor_resets_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.failed_sign_ins
    ADD CONSTRAINT failed_sign_ins_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_team_id_organization_id_fkey FOREIGN KEY (team_id, organization_id) REFERENCES public.teams(id, organization_id) ON DELETE SET NULL (team_id);

ALTER TABLE ONLY public.ledger_accounts
    ADD CONSTRAINT ledger_accounts_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id);

ALTER TABLE ONLY public.ledger_postings
    ADD CONSTRAINT ledger_postings_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.ledger_accounts(id);

ALTER TABLE ONLY public.ledger_postings
    ADD CONSTRAINT ledger_postings_transaction_id_fkey FOREIGN KEY (transaction_id) REFERENCES public.ledger_transactions(id);

ALTER TABLE ONLY public.ledger_transactions
    ADD CONSTRAINT ledger_transactions_order_line_id_fkey FOREIGN KEY (order_line_id) REFERENCES public.order_lines(id);

ALTER TABLE ONLY public.lesson_contents
    ADD CONSTRAINT lesson_contents_lesson_id_course_id_fkey FOREIGN KEY (lesson_id, course_id) REFERENCES public.lessons(id, course_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.lesson_progress
    ADD CONSTRAINT lesson_progress_enrollment_id_course_id_fkey FOREIGN KEY (enrollment_id, course_id) REFERENCES public.enrollments(id, course_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.lesson_progress
    ADD CONSTRAINT lesson_progress_lesson_id_course_id_fkey FOREIGN KEY (lesson_id, course_id) REFERENCES public.lessons(id, course_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.lessons
    ADD CONSTRAINT lessons_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.lessons
    ADD CONSTRAINT lessons_module_id_course_id_fkey FOREIGN KEY (module_id, course_id) REFERENCES public.modules(id, course_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.modules
    ADD CONSTRAINT modules_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.notes
    ADD CONSTRAINT notes_enrollment_id_fkey FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.notes
    ADD CONSTRAINT notes_lesson_id_fkey FOREIGN KEY (lesson_id) REFERENCES public.lessons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.notifications
    ADD CONSTRAINT notifications_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.one_time_tokens
    ADD CONSTRAINT one_time_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.order_lines
    ADD CONSTRAINT order_lines_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id);

ALTER TABLE ONLY public.order_lines
    ADD CONSTRAINT order_lines_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.order_lines
    ADD CONSTRAINT order_lines_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES public.organizations(id);

ALTER TABLE ONLY public.order_lines
    ADD CONSTRAINT order_lines_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.organization_domains
    ADD CONSTRAINT organization_domains_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT organizations_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.pending_sign_ins
    ADD CONSTRAINT pending_sign_ins_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.person_exports
    ADD CONSTRAINT person_exports_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.provider_profiles
    ADD CONSTRAINT provider_profiles_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.quiz_attempts
    ADD CONSTRAINT quiz_attempts_enrollment_id_fkey FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.quiz_attempts
    ADD CONSTRAINT quiz_attempts_lesson_id_fkey FOREIGN KEY (lesson_id) REFERENCES public.lessons(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.quiz_options
    ADD CONSTRAINT quiz_options_question_id_fkey FOREIGN KEY (question_id) REFERENCES public.quiz_questions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.quiz_questions
    ADD CONSTRAINT quiz_questions_lesson_id_fkey FOREIGN KEY (lesson_id) REFERENCES public.lesson_contents(lesson_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.recovery_code_sheets
    ADD CONSTRAINT recovery_code_sheets_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.sessions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.reviews
    ADD CONSTRAINT reviews_enrollment_id_course_id_fkey FOREIGN KEY (enrollment_id, course_id) REFERENCES public.enrollments(id, course_id);

ALTER TABLE ONLY public.reviews
    ADD CONSTRAINT reviews_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.saml_connections
    ADD CONSTRAINT saml_connections_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.sso_connections(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.scim_group_members
    ADD CONSTRAINT scim_group_members_group_id_organization_id_fkey FOREIGN KEY (group_id, organization_id) REFERENCES public.scim_groups(id, organization_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.scim_group_members
    ADD CONSTRAINT scim_group_members_scim_user_id_organization_id_fkey FOREIGN KEY (scim_user_id, organization_id) REFERENCES public.scim_users(id, organization_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.scim_groups
    ADD CONSTRAINT scim_groups_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.scim_tokens
    ADD CONSTRAINT scim_tokens_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.scim_users
    ADD CONSTRAINT scim_users_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.scim_users
    ADD CONSTRAINT scim_users_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sso_attempts
    ADD CONSTRAINT sso_attempts_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.sso_connections(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sso_connections
    ADD CONSTRAINT sso_connections_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sso_identities
    ADD CONSTRAINT sso_identities_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.sso_connections(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sso_identities
    ADD CONSTRAINT sso_identities_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sso_pending_links
    ADD CONSTRAINT sso_pending_links_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.sso_connections(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sso_replays
    ADD CONSTRAINT sso_replays_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.sso_connections(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sso_sessions
    ADD CONSTRAINT sso_sessions_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.sso_connections(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sso_sessions
    ADD CONSTRAINT sso_sessions_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.sessions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sso_sessions
    ADD CONSTRAINT sso_sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.team_members
    ADD CONSTRAINT team_members_organization_id_user_id_fkey FOREIGN KEY (organization_id, user_id) REFERENCES public.memberships(organization_id, user_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.team_members
    ADD CONSTRAINT team_members_team_id_organization_id_fkey FOREIGN KEY (team_id, organization_id) REFERENCES public.teams(id, organization_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.teams
    ADD CONSTRAINT teams_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.totp_factors
    ADD CONSTRAINT totp_factors_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.webauthn_challenges
    ADD CONSTRAINT webauthn_challenges_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE public.audit_anchors ENABLE ROW LEVEL SECURITY;

CREATE POLICY audit_anchors_insert ON public.audit_anchors FOR INSERT WITH CHECK ((public.app_role() = 'system'::text));

CREATE POLICY audit_anchors_read ON public.audit_anchors FOR SELECT USING (public.app_is_trusted());

ALTER TABLE public.audit_events ENABLE ROW LEVEL SECURITY;

CREATE POLICY audit_events_owner ON public.audit_events USING ((CURRENT_USER <> 'guildhall_app'::name)) WITH CHECK ((CURRENT_USER <> 'guildhall_app'::name));

CREATE POLICY audit_events_read ON public.audit_events FOR SELECT USING (public.app_is_trusted());

ALTER TABLE public.audit_head ENABLE ROW LEVEL SECURITY;

CREATE POLICY audit_head_owner ON public.audit_head USING ((CURRENT_USER <> 'guildhall_app'::name)) WITH CHECK ((CURRENT_USER <> 'guildhall_app'::name));

CREATE POLICY audit_head_read ON public.audit_head FOR SELECT USING (public.app_is_trusted());

ALTER TABLE public.audit_inbox ENABLE ROW LEVEL SECURITY;

CREATE POLICY audit_inbox_insert ON public.audit_inbox FOR INSERT WITH CHECK (((action <> 'audit.month_dropped'::text) AND ((public.app_role() = 'system'::text) OR ((actor_role = public.app_role()) AND (NOT (actor_id IS DISTINCT FROM public.app_user_id()))))));

CREATE POLICY audit_inbox_owner ON public.audit_inbox USING ((CURRENT_USER <> 'guildhall_app'::name)) WITH CHECK ((CURRENT_USER <> 'guildhall_app'::name));

CREATE POLICY audit_inbox_read ON public.audit_inbox FOR SELECT USING (public.app_is_trusted());

ALTER TABLE public.consents ENABLE ROW LEVEL SECURITY;

CREATE POLICY consents_delete ON public.consents FOR DELETE USING ((public.app_role() = 'system'::text));

CREATE POLICY consents_insert ON public.consents FOR INSERT WITH CHECK (((user_id = public.app_user_id()) OR (public.app_role() = 'system'::text)));

CREATE POLICY consents_read ON public.consents FOR SELECT USING (((user_id = public.app_user_id()) OR public.app_is_trusted()));

ALTER TABLE public.course_skills ENABLE ROW LEVEL SECURITY;

CREATE POLICY course_skills_delete ON public.course_skills FOR DELETE USING (public.app_may_edit_course(course_id));

CREATE POLICY course_skills_insert ON public.course_skills FOR INSERT WITH CHECK (public.app_may_edit_course(course_id));

CREATE POLICY course_skills_read ON public.course_skills FOR SELECT USING ((EXISTS ( SELECT
   FROM public.courses c
  WHERE (c.id = course_skills.course_id))));

CREATE POLICY course_skills_update ON public.course_skills FOR UPDATE USING (public.app_may_edit_course(course_id)) WITH CHECK (public.app_may_edit_course(course_id));

ALTER TABLE public.courses ENABLE ROW LEVEL SECURITY;

CREATE POLICY courses_delete ON public.courses FOR DELETE USING ((public.app_is_trusted() OR (provider_id = ANY (public.app_org_ids()))));

CREATE POLICY courses_insert ON public.courses FOR INSERT WITH CHECK ((public.app_is_trusted() OR (provider_id = ANY (public.app_org_ids()))));

CREATE POLICY courses_read ON public.courses FOR SELECT USING (((state = 'published'::text) OR public.app_is_trusted() OR (provider_id = ANY (public.app_org_ids())) OR (EXISTS ( SELECT
   FROM public.enrollments e
  WHERE ((e.course_id = courses.id) AND (e.user_id = public.app_user_id()))))));

CREATE POLICY courses_update ON public.courses FOR UPDATE USING ((public.app_is_trusted() OR (provider_id = ANY (public.app_org_ids())))) WITH CHECK ((public.app_is_trusted() OR (provider_id = ANY (public.app_org_ids()))));

ALTER TABLE public.enrollments ENABLE ROW LEVEL SECURITY;

CREATE POLICY enrollments_insert ON public.enrollments FOR INSERT WITH CHECK ((public.app_is_trusted() OR ((user_id = public.app_user_id()) AND (order_line_id IS NULL) AND (state = 'active'::text) AND (EXISTS ( SELECT
   FROM public.courses c
  WHERE ((c.id = enrollments.course_id) AND (c.state = 'published'::text) AND (c.price_pence = 0)))))));

CREATE POLICY enrollments_read ON public.enrollments FOR SELECT USING (((user_id = public.app_user_id()) OR public.app_is_trusted()));

CREATE POLICY enrollments_update ON public.enrollments FOR UPDATE USING (((user_id = public.app_user_id()) OR public.app_is_trusted())) WITH CHECK (((user_id = public.app_user_id()) OR public.app_is_trusted()));

ALTER TABLE public.erasures ENABLE ROW LEVEL SECURITY;

CREATE POLICY erasures_read ON public.erasures FOR SELECT USING (((user_id = public.app_user_id()) OR public.app_is_trusted()));

CREATE POLICY erasures_write ON public.erasures USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

ALTER TABLE public.factor_resets ENABLE ROW LEVEL SECURITY;

CREATE POLICY factor_resets_read ON public.factor_resets FOR SELECT USING (((user_id = public.app_user_id()) OR (public.app_role() = 'system'::text)));

CREATE POLICY factor_resets_write ON public.factor_resets USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

ALTER TABLE public.failed_sign_ins ENABLE ROW LEVEL SECURITY;

CREATE POLICY failed_sign_ins_system ON public.failed_sign_ins USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

ALTER TABLE public.invitations ENABLE ROW LEVEL SECURITY;

CREATE POLICY invitations_delete ON public.invitations FOR DELETE USING (public.app_is_trusted());

CREATE POLICY invitations_insert ON public.invitations FOR INSERT WITH CHECK ((public.app_is_trusted() OR public.app_has_role(organization_id, ARRAY['owner'::text]) OR ((role = 'learner'::text) AND public.app_has_role(organization_id, ARRAY['manager'::text]))));

CREATE POLICY invitations_read ON public.invitations FOR SELECT USING ((public.app_is_trusted() OR public.app_has_role(organization_id, ARRAY['owner'::text, 'manager'::text]) OR (email = public.app_email())));

CREATE POLICY invitations_update ON public.invitations FOR UPDATE USING ((public.app_is_trusted() OR ((state = 'open'::text) AND ((email = public.app_email()) OR public.app_has_role(organization_id, ARRAY['owner'::text]) OR ((role = 'learner'::text) AND public.app_has_role(organization_id, ARRAY['manager'::text])))))) WITH CHECK ((public.app_is_trusted() OR ((email = public.app_email()) AND (state = ANY (ARRAY['accepted'::text, 'declined'::text]))) OR ((state = ANY (ARRAY['open'::text, 'withdrawn'::text])) AND (public.app_has_role(organization_id, ARRAY['owner'::text]) OR ((role = 'learner'::text) AND public.app_has_role(organization_id, ARRAY['manager'::text]))))));

ALTER TABLE public.ledger_accounts ENABLE ROW LEVEL SECURITY;

CREATE POLICY ledger_accounts_insert ON public.ledger_accounts FOR INSERT WITH CHECK ((public.app_role() = 'system'::text));

CREATE POLICY ledger_accounts_read ON public.ledger_accounts FOR SELECT USING (((organization_id = ANY (public.app_org_ids())) OR public.app_is_trusted()));

ALTER TABLE public.ledger_postings ENABLE ROW LEVEL SECURITY;

CREATE POLICY ledger_postings_insert ON public.ledger_postings FOR INSERT WITH CHECK ((public.app_role() = 'system'::text));

CREATE POLICY ledger_postings_read ON public.ledger_postings FOR SELECT USING ((public.app_is_trusted() OR (EXISTS ( SELECT
   FROM public.ledger_accounts a
  WHERE ((a.id = ledger_postings.account_id) AND (a.organization_id = ANY (public.app_org_ids())))))));

ALTER TABLE public.ledger_transactions ENABLE ROW LEVEL SECURITY;

CREATE POLICY ledger_transactions_insert ON public.ledger_transactions FOR INSERT WITH CHECK ((public.app_role() = 'system'::text));

CREATE POLICY ledger_transactions_read ON public.ledger_transactions FOR SELECT USING ((public.app_is_trusted() OR (EXISTS ( SELECT
   FROM public.order_lines l
  WHERE ((l.id = ledger_transactions.order_line_id) AND (l.provider_id = ANY (public.app_org_ids())))))));

ALTER TABLE public.lesson_contents ENABLE ROW LEVEL SECURITY;

CREATE POLICY lesson_contents_delete ON public.lesson_contents FOR DELETE USING (public.app_may_edit_course(course_id));

CREATE POLICY lesson_contents_insert ON public.lesson_contents FOR INSERT WITH CHECK (public.app_may_edit_course(course_id));

CREATE POLICY lesson_contents_read ON public.lesson_contents FOR SELECT USING (public.app_may_learn(lesson_id, course_id));

CREATE POLICY lesson_contents_update ON public.lesson_contents FOR UPDATE USING (public.app_may_edit_course(course_id)) WITH CHECK (public.app_may_edit_course(course_id));

ALTER TABLE public.lesson_progress ENABLE ROW LEVEL SECURITY;

CREATE POLICY lesson_progress_own ON public.lesson_progress USING (public.app_owns_enrollment(enrollment_id)) WITH CHECK (public.app_owns_enrollment(enrollment_id));

ALTER TABLE public.lessons ENABLE ROW LEVEL SECURITY;

CREATE POLICY lessons_delete ON public.lessons FOR DELETE USING (public.app_may_edit_course(course_id));

CREATE POLICY lessons_insert ON public.lessons FOR INSERT WITH CHECK (public.app_may_edit_course(course_id));

CREATE POLICY lessons_read ON public.lessons FOR SELECT USING ((EXISTS ( SELECT
   FROM public.courses c
  WHERE (c.id = lessons.course_id))));

CREATE POLICY lessons_update ON public.lessons FOR UPDATE USING (public.app_may_edit_course(course_id)) WITH CHECK (public.app_may_edit_course(course_id));

ALTER TABLE public.market_figures ENABLE ROW LEVEL SECURITY;

CREATE POLICY market_figures_read ON public.market_figures FOR SELECT USING (true);

CREATE POLICY market_figures_write ON public.market_figures USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

ALTER TABLE public.memberships ENABLE ROW LEVEL SECURITY;

CREATE POLICY memberships_delete ON public.memberships FOR DELETE USING ((public.app_is_trusted() OR (user_id = public.app_user_id()) OR public.app_has_role(organization_id, ARRAY['owner'::text]) OR ((role = 'learner'::text) AND public.app_has_role(organization_id, ARRAY['manager'::text]))));

CREATE POLICY memberships_join ON public.memberships FOR INSERT WITH CHECK ((public.app_is_trusted() OR ((user_id = public.app_user_id()) AND public.app_may_join(organization_id, role))));

CREATE POLICY memberships_read ON public.memberships FOR SELECT USING (((user_id = public.app_user_id()) OR (organization_id = ANY (public.app_org_ids())) OR public.app_is_trusted()));

CREATE POLICY memberships_update ON public.memberships FOR UPDATE USING ((public.app_is_trusted() OR public.app_has_role(organization_id, ARRAY['owner'::text]))) WITH CHECK ((public.app_is_trusted() OR public.app_has_role(organization_id, ARRAY['owner'::text])));

ALTER TABLE public.modules ENABLE ROW LEVEL SECURITY;

CREATE POLICY modules_delete ON public.modules FOR DELETE USING (public.app_may_edit_course(course_id));

CREATE POLICY modules_insert ON public.modules FOR INSERT WITH CHECK (public.app_may_edit_course(course_id));

CREATE POLICY modules_read ON public.modules FOR SELECT USING ((EXISTS ( SELECT
   FROM public.courses c
  WHERE (c.id = modules.course_id))));

CREATE POLICY modules_update ON public.modules FOR UPDATE USING (public.app_may_edit_course(course_id)) WITH CHECK (public.app_may_edit_course(course_id));

ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;

CREATE POLICY notes_own ON public.notes USING (public.app_owns_enrollment(enrollment_id)) WITH CHECK (public.app_owns_enrollment(enrollment_id));

ALTER TABLE public.notifications ENABLE ROW LEVEL SECURITY;

CREATE POLICY notifications_read ON public.notifications FOR SELECT USING (((user_id = public.app_user_id()) OR public.app_is_trusted()));

CREATE POLICY notifications_write ON public.notifications USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

ALTER TABLE public.one_time_tokens ENABLE ROW LEVEL SECURITY;

CREATE POLICY one_time_tokens_system ON public.one_time_tokens USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

ALTER TABLE public.order_lines ENABLE ROW LEVEL SECURITY;

CREATE POLICY order_lines_insert ON public.order_lines FOR INSERT WITH CHECK ((public.app_is_trusted() OR ((user_id = public.app_user_id()) AND (state = 'open'::text))));

CREATE POLICY order_lines_read ON public.order_lines FOR SELECT USING (((user_id = public.app_user_id()) OR (provider_id = ANY (public.app_org_ids())) OR public.app_is_trusted()));

CREATE POLICY order_lines_update ON public.order_lines FOR UPDATE USING (public.app_is_trusted()) WITH CHECK (public.app_is_trusted());

ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;

CREATE POLICY orders_insert ON public.orders FOR INSERT WITH CHECK ((public.app_is_trusted() OR ((user_id = public.app_user_id()) AND (state = 'pending'::text) AND (paid_at IS NULL))));

CREATE POLICY orders_read ON public.orders FOR SELECT USING (((user_id = public.app_user_id()) OR public.app_is_trusted()));

CREATE POLICY orders_update ON public.orders FOR UPDATE USING (public.app_is_trusted()) WITH CHECK (public.app_is_trusted());

ALTER TABLE public.organization_domains ENABLE ROW LEVEL SECURITY;

CREATE POLICY organization_domains_delete ON public.organization_domains FOR DELETE USING ((public.app_is_trusted() OR public.app_has_role(organization_id, ARRAY['owner'::text])));

CREATE POLICY organization_domains_insert ON public.organization_domains FOR INSERT WITH CHECK ((public.app_is_trusted() OR (public.app_has_role(organization_id, ARRAY['owner'::text]) AND (verified_at IS NULL))));

CREATE POLICY organization_domains_read ON public.organization_domains FOR SELECT USING ((public.app_is_trusted() OR public.app_has_role(organization_id, ARRAY['owner'::text])));

CREATE POLICY organization_domains_update ON public.organization_domains FOR UPDATE USING (public.app_is_trusted()) WITH CHECK (public.app_is_trusted());

ALTER TABLE public.organizations ENABLE ROW LEVEL SECURITY;

CREATE POLICY organizations_delete ON public.organizations FOR DELETE USING (public.app_is_trusted());

CREATE POLICY organizations_insert ON public.organizations FOR INSERT WITH CHECK ((public.app_is_trusted() OR ((kind = ANY (ARRAY['provider'::text, 'enterprise'::text])) AND (created_by = public.app_user_id()) AND (suspended_at IS NULL))));

CREATE POLICY organizations_read ON public.organizations FOR SELECT USING (((suspended_at IS NULL) OR (id = ANY (public.app_org_ids())) OR public.app_is_trusted()));

CREATE POLICY organizations_update ON public.organizations FOR UPDATE USING ((public.app_is_trusted() OR public.app_has_role(id, ARRAY['owner'::text]))) WITH CHECK ((public.app_is_trusted() OR public.app_has_role(id, ARRAY['owner'::text])));

ALTER TABLE public.passkeys ENABLE ROW LEVEL SECURITY;

CREATE POLICY passkeys_own ON public.passkeys USING (((user_id = public.app_user_id()) OR (public.app_role() = 'system'::text))) WITH CHECK (((user_id = public.app_user_id()) OR (public.app_role() = 'system'::text)));

ALTER TABLE public.payment_events ENABLE ROW LEVEL SECURITY;

CREATE POLICY payment_events_trusted ON public.payment_events USING (public.app_is_trusted()) WITH CHECK (public.app_is_trusted());

ALTER TABLE public.pending_sign_ins ENABLE ROW LEVEL SECURITY;

CREATE POLICY pending_sign_ins_system ON public.pending_sign_ins USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

ALTER TABLE public.person_claims ENABLE ROW LEVEL SECURITY;

CREATE POLICY person_claims_system ON public.person_claims USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

ALTER TABLE public.person_exports ENABLE ROW LEVEL SECURITY;

CREATE POLICY person_exports_delete ON public.person_exports FOR DELETE USING ((public.app_role() = 'system'::text));

CREATE POLICY person_exports_insert ON public.person_exports FOR INSERT WITH CHECK (((public.app_role() = 'system'::text) OR ((user_id = public.app_user_id()) AND (ready_at IS NULL) AND (fetched_at IS NULL))));

CREATE POLICY person_exports_read ON public.person_exports FOR SELECT USING (((user_id = public.app_user_id()) OR (public.app_role() = 'system'::text)));

CREATE POLICY person_exports_update ON public.person_exports FOR UPDATE USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

ALTER TABLE public.provider_profiles ENABLE ROW LEVEL SECURITY;

CREATE POLICY provider_profiles_delete ON public.provider_profiles FOR DELETE USING ((public.app_is_trusted() OR (organization_id = ANY (public.app_org_ids()))));

CREATE POLICY provider_profiles_found ON public.provider_profiles FOR INSERT WITH CHECK (public.app_has_role(organization_id, ARRAY['owner'::text]));

CREATE POLICY provider_profiles_insert ON public.provider_profiles FOR INSERT WITH CHECK ((public.app_is_trusted() OR (organization_id = ANY (public.app_org_ids()))));

CREATE POLICY provider_profiles_read ON public.provider_profiles FOR SELECT USING (true);

CREATE POLICY provider_profiles_update ON public.provider_profiles FOR UPDATE USING ((public.app_is_trusted() OR (organization_id = ANY (public.app_org_ids())))) WITH CHECK ((public.app_is_trusted() OR (organization_id = ANY (public.app_org_ids()))));

ALTER TABLE public.quiz_attempts ENABLE ROW LEVEL SECURITY;

CREATE POLICY quiz_attempts_own ON public.quiz_attempts USING (public.app_owns_enrollment(enrollment_id)) WITH CHECK (public.app_owns_enrollment(enrollment_id));

ALTER TABLE public.quiz_options ENABLE ROW LEVEL SECURITY;

CREATE POLICY quiz_options_delete ON public.quiz_options FOR DELETE USING ((EXISTS ( SELECT
   FROM (public.quiz_questions q
     JOIN public.lesson_contents c USING (lesson_id))
  WHERE ((q.id = quiz_options.question_id) AND public.app_may_edit_course(c.course_id)))));

CREATE POLICY quiz_options_insert ON public.quiz_options FOR INSERT WITH CHECK ((EXISTS ( SELECT
   FROM (public.quiz_questions q
     JOIN public.lesson_contents c USING (lesson_id))
  WHERE ((q.id = quiz_options.question_id) AND public.app_may_edit_course(c.course_id)))));

CREATE POLICY quiz_options_read ON public.quiz_options FOR SELECT USING ((EXISTS ( SELECT
   FROM public.quiz_questions q
  WHERE (q.id = quiz_options.question_id))));

CREATE POLICY quiz_options_update ON public.quiz_options FOR UPDATE USING ((EXISTS ( SELECT
   FROM (public.quiz_questions q
     JOIN public.lesson_contents c USING (lesson_id))
  WHERE ((q.id = quiz_options.question_id) AND public.app_may_edit_course(c.course_id))))) WITH CHECK ((EXISTS ( SELECT
   FROM (public.quiz_questions q
     JOIN public.lesson_contents c USING (lesson_id))
  WHERE ((q.id = quiz_options.question_id) AND public.app_may_edit_course(c.course_id)))));

ALTER TABLE public.quiz_questions ENABLE ROW LEVEL SECURITY;

CREATE POLICY quiz_questions_delete ON public.quiz_questions FOR DELETE USING ((EXISTS ( SELECT
   FROM public.lesson_contents c
  WHERE ((c.lesson_id = quiz_questions.lesson_id) AND public.app_may_edit_course(c.course_id)))));

CREATE POLICY quiz_questions_insert ON public.quiz_questions FOR INSERT WITH CHECK ((EXISTS ( SELECT
   FROM public.lesson_contents c
  WHERE ((c.lesson_id = quiz_questions.lesson_id) AND public.app_may_edit_course(c.course_id)))));

CREATE POLICY quiz_questions_read ON public.quiz_questions FOR SELECT USING ((EXISTS ( SELECT
   FROM public.lesson_contents c
  WHERE (c.lesson_id = quiz_questions.lesson_id))));

CREATE POLICY quiz_questions_update ON public.quiz_questions FOR UPDATE USING ((EXISTS ( SELECT
   FROM public.lesson_contents c
  WHERE ((c.lesson_id = quiz_questions.lesson_id) AND public.app_may_edit_course(c.course_id))))) WITH CHECK ((EXISTS ( SELECT
   FROM public.lesson_contents c
  WHERE ((c.lesson_id = quiz_questions.lesson_id) AND public.app_may_edit_course(c.course_id)))));

ALTER TABLE public.recovery_code_sheets ENABLE ROW LEVEL SECURITY;

CREATE POLICY recovery_code_sheets_own ON public.recovery_code_sheets USING (((user_id = public.app_user_id()) OR (public.app_role() = 'system'::text))) WITH CHECK (((user_id = public.app_user_id()) OR (public.app_role() = 'system'::text)));

ALTER TABLE public.recovery_codes ENABLE ROW LEVEL SECURITY;

CREATE POLICY recovery_codes_own ON public.recovery_codes USING (((user_id = public.app_user_id()) OR (public.app_role() = 'system'::text))) WITH CHECK (((user_id = public.app_user_id()) OR (public.app_role() = 'system'::text)));

ALTER TABLE public.refresh_tokens ENABLE ROW LEVEL SECURITY;

CREATE POLICY refresh_tokens_system ON public.refresh_tokens USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

ALTER TABLE public.reviews ENABLE ROW LEVEL SECURITY;

CREATE POLICY reviews_delete ON public.reviews FOR DELETE USING (public.app_is_trusted());

CREATE POLICY reviews_insert ON public.reviews FOR INSERT WITH CHECK (((user_id = public.app_user_id()) OR public.app_is_trusted()));

CREATE POLICY reviews_read ON public.reviews FOR SELECT USING (true);

CREATE POLICY reviews_update ON public.reviews FOR UPDATE USING (((user_id = public.app_user_id()) OR public.app_is_trusted())) WITH CHECK (((user_id = public.app_user_id()) OR public.app_is_trusted()));

ALTER TABLE public.saml_connections ENABLE ROW LEVEL SECURITY;

CREATE POLICY saml_connections_owner ON public.saml_connections USING (((public.app_role() = 'system'::text) OR (EXISTS ( SELECT
   FROM public.sso_connections c
  WHERE (c.id = saml_connections.connection_id))))) WITH CHECK (((public.app_role() = 'system'::text) OR (EXISTS ( SELECT
   FROM public.sso_connections c
  WHERE (c.id = saml_connections.connection_id)))));

ALTER TABLE public.scim_group_members ENABLE ROW LEVEL SECURITY;

CREATE POLICY scim_group_members_system ON public.scim_group_members USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

ALTER TABLE public.scim_groups ENABLE ROW LEVEL SECURITY;

CREATE POLICY scim_groups_system ON public.scim_groups USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

ALTER TABLE public.scim_tokens ENABLE ROW LEVEL SECURITY;

CREATE POLICY scim_tokens_owner ON public.scim_tokens USING (((public.app_role() = 'system'::text) OR public.sso_is_owner(organization_id))) WITH CHECK (((public.app_role() = 'system'::text) OR public.sso_is_owner(organization_id)));

ALTER TABLE public.scim_users ENABLE ROW LEVEL SECURITY;

CREATE POLICY scim_users_read ON public.scim_users FOR SELECT USING (((user_id = public.app_user_id()) OR (public.app_role() = 'system'::text)));

CREATE POLICY scim_users_write ON public.scim_users USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

ALTER TABLE public.sessions ENABLE ROW LEVEL SECURITY;

CREATE POLICY sessions_own ON public.sessions USING (((user_id = public.app_user_id()) OR public.app_is_trusted())) WITH CHECK (((user_id = public.app_user_id()) OR public.app_is_trusted()));

ALTER TABLE public.signing_keys ENABLE ROW LEVEL SECURITY;

CREATE POLICY signing_keys_system ON public.signing_keys USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

ALTER TABLE public.sso_attempts ENABLE ROW LEVEL SECURITY;

CREATE POLICY sso_attempts_system ON public.sso_attempts USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

ALTER TABLE public.sso_connections ENABLE ROW LEVEL SECURITY;

CREATE POLICY sso_connections_owner ON public.sso_connections USING (((public.app_role() = 'system'::text) OR public.sso_is_owner(organization_id))) WITH CHECK (((public.app_role() = 'system'::text) OR public.sso_is_owner(organization_id)));

ALTER TABLE public.sso_identities ENABLE ROW LEVEL SECURITY;

CREATE POLICY sso_identities_read ON public.sso_identities FOR SELECT USING (((user_id = public.app_user_id()) OR (public.app_role() = 'system'::text)));

CREATE POLICY sso_identities_write ON public.sso_identities USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

ALTER TABLE public.sso_pending_links ENABLE ROW LEVEL SECURITY;

CREATE POLICY sso_pending_links_system ON public.sso_pending_links USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

ALTER TABLE public.sso_replays ENABLE ROW LEVEL SECURITY;

CREATE POLICY sso_replays_system ON public.sso_replays USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

ALTER TABLE public.sso_sessions ENABLE ROW LEVEL SECURITY;

CREATE POLICY sso_sessions_system ON public.sso_sessions USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

ALTER TABLE public.team_members ENABLE ROW LEVEL SECURITY;

CREATE POLICY team_members_delete ON public.team_members FOR DELETE USING ((public.app_is_trusted() OR (user_id = public.app_user_id()) OR public.app_has_role(organization_id, ARRAY['owner'::text, 'manager'::text])));

CREATE POLICY team_members_insert ON public.team_members FOR INSERT WITH CHECK ((public.app_is_trusted() OR public.app_has_role(organization_id, ARRAY['owner'::text, 'manager'::text]) OR ((user_id = public.app_user_id()) AND (NOT is_manager) AND public.app_invited_to_team(team_id))));

CREATE POLICY team_members_managed_delete ON public.team_members FOR DELETE USING ((public.app_is_trusted() OR ((NOT is_manager) AND public.app_manages_team(team_id))));

CREATE POLICY team_members_managed_insert ON public.team_members FOR INSERT WITH CHECK ((public.app_is_trusted() OR ((NOT is_manager) AND public.app_manages_team(team_id))));

CREATE POLICY team_members_managed_read ON public.team_members FOR SELECT USING ((public.app_is_trusted() OR public.app_manages_team(team_id)));

CREATE POLICY team_members_read ON public.team_members FOR SELECT USING ((public.app_is_trusted() OR (user_id = public.app_user_id()) OR public.app_has_role(organization_id, ARRAY['owner'::text, 'manager'::text, 'editor'::text, 'analyst'::text])));

CREATE POLICY team_members_update ON public.team_members FOR UPDATE USING ((public.app_is_trusted() OR public.app_has_role(organization_id, ARRAY['owner'::text, 'manager'::text]))) WITH CHECK ((public.app_is_trusted() OR public.app_has_role(organization_id, ARRAY['owner'::text, 'manager'::text])));

ALTER TABLE public.teams ENABLE ROW LEVEL SECURITY;

CREATE POLICY teams_delete ON public.teams FOR DELETE USING ((public.app_is_trusted() OR public.app_has_role(organization_id, ARRAY['owner'::text, 'manager'::text])));

CREATE POLICY teams_insert ON public.teams FOR INSERT WITH CHECK ((public.app_is_trusted() OR public.app_has_role(organization_id, ARRAY['owner'::text, 'manager'::text])));

CREATE POLICY teams_read ON public.teams FOR SELECT USING ((public.app_is_trusted() OR public.app_has_role(organization_id, ARRAY['owner'::text, 'manager'::text, 'editor'::text, 'analyst'::text, 'learner'::text])));

CREATE POLICY teams_update ON public.teams FOR UPDATE USING ((public.app_is_trusted() OR public.app_has_role(organization_id, ARRAY['owner'::text, 'manager'::text]))) WITH CHECK ((public.app_is_trusted() OR public.app_has_role(organization_id, ARRAY['owner'::text, 'manager'::text])));

ALTER TABLE public.totp_factors ENABLE ROW LEVEL SECURITY;

CREATE POLICY totp_factors_own ON public.totp_factors USING (((user_id = public.app_user_id()) OR (public.app_role() = 'system'::text))) WITH CHECK (((user_id = public.app_user_id()) OR (public.app_role() = 'system'::text)));

ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;

CREATE POLICY users_self ON public.users USING (((id = public.app_user_id()) OR public.app_is_trusted())) WITH CHECK ((public.app_is_trusted() OR ((id = public.app_user_id()) AND (NOT is_admin))));

ALTER TABLE public.webauthn_challenges ENABLE ROW LEVEL SECURITY;

CREATE POLICY webauthn_challenges_system ON public.webauthn_challenges USING ((public.app_role() = 'system'::text)) WITH CHECK ((public.app_role() = 'system'::text));

GRANT USAGE ON SCHEMA public TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.courses TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.enrollments TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lessons TO guildhall_app;

REVOKE ALL ON FUNCTION public.app_people_unchecked(organization uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.audit_drop_months(years integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.audit_drop_months(years integer) TO guildhall_app;

GRANT SELECT ON TABLE public.audit_events TO guildhall_app;

REVOKE ALL ON FUNCTION public.audit_make_month(at timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.audit_make_months() FROM PUBLIC;
GRANT ALL ON FUNCTION public.audit_make_months() TO guildhall_app;

REVOKE ALL ON FUNCTION public.audit_seal(most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.audit_seal(most integer) TO guildhall_app;

GRANT SELECT ON TABLE public.course_changes TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.memberships TO guildhall_app;

GRANT SELECT,INSERT ON TABLE public.audit_anchors TO guildhall_app;

GRANT SELECT ON TABLE public.audit_head TO guildhall_app;

GRANT SELECT ON TABLE public.audit_inbox TO guildhall_app;

GRANT INSERT(actor_role) ON TABLE public.audit_inbox TO guildhall_app;

GRANT INSERT(actor_id) ON TABLE public.audit_inbox TO guildhall_app;

GRANT INSERT(actor_name) ON TABLE public.audit_inbox TO guildhall_app;

GRANT INSERT(acting_for_kind) ON TABLE public.audit_inbox TO guildhall_app;

GRANT INSERT(acting_for_id) ON TABLE public.audit_inbox TO guildhall_app;

GRANT INSERT(action) ON TABLE public.audit_inbox TO guildhall_app;

GRANT INSERT(target_kind) ON TABLE public.audit_inbox TO guildhall_app;

GRANT INSERT(target_id) ON TABLE public.audit_inbox TO guildhall_app;

GRANT INSERT(before) ON TABLE public.audit_inbox TO guildhall_app;

GRANT INSERT(after) ON TABLE public.audit_inbox TO guildhall_app;

GRANT USAGE ON SEQUENCE public.audit_inbox_place_seq TO guildhall_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.categories TO guildhall_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.consents TO guildhall_app;

GRANT SELECT ON TABLE public.course_ratings TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.course_skills TO guildhall_app;

GRANT SELECT,INSERT ON TABLE public.erasures TO guildhall_app;

GRANT UPDATE(due_at) ON TABLE public.erasures TO guildhall_app;

GRANT UPDATE(withdrawn_at) ON TABLE public.erasures TO guildhall_app;

GRANT UPDATE(done_at) ON TABLE public.erasures TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.factor_resets TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.failed_sign_ins TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.invitations TO guildhall_app;

GRANT SELECT,INSERT ON TABLE public.ledger_accounts TO guildhall_app;

GRANT SELECT,INSERT ON TABLE public.ledger_postings TO guildhall_app;

GRANT SELECT,INSERT ON TABLE public.ledger_transactions TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lesson_contents TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lesson_progress TO guildhall_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.market_figures TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.modules TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.notes TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.notifications TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.one_time_tokens TO guildhall_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.order_lines TO guildhall_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.orders TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.organization_domains TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.organizations TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.passkeys TO guildhall_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.payment_events TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.pending_sign_ins TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.person_claims TO guildhall_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.person_exports TO guildhall_app;

GRANT UPDATE(ready_at) ON TABLE public.person_exports TO guildhall_app;

GRANT UPDATE(expires_at) ON TABLE public.person_exports TO guildhall_app;

GRANT UPDATE(size_bytes) ON TABLE public.person_exports TO guildhall_app;

GRANT UPDATE(fetched_at) ON TABLE public.person_exports TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.provider_profiles TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.quiz_attempts TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.quiz_options TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.quiz_questions TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.recovery_code_sheets TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.recovery_codes TO guildhall_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.refresh_tokens TO guildhall_app;

GRANT UPDATE(rotated_at) ON TABLE public.refresh_tokens TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.reviews TO guildhall_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.saml_connections TO guildhall_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.scim_group_members TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.scim_groups TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.scim_tokens TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.scim_users TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sessions TO guildhall_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.signing_keys TO guildhall_app;

GRANT UPDATE(retired_at) ON TABLE public.signing_keys TO guildhall_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.skills TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sso_attempts TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sso_connections TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sso_identities TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sso_pending_links TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sso_replays TO guildhall_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.sso_sessions TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.team_members TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.teams TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.totp_factors TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.users TO guildhall_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.webauthn_challenges TO guildhall_app;
