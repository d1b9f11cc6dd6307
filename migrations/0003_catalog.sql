-- Courses and all they are made of.

create table categories (
    id uuid primary key,
    slug text not null constraint categories_slug_key unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name text not null check (length(trim(name)) between 1 and 80),
    summary text not null default '',
    position integer not null check (position >= 0)
);

create table skills (
    id uuid primary key,
    slug text not null constraint skills_slug_key unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
    name text not null check (length(trim(name)) between 1 and 80)
);

-- A provider's public face. Its organisation carries name and slug.
create table provider_profiles (
    organization_id uuid primary key references organizations (id) on delete cascade,
    summary text not null default '' check (length(summary) <= 300),
    description_md text not null default '' check (length(description_md) <= 20000),
    location text not null default '' check (length(location) <= 120),
    website text check (website ~ '^https?://' and length(website) <= 300),
    founded integer check (founded between 1500 and 2200)
);

create table courses (
    id uuid primary key,
    provider_id uuid not null references organizations (id),
    category_id uuid not null references categories (id),
    slug text not null constraint courses_slug_key unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
    title text not null check (length(trim(title)) between 3 and 160),
    summary text not null check (length(trim(summary)) between 1 and 400),
    description_md text not null check (length(description_md) <= 20000),
    level text not null check (level in ('beginner', 'intermediate', 'advanced')),
    delivery text not null default 'self-paced' check (delivery in ('self-paced', 'live-online', 'in-person', 'blended')),
    language text not null default 'en-GB' check (language ~ '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
    price_pence bigint not null check (price_pence between 0 and 100000000),
    currency text not null default 'GBP' check (currency = 'GBP'),
    duration_minutes integer not null check (duration_minutes between 1 and 600000),
    outcomes text[] not null default '{}',
    audience text not null default '',
    requirements text not null default '',
    state text not null default 'draft' check (state in ('draft', 'in_review', 'published', 'archived')),
    published_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint courses_published_has_date check (state <> 'published' or published_at is not null)
);
create index courses_provider_id_idx on courses (provider_id);
create index courses_category_id_idx on courses (category_id) where state = 'published';
create index courses_published_at_idx on courses (published_at desc, id) where state = 'published';

create table course_skills (
    course_id uuid not null references courses (id) on delete cascade,
    skill_id uuid not null references skills (id),
    position integer not null check (position >= 0),
    primary key (course_id, skill_id)
);
create index course_skills_skill_id_idx on course_skills (skill_id);

create table modules (
    id uuid primary key,
    course_id uuid not null references courses (id) on delete cascade,
    position integer not null check (position >= 0),
    title text not null check (length(trim(title)) between 1 and 160),
    constraint modules_position_key unique (course_id, position) deferrable initially immediate,
    unique (id, course_id)
);

-- A lesson's place in the syllabus: as public as its course.
create table lessons (
    id uuid primary key,
    course_id uuid not null references courses (id) on delete cascade,
    module_id uuid not null,
    position integer not null check (position >= 0),
    title text not null check (length(trim(title)) between 1 and 160),
    kind text not null check (kind in ('text', 'video', 'quiz', 'download')),
    minutes integer not null check (minutes between 1 and 6000),
    preview boolean not null default false,
    foreign key (module_id, course_id) references modules (id, course_id) on delete cascade,
    constraint lessons_position_key unique (module_id, position) deferrable initially immediate,
    unique (id, course_id)
);
create index lessons_course_id_idx on lessons (course_id);

-- What a lesson teaches: for those who are enrolled, for previews, and for the provider.
create table lesson_contents (
    lesson_id uuid primary key,
    course_id uuid not null,
    body_md text not null default '' check (length(body_md) <= 200000),
    video_src text,
    captions_src text,
    download_name text check (length(download_name) between 1 and 200),
    -- The key in the file store.
    download_key text,
    pass_percent integer check (pass_percent between 1 and 100),
    foreign key (lesson_id, course_id) references lessons (id, course_id) on delete cascade
);

create table quiz_questions (
    id uuid primary key,
    lesson_id uuid not null references lesson_contents (lesson_id) on delete cascade,
    position integer not null check (position >= 0),
    prompt text not null check (length(trim(prompt)) between 1 and 1000),
    multiple boolean not null default false,
    constraint quiz_questions_position_key unique (lesson_id, position) deferrable initially immediate
);

create table quiz_options (
    id uuid primary key,
    question_id uuid not null references quiz_questions (id) on delete cascade,
    position integer not null check (position >= 0),
    body text not null check (length(trim(body)) between 1 and 600),
    correct boolean not null,
    feedback text not null default '' check (length(feedback) <= 1000),
    constraint quiz_options_position_key unique (question_id, position) deferrable initially immediate
);

-- Sums over reviews, kept by a trigger on `reviews`. Public, and written by nobody else.
create table course_ratings (
    course_id uuid primary key references courses (id) on delete cascade,
    rating_sum bigint not null default 0 check (rating_sum >= 0),
    rating_count bigint not null default 0 check (rating_count >= 0),
    histogram bigint[] not null default '{0,0,0,0,0}'
);

-- The change sequence that the search index follows: the transaction that last touched what the index holds of a course.
-- A reader that has everything below pg_snapshot_xmin(..) at its last look can't miss a change that commits late.
create table course_changes (
    course_id uuid primary key references courses (id) on delete cascade,
    seq bigint not null
);
create index course_changes_seq_idx on course_changes (seq);

create function note_course_change(changed uuid) returns void language sql security definer set search_path = public
begin atomic
    insert into course_changes (course_id, seq) values (changed, pg_current_xact_id()::text::bigint)
    on conflict (course_id) do update set seq = excluded.seq where course_changes.seq <> excluded.seq;
    -- Wakes the followers when this commits; one notice a transaction.
    select pg_notify('course_changes', '');
end;

create function courses_changed() returns trigger language plpgsql security definer set search_path = public as $$
begin
    if tg_op = 'INSERT' then
        insert into course_ratings (course_id) values (new.id) on conflict do nothing;
    end if;
    perform note_course_change(new.id);
    return null;
end $$;
create trigger courses_changed after insert or update on courses for each row execute function courses_changed();

create function course_part_changed() returns trigger language plpgsql security definer set search_path = public as $$
begin
    if tg_op in ('INSERT', 'UPDATE') then
        perform note_course_change(new.course_id);
    elsif exists (select from courses where id = old.course_id) then
        perform note_course_change(old.course_id);
    end if;
    return null;
end $$;
create trigger course_skills_changed after insert or update or delete on course_skills for each row execute function course_part_changed();
create trigger course_ratings_changed after update on course_ratings for each row execute function course_part_changed();

create function provider_renamed() returns trigger language plpgsql security definer set search_path = public as $$
begin
    insert into course_changes (course_id, seq)
        select id, pg_current_xact_id()::text::bigint from courses where provider_id = new.id
    on conflict (course_id) do update set seq = excluded.seq;
    perform pg_notify('course_changes', '');
    return null;
end $$;
create trigger provider_renamed after update of name, slug, suspended_at on organizations for each row execute function provider_renamed();

-- Courses belong to their provider's organisation; the published ones are everybody's to read.
create function app_may_edit_course(course uuid) returns boolean language sql stable
    return app_is_trusted() or exists (select from courses c where c.id = course and c.provider_id = any (app_org_ids()));

-- Gives a table one policy for each kind of write. Reading has its own, so that a read never pays for a writer's check.
create procedure guard_writes(guarded text, condition text) language plpgsql as $$
begin
    execute format('create policy %I on %I for insert with check (%s)', guarded || '_insert', guarded, condition);
    execute format('create policy %I on %I for update using (%s) with check (%s)', guarded || '_update', guarded, condition, condition);
    execute format('create policy %I on %I for delete using (%s)', guarded || '_delete', guarded, condition);
end $$;

alter table courses enable row level security;
alter table courses force row level security;
create policy courses_read on courses for select
    using (state = 'published' or app_is_trusted() or provider_id = any (app_org_ids()));
call guard_writes('courses', 'app_is_trusted() or provider_id = any (app_org_ids())');

alter table provider_profiles enable row level security;
alter table provider_profiles force row level security;
create policy provider_profiles_read on provider_profiles for select using (true);
call guard_writes('provider_profiles', 'app_is_trusted() or organization_id = any (app_org_ids())');

-- What a course is made of is seen by whoever sees the course. The condition stands here in full, not in a function:
-- PostgreSQL plans it into the query, where a function would be called row by row.
do $$
declare part text;
begin
    foreach part in array array['course_skills', 'modules', 'lessons'] loop
        execute format('alter table %I enable row level security', part);
        execute format('alter table %I force row level security', part);
        execute format('create policy %I on %I for select using (exists (select from courses c where c.id = %I.course_id))',
            part || '_read', part, part);
        call guard_writes(part, 'app_may_edit_course(course_id)');
    end loop;
end $$;

alter table lesson_contents enable row level security;
alter table lesson_contents force row level security;
alter table quiz_questions enable row level security;
alter table quiz_questions force row level security;
alter table quiz_options enable row level security;
alter table quiz_options force row level security;
-- Their policies need `enrollments`: see the next migration.

grant select on categories, skills, course_ratings, course_changes to guildhall_app;
grant insert, update on categories, skills to guildhall_app;
grant select, insert, update, delete on provider_profiles, courses, course_skills, modules, lessons, lesson_contents,
    quiz_questions, quiz_options to guildhall_app;

-- The catalogue's headings, in the order in which pages show them; the position also chooses the palette of their covers.
insert into categories (id, slug, name, summary, position) values
    ('019e0000-0000-7000-8000-000000000000', 'skills-for-everyone', 'Skills for everyone', 'Use AI tools well and safely, whatever your job.', 0),
    ('019e0000-0000-7000-8000-000000000001', 'policy-and-government', 'Policy and government', 'For those who advise, decide and deliver in the public sector.', 1),
    ('019e0000-0000-7000-8000-000000000002', 'data-and-evaluation', 'Data and evaluation', 'Know what a system does before the public finds out.', 2),
    ('019e0000-0000-7000-8000-000000000003', 'engineering', 'Engineering', 'Build, serve and look after systems that learn.', 3),
    ('019e0000-0000-7000-8000-000000000004', 'health-and-care', 'Health and care', 'AI on the ward, in the surgery and in the community.', 4),
    ('019e0000-0000-7000-8000-000000000005', 'security-and-privacy', 'Security and privacy', 'Keep people''s data safe, and models out of trouble.', 5),
    ('019e0000-0000-7000-8000-000000000006', 'ethics-and-assurance', 'Ethics and assurance', 'Fairness, evidence and the audit trail behind a decision.', 6),
    ('019e0000-0000-7000-8000-000000000007', 'law-and-procurement', 'Law and procurement', 'Buy, contract and comply with open eyes.', 7),
    ('019e0000-0000-7000-8000-000000000008', 'design-and-communication', 'Design and communication', 'Services, words and pictures made with AI, for people.', 8),
    ('019e0000-0000-7000-8000-000000000009', 'leadership-and-boards', 'Leadership and boards', 'Questions to ask, and risks to own, from the chair.', 9);
