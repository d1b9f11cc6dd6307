-- What was sent to whom: a message with the same key is sent once.

create table notifications (
    id uuid primary key,
    -- Names the event, e.g. `receipt:{order}`.
    dedupe_key text not null constraint notifications_dedupe_key unique check (length(dedupe_key) <= 200),
    user_id uuid references users (id) on delete cascade,
    template text not null,
    created_at timestamptz not null,
    sent_at timestamptz
);

alter table notifications enable row level security;
alter table notifications force row level security;
create policy notifications_read on notifications for select using (user_id = app_user_id() or app_is_trusted());
create policy notifications_write on notifications using (app_role() = 'system') with check (app_role() = 'system');

grant select, insert, update, delete on notifications to guildhall_app;
