-- Reason: an agent remembers how a long thread began. `summary` puts in short what the turns up to
-- `summarized_to` held; 0 is none. It is empty again once the first of those turns was deleted.
alter table {schema}.conversation
  add column summary text not null default '',
  add column summarized_to bigint not null default 0;
