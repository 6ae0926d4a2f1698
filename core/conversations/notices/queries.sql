-- list_responsible --
-- Whoever installed the app, unless they are known to be no member any more; then the owners, then
-- the admins whom we know, the latest seen first.
select candidate.person_id from (
  select o.installed_by as person_id, 0 as place, now() as seen
  from oauth_tokens o
  left join person p on p.person_id = o.installed_by and p.checked_at >= 'epoch'
  where o.tenant_id = $1 and o.user_id = $2 and o.provider = 'slack' and o.installed_by ~ '^[UW]'
    and coalesce(p.standing, 'member') in ('owner', 'admin', 'member')
  union all
  select p.person_id, case p.standing when 'owner' then 1 else 2 end, p.checked_at
  from person p where p.standing in ('owner', 'admin')
) candidate
group by candidate.person_id
order by min(candidate.place), max(candidate.seen) desc, candidate.person_id
limit $3;
