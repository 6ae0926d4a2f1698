"""What an archive says of itself: the manifest that is signed, and what came of making or using one."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.audit.model import Checkpoint
from core.kernel.errors import Invalid
from core.kernel.ids import TenantId, tenant_id

KIND = "tenant archive"
FORMAT = 1
# The first version of a tenant's schema that an archive was ever made of.
OLDEST_VERSION = 2

MANIFEST, SIGNATURE, KEY, README = "manifest.json", "manifest.sig", "signing-key.pem", "README.txt"

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_HASH = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_WORD = re.compile(r"[ -~]{1,200}")


@dataclass(frozen=True, slots=True)
class ArchivedTable:
    """One table's file: its columns in the file's order with their types, and how much there is."""

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: int
    size_bytes: int
    sha256: str

    @property
    def file(self) -> str:
        return f"tables/{self.name}.csv"

    def document(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "file": self.file,
            "columns": [{"name": name, "type": kind} for name, kind in self.columns],
            "rows": self.rows,
            "bytes": self.size_bytes,
            "sha256": self.sha256,
        }


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that a restore goes by. `seq` and `head` are the end of the audit chain, `base_seq` and
    `base_hash` what its first row follows, `checkpoints` the signed ones of that place and the newest.
    `created_at` is in UTC, ISO 8601."""

    tenant_id: TenantId
    team_id: str | None
    schema_version: int
    created_at: str
    server_version: str
    seq: int
    head: str
    base_seq: int
    base_hash: str
    checkpoints: tuple[Checkpoint, ...]
    tables: tuple[ArchivedTable, ...]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    def document(self) -> dict[str, Any]:
        """What is signed."""
        return {
            "kind": KIND,
            "format": FORMAT,
            "tenant_id": self.tenant_id,
            "team_id": self.team_id,
            "schema_version": self.schema_version,
            "created_at": self.created_at,
            "server_version": self.server_version,
            "encoding": "UTF8",
            "audit_chain": {
                "seq": self.seq,
                "head": self.head,
                "base_seq": self.base_seq,
                "base_hash": self.base_hash,
                "checkpoints": [_document(checkpoint) for checkpoint in self.checkpoints],
            },
            "tables": [table.document() for table in self.tables],
        }


def read_manifest(document: Mapping[str, Any]) -> Manifest:
    """The manifest in a signed document. Raises Invalid: a signature says who wrote it, not that
    this program can use it."""
    if document.get("format") != FORMAT:
        raise Invalid("This archive has a format that this version of AEGIS does not know.")
    try:
        manifest = _read(document)
    except (KeyError, TypeError, ValueError):
        raise Invalid("This archive's manifest cannot be used.") from None
    if len({table.name for table in manifest.tables}) != len(manifest.tables):
        raise Invalid("This archive's manifest names a table twice.")
    return manifest


def read_checkpoints(tenant: TenantId, documents: Iterable[Mapping[str, Any]]) -> list[Checkpoint]:
    """Raises KeyError, TypeError, ValueError."""
    return [
        Checkpoint(
            tenant,
            _count(one["seq"]),
            _text(one["head"], _HASH),
            datetime.fromisoformat(_text(one["at"], _TIME)),
            _text(one["key_id"], _WORD),
            _text(one["signature"], _WORD),
        )
        for one in documents
    ]


def _document(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "seq": checkpoint.seq,
        "head": checkpoint.head,
        "at": f"{checkpoint.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z",
        "key_id": checkpoint.key_id,
        "signature": checkpoint.signature,
    }


def _read(document: Mapping[str, Any]) -> Manifest:
    chain, team = document["audit_chain"], document["team_id"]
    tenant = tenant_id(document["tenant_id"])
    return Manifest(
        tenant_id=tenant,
        team_id=None if team is None else _text(team, re.compile(r"[A-Z0-9]{2,32}")),
        schema_version=_count(document["schema_version"]),
        created_at=_text(document["created_at"], _TIME),
        server_version=_text(document["server_version"], _WORD),
        seq=_count(chain["seq"]),
        head=_text(chain["head"], _HASH),
        base_seq=_count(chain["base_seq"]),
        base_hash=_text(chain["base_hash"], _HASH),
        checkpoints=tuple(read_checkpoints(tenant, chain["checkpoints"])),
        tables=tuple(_read_table(table) for table in document["tables"]),
    )


def _read_table(table: Mapping[str, Any]) -> ArchivedTable:
    found = ArchivedTable(
        _text(table["name"], _NAME),
        tuple(
            (_text(column["name"], _NAME), _text(column["type"], _WORD))
            for column in table["columns"]
        ),
        _count(table["rows"]),
        _count(table["bytes"]),
        _text(table["sha256"], _HASH),
    )
    if table["file"] != found.file:
        raise ValueError("a table's file has one name")
    return found


def _text(value: Any, form: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ValueError("not of the agreed form")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**63:
        raise ValueError("not a number of things")
    return value


@dataclass(frozen=True, slots=True)
class Exported:
    """An archive that was made."""

    path: Path
    size_bytes: int
    sha256: str
    tables: int
    rows: int


@dataclass(frozen=True, slots=True)
class Restored:
    """A tenant that is back. `lost_credentials` could not be restored: their key is gone.
    `broken_row` is the first row of the audit log that does not fit its chain, as it was archived.
    """

    tenant_id: TenantId
    team_id: str | None
    tables: int
    rows: int
    lost_credentials: int
    broken_row: int | None
