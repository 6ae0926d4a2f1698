"""`aegis audit verify | export`: is the log whole, and what does it say."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO, cast

import asyncpg
import click

from bot.cli import console
from bot.cli.oversight.archives import read_public_key
from bot.cli.oversight.find_tenant import NO_SUCH_TENANT, find_tenant
from bot.settings import Settings
from bot.storage import addresses, open_storage
from core.audit import store
from core.audit.chain.checkpoint_file import Outside, read_checkpoints
from core.audit.chain.verify_log import verify_log
from core.audit.export_log import Form, export_log
from core.audit.model import Verdict
from core.audit.record import flat
from core.db.database import Database
from core.kernel.errors import DomainError, NotFound
from core.kernel.ids import TenantId, new_reference
from core.kernel.signing import key_id_of
from core.lifecycle import store as lifecycle
from core.lifecycle.certificate import list_uncertified

File = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def audit() -> None:
    """The audit logs: every act of every agent, in a chain for each tenant."""


@audit.command()
@click.option("--tenant", metavar="ID|TEAM", help="One tenant; all of them when left out.")
@click.option("--checkpoints", type=File, multiple=True, help="Checkpoints outside the database.")
@click.option("--key", type=File, multiple=True, help="An earlier public key (PEM) to trust too.")
def verify(tenant: str | None, checkpoints: tuple[Path, ...], key: tuple[Path, ...]) -> None:
    """Follow each chain to its end; name the first row that was altered, moved or is missing.

    --checkpoints takes the file of AEGIS_CHECKPOINT_FILE, or a log that has them, and may stand
    several times. Without it, a log whose end was cut off together with its checkpoints looks whole.
    """
    console.run(_verify(console.settings(quiet=True), tenant, checkpoints, key))


@audit.command()
@click.option("--tenant", metavar="ID|TEAM", required=True, help="Whose log.")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), required=True)
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="UTC.")
@click.option("--output", type=click.Path(path_type=Path), help="A new file; or standard output.")
def export(tenant: str, form: str, since: datetime | None, output: Path | None) -> None:
    """Write a tenant's log out, oldest first. JSON lines are exact; CSV is for looking at."""
    since = since.replace(tzinfo=UTC) if since else None
    console.run(_export(console.settings(quiet=True), tenant, cast(Form, form), since, output))


async def _verify(
    settings: Settings, wanted: str | None, files: Sequence[Path], pems: Sequence[Path]
) -> None:
    trusted = {key_id_of(key): key for key in map(read_public_key, pems)}
    outside, bad = read_checkpoints(files), 0
    async with addresses(settings) as where, open_storage(where) as storage:
        keys = trusted | {storage.signer.key_id: storage.signer.public_key}
        for tenant in await _tenants(storage.database, wanted):
            bad += not await _verify_one(storage.database, tenant, keys, outside)
        if wanted is None:
            bad += await _tell_hidden(storage.database, keys, outside)
    if outside.unreadable:
        click.echo(
            f"note: {console.counted(outside.unreadable, 'line')} of the checkpoint files cannot be read"
        )
    if bad:
        raise click.ClickException(f"audit logs that do not hold: {bad}")


async def _verify_one(
    database: Database, tenant: str, keys: dict[str, bytes], outside: Outside
) -> bool:
    """Say how one tenant's log is; returns whether it holds."""
    try:
        context = await database.tenant(tenant, while_frozen=True)
        verdict = await verify_log(database, context, keys, outside.of(tenant))
    except DomainError as error:
        click.echo(f"tenant {tenant}: not verified. {error}")
        return False
    except asyncpg.PostgresError as error:
        # A table or a right is gone: the others are looked at nevertheless.
        click.echo(f"tenant {tenant}: BROKEN: it cannot be read (SQLSTATE {error.sqlstate})")
        return False
    for line in told(verdict):
        click.echo(f"tenant {tenant}: {line}")
    return verdict.holds


async def _tell_hidden(database: Database, keys: dict[str, bytes], outside: Outside) -> int:
    """Logs that nobody would look at, by what the registry says; how many of them are no good."""
    async with database.control() as tx:
        registered = {one.tenant_id for one in await lifecycle.list_registered(tx)}
    for stranger in sorted(outside.checkpoints.keys() - registered):
        # Throwaway tenants of an isolation proof leave such lines too.
        click.echo(f"note: {flat(stranger)[:64]} has checkpoints outside, and is not registered")
    hidden = await list_uncertified(database, keys)
    for tenant in hidden:
        words = "registered as erased, without a certificate that a known key has signed (--key)"
        click.echo(f"tenant {tenant}: BROKEN: {words}")
    return len(hidden)


def told(verdict: Verdict) -> Iterator[str]:
    """A verdict in lines for people: first how many rows hold, then each flaw."""
    sealed = f"{verdict.sealed_at:%Y-%m-%d %H:%M:%S} UTC" if verdict.sealed_at else "none yet"
    kept = f" (rows before {verdict.first_seq} are cut)" if verdict.first_seq > 1 else ""
    yield (
        f"{verdict.rows} rows hold{kept}, {verdict.younger} of them younger than the last "
        f"checkpoint: {sealed}"
    )
    for flaw in verdict.flaws:
        yield f"BROKEN at row {flaw.seq}: {flaw.words}"


async def _export(
    settings: Settings, wanted: str, form: Form, since: datetime | None, output: Path | None
) -> None:
    async with addresses(settings) as where, open_storage(where) as storage:
        (tenant,) = await _tenants(storage.database, wanted)
        context = await storage.database.tenant(tenant, while_frozen=True)
        with _opened(output) as file:
            rows = await export_log(
                context, file, form, since=since, actor="operator", reference=new_reference()
            )
    click.echo(f"{rows} rows", err=True)


async def _tenants(database: Database, wanted: str | None) -> list[TenantId]:
    """Those that have a log: all, or the one that is named. Raises NotFound."""
    async with database.control() as tx:
        known = await store.list_audited_tenants(tx)
    if wanted is None:
        return known
    found = await find_tenant(database, wanted)
    if found.tenant_id not in known:
        raise NotFound(NO_SUCH_TENANT)
    return [found.tenant_id]


@contextmanager
def _opened(output: Path | None) -> Iterator[TextIO]:
    """The file, for its owner alone; one that was not finished does not stay."""
    if output is None:
        yield sys.stdout
        return
    try:
        handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.ClickException(f"{output}: {error.strerror}") from None
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:
            yield file
    except BaseException:
        output.unlink(missing_ok=True)
        raise
