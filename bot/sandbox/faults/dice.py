"""Chance that can be repeated: the same seed and the same acts give the same troubles."""

import random
import secrets


class Dice:
    """One row of throws for each purpose, so that what happens elsewhere does not shift it."""

    def __init__(self, seed: int | None = None) -> None:
        self.restart(secrets.randbelow(2**31) if seed is None else seed)

    def restart(self, seed: int) -> None:
        """Begin every row anew from this seed."""
        self.seed = seed
        self._rows: dict[tuple[str, ...], random.Random] = {}

    def happens(self, share: float, *purpose: str) -> bool:
        """Whether it happens this time, `share` of the times there are.

        Every call is one throw, also with a share of 0 or 1: a switch turned during a run does
        not shift the throws after it.
        """
        row = self._rows.get(purpose)
        if row is None:
            # A text as seed: the same numbers in every process, whatever PYTHONHASHSEED is.
            row = self._rows[purpose] = random.Random(  # noqa: S311 - chance, not a secret
                "/".join((str(self.seed), *purpose))
            )
        return row.random() < share
