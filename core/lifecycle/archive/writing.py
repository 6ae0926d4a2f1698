"""Write an archive: one table after the other, in constant memory."""

import asyncio
import base64
import hashlib
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import BinaryIO

from core.audit.model import Checkpoint
from core.db.transaction import Snapshot
from core.kernel.ids import TenantId
from core.kernel.signing import Signer
from core.lifecycle.archive.model import (
    KEY,
    MANIFEST,
    README,
    SIGNATURE,
    ArchivedTable,
    Manifest,
    read_checkpoints,
)

_PIECE_BYTES = 256 * 1024  # as much at once goes to a thread: large enough to be worth the way
_LEVEL = 3  # of 9: three times as fast as the usual 6 on our tables, for a few percent of size

_WORDS = """\
This is everything that AEGIS kept for one workspace at one moment.

tables/*.csv       one file a table: UTF-8, comma separated, a line of column names first;
                   an empty field is NULL, "" is an empty text
manifest.json      what is in here: the tenant, the time, each file's rows, bytes and SHA-256
manifest.sig       the Ed25519 signature over manifest.json
signing-key.pem    the public key that checks it

To check it without AEGIS, with OpenSSL 3:

  openssl pkeyutl -verify -pubin -inkey signing-key.pem -rawin -in manifest.json -sigfile manifest.sig
  sha256sum tables/*.csv

and compare the sums with those in manifest.json. Whoever forges an archive puts a key of their own
into it: compare signing-key.pem with the key you got from those who run AEGIS.

Credentials (oauth_tokens) are sealed, and the key that opens them is not in here.
"""


async def write_archive(
    file: BinaryIO, snapshot: Snapshot, tenant: TenantId, signer: Signer
) -> Manifest:
    """Copy all tables of *snapshot* into *file*, and sign what was copied. Raises OSError."""
    moment = snapshot.moment
    made_at = moment.taken_at.astimezone(UTC)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        tables = [await _copy_table(archive, snapshot, name, made_at) for name in snapshot.tables]
        manifest = Manifest(
            tenant_id=tenant,
            team_id=moment.team_id,
            schema_version=moment.schema_version,
            created_at=f"{made_at:%Y-%m-%dT%H:%M:%S.%f}Z",
            server_version=moment.server_version,
            seq=moment.seq,
            head=moment.head,
            base_seq=moment.base_seq,
            base_hash=moment.base_hash,
            checkpoints=tuple(_usable_checkpoints(tenant, moment.checkpoints)),
            tables=tuple(tables),
        )
        signed = signer.sign(manifest.document())
        for name, content in (
            (MANIFEST, signed.text.encode()),
            (SIGNATURE, base64.b64decode(signed.signature)),
            (KEY, signer.public_pem()),
            (README, _WORDS.encode()),
        ):
            archive.writestr(_member(name, made_at), content)
    return manifest


def _usable_checkpoints(tenant: TenantId, known: str) -> Iterator[Checkpoint]:
    """The service's login may have added one that is none: it must not stop an export."""
    for document in json.loads(known):
        with suppress(KeyError, TypeError, ValueError):
            yield from read_checkpoints(tenant, [document])


async def _copy_table(
    archive: zipfile.ZipFile, snapshot: Snapshot, name: str, made_at: datetime
) -> ArchivedTable:
    digest, size, waiting = hashlib.sha256(), 0, bytearray()
    # The size is not known yet, and may need more than 32 bits.
    with archive.open(_member(f"tables/{name}.csv", made_at), "w", force_zip64=True) as member:

        def put(piece: bytes) -> None:
            digest.update(piece)
            member.write(piece)

        async def write(piece: bytes) -> None:
            nonlocal size
            size += len(piece)
            waiting.extend(piece)
            if len(waiting) >= _PIECE_BYTES:
                full = bytes(waiting)
                waiting.clear()
                await asyncio.to_thread(put, full)

        rows = await snapshot.copy_out(name, write)
        await asyncio.to_thread(put, bytes(waiting))
    columns = tuple(snapshot.tables[name].items())
    return ArchivedTable(name, columns, rows, size, digest.hexdigest())


def _member(name: str, made_at: datetime) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, made_at.timetuple()[:6])
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o100600 << 16  # a plain file, its owner's alone
    return member
