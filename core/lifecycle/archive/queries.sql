-- lock_registered --
select status, wrapped_key, wrapping_key_id from control.tenant where tenant_id = $1 for update;

-- has_schema --
select to_regnamespace($1) is not null;

-- register_again --
insert into control.tenant as t (tenant_id, wrapped_key, wrapping_key_id) values ($1, $2, $3)
on conflict (tenant_id) do update
set status = case when t.status = 'frozen' then 'frozen' else 'active' end,
    frozen_at = case when t.status = 'frozen' then t.frozen_at end,
    erase_after = case when t.status = 'frozen' then t.erase_after end,
    wrapped_key = excluded.wrapped_key, wrapping_key_id = excluded.wrapping_key_id,
    schema_version = 0;

-- put_chain --
insert into control.audit_chain (tenant_id, seq, head, base_seq, base_hash)
values ($1, $2, $3, $4, $5)
on conflict (tenant_id) do update
set seq = excluded.seq, head = excluded.head, base_seq = excluded.base_seq,
    base_hash = excluded.base_hash;

-- drop_later_checkpoints --
-- What they vouched for came after the archive, and is gone. The sink outside keeps them.
with dropped as (
  delete from control.audit_checkpoint where tenant_id = $1 and seq > $2 returning seq
)
select max(seq) from dropped;

-- wake_mailboxes --
insert into control.mailbox (tenant_id, mailbox)
select distinct t.tenant_id, e.mailbox from inbox_event e
join control.tenant t on t.tenant_id = $1 and t.status = 'active'
where e.state = 'waiting'
on conflict (tenant_id, mailbox) do nothing;

-- list_references --
select child.relname::text as child, parent.relname::text as parent
from pg_catalog.pg_constraint r
join pg_catalog.pg_class child on child.oid = r.conrelid
join pg_catalog.pg_class parent on parent.oid = r.confrelid
where r.contype = 'f' and r.connamespace = current_schema()::regnamespace;

-- disable_audit_triggers --
-- The archived rows have their numbers, times and hashes already.
alter table audit_event disable trigger user;

-- enable_audit_triggers --
alter table audit_event enable trigger user;

-- list_advances --
-- Statements that put each sequence past the highest value there is; the server quotes the names.
select format('select setval(%L, greatest(max(%I), 0) + 1, false) from %I',
  pg_get_serial_sequence(quote_ident(c.relname), a.attname), a.attname, c.relname) as statement
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
  and a.attidentity <> '' and not a.attisdropped;

-- forget_unopenable --
-- Sealed with a key that is gone.
with lost as (delete from oauth_tokens where key_id <> all ($1::text[]) returning key_id)
select count(*) from lost;

-- has_last_row --
select exists (select from audit_event where seq = $1 and hash = $2);
