"""The embedded PostgreSQL and the state directory: what a machine without a database runs on."""

from bot.postgres.errors import EmbeddedPostgresError
from bot.postgres.state import Keys, StateDirectory, StateDirectoryError
from bot.postgres.supervisor import EmbeddedPostgres, Server

__all__ = [
    "EmbeddedPostgres",
    "EmbeddedPostgresError",
    "Keys",
    "Server",
    "StateDirectory",
    "StateDirectoryError",
]
