"""How long a process that was told to stop may take: whoever told it waits 30 seconds, and kills it."""

import os
import threading
import time

# From the signal until all is closed, whatever hangs; and until the process is gone, if even that hangs.
STOP_SECONDS = 27.0
LATEST_SECONDS = 29.0
EXIT_LATE = 1


class Farewell:
    """One time limit for everything that is done at the end. Without a signal there is none."""

    def __init__(self) -> None:
        self._ends_at: float | None = None

    def begin(self) -> None:
        """The signal is here."""
        if self._ends_at is None:
            self._ends_at = time.monotonic() + STOP_SECONDS

    def left(self, most: float, reserve: float = 0.0) -> float:
        """Seconds that a step may take: *most*, or less, so that *reserve* is left for what follows."""
        if self._ends_at is None:
            return most
        return max(0.0, min(most, self._ends_at - time.monotonic() - reserve))


def leave_at_the_latest() -> None:
    """End this process some seconds from now, without another word: a full log pipe, or a thread that
    hangs, holds up a process that only tries to say so. What it held runs out as after a crash."""
    timer = threading.Timer(LATEST_SECONDS, os._exit, (EXIT_LATE,))
    timer.daemon = True
    timer.start()
