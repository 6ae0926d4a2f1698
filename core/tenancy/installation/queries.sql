-- drop_old_states --
delete from control.sign_in_state where expires_at < now();

-- put_state --
-- Unless there are too many under way (several that come at once may be a few over).
insert into control.sign_in_state (state_hash, kind, browser_hash, expires_at)
select $1, $2, $3, now() + make_interval(secs => $4)
where (select count(*) from control.sign_in_state) < $5
returning true;

-- take_state --
-- Of two that come at once the second finds nothing.
delete from control.sign_in_state
where state_hash = $1 and kind = $2 and browser_hash = $3 and expires_at > now()
returning true;

-- find_stored_token --
-- Due is what expires soon, or has half of a short life behind it. What `put_off_refresh` has marked
-- is not: it ends.
select sealed_token, bot_user_id, installed_at, expires_at, refused, installed_by, scopes,
  coalesce(
    expires_at <= now() + least(make_interval(secs => $4), (expires_at - updated_at) / 2)
      and refreshing_until is distinct from expires_at,
    false
  ) as is_due,
  coalesce(expires_at <= now(), false) as is_expired,
  case when refreshing_until = expires_at then expires_at end as ends_at
from oauth_tokens
where tenant_id = $1 and user_id = $2 and provider = $3;

-- claim_refresh --
-- The lease of the one process that renews this version of the token.
update oauth_tokens set refreshing_until = now() + make_interval(secs => $6)
where tenant_id = $1 and user_id = $2 and provider = $3
  and installed_at = $4 and expires_at is not distinct from $5::timestamptz
  and refused = '' and (refreshing_until is null or refreshing_until < now())
returning true;

-- put_off_refresh --
-- Nobody asks Slack to renew this version again while it lives: the lease ends with the token.
update oauth_tokens set refreshing_until = expires_at
where tenant_id = $1 and user_id = $2 and provider = $3
  and installed_at = $4 and expires_at is not distinct from $5::timestamptz and refused = ''
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

-- lift_refusal --
-- Of a version that was refused with this word and with no other.
update oauth_tokens set refused = '', updated_at = now()
where tenant_id = $1 and user_id = $2 and provider = $3
  and installed_at = $4 and expires_at is not distinct from $5::timestamptz and refused = $6
returning true;

-- find_version --
-- Of a token that Slack takes; one that it has refused is none.
select installed_at, expires_at from oauth_tokens
where tenant_id = $1 and user_id = $2 and provider = $3 and refused = '';

-- find_refused --
select refused from oauth_tokens where tenant_id = $1 and user_id = $2 and provider = $3;

-- find_installer --
select installed_by from oauth_tokens
where tenant_id = $1 and user_id = $2 and provider = $3 and installed_by ~ '^[UW][A-Z0-9]{1,31}$';

-- find_scopes --
select scopes from oauth_tokens
where tenant_id = $1 and user_id = $2 and provider = $3 and refused = '';
