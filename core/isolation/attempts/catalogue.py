"""What someone inside a tenant would try: against each foreign table, and against the server.

In queries.sql the first word of a statement's name says what keeps it from succeeding: rights alone
(`data`; `login` where it is those of the login, not of the role), one of the ways that are closed,
nothing but the guard (`statement`; `switch` where the login's memberships decide), or that the
thing is not there (`absent`).
"""

from dataclasses import dataclass

from core.db import sql
from core.isolation.model import Way

SQL = sql.load("core.isolation.attempts")

_WAYS: dict[str, Way | None] = {
    "data": None,
    "login": None,
    "absent": None,
    "role": "role",
    "text": "text_as_sql",
    "object": "large_objects",
    "session": "session",
    "catalog": "catalogs",
    "temporary": "temporary",
    "create": "create",
    "language": "languages",
    "name": "names",
    "switch": "statements",
    "statement": "statements",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    name: str
    template: str  # for format(): %1$I schema, %2$I table, %3$I a column, %4$I role
    way: Way | None  # which way it takes; None when rights alone stand against it
    group: str

    @property
    def is_on_a_table(self) -> bool:
        return "%2$I" in self.template

    @property
    def may_be_absent(self) -> bool:
        """Whether what it asks for need not be on the server at all."""
        return self.group == "absent"

    @property
    def is_data(self) -> bool:
        """Whether it looks like what the product itself sends, so that the guard lets it pass."""
        words = ("select", "with", "insert", "update", "delete", "--")
        return self.template.startswith(words)

    @property
    def answers(self) -> bool:
        """Whether it gives rows when it goes through; anything else has gone through without."""
        return self.template.startswith(("select", "with", "--")) or "returning" in self.template


def list_attempts() -> list[Attempt]:
    """Everything that queries.sql has."""
    return [
        Attempt(name.replace("_", " "), SQL[f"{group}_{rest}"], _WAYS[group], group)
        for name in SQL
        for group, _, rest in [name.partition("_")]
        if group in _WAYS
    ]
