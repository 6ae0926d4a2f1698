"""What the embedded PostgreSQL says when it cannot do its work."""

from core.kernel.errors import DomainError


class EmbeddedPostgresError(DomainError):
    """The embedded server cannot be used; the words say what happened and what to do.

    `log` is the end of the server's own log (or of the command that failed); it holds no row and
    no statement, because the server is told not to log them.
    """

    def __init__(self, what: str, *, fix: str, log: str = "") -> None:
        self.what, self.fix, self.log = what, fix, log.strip()
        said = f"\nThe server said:\n{self.log}" if self.log else ""
        super().__init__(f"{what}{said}\nTo fix it: {fix}")
