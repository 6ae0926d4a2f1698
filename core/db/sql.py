"""Load named statements from the queries.sql that lies beside a store. Static text only."""

import re
from importlib import resources

_NAME = re.compile(r"^-- ([a-z][a-z0-9_]*) --$", re.MULTILINE)


def load(package: str) -> dict[str, str]:
    """Statement name → text. Raises ValueError when a name stands twice."""
    text = (resources.files(package) / "queries.sql").read_text("utf-8")
    _, *pairs = _NAME.split(text)
    names, bodies = pairs[::2], [body.strip().rstrip(";") for body in pairs[1::2]]
    if len(set(names)) != len(names):
        raise ValueError(f"{package}/queries.sql names a statement twice")
    return dict(zip(names, bodies, strict=True))
