-- Who may be the last owner to go. One who is suspended can't run an organisation, so they don't count; and an organisation that
-- the platform has suspended is closed: the program may take its last owner out, for whoever asks to be erased.

create or replace function memberships_guard() returns trigger
    language plpgsql security definer set search_path = public as $$
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

-- As before, but where a directory keeps an organisation's people the domain alone lets nobody in: whom it has removed stays out.
create function app_directory_keeps(organization uuid, person uuid) returns boolean language sql stable as $$
    select exists (select from scim_tokens t where t.organization_id = organization and t.revoked_at is null)
        or exists (select from scim_users s where s.organization_id = organization and s.user_id = person and not s.active)
$$;

create or replace function app_may_join(organization uuid, joining text) returns boolean
    language plpgsql stable security definer set search_path = public as $$
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

create or replace function app_joinable() returns table (slug text, name text, kind text, domain text)
    language plpgsql stable security definer set search_path = public as $$
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

-- As before, but a link that waits at one enforced connection of the organisation frees from its other ones too: else nobody
-- with an account of before could link it where two are enforced.
create or replace function enforced_sign_on(address text, link bytea, at timestamptz) returns text
    language sql stable set search_path = public as $$
    select o.name from sso_connections c join organizations o on o.id = c.organization_id
    where c.organization_id = sso_domain_holder(split_part(address, '@', 2)) and c.enabled and c.enforced and o.suspended_at is null
        and not exists (select from sso_pending_links l join sso_connections via on via.id = l.connection_id
            where l.token_hash = link and via.organization_id = c.organization_id and via.enabled and via.enforced
                and l.email = address and l.used_at is null and l.expires_at > at)
    order by c.created_at limit 1
$$;
