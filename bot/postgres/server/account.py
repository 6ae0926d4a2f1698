"""Under whose name the server runs: PostgreSQL refuses to be root."""

import os
import pwd
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.postgres.errors import EmbeddedPostgresError

# Nothing of our own environment reaches the server: it holds secrets, and PG* changes meanings.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
COMMAND_SECONDS = 180
_UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """Who runs the server: the owner of its files, and how to become it.

    `prefix` is put before every command. `user` and `group` are set when the child has to be
    switched to another account first.
    """

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None

    def run(
        self, command: Sequence[str], *, stdin: str = "", keep_open: Sequence[int] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as this account and keep what it says, on both channels, in `stdout`."""
        return subprocess.run(  # noqa: S603 - fixed programs, no shell
            [*self.prefix, *command],
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            cwd="/",
            env=ENVIRONMENT,
            user=self.user,
            group=self.group,
            extra_groups=None if self.user is None else [],
            umask=0o077,
            pass_fds=keep_open,
            timeout=COMMAND_SECONDS,
            check=False,
        )

    def can_enter(self, folder: Path) -> bool:
        """Whether this account may go through the folder."""
        # Not `test -x`: access(2) does not count the capability that some accounts keep.
        return self._succeeds(["ls", "-d", f"{folder}/."])

    def works(self, binaries: Path, parent: Path) -> bool:
        """Whether this account can run the server and reach the folder its data lives in."""
        program = str(binaries / "postgres")
        # Here it is access(2) that counts: PostgreSQL finds its own files with it.
        can_run = self._succeeds(["test", "-x", program]) and self._succeeds([program, "--version"])
        return can_run and self.can_enter(parent)

    def _succeeds(self, command: Sequence[str]) -> bool:
        try:
            return self.run(command).returncode == 0
        except OSError:
            return False

    def own(self, folder: Path) -> None:
        """Give a folder that we just made to this account."""
        if self.uid != os.geteuid():
            os.chown(folder, self.uid, self.gid, follow_symlinks=False)


def choose_account(binaries: Path, data_dir: Path) -> Account:
    """The account to run the server of this data folder as.

    A normal user runs it as itself. Root becomes `postgres` or `nobody` when that user can reach
    the programs and the data; else root goes on in a user namespace, where it is seen as nobody;
    else (containers without user namespaces) as an unprivileged user that keeps one capability,
    to pass through closed folders. A folder that has data already keeps its owner.

    Raises EmbeddedPostgresError when none of these works.
    """
    owner = data_dir.stat().st_uid if data_dir.exists() else None
    for account in _candidates(owner):
        suits = owner in (None, account.uid) or not any(data_dir.iterdir())
        if suits and account.works(binaries, data_dir.parent):
            return account
    if os.geteuid() != 0 and owner not in (None, os.geteuid()):
        raise EmbeddedPostgresError(
            f"The data folder {data_dir} belongs to another user of this machine.",
            fix="start as the user who made it, or set AEGIS_STATE_DIR to a folder of your own.",
        )
    raise EmbeddedPostgresError(
        "No account on this machine can run the PostgreSQL programs on this data folder.",
        fix="start as a normal user who can read the installation, or set DATABASE_URL.",
    )


def _candidates(owner: int | None) -> Iterator[Account]:
    if os.geteuid() != 0:
        yield Account(os.geteuid(), os.getegid())
        return
    people = list(_unprivileged(owner))
    for uid, gid in people:
        yield Account(uid, gid, user=uid, group=gid)
    yield Account(0, 0, prefix=_namespace())
    for uid, gid in people:
        yield Account(uid, gid, prefix=_with_passage(uid, gid))


def _unprivileged(owner: int | None) -> Iterator[tuple[int, int]]:
    for name in _UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        yield entry.pw_uid, entry.pw_gid
    if owner:
        try:
            yield owner, pwd.getpwuid(owner).pw_gid
        except KeyError:
            yield owner, owner


def _namespace() -> tuple[str, ...]:
    return ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--")


def _with_passage(uid: int, gid: int) -> tuple[str, ...]:
    # No more power than the namespace gives: there the server may write whatever root owns.
    caps = [f"--{kind}-caps=-all,+dac_override" for kind in ("inh", "ambient")]
    return ("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", *caps, "--")
