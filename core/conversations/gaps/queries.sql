-- note_gap --
update turn set gap = 'open' where turn_id = $1 and gap is null;

-- list_gaps --
-- What was asked in a direct message is nobody else's to read, unless whoever asked has told it.
select t.turn_id, t.question, t.agent, t.asked_at
from turn t join conversation c on c.id = t.conversation_id
where t.gap = 'told' or (t.gap = 'open' and not starts_with(c.channel, 'D'))
order by t.id desc limit $1;

-- count_untold --
select count(*) from turn t join conversation c on c.id = t.conversation_id
where t.gap = 'open' and starts_with(c.channel, 'D');

-- list_own --
select t.turn_id, t.question, t.agent, t.asked_at
from turn t join conversation c on c.id = t.conversation_id
where t.gap = 'open' and t.person_id = $1 and starts_with(c.channel, 'D')
order by t.id desc limit $2;

-- tell_gap --
-- What was told already is told again: a button pressed twice.
update turn set gap = 'told' where turn_id = $1 and person_id = $2 and gap in ('open', 'told')
returning question;

-- dismiss_gaps --
update turn set gap = 'dismissed' where turn_id = any ($1::text[]) and gap is not null;
