-- Reason: a worker that was stopped for longer than its lease wakes up and goes on with a turn that
-- another one has taken up meanwhile. `taken` counts who took it up: a fencing token. What is written
-- of a turn, of its messages and of its calls of tools asks whether the number is still the writer's.
-- Who took up a turn before this migration and wakes after it writes nothing either: nobody holds 0.
alter table {schema}.turn add column taken int not null default 0 check (taken >= 0);
