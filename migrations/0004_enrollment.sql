-- Who takes which course, how far they are, and what they say of it.

create table enrollments (
    id uuid primary key,
    user_id uuid not null references users (id),
    course_id uuid not null references courses (id),
    -- The order line that paid for it; null for a free course.
    order_line_id uuid,
    state text not null default 'active' check (state in ('active', 'completed', 'refunded')),
    enrolled_at timestamptz not null,
    completed_at timestamptz,
    last_lesson_id uuid references lessons (id) on delete set null,
    last_seen_at timestamptz,
    constraint enrollments_completed_has_date check ((state = 'completed') <= (completed_at is not null)),
    unique (id, course_id)
);
-- Nobody has a course twice; a refunded one may be bought again.
create unique index enrollments_once on enrollments (user_id, course_id) where state <> 'refunded';
create unique index enrollments_order_line on enrollments (order_line_id) where order_line_id is not null;
create index enrollments_course_id_idx on enrollments (course_id);

create table lesson_progress (
    enrollment_id uuid not null,
    lesson_id uuid not null,
    course_id uuid not null,
    completed_at timestamptz not null,
    primary key (enrollment_id, lesson_id),
    -- A lesson counts only for the course that it is part of.
    foreign key (enrollment_id, course_id) references enrollments (id, course_id) on delete cascade,
    foreign key (lesson_id, course_id) references lessons (id, course_id) on delete cascade
);

create table quiz_attempts (
    id uuid primary key,
    enrollment_id uuid not null references enrollments (id) on delete cascade,
    lesson_id uuid not null references lessons (id) on delete cascade,
    number integer not null check (number >= 1),
    percent integer not null check (percent between 0 and 100),
    passed boolean not null,
    -- [{"question": id, "correct": bool, "chosen": [id], "feedback": [text]}]
    answers jsonb not null,
    at timestamptz not null,
    -- Sent with the form: a double click is one attempt.
    submission uuid not null,
    constraint quiz_attempts_number_key unique (enrollment_id, lesson_id, number),
    constraint quiz_attempts_submission_key unique (enrollment_id, lesson_id, submission)
);

create table notes (
    enrollment_id uuid not null references enrollments (id) on delete cascade,
    lesson_id uuid not null references lessons (id) on delete cascade,
    body text not null check (length(body) <= 10000),
    updated_at timestamptz not null,
    primary key (enrollment_id, lesson_id)
);

create table reviews (
    id uuid primary key,
    enrollment_id uuid not null constraint reviews_one_per_enrollment unique,
    course_id uuid not null,
    user_id uuid not null references users (id),
    -- As it is shown; kept here so that the public page reads no people.
    author_name text not null check (length(author_name) between 1 and 100),
    rating integer not null check (rating between 1 and 5),
    title text not null check (length(trim(title)) between 1 and 120),
    body text not null check (length(body) <= 4000),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    foreign key (enrollment_id, course_id) references enrollments (id, course_id)
);
create index reviews_course_id_idx on reviews (course_id, created_at desc, id);

create function reviews_rated() returns trigger language plpgsql security definer set search_path = public as $$
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
create trigger reviews_rated after insert or update of rating or delete on reviews for each row execute function reviews_rated();

-- A review needs its own enrollment with more than half of the lessons done: held here too, not only in code.
create function reviews_need_progress() returns trigger language plpgsql as $$
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
create trigger reviews_need_progress before insert on reviews for each row execute function reviews_need_progress();

create function app_owns_enrollment(enrollment uuid) returns boolean language sql stable
    return app_is_trusted() or exists (select from enrollments e where e.id = enrollment and e.user_id = app_user_id());

alter table enrollments enable row level security;
alter table enrollments force row level security;
create policy enrollments_read on enrollments for select
    using (user_id = app_user_id() or app_is_trusted());
-- People enrol themselves in free, published courses only; whatever is paid for is settled by the program.
create policy enrollments_insert on enrollments for insert with check (
    app_is_trusted() or (user_id = app_user_id() and order_line_id is null and state = 'active'
        and exists (select from courses c where c.id = course_id and c.state = 'published' and c.price_pence = 0)));
create policy enrollments_update on enrollments for update
    using (user_id = app_user_id() or app_is_trusted()) with check (user_id = app_user_id() or app_is_trusted());

-- Who has a course keeps it, also when it is taken off the catalogue.
alter policy courses_read on courses using (state = 'published' or app_is_trusted() or provider_id = any (app_org_ids())
    or exists (select from enrollments e where e.course_id = courses.id and e.user_id = app_user_id()));

do $$
declare part text;
begin
    foreach part in array array['lesson_progress', 'quiz_attempts', 'notes'] loop
        execute format('alter table %I enable row level security', part);
        execute format('alter table %I force row level security', part);
        execute format('create policy %I on %I using (app_owns_enrollment(enrollment_id)) with check (app_owns_enrollment(enrollment_id))', part || '_own', part);
    end loop;
end $$;

alter table reviews enable row level security;
alter table reviews force row level security;
create policy reviews_read on reviews for select using (true);
create policy reviews_insert on reviews for insert with check (user_id = app_user_id() or app_is_trusted());
create policy reviews_update on reviews for update
    using (user_id = app_user_id() or app_is_trusted()) with check (user_id = app_user_id() or app_is_trusted());
create policy reviews_delete on reviews for delete using (app_is_trusted());

create function app_may_learn(lesson uuid, course uuid) returns boolean language sql stable
    return app_may_edit_course(course)
        or exists (select from enrollments e where e.course_id = course and e.user_id = app_user_id() and e.state <> 'refunded')
        or exists (select from lessons l where l.id = lesson and l.preview);

create policy lesson_contents_read on lesson_contents for select using (app_may_learn(lesson_id, course_id));
call guard_writes('lesson_contents', 'app_may_edit_course(course_id)');

create policy quiz_questions_read on quiz_questions for select
    using (exists (select from lesson_contents c where c.lesson_id = quiz_questions.lesson_id));
call guard_writes('quiz_questions',
    'exists (select from lesson_contents c where c.lesson_id = quiz_questions.lesson_id and app_may_edit_course(c.course_id))');
create policy quiz_options_read on quiz_options for select
    using (exists (select from quiz_questions q where q.id = question_id));
call guard_writes('quiz_options',
    'exists (select from quiz_questions q join lesson_contents c using (lesson_id) where q.id = question_id and app_may_edit_course(c.course_id))');

grant select, insert, update, delete on enrollments, lesson_progress, quiz_attempts, notes, reviews to guildhall_app;
