-- count_rows --
select
  (select count(*) from turn) as turns,
  (select count(*) from outbox_message) as messages,
  (select count(*) from person) as people,
  (select count(*) from audit_event) as audit,
  (select count(*) from document) as documents,
  (select count(*) from memory) as memories,
  (select count(*) from inbox_event) as events,
  (select count(*) from oauth_tokens) as credentials;
