-- lock_company --
-- The first version of the company's profile stands for all of its accounts: whoever holds it is the
-- only one who looks at what is left and takes some of it.
select now() as now from profile_version
where kind = 'company' and key = 'company' and version = 1 for update;

-- open_company --
insert into profile_version (kind, key, version, body, changed_by)
values ('company', 'company', 1, '{}', 'aegis') on conflict (kind, key, version) do nothing;

-- find_company --
select version, body from profile_version
where kind = 'company' and key = 'company' order by version desc limit 1;

-- put_company --
insert into profile_version (kind, key, version, body, changed_by)
values ('company', 'company', $1, $2::jsonb, $3);

-- sum_spent --
-- This month's calls of models, by day and by whose they are. `stale` counts reservations of
-- processes that have died.
select begun_at >= date_trunc('day', now() at time zone 'utc') at time zone 'utc' as today,
  person_id = $1 as of_person, agent = $2 as of_agent,
  sum(input_tokens + output_tokens)::bigint as tokens, sum(cost_micros)::bigint as micros,
  count(*) filter (where state = 'reserved' and begun_at < now() - make_interval(secs => $3)) as stale
from turn_step
where kind = 'model' and begun_at >= date_trunc('month', now() at time zone 'utc') at time zone 'utc'
group by 1, 2, 3;

-- expire_reservations --
-- The prompt went out, so it is paid for; of an answer nobody knows.
update turn_step
set state = 'expired', ended_at = now(), output_tokens = 0,
  cost_micros = coalesce((detail ->> 'prompt_micros')::bigint, 0)
where kind = 'model' and state = 'reserved' and begun_at < now() - make_interval(secs => $1)
returning step_id;

-- is_warned --
select exists (
  select from turn_step
  where kind = 'model' and begun_at >= date_trunc('month', now() at time zone 'utc') at time zone 'utc'
    and detail -> 'warned' ? $1
);

-- put_reservation --
insert into turn_step (step_id, turn_id, kind, name, agent, person_id, state, shown, detail,
  input_tokens, output_tokens, cost_micros)
values ($1, $2, 'model', $3, $4, $5, 'reserved', $6, $7::jsonb, $8, $9, $10);

-- grow_reservation --
update turn_step set input_tokens = $2, output_tokens = $3, cost_micros = $4
where step_id = $1 and kind = 'model' and state = 'reserved';

-- add_shown --
update turn_step set shown = shown || $2 where step_id = $1 and kind = 'model';

-- settle_reservation --
-- Also one that has expired meanwhile: it was slow, and not dead.
update turn_step
set state = $2, name = $3, detail = detail || $4::jsonb, input_tokens = $5, output_tokens = $6,
  cost_micros = $7, ended_at = now()
where step_id = $1 and kind = 'model' and state in ('reserved', 'expired')
returning step_id;

-- list_spent --
select person_id, agent,
  begun_at >= date_trunc('day', now() at time zone 'utc') at time zone 'utc' as today,
  sum(input_tokens + output_tokens)::bigint as tokens, sum(cost_micros)::bigint as micros
from turn_step
where kind = 'model' and begun_at >= date_trunc('month', now() at time zone 'utc') at time zone 'utc'
  and ($1 = '' or person_id = $1)
group by 1, 2, 3;

-- list_shown --
select step_id, name, agent, person_id, state, shown, detail, input_tokens, output_tokens,
  cost_micros, begun_at
from turn_step where turn_id = $1 and kind = 'model' order by id;

-- read_clock --
select now() as now;
