"""The state directory: where a machine without a set-up keeps its database and its keys."""

import base64
import binascii
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from core.kernel.errors import DomainError
from core.kernel.secret import Secret

KEY_BYTES = 32
MASTER = "master.key"
OLD_MASTER = "master.old.key"
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class StateDirectoryError(DomainError):
    """The state directory or a key in it cannot be used; the words name it and the fix."""

    def __init__(self, what: str, *, fix: str) -> None:
        self.what, self.fix = what, fix
        super().__init__(f"{what}\nTo fix it: {fix}")


@dataclass(frozen=True)
class Keys:
    """The service's own keys, each 32 bytes in standard base64.

    `master` wraps the tenants' data keys, `session` signs cookies, `signing` is the raw private
    half of an Ed25519 pair that signs exports and certificates; RFC 8032 §5.1.5 defines that half
    as 32 random bytes too.
    """

    master: Secret
    session: Secret
    signing: Secret


class StateDirectory:
    """A folder that only its owner can enter. Nothing is made before it is asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()

    @property
    def database(self) -> Path:
        """The data folder for `EmbeddedPostgres`."""
        return self.path / "postgres"

    def make(self) -> Path:
        """Make the folder (mode 700) if it is missing, and check that it is ours alone to change.

        An empty folder of ours is closed to others. One that has files keeps its mode, in case
        it is a home folder given by mistake.

        Raises StateDirectoryError when it cannot be made, is not ours, or others may write to it.
        """
        try:
            if self._create() or self._is_empty_and_ours():
                self.path.chmod(0o700)
            found = self.path.stat()
        except OSError as error:
            raise StateDirectoryError(
                f"The state directory {self.path} cannot be used: {error.strerror}.",
                fix="make it yours and writable, or set AEGIS_STATE_DIR to another folder.",
            ) from error
        self._check(found)
        return self.path

    def _create(self) -> bool:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self.path.mkdir(mode=0o700)
        except FileExistsError:
            return False
        return True

    def _is_empty_and_ours(self) -> bool:
        return self.path.stat().st_uid == os.geteuid() and not any(self.path.iterdir())

    def _check(self, found: os.stat_result) -> None:
        # Root may be given a volume that belongs to somebody outside the container.
        if os.geteuid() not in (0, found.st_uid):
            raise StateDirectoryError(
                f"The state directory {self.path} belongs to another user.",
                fix="set AEGIS_STATE_DIR to a folder of your own.",
            )
        if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise StateDirectoryError(
                f"Other users of this machine may change the state directory {self.path}.",
                fix=f"run: chmod 700 {self.path}, or set AEGIS_STATE_DIR to another folder.",
            )

    def keys(self) -> Keys:
        """The keys, made the first time; processes that race all get the same ones.

        Raises StateDirectoryError when a key can be read by others, or is damaged.
        """
        self.make()
        with _named():
            return Keys(
                master=self._key(MASTER),
                session=self._key("session.key"),
                signing=self._key("signing.key"),
            )

    def master_keys(self) -> tuple[Secret, ...]:
        """The master key as it is now, and the one it replaces while a rotation is under way.

        Raises StateDirectoryError.
        """
        with _named():
            while True:
                master = _read_key(self.path / MASTER)
                old: tuple[Secret, ...] = ()
                with suppress(FileNotFoundError):
                    old = (_read_key(self.path / OLD_MASTER),)
                # A rotation that came between the two looks is met by looking again.
                if _read_key(self.path / MASTER) == master:
                    return (master, *old)

    @contextmanager
    def changing_master(self) -> Iterator[None]:
        """One process at a time changes the master key, until it ends or dies.

        Raises StateDirectoryError when another one does.
        """
        with _named():
            opened = os.open(self.path, os.O_RDONLY)
        try:
            _lock(opened)
            yield
        finally:
            os.close(opened)

    def begin_new_master(self) -> bool:
        """Put a new master key in place, and keep the old one as `master.old.key`. False when a
        rotation has done so that did not end: then nothing is changed, and it can be finished.

        Whenever it is interrupted there is a readable `master.key`, and no key in use is lost.
        Call it under `changing_master`. Raises StateDirectoryError.
        """
        master, old = self.path / MASTER, self.path / OLD_MASTER
        with _named():
            try:
                os.link(master, old, follow_symlinks=False)
            except FileExistsError:
                if _read_key(old) != _read_key(master):
                    return False
            _sync(self.path)
            os.replace(_write_draft(master, _new_key()), master)
            _sync(self.path)
        return True

    def end_new_master(self) -> None:
        """Nothing is wrapped with the old master key any more: remove it.

        Call it under `changing_master`.
        """
        with _named():
            (self.path / OLD_MASTER).unlink(missing_ok=True)
            _sync(self.path)

    def _key(self, name: str) -> Secret:
        path = self.path / name
        if not os.path.lexists(path):
            _create_once(path, _new_key())
        return _read_key(path)


@contextmanager
def _named() -> Iterator[None]:
    """Say which key file the system does not let us use."""
    try:
        yield
    except OSError as error:
        raise StateDirectoryError(
            f"The key file {error.filename} cannot be used: {error.strerror}.",
            fix="make it yours (chown) with mode 600; it must be a plain file.",
        ) from error


def _lock(opened: int) -> None:
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StateDirectoryError(
            "Another `aegis keys rotate` is at work in this state directory.",
            fix="wait until it has ended, then run it again.",
        ) from None


def _new_key() -> bytes:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES))


def _create_once(path: Path, content: bytes) -> None:
    """Put a whole file in place, unless another process was first.

    The link is the moment of truth: it never replaces, and what it shows is complete and on disk.
    """
    draft = _write_draft(path, content)
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    _sync(path.parent)


def _write_draft(path: Path, content: bytes) -> Path:
    """The content as a whole file on disk, beside *path* and under another name."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return draft


def _sync(folder: Path) -> None:
    """What was linked, renamed or removed there is so after a crash too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _read_key(path: Path) -> Secret:
    # O_NONBLOCK: a pipe in its place must not hang us. O_NOFOLLOW: a link would escape the checks.
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        found = os.fstat(file.fileno())
        if found.st_mode & _FOR_OTHERS or os.geteuid() not in (0, found.st_uid):
            raise StateDirectoryError(
                f"Other users of this machine may read the key {path}.",
                fix=f"run: chmod 600 {path}. If it may have been read, replace it.",
            )
        text = file.read(1024).strip()
    try:
        usable = len(base64.b64decode(text, validate=True)) == KEY_BYTES
    except (binascii.Error, ValueError):
        usable = False
    if not usable:
        raise StateDirectoryError(
            f"The key {path} is damaged: it is not {KEY_BYTES} bytes in base64.",
            fix="put it back from a backup; what was sealed with it opens with nothing else.",
        )
    return Secret(text.decode("ascii"))
