-- note_gap --
update turn set gap = $2 where turn_id = $1 and gap is null;

-- list_gaps --
-- What was asked in a public channel, or told by whoever asked. The rest is nobody else's to read.
select turn_id, question, agent, asked_at from turn where gap = 'told' order by id desc limit $1;

-- count_untold --
select count(*) from turn where gap = 'open';

-- list_own --
-- Each question once, as it was asked last: it may have been asked in several places.
select turn_id, question, agent, asked_at from (
  select distinct on (lower(regexp_replace(trim(question), '\s+', ' ', 'g')))
         id, turn_id, question, agent, asked_at
  from turn where gap = 'open' and person_id = $1
  order by lower(regexp_replace(trim(question), '\s+', ' ', 'g')), id desc
) asked
order by id desc limit $2;

-- tell_gap --
-- And the same question wherever else that person has asked it. What was told already is told again: a
-- button pressed twice.
update turn told set gap = 'told'
from turn pressed
where pressed.turn_id = $1 and pressed.person_id = $2 and pressed.gap in ('open', 'told')
  and told.person_id = $2 and told.gap in ('open', 'told')
  and (told.turn_id = $1 or lower(regexp_replace(trim(told.question), '\s+', ' ', 'g'))
                          = lower(regexp_replace(trim(pressed.question), '\s+', ' ', 'g')))
returning pressed.question;

-- dismiss_gaps --
update turn set gap = 'dismissed' where turn_id = any ($1::text[]) and gap is not null;
