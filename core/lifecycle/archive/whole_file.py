"""A file that is there whole or not at all, and that only its owner can read."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedRandom
from pathlib import Path

from core.kernel.errors import Invalid

_OPEN_FILES = Path("/proc/self/fd")


class WholeFile:
    """In the making: in the folder where it shall be, without its name there."""

    def __init__(self, folder: int, name: str) -> None:
        self._folder = folder
        self._name = name
        self._hidden_name, self.file = _open(folder, name)
        self._is_placed = False

    def sync(self) -> None:
        """Wait until what was written is on disk."""
        self.file.flush()
        os.fsync(self.file.fileno())

    def put_in_place(self) -> None:
        """From now on it is there. Raises Invalid: a file that is there already is kept."""
        try:
            if self._hidden_name:
                _refuse_existing(self._folder, self._name)
                os.rename(
                    self._hidden_name,
                    self._name,
                    src_dir_fd=self._folder,
                    dst_dir_fd=self._folder,
                )
            else:
                # With a folder given, Python asks the kernel to follow the link to the open file.
                os.link(
                    _OPEN_FILES / str(self.file.fileno()),
                    self._name,
                    dst_dir_fd=self._folder,
                    follow_symlinks=True,
                )
        except FileExistsError:
            raise _already(self._name) from None
        self._is_placed = True
        os.fsync(self._folder)

    def take_back(self) -> None:
        """Leave nothing behind."""
        name = self._name if self._is_placed else self._hidden_name
        if name:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=self._folder)


@contextmanager
def whole_file(target: Path) -> Iterator[WholeFile]:
    """*target*, to be written and put in place. Whatever goes wrong inside, also after that, leaves
    nothing. Raises Invalid when it cannot be made there."""
    if not target.name or not str(target).isprintable():
        raise Invalid("This is not the name of a file that can be written.")
    try:
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise Invalid(f"The folder {target.parent} cannot be used: {error.strerror}.") from None
    try:
        try:
            _refuse_existing(folder, target.name)
            output = WholeFile(folder, target.name)
        except OSError as error:
            raise Invalid(f"{target} cannot be written: {error.strerror}.") from None
        try:
            yield output
        except BaseException:
            output.take_back()
            with suppress(OSError):  # what could not be written cannot be written now
                output.file.close()
            raise
        output.file.close()
    finally:
        os.close(folder)


def _open(folder: int, name: str) -> tuple[str, BufferedRandom]:
    """A new file's name, if it has one, and the file. Without a name (Linux), not even a process
    that is killed leaves it behind."""
    if hasattr(os, "O_TMPFILE") and _OPEN_FILES.is_dir():
        with suppress(OSError):  # not every file system can do it
            unnamed = os.open(".", os.O_TMPFILE | os.O_RDWR, 0o600, dir_fd=folder)
            return "", os.fdopen(unnamed, "w+b")
    hidden = f".{name}.{secrets.token_hex(8)}"
    created = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder)
    return hidden, os.fdopen(created, "w+b")


def _refuse_existing(folder: int, name: str) -> None:
    with suppress(FileNotFoundError):
        os.stat(name, dir_fd=folder, follow_symlinks=False)
        raise _already(name)


def _already(name: str) -> Invalid:
    return Invalid(f"There is a file {name} already. Choose another name.")
