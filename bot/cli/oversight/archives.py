"""`aegis tenants export | restore | verify-archive`: one tenant in one signed file, and back."""

import asyncio
import os
from pathlib import Path

import click
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from bot.cli import console
from bot.cli.oversight.find_tenant import find_tenant
from bot.postgres.state import StateDirectory
from bot.settings import Settings
from bot.storage import addresses, open_storage
from core.kernel.errors import Invalid
from core.kernel.ids import new_reference
from core.kernel.signing import signer_of
from core.lifecycle.archive.export_tenant import export_tenant
from core.lifecycle.archive.model import Restored
from core.lifecycle.archive.reading import verify_archive
from core.lifecycle.archive.restore_tenant import restore_tenant

RECONNECT = (
    "credentials could not be restored: ask the owner to reconnect Slack. Until then AEGIS hears "
    "this workspace and cannot answer it."
)

Pem = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("tenant")
@click.option(
    "--output", required=True, type=click.Path(path_type=Path), help="The file to write: a zip."
)
def export(tenant: str, output: Path) -> None:
    """Write everything of one tenant (its id, or its Slack team id) into one signed file."""
    console.run(_export(console.settings(quiet=True), tenant, output))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--tenant", metavar="ID", help="Refuse the file unless it is of this tenant.")
@click.option("--trusted-key", type=Pem, help="Another deployment's public key (PEM) to trust.")
def restore(file: Path, tenant: str | None, trusted_key: Path | None) -> None:
    """Bring a tenant back from its file, under its own id, where it is not there any more."""
    console.run(_restore(console.settings(quiet=True), file, tenant, trusted_key))


@click.command("verify-archive")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", type=Pem, help="The public key (PEM) of the deployment that made it.")
def verify(file: Path, key: Path | None) -> None:
    """Check a file's signature and every table's hash. With --key, nothing else is needed."""
    console.run(_verify(file, key))


async def _export(settings: Settings, wanted: str, output: Path) -> None:
    async with addresses(settings) as where, open_storage(where) as storage:
        found = await find_tenant(storage.database, wanted)
        if found.kind == "organization":
            raise Invalid(
                "That is an organization's record: it holds a token, and nothing to export."
            )
        context = await storage.database.tenant(found.tenant_id, while_frozen=True)
        done = await export_tenant(
            context, storage.signer, output, actor="operator", reference=new_reference()
        )
    click.echo(
        f"{done.path}: {done.tables} tables, {done.rows} rows, {done.size_bytes} bytes\n"
        f"sha256 {done.sha256}\nsigned by key {storage.signer.key_id}"
    )


async def _restore(
    settings: Settings, file: Path, wanted: str | None, trusted_key: Path | None
) -> None:
    trusted = read_public_key(trusted_key) if trusted_key else None
    async with addresses(settings) as where, open_storage(where) as storage:
        done = await restore_tenant(
            storage.provisioner,
            file,
            trusted or storage.signer.public_key,
            actor="operator",
            reference=new_reference(),
            wanted=wanted,
        )
    click.echo(f"tenant {done.tenant_id} is back: {done.tables} tables, {done.rows} rows")
    for line in warnings(done):
        click.echo(line, err=True)


def warnings(done: Restored) -> list[str]:
    """What the operator has to know of a restore, or do after it."""
    found = []
    if done.lost_credentials:
        found.append(RECONNECT)
    if done.team_id is None:
        found.append("the archive names no workspace, so none was linked to the tenant")
    if done.broken_row is not None:
        found.append(
            f"row {done.broken_row} of the audit log does not hold: it was altered before the export"
        )
    return found


async def _verify(file: Path, key: Path | None) -> None:
    public_key = read_public_key(key) if key else own_public_key(console.settings(quiet=True))
    manifest = await asyncio.to_thread(verify_archive, file, public_key)
    click.echo(
        f"{file} is whole and signed by the trusted key\n"
        f"tenant {manifest.tenant_id}, made {manifest.created_at}, schema version "
        f"{manifest.schema_version}, {len(manifest.tables)} tables, {manifest.rows} rows, "
        f"audit log up to row {manifest.seq}"
    )


def own_public_key(settings: Settings) -> bytes:
    """This deployment's own, without starting its database. Raises Invalid where there is none."""
    if settings.signing_key is not None:
        return signer_of(settings.signing_key).public_key
    state = StateDirectory(settings.state_dir)
    if not os.path.lexists(state.path / "signing.key"):
        raise Invalid("There is no signing key here: name the public key with --key FILE.")
    return signer_of(state.keys().signing).public_key


def read_public_key(path: Path) -> bytes:
    """The raw 32 bytes of a PEM file's Ed25519 key (RFC 8410). Raises Invalid."""
    try:
        with path.open("rb") as file:
            key = load_pem_public_key(file.read(4096))
    except (OSError, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise Invalid(f"{path} is not an Ed25519 public key in PEM.")
    return key.public_bytes_raw()
