-- Reason: everything one workspace needs for a question and a cited answer. `{schema}` is the only
-- substitution; its role has the same name, rights by grant alone, and owns nothing.

create table {schema}.oauth_tokens (
  tenant_id text not null,
  user_id text not null,
  provider text not null check (provider in ('slack')),
  sealed_token bytea not null,
  key_id text not null,
  algorithm text not null default 'AES-256-GCM' check (algorithm in ('AES-256-GCM')),
  scopes text not null default '',
  bot_user_id text not null default '',
  updated_at timestamptz not null default now(),
  primary key (tenant_id, user_id, provider)
);

create table {schema}.audit_event (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  action text not null check (action ~ '^[a-z_]+:[a-z_]+:[a-z_]+$'),
  actor text not null,
  outcome text not null check (outcome in ('attempt', 'done', 'refused', 'failed')),
  reference text not null,
  detail jsonb not null default '{}'
);

create table {schema}.inbox_event (
  id bigint generated always as identity primary key,
  event_id text not null unique,
  mailbox text not null,
  kind text not null check (kind in ('event', 'command', 'action')),
  payload text not null,
  received_at timestamptz not null default now(),
  attempts int not null default 0,
  state text not null default 'waiting' check (state in ('waiting', 'done', 'set_aside')),
  finished_at timestamptz,
  reason text
);
create index inbox_event_waiting on {schema}.inbox_event (mailbox, id) where state = 'waiting';

create table {schema}.person (
  person_id text primary key,
  standing text not null check (standing in ('owner', 'admin', 'member', 'guest', 'outsider', 'bot', 'gone')),
  display_name text not null default '',
  checked_at timestamptz not null default now()
);

create table {schema}.conversation (
  id bigint generated always as identity primary key,
  channel text not null,
  thread_ts text not null,
  agent text not null,
  opened_by text not null,
  opened_at timestamptz not null default now(),
  unique (channel, thread_ts)
);

create table {schema}.turn (
  id bigint generated always as identity primary key,
  turn_id text not null unique,
  conversation_id bigint not null references {schema}.conversation (id) on delete cascade,
  event_key text not null unique,
  person_id text not null,
  agent text not null,
  question text not null,
  answer text,
  sources jsonb not null default '[]',
  model text not null default '',
  state text not null default 'open' check (state in ('open', 'stopping', 'answered', 'done', 'failed')),
  asked_at timestamptz not null default now(),
  finished_at timestamptz
);
create index turn_of_conversation on {schema}.turn (conversation_id, id);

-- What is posted to Slack is a row first. `key` names the effect, so a repeat finds its row.
create table {schema}.outbox_message (
  id bigint generated always as identity primary key,
  key text not null unique,
  channel text not null,
  thread_ts text,
  person_id text,
  body jsonb not null,
  state text not null default 'waiting' check (state in ('waiting', 'sending', 'streaming', 'sent', 'failed')),
  message_ts text,
  attempts int not null default 0,
  reason text,
  created_at timestamptz not null default now(),
  sent_at timestamptz
);

create table {schema}.document (
  id bigint generated always as identity primary key,
  document_id text not null unique,
  title text not null,
  media text not null check (media in ('pdf', 'html', 'md', 'txt')),
  scope text not null check (scope in ('workspace', 'person')),
  owner_id text not null default '',
  content_sha256 text not null,
  embedding_model text not null default '',
  pages int,
  chunk_count int not null default 0,
  token_count bigint not null default 0,
  added_by text not null,
  added_at timestamptz not null default now(),
  unique (content_sha256, scope, owner_id)
);

create table {schema}.chunk (
  id bigint generated always as identity primary key,
  document_id text not null references {schema}.document (document_id) on delete cascade,
  position int not null,
  heading text not null default '',
  page int,
  body text not null,
  token_count int not null,
  lexemes tsvector not null,
  unique (document_id, position)
);
create index chunk_lexemes on {schema}.chunk using gin (lexemes);

-- Narrow and plain: a vector in the text's row goes to TOAST and makes an exact scan four times slower.
create table {schema}.chunk_embedding (
  chunk_id bigint primary key references {schema}.chunk (id) on delete cascade,
  embedding extensions.halfvec(384) not null
);
alter table {schema}.chunk_embedding alter column embedding set storage plain;

-- In how many chunks a word stands: what BM25 needs to know that a word is rare.
create table {schema}.lexeme (
  lexeme text primary key,
  chunk_count int not null
);

grant usage on schema {schema} to {schema};
grant select, insert, update, delete on
  {schema}.oauth_tokens, {schema}.inbox_event, {schema}.person, {schema}.conversation, {schema}.turn,
  {schema}.outbox_message, {schema}.document, {schema}.chunk, {schema}.chunk_embedding, {schema}.lexeme
to {schema};
-- Append-only: no update, no delete, not even for the tenant itself.
grant select, insert on {schema}.audit_event to {schema};
