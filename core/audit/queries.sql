-- put_event --
insert into audit_event (action, actor, outcome, reference, arguments, detail)
values ($1, $2, $3, $4, $5, $6);
