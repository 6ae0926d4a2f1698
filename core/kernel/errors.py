"""Every error a person can cause or meet, in one tree; edges turn it into words and status codes.

DomainError            words that are safe to show
├── NotFound           the thing does not exist for this tenant
├── Conflict           the thing has moved on since the person last saw it
├── Refused            the person may not do this
├── Invalid            what the person gave cannot be used as it is
└── Unavailable        something outside (a model, Slack, a store) did not answer
    └── Disconnected   Slack does not take the workspace's token any more

Postponed stands beside it, and Busy (no connection to the database is free) below that: nobody is
told, the work is tried again. Overtaken too: nobody is told, and the work is another worker's.
"""


class DomainError(Exception):
    """Something the person can understand and act on. `str(error)` is safe to show."""


class NotFound(DomainError):
    """The thing does not exist for this tenant."""


class Conflict(DomainError):
    """The thing has moved on since the person last saw it."""


class Refused(DomainError):
    """The person may not do this; nothing was done."""


class Invalid(DomainError):
    """What the person gave cannot be used as it is; the message says why."""


class Unavailable(DomainError):
    """Something outside did not answer in time or in words we understand."""


class Disconnected(Unavailable):
    """Slack takes the workspace's token no more: nothing can be said there until it is installed
    again."""


class Postponed(Exception):
    """Slack, a model or a store is away or busy. The work that met it is not lost and not to blame:
    it is tried again after `seconds`, and that does not count as one of its tries.

    No DomainError, so that nobody is told to do by hand what is done for them.
    """

    def __init__(self, reason: str, seconds: float = 5.0) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Busy(Postponed):
    """All connections to the database are in use, and none came free in time."""


class Overtaken(Exception):
    """Another worker has taken this work up: this one was away for longer than its lease. Whatever it
    still wanted to write is not written, and it says nothing more."""
