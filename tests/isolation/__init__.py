"""Attacks on the walls between tenants, each test named for its abuse, with its number (A29 to A45).

The same files run twice in `make check`: straight at PostgreSQL, and through pgbouncer in
transaction mode with one server connection (A35: `pytest --through-pgbouncer`). The whole of
`make test` runs beside a bystander full of canaries (A44: tests/canary). The matrix of every
statement against every table is the live proof's, `aegis isolation prove`.

Of A45, what exists today is the agent that keeps a thread; there is no boardroom yet.
"""
