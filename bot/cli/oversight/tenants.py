"""`aegis tenants`: what an operator does with one tenant, from its first day to its certificate."""

import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import click

from bot.cli import console
from bot.cli.oversight.archives import export, restore, verify
from bot.cli.oversight.find_tenant import find_tenant
from bot.settings import Settings
from bot.slack.installing.routes import oauth_client
from bot.slack.pacing.web_client import slack_session, web_client
from bot.slack.revocation import SlackRevoker
from bot.storage import Storage, addresses, open_storage
from core.kernel.errors import Invalid
from core.kernel.ids import new_reference
from core.kernel.signing import pem_of
from core.lifecycle import store
from core.lifecycle.certificate import get_certificate
from core.lifecycle.erase_tenant import erase_tenant
from core.lifecycle.freeze_tenant import freeze_tenant, thaw_tenant
from core.lifecycle.installation.enable_workspace import enable_workspace
from core.lifecycle.installation.list_refused import list_refused
from core.lifecycle.model import Certificate, Registered, Rules

TEAM_ID = re.compile(r"T[A-Z0-9]{1,31}")
HEADINGS = ("workspace", "tenant", "status", "schema", "since", "erased from", "because", "Slack")


@click.group()
def tenants() -> None:
    """The tenants of this installation."""


@tenants.command("list")
def list_() -> None:
    """All tenants, the oldest first."""
    console.run(_list(console.settings(quiet=True)))


@tenants.command()
@click.argument("team_id")
def create(team_id: str) -> None:
    """Make the tenant of a workspace (its Slack team id), without connecting it to Slack."""
    console.run(_create(console.settings(quiet=True), team_id))


@tenants.command()
@click.argument("tenant")
def freeze(tenant: str) -> None:
    """Stop serving a tenant (its id, or its team id); it is erased when its grace is over."""
    console.run(_freeze(console.settings(quiet=True), tenant))


@tenants.command()
@click.argument("tenant")
def thaw(tenant: str) -> None:
    """Serve a frozen tenant again."""
    console.run(_thaw(console.settings(quiet=True), tenant))


@tenants.command()
@click.argument("tenant")
@click.option("--now", is_flag=True, help="Do not wait for the end of the grace.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(tenant: str, now: bool, yes: bool) -> None:
    """Erase a tenant for good, and print the certificate. It can be run again after a failure."""
    settings = console.settings(quiet=True)
    if not yes:
        # A run of its own: while a person is asked no event loop holds back their Ctrl-C.
        found = console.run(_look_up(settings, tenant))
        if found.status != "erased":
            _ask(found)
    console.run(_erase(settings, tenant, now=now))


@tenants.command()
@click.argument("tenant")
def certificate(tenant: str) -> None:
    """Print an erased tenant's certificate: the text that is signed, signature and public key."""
    console.run(_certificate(console.settings(quiet=True), tenant))


@tenants.command()
@click.argument("organization")
@click.argument("team_id")
def enable(organization: str, team_id: str) -> None:
    """Serve a workspace of an organization (its id, E…) with the organization's token."""
    console.run(_enable(console.settings(quiet=True), organization, team_id))


for command in (export, restore, verify):
    tenants.add_command(command)


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Storage]:
    async with addresses(settings) as where, open_storage(where) as storage:
        yield storage


async def _list(settings: Settings) -> None:
    async with _opened(settings) as storage:
        async with storage.database.control() as tx:
            found = await store.list_registered(tx)
        refused = await list_refused(storage.database)
    rows = [HEADINGS, *(_row(each, refused.get(each.tenant_id)) for each in found)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


async def _create(settings: Settings, team_id: str) -> None:
    if not TEAM_ID.fullmatch(team_id):
        raise Invalid("That is not the id of a Slack workspace, as in T0123ABCD.")
    async with _opened(settings) as storage:
        tenant = await storage.provisioner.tenant_for(team_id)
    click.echo(f"workspace {team_id} is tenant {tenant}")


async def _enable(settings: Settings, organization: str, team_id: str) -> None:
    if not TEAM_ID.fullmatch(team_id):
        raise Invalid("That is not the id of a Slack workspace, as in T0123ABCD.")
    async with _opened(settings) as storage:
        found = await find_tenant(storage.database, organization)
        if found.kind != "organization":
            raise Invalid(
                "That is not an organization that AEGIS is installed for, as in E0123ABCD."
            )
        tenant = await enable_workspace(
            storage.database,
            storage.provisioner,
            found.tenant_id,
            team_id,
            actor="operator",
            reference=new_reference(),
        )
    click.echo(f"workspace {team_id} is tenant {tenant}, and speaks with the organization's token")


async def _freeze(settings: Settings, wanted: str) -> None:
    async with _opened(settings) as storage:
        found = await find_tenant(storage.database, wanted)
        erase_after = await freeze_tenant(
            storage.database,
            storage.provisioner,
            found.tenant_id,
            _rules(settings),
            actor="operator",
            reference=new_reference(),
        )
    click.echo(f"tenant {found.tenant_id} is frozen; it is erased from {erase_after:%F %H:%M} UTC")


async def _thaw(settings: Settings, wanted: str) -> None:
    async with _opened(settings) as storage:
        found = await find_tenant(storage.database, wanted)
        await thaw_tenant(
            storage.database,
            storage.provisioner,
            found.tenant_id,
            actor="operator",
            reference=new_reference(),
        )
    click.echo(f"tenant {found.tenant_id} is served again")


async def _look_up(settings: Settings, wanted: str) -> Registered:
    async with _opened(settings) as storage:
        return await find_tenant(storage.database, wanted)


async def _erase(settings: Settings, wanted: str, *, now: bool) -> None:
    async with _opened(settings) as storage, slack_session() as session:
        found = await find_tenant(storage.database, wanted)
        base_url = settings.slack_api_base_url
        oauth = oauth_client(settings, web_client(session, base_url))
        done = await erase_tenant(
            storage.database,
            storage.provisioner,
            storage.signer,
            SlackRevoker(partial(web_client, session, base_url), oauth),
            found.tenant_id,
            _rules(settings),
            actor="operator",
            when_due=not now,
        )
        _show(done, storage.signer.public_key)


async def _certificate(settings: Settings, wanted: str) -> None:
    async with _opened(settings) as storage:
        found = await find_tenant(storage.database, wanted)
        done = await get_certificate(storage.database, found.tenant_id)
        _show(done, storage.signer.public_key)


def _ask(found: Registered) -> None:
    """Who erases types the workspace's id, or the tenant's where it has none any more."""
    name = found.team_id or found.tenant_id
    question = f"All data of {name} will be gone for good. Type {name} to erase it: "
    # Not click.prompt: it writes to standard output, which is for the certificate to the byte.
    click.echo(question, nl=False, err=True)
    typed = sys.stdin.readline()
    if typed.strip() != name:
        raise click.ClickException("that is not its id: nothing was erased")


def _show(done: Certificate, public_key: bytes) -> None:
    """What is signed goes to standard output: into a file byte for byte, so that it can be checked."""
    click.echo(done.signed.text, nl=sys.stdout.isatty())
    click.echo(f"signature {done.signed.signature}", err=True)
    click.echo(f"signed by key {done.signed.key_id}; this deployment's key is:", err=True)
    click.echo(pem_of(public_key).decode(), err=True, nl=False)


def _row(found: Registered, refused: str | None) -> tuple[str, ...]:
    return (
        found.team_id or "-",
        found.tenant_id,
        found.status,
        str(found.schema_version),
        f"{found.created_at:%F}",
        f"{found.erase_after:%F %H:%M}" if found.status == "frozen" and found.erase_after else "-",
        (found.frozen_because if found.status == "frozen" else None) or "-",
        f"refuses its token: {refused}" if refused else "-",
    )


def _rules(settings: Settings) -> Rules:
    return Rules(settings.erase_grace_days, settings.backup_days)
