"""A connection of the pool ends before its backend has grown heavy with the catalogs of tenants."""

from core.db import pool
from core.db.pool import open_pool


async def test_a_connection_is_given_up_after_so_many_statements(service_dsn, monkeypatch):
    monkeypatch.setattr(pool, "CONNECTION_STATEMENTS", 10)
    connections = await open_pool(service_dsn, size=1)
    try:
        backends = [await connections.fetchval("select pg_backend_pid()") for _ in range(12)]
    finally:
        await connections.close()

    assert 2 <= len(set(backends)) <= 4
    assert backends[0] == backends[1]
