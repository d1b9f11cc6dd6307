-- The schema that the migrations make, by PostgreSQL 15. Written by `cargo xtask schema`: change it there.

CREATE SCHEMA public;

COMMENT ON SCHEMA public IS 'standard public schema';

CREATE FUNCTION public.app_role() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE(NULLIF(current_setting('app.role'::text, true), ''::text), 'anonymous'::text);

CREATE FUNCTION public.app_is_trusted() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (public.app_role() = ANY (ARRAY['system'::text, 'admin'::text]));

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

CREATE PROCEDURE public.guard_writes(IN guarded text, IN condition text)
    LANGUAGE plpgsql
    AS $$
begin
    execute format('create policy %I on %I for insert with check (%s)', guarded || '_insert', guarded, condition);
    execute format('create policy %I on %I for update using (%s) with check (%s)', guarded || '_update', guarded, condition, condition);
    execute format('create policy %I on %I for delete using (%s)', guarded || '_delete', guarded, condition);
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

CREATE TABLE public.memberships (
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT memberships_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'editor'::text, 'analyst'::text, 'manager'::text, 'learner'::text])))
);

ALTER TABLE ONLY public.memberships FORCE ROW LEVEL SECURITY;

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

CREATE TABLE public.organizations (
    id uuid NOT NULL,
    kind text NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    suspended_at timestamp with time zone,
    CONSTRAINT organizations_kind_check CHECK ((kind = ANY (ARRAY['provider'::text, 'enterprise'::text, 'platform'::text]))),
    CONSTRAINT organizations_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 120))),
    CONSTRAINT organizations_slug_check CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (length(slug) <= 100)))
);

ALTER TABLE ONLY public.organizations FORCE ROW LEVEL SECURITY;

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

CREATE TABLE public.sessions (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    user_agent text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT sessions_token_hash_check CHECK ((length(token_hash) = 32)),
    CONSTRAINT sessions_user_agent_check CHECK ((length(user_agent) <= 400))
);

ALTER TABLE ONLY public.sessions FORCE ROW LEVEL SECURITY;

CREATE TABLE public.skills (
    id uuid NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    CONSTRAINT skills_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 80))),
    CONSTRAINT skills_slug_check CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (length(slug) <= 100)))
);

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
    CONSTRAINT users_email_check CHECK ((((length(email) >= 3) AND (length(email) <= 254)) AND (email = lower(email)) AND (POSITION(('@'::text) IN (email)) > 1))),
    CONSTRAINT users_name_check CHECK (((length(TRIM(BOTH FROM name)) >= 1) AND (length(TRIM(BOTH FROM name)) <= 100)))
);

ALTER TABLE ONLY public.users FORCE ROW LEVEL SECURITY;

ALTER TABLE ONLY public.categories
    ADD CONSTRAINT categories_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.categories
    ADD CONSTRAINT categories_slug_key UNIQUE (slug);

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

ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT organizations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT organizations_slug_key UNIQUE (slug);

ALTER TABLE ONLY public.payment_events
    ADD CONSTRAINT payment_events_pkey PRIMARY KEY (source, event_id);

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

ALTER TABLE ONLY public.reviews
    ADD CONSTRAINT reviews_one_per_enrollment UNIQUE (enrollment_id);

ALTER TABLE ONLY public.reviews
    ADD CONSTRAINT reviews_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.skills
    ADD CONSTRAINT skills_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.skills
    ADD CONSTRAINT skills_slug_key UNIQUE (slug);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_email_key UNIQUE (email);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

CREATE INDEX course_changes_seq_idx ON public.course_changes USING btree (seq);

CREATE INDEX course_skills_skill_id_idx ON public.course_skills USING btree (skill_id);

CREATE INDEX courses_category_id_idx ON public.courses USING btree (category_id) WHERE (state = 'published'::text);

CREATE INDEX courses_provider_id_idx ON public.courses USING btree (provider_id);

CREATE INDEX courses_published_at_idx ON public.courses USING btree (published_at DESC, id) WHERE (state = 'published'::text);

CREATE INDEX enrollments_course_id_idx ON public.enrollments USING btree (course_id);

CREATE UNIQUE INDEX enrollments_once ON public.enrollments USING btree (user_id, course_id) WHERE (state <> 'refunded'::text);

CREATE UNIQUE INDEX enrollments_order_line ON public.enrollments USING btree (order_line_id) WHERE (order_line_id IS NOT NULL);

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

CREATE INDEX payment_events_waiting_idx ON public.payment_events USING btree (received_at) WHERE (processed_at IS NULL);

CREATE INDEX reviews_course_id_idx ON public.reviews USING btree (course_id, created_at DESC, id);

CREATE INDEX sessions_user_id_idx ON public.sessions USING btree (user_id);

CREATE TRIGGER course_ratings_changed AFTER UPDATE ON public.course_ratings FOR EACH ROW EXECUTE FUNCTION public.course_part_changed();

CREATE TRIGGER course_skills_changed AFTER INSERT OR DELETE OR UPDATE ON public.course_skills FOR EACH ROW EXECUTE FUNCTION public.course_part_changed();

CREATE TRIGGER courses_changed AFTER INSERT OR UPDATE ON public.courses FOR EACH ROW EXECUTE FUNCTION public.courses_changed();

CREATE CONSTRAINT TRIGGER ledger_balances AFTER INSERT ON public.ledger_postings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.ledger_balances();

CREATE CONSTRAINT TRIGGER ledger_has_postings AFTER INSERT ON public.ledger_transactions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.ledger_has_postings();

CREATE TRIGGER ledger_postings_append_only BEFORE DELETE OR UPDATE ON public.ledger_postings FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER ledger_postings_keep BEFORE TRUNCATE ON public.ledger_postings FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER ledger_transactions_append_only BEFORE DELETE OR UPDATE ON public.ledger_transactions FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER ledger_transactions_keep BEFORE TRUNCATE ON public.ledger_transactions FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER provider_renamed AFTER UPDATE OF name, slug, suspended_at ON public.organizations FOR EACH ROW EXECUTE FUNCTION public.provider_renamed();

CREATE TRIGGER reviews_need_progress BEFORE INSERT ON public.reviews FOR EACH ROW EXECUTE FUNCTION public.reviews_need_progress();

CREATE TRIGGER reviews_rated AFTER INSERT OR DELETE OR UPDATE OF rating ON public.reviews FOR EACH ROW EXECUTE FUNCTION public.reviews_rated();

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

ALTER TABLE ONLY public.reviews
    ADD CONSTRAINT reviews_enrollment_id_course_id_fkey FOREIGN KEY (enrollment_id, course_id) REFERENCES public.enrollments(id, course_id);

ALTER TABLE ONLY public.reviews
    ADD CONSTRAINT reviews_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

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

ALTER TABLE public.memberships ENABLE ROW LEVEL SECURITY;

CREATE POLICY memberships_read ON public.memberships FOR SELECT USING (((user_id = public.app_user_id()) OR (organization_id = ANY (public.app_org_ids())) OR public.app_is_trusted()));

CREATE POLICY memberships_write ON public.memberships USING (public.app_is_trusted()) WITH CHECK (public.app_is_trusted());

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

ALTER TABLE public.organizations ENABLE ROW LEVEL SECURITY;

CREATE POLICY organizations_delete ON public.organizations FOR DELETE USING (public.app_is_trusted());

CREATE POLICY organizations_insert ON public.organizations FOR INSERT WITH CHECK (public.app_is_trusted());

CREATE POLICY organizations_read ON public.organizations FOR SELECT USING (((suspended_at IS NULL) OR (id = ANY (public.app_org_ids())) OR public.app_is_trusted()));

CREATE POLICY organizations_update ON public.organizations FOR UPDATE USING (((id = ANY (public.app_org_ids())) OR public.app_is_trusted())) WITH CHECK (((id = ANY (public.app_org_ids())) OR public.app_is_trusted()));

ALTER TABLE public.payment_events ENABLE ROW LEVEL SECURITY;

CREATE POLICY payment_events_trusted ON public.payment_events USING (public.app_is_trusted()) WITH CHECK (public.app_is_trusted());

ALTER TABLE public.provider_profiles ENABLE ROW LEVEL SECURITY;

CREATE POLICY provider_profiles_delete ON public.provider_profiles FOR DELETE USING ((public.app_is_trusted() OR (organization_id = ANY (public.app_org_ids()))));

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

ALTER TABLE public.reviews ENABLE ROW LEVEL SECURITY;

CREATE POLICY reviews_delete ON public.reviews FOR DELETE USING (public.app_is_trusted());

CREATE POLICY reviews_insert ON public.reviews FOR INSERT WITH CHECK (((user_id = public.app_user_id()) OR public.app_is_trusted()));

CREATE POLICY reviews_read ON public.reviews FOR SELECT USING (true);

CREATE POLICY reviews_update ON public.reviews FOR UPDATE USING (((user_id = public.app_user_id()) OR public.app_is_trusted())) WITH CHECK (((user_id = public.app_user_id()) OR public.app_is_trusted()));

ALTER TABLE public.sessions ENABLE ROW LEVEL SECURITY;

CREATE POLICY sessions_own ON public.sessions USING (((user_id = public.app_user_id()) OR public.app_is_trusted())) WITH CHECK (((user_id = public.app_user_id()) OR public.app_is_trusted()));

ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;

CREATE POLICY users_self ON public.users USING (((id = public.app_user_id()) OR public.app_is_trusted())) WITH CHECK ((public.app_is_trusted() OR ((id = public.app_user_id()) AND (NOT is_admin))));

GRANT USAGE ON SCHEMA public TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.courses TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.enrollments TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lessons TO guildhall_app;

GRANT SELECT ON TABLE public.course_changes TO guildhall_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.categories TO guildhall_app;

GRANT SELECT ON TABLE public.course_ratings TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.course_skills TO guildhall_app;

GRANT SELECT,INSERT ON TABLE public.ledger_accounts TO guildhall_app;

GRANT SELECT,INSERT ON TABLE public.ledger_postings TO guildhall_app;

GRANT SELECT,INSERT ON TABLE public.ledger_transactions TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lesson_contents TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lesson_progress TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.memberships TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.modules TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.notes TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.notifications TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.one_time_tokens TO guildhall_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.order_lines TO guildhall_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.orders TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.organizations TO guildhall_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.payment_events TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.provider_profiles TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.quiz_attempts TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.quiz_options TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.quiz_questions TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.reviews TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sessions TO guildhall_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.skills TO guildhall_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.users TO guildhall_app;
