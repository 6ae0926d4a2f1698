"""The net: one word to listen for, and where it was heard."""

import re
import secrets
import threading
from dataclasses import dataclass, field

# Letters and digits only: it survives JSON, URLs, HTML, a tokenizer and a log formatter unchanged.
_ROOT = "zqcanary"


@dataclass(slots=True)
class Net:
    """Keeps where a canary was heard until somebody asks. One for each process of a run."""

    mark: str = field(default_factory=lambda: _ROOT + secrets.token_hex(4))
    columns: list[str] = field(default_factory=list)
    _heard: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def canary(self, column: str) -> str:
        """A word for this column of the bystander, unlike that of any other."""
        self.columns.append(column)
        return f"{self.mark}n{len(self.columns) - 1:03}"

    def listen(self, place: str, heard: str | bytes) -> None:
        """Note it if *heard* has a canary in it."""
        text = heard if isinstance(heard, str) else heard.decode("utf-8", "replace")
        found = re.search(rf"{self.mark}n(\d{{3}})|{self.mark}", text, re.IGNORECASE)
        if found is None:
            return
        number = int(found[1]) if found[1] else len(self.columns)
        column = self.columns[number] if number < len(self.columns) else "of an unknown column"
        around = text[max(0, found.start() - 60) : found.end() + 20].replace(self.mark, "…")
        with self._lock:
            self._heard.append(f"the bystander's {column} was heard in {place}: {around!r}")

    def take(self) -> list[str]:
        """What was heard since the last time, once each."""
        with self._lock:
            heard, self._heard = self._heard, []
        return list(dict.fromkeys(heard))
