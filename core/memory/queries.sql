-- put_memory --
-- The same call again is one effect.
insert into memory (memory_id, about, agent, body, state, proposed_by, turn_id, expires_at)
values ($1, $2, $3, $4, 'kept', $5, $6, now() + make_interval(days => $7))
on conflict (memory_id) do nothing;

-- list_memories --
-- All that is kept about one person, or (empty) the company; newest first.
select memory_id, about, agent, body, created_at, expires_at from memory
where about = $1 and state = 'kept' and (expires_at is null or expires_at > now())
order by id desc limit $2;

-- list_told --
-- What one agent is told in a turn of this person; without one, the company's alone.
select memory_id, about, agent, body, created_at, expires_at from memory
where about in ($1, '') and agent in ($2, '') and state = 'kept'
  and (expires_at is null or expires_at > now())
order by id desc limit $3;

-- lock_memory --
select memory_id, about, agent, body, created_at, expires_at from memory
where memory_id = $1 and state = 'kept' and (expires_at is null or expires_at > now())
for update;

-- correct_memory --
update memory set body = $2 where memory_id = $1;

-- drop_memories --
delete from memory where memory_id = any ($1::text[]) returning memory_id;

-- drop_expired --
-- What came without an end of its own (an archive of another version) has the longest there is.
delete from memory where id in (
  select m.id from memory m
  where m.expires_at <= now() or m.created_at < now() - make_interval(days => $1)
  limit $2
)
returning memory_id;
