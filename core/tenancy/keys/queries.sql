-- list_wrapped_keys --
-- Of a shredded tenant nothing is left to wrap.
select tenant_id, wrapped_key, wrapping_key_id from control.tenant
where wrapped_key <> '' and wrapping_key_id <> $1 order by tenant_id;

-- list_wrapping_keys --
select wrapping_key_id, count(*) as tenants from control.tenant
where wrapped_key <> '' group by wrapping_key_id order by wrapping_key_id;

-- list_rotating_tenants --
select tenant_id from control.tenant where status in ('active', 'frozen') order by tenant_id;

-- find_wrapped_key --
select tenant_id, wrapped_key, wrapping_key_id from control.tenant
where tenant_id = $1 and wrapped_key <> '';

-- replace_wrapped_key --
-- Only what was read: a key that was shredded or changed meanwhile stays as it is.
update control.tenant set wrapped_key = $3, wrapping_key_id = $4, wrapping_algorithm = $5
where tenant_id = $1 and wrapped_key = $2
returning true;

-- take_keys --
-- Waits for whoever holds them together (hold_keys in core/db). Until the transaction ends.
select pg_advisory_xact_lock(1262836051, hashtext($1::text));

-- list_sealed_tokens --
select user_id, provider, sealed_token from oauth_tokens
where tenant_id = $1 and key_id <> $2 order by user_id, provider;

-- replace_sealed_token --
-- Only what was read: a token that was replaced meanwhile stays as it is.
update oauth_tokens set sealed_token = $5, key_id = $6, algorithm = $7
where tenant_id = $1 and user_id = $2 and provider = $3 and sealed_token = $4
returning true;
