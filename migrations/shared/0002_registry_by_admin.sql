-- Reason: tenants and their workspaces are made by the admin login alone. The service's login reads
-- them; if it could write, one wrong statement might give a workspace to another tenant, or destroy
-- a data key.

set local role aegis_owner;
revoke insert, update, delete on control.tenant, control.workspace from aegis_service;
reset role;
