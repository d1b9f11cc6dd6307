-- Who acts. Every transaction of the program sets these by `db.begin(&actor)`; unset means anonymous, the least of rights.

create function app_user_id() returns uuid language sql stable parallel safe
    return nullif(current_setting('app.user_id', true), '')::uuid;

create function app_org_ids() returns uuid[] language sql stable parallel safe
    return coalesce(nullif(current_setting('app.org_ids', true), ''), '{}')::uuid[];

create function app_role() returns text language sql stable parallel safe
    return coalesce(nullif(current_setting('app.role', true), ''), 'anonymous');

-- The program's own work (jobs, settlement, sign-in) and platform admins.
create function app_is_trusted() returns boolean language sql stable parallel safe
    return app_role() in ('system', 'admin');

do $$
begin
    create role guildhall_app login nosuperuser nocreatedb nocreaterole nobypassrls;
exception when duplicate_object or unique_violation then null;
end $$;

-- Whoever owns the database may act as the program, so that one address can serve both.
grant guildhall_app to current_user;
grant usage on schema public to guildhall_app;

-- For rows that may only ever be added.
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;

-- For the program's readiness check: its role sees which migrations ran, and nothing more of them.
create function app_migrations() returns setof bigint language plpgsql stable security definer set search_path = public as $$
begin
    return query execute 'select version from _sqlx_migrations where success';
end $$;
