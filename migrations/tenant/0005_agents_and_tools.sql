-- Reason: what an agent is made of can be changed and taken back, what a turn did step by step can be
-- looked at and paid for, a tool can wait for somebody's yes, and an agent can remember.

-- `agent`: one agent's profile. `company`: instructions for all, rules for tools, budgets. The newest
-- version counts; taking one back is a new version with the old body.
create table {schema}.profile_version (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('agent', 'company')),
  key text not null,
  version int not null check (version > 0),
  body jsonb not null,
  changed_by text not null,
  changed_at timestamptz not null default now(),
  unique (kind, key, version)
);

-- One call of a model, or of a tool, in the order of the turn. It outlives its turn, because a month's
-- budget counts it. A call of a model is `reserved` with an estimate first, then settled as `done` or
-- `failed`. A call of a tool may be `waiting` for a yes, for as long as `expires_at` says. `digest`
-- binds a yes to the exact arguments. Costs are in millionths of a US dollar.
create table {schema}.turn_step (
  id bigint generated always as identity primary key,
  step_id text not null unique,
  turn_id text not null,
  kind text not null check (kind in ('model', 'tool')),
  name text not null,
  agent text not null,
  person_id text not null,
  state text not null check (state in ('reserved', 'waiting', 'approved', 'declined', 'expired', 'running', 'done', 'failed')),
  arguments text not null default '',
  digest text not null default '',
  shown text not null default '',
  result text not null default '',
  detail jsonb not null default '{}',
  input_tokens int not null default 0,
  output_tokens int not null default 0,
  cost_micros bigint not null default 0,
  begun_at timestamptz not null default now(),
  ended_at timestamptz,
  expires_at timestamptz
);
create index turn_step_of_turn on {schema}.turn_step (turn_id, id);
create index turn_step_spent on {schema}.turn_step (begun_at) where kind = 'model';
create index turn_step_waiting on {schema}.turn_step (expires_at) where state = 'waiting';

-- What an agent keeps, about a person or (`about` is empty) the company; for one agent or (`agent` is
-- empty) for all. Only what somebody has confirmed is ever used.
create table {schema}.memory (
  id bigint generated always as identity primary key,
  memory_id text not null unique,
  about text not null default '',
  agent text not null default '',
  body text not null,
  state text not null default 'proposed' check (state in ('proposed', 'kept')),
  proposed_by text not null,
  turn_id text not null default '',
  created_at timestamptz not null default now(),
  expires_at timestamptz
);
create index memory_about on {schema}.memory (about, id);

alter table {schema}.turn
  add column choice text not null default '',
  add column feedback text check (feedback in ('good', 'bad')),
  add column feedback_at timestamptz;

alter table {schema}.person add column default_agent text not null default '';

-- A turn that waits for somebody's yes is no work for a worker.
alter table {schema}.turn drop constraint turn_state_check;
alter table {schema}.turn add constraint turn_state_check
  check (state in ('open', 'stopping', 'waiting', 'answered', 'done', 'failed'));

grant select, insert, update, delete on
  {schema}.profile_version, {schema}.turn_step, {schema}.memory to {schema};
