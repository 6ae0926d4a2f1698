-- Reason: tokens that expire and are renewed, and the kinds of work that came with many workspaces.

-- `sealed_token` holds the access token and, on a second line, the refresh token if there is one:
-- they are replaced together or not at all. `refused` is Slack's own word for why it takes the token
-- no more. `refreshing_until` is the lease of the one process that renews it.
alter table {schema}.oauth_tokens
  add column expires_at timestamptz,
  add column refreshing_until timestamptz,
  add column refused text not null default '',
  add column installed_by text not null default '',
  add column installed_at timestamptz not null default now();

-- `view`: a modal sent. `shortcut`: a shortcut used. `task`: work that the product gives itself.
alter table {schema}.inbox_event drop constraint inbox_event_kind_check;
alter table {schema}.inbox_event add constraint inbox_event_kind_check
  check (kind in ('event', 'command', 'action', 'view', 'shortcut', 'task'));

-- Replies in threads that are not ours, or not yet: found again when a thread becomes ours.
create index inbox_event_overheard on {schema}.inbox_event (mailbox) where reason = 'overheard';
