-- put_event --
insert into audit_event (action, actor, outcome, reference, detail)
values ($1, $2, $3, $4, $5::jsonb);

-- list_events --
select id, at, action, actor, outcome, reference, detail from audit_event order by id;
