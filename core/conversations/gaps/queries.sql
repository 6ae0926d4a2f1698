-- note_gap --
update turn set gap = $2 where turn_id = $1 and gap is null;

-- list_gaps --
-- What was asked in a public channel, or told by whoever asked. The rest is nobody else's to read.
select turn_id, question, agent, asked_at from turn where gap = 'told' order by id desc limit $1;

-- count_untold --
select count(*) from turn where gap = 'open';

-- list_own --
select turn_id, question, agent, asked_at from turn
where gap = 'open' and person_id = $1 order by id desc limit $2;

-- tell_gap --
-- What was told already is told again: a button pressed twice.
update turn set gap = 'told' where turn_id = $1 and person_id = $2 and gap in ('open', 'told')
returning question;

-- dismiss_gaps --
update turn set gap = 'dismissed' where turn_id = any ($1::text[]) and gap is not null;
