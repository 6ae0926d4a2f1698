-- take_slot --
-- GCRA (the generic cell rate algorithm): `next_at` is the theoretical arrival time of the next call,
-- which may come up to burst - 1 intervals early. $2 interval, $3 burst, $4 the longest wait; seconds.
-- Who gets none reads the row locked, which is as others have left it meanwhile; a plain look would be
-- at the row as it was when the statement began.
with taken as (
  insert into control.rate_limit as r (bucket, next_at)
  values ($1, now() + make_interval(secs => $2::float8))
  on conflict (bucket) do update
    set next_at = greatest(r.next_at, now()) + make_interval(secs => $2::float8)
    where r.next_at <= now() + make_interval(secs => $2::float8 * ($3::int - 1) + $4::float8)
  returning r.next_at
), found as (
  select true as taken, next_at from taken
  union all
  select false, latest.next_at + make_interval(secs => $2::float8) from (
    select r.next_at from control.rate_limit r
    where r.bucket = $1 and not exists (select 1 from taken)
    for no key update
  ) as latest
)
select taken,
  greatest(extract(epoch from next_at - now())::float8 - $2::float8 * $3::int, 0) as seconds
from found;

-- hold --
-- Not even a burst before *seconds* are over; a longer hold stays. $2 interval, $3 burst, $4 seconds.
insert into control.rate_limit as r (bucket, next_at)
values ($1, now() + make_interval(secs => $2::float8 * ($3::int - 1) + $4::float8))
on conflict (bucket) do update set next_at = greatest(r.next_at, excluded.next_at);

-- forget_rested --
-- A bucket that was not used for an hour is as good as none.
delete from control.rate_limit where next_at < now() - interval '1 hour';
