-- put_step --
insert into turn_step (step_id, turn_id, kind, name, agent, person_id, state, arguments, digest, detail)
values ($1, $2, 'tool', $3, $4, $5, 'reserved', $6, $7, $8::jsonb)
on conflict (step_id) do nothing;

-- list_steps --
select step_id, turn_id, name, agent, person_id, state, arguments, digest, shown, result, detail,
  coalesce(expires_at <= now(), false) as is_late
from turn_step where turn_id = $1 and kind = 'tool' order by id;

-- lock_step --
select step_id, turn_id, name, agent, person_id, state, arguments, digest, shown, result, detail,
  coalesce(expires_at <= now(), false) as is_late
from turn_step where step_id = $1 and kind = 'tool' for update;

-- ask_step --
update turn_step
set state = 'waiting', shown = $2, detail = detail || $3::jsonb,
    expires_at = now() + make_interval(secs => $4)
where step_id = $1 and state = 'reserved';

-- lock_waiting --
-- The calls of one tool that wait, in one order for whoever locks them.
select step_id, turn_id, name, agent, person_id, state, arguments, digest, shown, result, detail,
  expires_at <= now() as is_late
from turn_step where kind = 'tool' and state = 'waiting' and name = $1 and expires_at > now()
order by id limit $2 for update;

-- list_due --
-- What nobody has answered in time, and what has waited for half of it.
select step_id, turn_id, name, agent, person_id, state, arguments, digest, shown, result, detail,
  expires_at <= now() as is_late
from turn_step
where kind = 'tool' and state = 'waiting' and now() > begun_at + (expires_at - begun_at) / 2
order by expires_at limit $1;

-- begin_step --
-- A yes is used up here: whoever comes second finds it running.
update turn_step set state = 'running', begun_at = now()
where step_id = $1 and state = $2
returning true;

-- settle_step --
update turn_step set state = $2, detail = detail || $3::jsonb
where step_id = $1 and state = 'waiting';

-- mark_told --
-- Its cards say how it stands.
update turn_step set detail = detail || jsonb_build_object('told', state) where step_id = $1;

-- end_step --
update turn_step
set state = $2, result = $3, detail = detail || $4::jsonb, ended_at = now()
where step_id = $1 and ended_at is null;
