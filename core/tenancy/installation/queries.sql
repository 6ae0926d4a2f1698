-- drop_old_states --
delete from control.sign_in_state where expires_at < now();

-- put_state --
insert into control.sign_in_state (state_hash, kind, browser_hash, expires_at)
values ($1, $2, $3, now() + make_interval(secs => $4));

-- take_state --
-- Of two that come at once the second finds nothing.
delete from control.sign_in_state
where state_hash = $1 and kind = $2 and browser_hash = $3 and expires_at > now()
returning true;

-- find_stored_token --
-- Due is what expires soon, or has half of a short life behind it.
select sealed_token, bot_user_id, installed_at, expires_at, refused,
  coalesce(
    expires_at <= now() + least(make_interval(secs => $4), (expires_at - updated_at) / 2), false
  ) as is_due,
  coalesce(expires_at <= now(), false) as is_expired
from oauth_tokens
where tenant_id = $1 and user_id = $2 and provider = $3;

-- claim_refresh --
-- The lease of the one process that renews this version of the token.
update oauth_tokens set refreshing_until = now() + make_interval(secs => $6)
where tenant_id = $1 and user_id = $2 and provider = $3
  and installed_at = $4 and expires_at is not distinct from $5::timestamptz
  and refused = '' and (refreshing_until is null or refreshing_until < now())
returning true;

-- replace_pair --
-- In place of the version that was renewed, and of no other: a reinstall meanwhile stays.
update oauth_tokens
set sealed_token = $6, key_id = $7, expires_at = now() + make_interval(secs => $8),
    refreshing_until = null, refused = '', updated_at = now()
where tenant_id = $1 and user_id = $2 and provider = $3
  and installed_at = $4 and expires_at is not distinct from $5::timestamptz
returning true;

-- refuse_token --
update oauth_tokens set refused = $6, refreshing_until = null, updated_at = now()
where tenant_id = $1 and user_id = $2 and provider = $3
  and installed_at = $4 and expires_at is not distinct from $5::timestamptz and refused = ''
returning true;

-- find_version --
-- Of a token that Slack takes; one that it has refused is none.
select installed_at, expires_at from oauth_tokens
where tenant_id = $1 and user_id = $2 and provider = $3 and refused = '';

-- find_refused --
select refused from oauth_tokens where tenant_id = $1 and user_id = $2 and provider = $3;
