-- Reason: an admin can allow a server of tools (MCP), and give the token it asks for.

-- `server`: an MCP server, by its short name: where it is, what it offers, and which agents may use
-- what of it.
alter table {schema}.profile_version drop constraint profile_version_kind_check;
alter table {schema}.profile_version add constraint profile_version_kind_check
  check (kind in ('agent', 'company', 'server'));

-- `mcp`: the token for a server; `user_id` holds the server's short name.
alter table {schema}.oauth_tokens drop constraint oauth_tokens_provider_check;
alter table {schema}.oauth_tokens add constraint oauth_tokens_provider_check
  check (provider in ('slack', 'mcp'));
