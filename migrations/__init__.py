"""Plain-SQL migrations: shared/ for the switchboard, tenant/ for each tenant's schema."""
