-- Reason: a document can belong to a channel, and only who is in that channel gets answers from it.

-- `channel_id`: the channel's, empty for a document of the workspace or of a person.
alter table {schema}.document
  add column channel_id text not null default '',
  drop constraint document_scope_check,
  drop constraint document_content_sha256_scope_owner_id_key,
  add constraint document_scope_check check (scope in ('workspace', 'channel', 'person')),
  add constraint document_place_check check (
    (scope = 'channel') = (channel_id <> '') and (scope = 'person' or owner_id = '')
  ),
  add constraint document_content_key unique (content_sha256, scope, owner_id, channel_id);
