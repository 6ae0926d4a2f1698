"""Open an archive that anybody may have made: nothing in it is used before it is checked."""

import base64
import hashlib
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from core.kernel.errors import DomainError, Invalid, Refused
from core.kernel.signing import BadSignature, Signed, key_id_of, verify
from core.lifecycle.archive.model import (
    KEY,
    KIND,
    MANIFEST,
    README,
    SIGNATURE,
    ArchivedTable,
    Manifest,
    read_manifest,
)

# The largest that the members may be which no manifest vouches for, in bytes.
_LARGEST = {MANIFEST: 2**20, SIGNATURE: 64, KEY: 4096, README: 2**16}
_MOST_MEMBERS = 64
_DIRECTORY_BYTES = 2**16
_PIECE_BYTES = 256 * 1024
_FORMS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

NOT_AN_ARCHIVE = "This file is not an archive of AEGIS, or it is damaged."


class Archive:
    """An archive whose manifest is signed by the right key and names exactly what is in it."""

    def __init__(self, file: zipfile.ZipFile, public_key: bytes) -> None:
        self._file = file
        self._members = _list_members(file)
        signature = base64.b64encode(self._small(SIGNATURE)).decode()
        signed = Signed(self._small(MANIFEST).decode(), signature, self._named_key())
        self.manifest = read_manifest(_verified(signed, public_key))
        wanted = {*_LARGEST, *(table.file for table in self.manifest.tables)}
        if set(self._members) != wanted:
            raise Invalid("This archive does not hold exactly what its manifest names.")

    def check(self) -> None:
        """Read every table against its size and its SHA-256. Raises Invalid."""
        for table in self.manifest.tables:
            for _ in self.pieces(table):
                pass

    def pieces(self, table: ArchivedTable) -> Iterator[bytes]:
        """A table's file. Raises Invalid, at the latest after its last piece, when it is altered."""
        altered = Invalid(f"{table.file} in this archive is not what was signed.")
        member = self._members[table.file]
        if member.file_size != table.size_bytes:
            raise altered
        digest, size = hashlib.sha256(), 0
        with explained(), self._file.open(member) as opened:
            while piece := opened.read(_PIECE_BYTES):
                size += len(piece)
                digest.update(piece)
                yield piece
        if size != table.size_bytes or digest.hexdigest() != table.sha256:
            raise altered

    def _small(self, name: str) -> bytes:
        member = self._members.get(name)
        if member is None or member.file_size > _LARGEST[name]:
            raise Invalid(NOT_AN_ARCHIVE)
        with self._file.open(member) as opened:
            return opened.read(_LARGEST[name])

    def _named_key(self) -> str:
        """The id of the key that lies in the archive; it proves nothing."""
        with suppress(ValueError, UnsupportedAlgorithm):
            key = load_pem_public_key(self._small(KEY))
            if isinstance(key, Ed25519PublicKey):
                return key_id_of(key.public_bytes_raw())
        return ""


@contextmanager
def open_archive(path: Path, public_key: bytes) -> Iterator[Archive]:
    """The archive in *path*, signed by *public_key* (raw, 32 bytes).

    Raises Invalid (not an archive, damaged, altered), Refused (signed by another key).
    """
    if not path.is_file():
        raise Invalid(f"There is no file {path}.")
    try:
        file = path.open("rb")
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.") from None
    with file:
        with explained():
            _check_directory(file)
            archive = Archive(zipfile.ZipFile(file), public_key)
        yield archive


def verify_archive(path: Path, public_key: bytes) -> Manifest:
    """Check signature, members and every hash; needs no database. Raises what `open_archive` does."""
    with open_archive(path, public_key) as archive:
        archive.check()
        return archive.manifest


@contextmanager
def explained() -> Iterator[None]:
    """What a damaged or hostile zip makes Python's reader raise, as plain words."""
    try:
        yield
    except DomainError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        NotImplementedError,  # a form of compression that Python does not know
        OSError,
        RuntimeError,  # encrypted
        ValueError,
    ):
        raise Invalid(NOT_AN_ARCHIVE) from None


def _verified(signed: Signed, public_key: bytes) -> dict[str, Any]:
    try:
        return verify(signed, public_key, KIND)
    except BadSignature:
        ours = key_id_of(public_key)
        if signed.key_id and signed.key_id != ours:
            raise Refused(
                f"This archive says that it was signed by the key {signed.key_id}, which is not the "
                f"trusted one, {ours}."
            ) from None
        raise Invalid("This archive's manifest is not what was signed.") from None


def _list_members(file: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    members = {member.filename: member for member in file.infolist()}
    if not len(members) == len(file.infolist()) <= _MOST_MEMBERS:
        raise Invalid("This archive holds a file twice, or too many files.")
    for member in members.values():
        kind = member.external_attr >> 28  # of a Unix file mode: 8 is a plain file, 10 a link
        if member.is_dir() or kind not in (0, 8) or member.compress_type not in _FORMS:
            raise Invalid("This archive holds something that is not a plain file.")
    return members


def _check_directory(file: BinaryIO) -> None:
    """Look at the end of a zip before its list of members is read into memory: ours is short, and
    no comment follows it (PKWARE APPNOTE 4.3.14 to 4.3.16). Raises Invalid."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 98))
    tail = file.read(98).rjust(98, b"\0")
    record, locator, end = tail[:56], tail[56:76], tail[76:]
    lengths = [struct.unpack("<L", end[12:16])[0]]
    if locator.startswith(b"PK\x06\x07") and record.startswith(b"PK\x06\x06"):
        lengths.append(struct.unpack("<Q", record[40:48])[0])
    if not end.startswith(b"PK\x05\x06") or max(lengths) > _DIRECTORY_BYTES:
        raise Invalid(NOT_AN_ARCHIVE)
    file.seek(0)
