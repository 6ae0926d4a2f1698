-- Reason: the audit page filters by time, and retention deletes by it; both would read whole tables.
-- Nothing depends on an index but speed: a tenant without this version is served too.

create index audit_event_at on {schema}.audit_event (at);
create index turn_asked_at on {schema}.turn (asked_at);
create index inbox_event_finished_at on {schema}.inbox_event (finished_at) where finished_at is not null;
