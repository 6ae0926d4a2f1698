"""The state directory: where a machine without a set-up keeps its database and its keys."""

import base64
import binascii
import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.kernel.errors import DomainError
from core.kernel.secret import Secret

KEY_BYTES = 32
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
        try:
            return Keys(
                master=self._key("master.key"),
                session=self._key("session.key"),
                signing=self._key("signing.key"),
            )
        except OSError as error:
            raise StateDirectoryError(
                f"The key file {error.filename} cannot be used: {error.strerror}.",
                fix="make it yours (chown) with mode 600; it must be a plain file.",
            ) from error

    def _key(self, name: str) -> Secret:
        path = self.path / name
        if not os.path.lexists(path):
            _create_once(path, base64.b64encode(secrets.token_bytes(KEY_BYTES)))
        return _read_key(path)


def _create_once(path: Path, content: bytes) -> None:
    """Put a whole file in place, unless another process was first.

    The link is the moment of truth: it never replaces, and what it shows is complete and on disk.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


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
