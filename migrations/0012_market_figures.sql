-- The home page's figures, counted now and then: they sum over everybody's enrollments.

create table market_figures (
    -- There is one row.
    is_the_row boolean primary key default true check (is_the_row),
    courses bigint not null check (courses >= 0),
    providers bigint not null check (providers >= 0),
    rating_sum bigint not null check (rating_sum >= 0),
    rating_count bigint not null check (rating_count >= 0),
    -- Enrollments that are older than 30 days, and how many of them are completed.
    enrollments bigint not null check (enrollments >= 0),
    completions bigint not null check (completions between 0 and enrollments),
    counted_at timestamptz not null
);

alter table market_figures enable row level security;
alter table market_figures force row level security;
create policy market_figures_read on market_figures for select using (true);
create policy market_figures_write on market_figures using (app_role() = 'system') with check (app_role() = 'system');
grant select, insert, update on market_figures to guildhall_app;
