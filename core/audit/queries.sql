-- put_event --
insert into audit_event (action, actor, outcome, reference, arguments, detail)
values ($1, $2, $3, $4, $5, $6)
returning seq;

-- put_failure --
-- Unless the act's own row of its outcome was committed: it knows better than who saw it break off.
insert into audit_event (action, actor, outcome, reference, arguments, detail)
select $2, $3, 'failed', $4, $5, $6
where not exists (
  select from audit_event e
  where e.seq > $1 and e.action = $2 and e.reference = $4 and e.outcome <> 'attempt'
);

-- was_recorded --
-- A refused act is tried again within minutes, if at all: the index by time keeps this short.
select exists (
  select from audit_event
  where at > now() - interval '1 day' and action = $1 and outcome = $2 and reference = $3
);

-- list_events --
-- Newest first. An action may be asked for by its beginning. The agent is looked for in the text:
-- what the tenant's role wrote past us may be JSON that the database refuses to take apart.
select seq, at, action, actor, outcome, reference, arguments, detail from audit_event
where ($1::text is null or strpos(detail, $1) > 0)
  and ($2::text is null or actor = $2)
  and ($3::text is null or action = $3 or starts_with(action, $3 || ':'))
  and ($4::timestamptz is null or at >= $4)
order by seq desc
limit $5;

-- list_chain --
-- A time that no row of ours can have is none: a driver need not be able to read it.
select seq,
  case when at between timestamptz '1970-01-01 00:00Z' and timestamptz '9999-12-31 00:00Z' then at end as at,
  action, actor, outcome, reference, arguments, detail, previous, hash
from audit_event
where seq > $1 and seq <= $2
order by seq
limit $3;

-- last_seq --
select coalesce(max(seq), 0) from audit_event;

-- first_seq_since --
-- The first row that is not older, or the one after the last.
select coalesce(
  (select e.seq from audit_event e where e.at >= $1 order by e.seq limit 1),
  (select max(e.seq) + 1 from audit_event e), 0);

-- find_chain --
select seq, head, base_seq, base_hash from control.audit_chain where tenant_id = $1;

-- list_moved_chains --
-- Chains whose head no checkpoint names, and of the others one in sixty, in turn: the service's login
-- may add checkpoints, so that one is there does not say that it was signed. A page at a time.
select c.tenant_id, c.seq, c.head, now() as at
from control.audit_chain c
where c.tenant_id > $1
  and (c.seq > 0 or exists (select from control.audit_checkpoint p where p.tenant_id = c.tenant_id))
  and (abs(hashtext(c.tenant_id)::bigint) % 60 = $3 or not exists (
    select from control.audit_checkpoint k
    where k.tenant_id = c.tenant_id and k.seq = c.seq and k.head = c.head))
order by c.tenant_id
limit $2;

-- list_checkpoints_from --
-- Of each tenant, those of this row, and those of rows that are not there; a hundred are enough to see
-- what they are. A chain may have moved on meanwhile, and have been signed by another process.
select k.tenant_id, k.seq, k.head,
  greatest(least(k.signed_at, timestamptz '9999-12-31 00:00Z'), timestamptz '1970-01-01 00:00Z') as at,
  k.key_id, k.signature
from unnest($1::text[], $2::bigint[]) as c (tenant_id, seq)
cross join lateral (
  select p.tenant_id, p.seq, p.head, p.signed_at, p.key_id, p.signature
  from control.audit_checkpoint p
  where p.tenant_id = c.tenant_id and (p.seq = c.seq or p.seq > (
    select h.seq from control.audit_chain h where h.tenant_id = c.tenant_id))
  order by p.seq limit 100
) k;

-- put_checkpoints --
insert into control.audit_checkpoint (tenant_id, seq, head, signed_at, key_id, signature)
select tenant_id, seq, head, signed_at, key_id, signature
from unnest($1::text[], $2::bigint[], $3::text[], $4::timestamptz[], $5::text[], $6::text[])
  as c (tenant_id, seq, head, signed_at, key_id, signature)
on conflict (tenant_id, seq) do nothing;

-- list_checkpoints --
-- A time that no checkpoint of ours has does not fit its signature; a driver need not be able to read it.
select tenant_id, seq, head,
  greatest(least(signed_at, timestamptz '9999-12-31 00:00Z'), timestamptz '1970-01-01 00:00Z') as at,
  key_id, signature
from control.audit_checkpoint
where tenant_id = $1 and seq >= $2 and seq <= $3
order by seq;

-- newest_checkpoint_seq --
select coalesce(max(seq), 0) from control.audit_checkpoint where tenant_id = $1 and seq <= $2;

-- lock_chain --
select tenant_id from control.audit_chain where tenant_id = $1 for update;

-- find_cut --
-- Checkpoints before the first row that is to be kept, of one key or of others ($5). The last comes
-- first, but of those that lie close enough to take no more than so many rows at a time.
select k.tenant_id, k.seq, k.head,
  greatest(least(k.signed_at, timestamptz '9999-12-31 00:00Z'), timestamptz '1970-01-01 00:00Z') as at,
  k.key_id, k.signature
from control.audit_checkpoint k
join control.audit_chain c on c.tenant_id = k.tenant_id
join audit_event e on e.seq = k.seq and e.hash = k.head
where k.tenant_id = $1 and k.seq > c.base_seq and (k.key_id = $4) = $5
  and k.seq < coalesce(
    (select f.seq from audit_event f where f.at >= $2 order by f.seq limit 1),
    (select max(f.seq) + 1 from audit_event f))
order by k.seq > c.base_seq + $3,
  case when k.seq > c.base_seq + $3 then k.seq else -k.seq end;

-- find_base --
select base_seq from control.audit_chain where tenant_id = $1;

-- find_broken --
-- The first row, up to the cut, that does not fit its hash or follow the one before it.
select e.seq from (
  select f.seq, f.at, f.action, f.actor, f.outcome, f.reference, f.arguments, f.detail, f.previous,
    f.hash, lag(f.hash, 1, c.base_hash) over (order by f.seq) as before
  from audit_event f join control.audit_chain c on c.tenant_id = $1
  where f.seq <= $2
) e
where e.previous <> e.before or e.hash <> control.audit_hash(
  $1, e.seq, e.at, e.action, e.actor, e.outcome, e.reference, e.arguments, e.detail, e.previous)
order by e.seq
limit 1;

-- move_base --
update control.audit_chain set base_seq = $2, base_hash = $3 where tenant_id = $1;

-- drop_cut_rows --
with cut as (delete from audit_event where seq <= $1 returning seq) select count(*) from cut;

-- drop_cut_checkpoints --
delete from control.audit_checkpoint where tenant_id = $1 and seq < $2;

-- list_audited_tenants --
-- From the registry and not from the chains: one whose chain is gone is to be looked at too.
select tenant_id from control.tenant where status <> 'erased' order by tenant_id;
