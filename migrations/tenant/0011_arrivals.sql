-- Reason: a file is read in by a job that people see, that goes on after a crash and that can be called
-- off. Its row of `document` is there from the beginning, and what it is going to take is reserved in
-- it: what is not `ready` has no text yet, is found by nobody and counts for a tenant's quota.

alter table {schema}.document
  alter column media drop not null,
  alter column content_sha256 drop not null,
  add column state text not null default 'ready'
    check (state in ('queued', 'reading', 'indexing', 'ready')),
  add column reserved_chunks integer not null default 0 check (reserved_chunks >= 0),
  add column text_bytes bigint not null default 0 check (text_bytes >= 0),
  add constraint document_ready_is_whole
    check (state <> 'ready' or (media is not null and content_sha256 is not null));

update {schema}.document d
set text_bytes = coalesce(
  (select sum(octet_length(c.body)) from {schema}.chunk c where c.document_id = d.document_id), 0);
