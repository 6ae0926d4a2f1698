-- Reason: admins see what the documents do not answer.

-- `open`: an answer found nothing. `told`: whoever asked in private has told the admins. `dismissed`: an admin
-- has seen to it. Null for every other turn.
alter table {schema}.turn
  add column gap text check (gap in ('open', 'told', 'dismissed'));
create index turn_gap on {schema}.turn (id) where gap is not null;
