"""What a proof of isolation came to, and the ways out of a tenant that a server may leave open."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Way = Literal[
    "role",
    "text_as_sql",
    "large_objects",
    "session",
    "catalogs",
    "temporary",
    "create",
    "languages",
    "names",
    "statements",
]

# What a hostile statement inside a tenant could do, were the way open.
WAYS: dict[Way, str] = {
    "role": "change role within a statement (set_config)",
    "text_as_sql": "run text as SQL (query_to_xml, ts_stat and their like)",
    "large_objects": "write and read large objects",
    "session": "leave traces in the session or the server (locks, messages, snapshots)",
    "catalogs": "read names, sizes and statistics of others in the catalogs",
    "temporary": "make temporary tables",
    "create": "make things in the database or in a schema of all",
    "languages": "run DO blocks and make functions (languages plpgsql, sql)",
    "names": "find out that a schema or role exists, by its name or number (casts to regclass)",
    "statements": "change role by a statement of its own (SET ROLE), which no server can refuse",
}

# No right governs these, so no server closes them; docs/isolation.md says what they come to.
NOT_CLOSABLE: frozenset[Way] = frozenset({"names", "statements"})

Outcome = Literal["denied", "empty", "program", "open", "crossed", "not covered"]
"""denied: refused. empty: answered with nothing of another tenant. program: the server would let
it through, the guard of the program does not. open: as the server leaves that way open to all.
crossed and not covered fail the proof."""

FAILURES = frozenset({"crossed", "not covered"})


@dataclass(frozen=True, slots=True)
class Proof:
    """The counts of one run, as the switchboard keeps them."""

    proved_at: datetime
    passed: bool
    tenants: int
    tables: int
    functions: int
    attempts: int
    failures: int


@dataclass(frozen=True, slots=True)
class Failure:
    """What made a proof fail: an attempt by its name, and what came of it. No content."""

    outcome: Outcome
    name: str
    why: str
