"""What the words below an answer say of documents that were left out of it: how much, and why. Pure."""

from collections.abc import Iterator

from core.knowledge.model import Asker


def left_out(asker: Asker, withheld: int) -> str:
    """Empty where nothing is to be said. *withheld*: as the search has counted."""
    return "\n\n".join(_notes(asker, withheld))


def _notes(asker: Asker, withheld: int) -> Iterator[str]:
    if withheld:
        sources, they = ("1 source", "it") if withheld == 1 else (f"{withheld} sources", "them")
        why = f"not everybody who reads along may see {they}"
        if not asker.room_known:
            why = "I could not learn just now who reads along"
        yield f"_{sources} left out here, because {why}._"
    if asker.unlearnt:
        count = len(asker.unlearnt)
        channels, their = ("1 channel", "its") if count == 1 else (f"{count} channels", "their")
        yield f"_I could not learn just now who is in {channels}, so {their} documents were left out._"
