"""`aegis migrate`, `aegis doctor`, `aegis manifest`: what an operator runs by hand."""

import asyncio
import json
import time

import click

from bot.cli import console
from bot.cli.app_manifest import app_manifest
from bot.cli.installation_checks import check_installations
from bot.cli.oversight.key_checks import check_keys
from bot.models.embedders import open_embedder
from bot.models.providers import providers
from bot.process import UNNAMED_APP, check_slack, names_no_app
from bot.settings import Settings, SettingsError, describe
from bot.slack.pacing.web_client import slack_session, web_client
from bot.slack.tokens import SlackConnectionError, check_app_token, check_bot_token
from bot.storage import Addresses, addresses, connect_service, migrate_all, named
from core.db import migrate as migrations
from core.gateway.providers.wire.client import open_http_client
from core.isolation.close_ways import list_open_ways
from core.isolation.model import NOT_CLOSABLE, WAYS
from core.kernel.errors import DomainError
from core.knowledge.embedding.vendors.embedder import VendorEmbedder
from core.knowledge.reading.child_process import Died, ReadingChild
from core.knowledge.renewal.successor import models_of

BIG_FLEET = 100  # tenants
_START_SECONDS = 20.0  # of a process that reads files, on a machine under load


@click.command()
def migrate() -> None:
    """Bring the database up to date: the switchboard, then every tenant."""
    console.run(_migrate(console.settings()))


@click.command()
def doctor() -> None:
    """Check settings, database, Slack and models, and say what to do about what is wrong."""
    console.run(_doctor(console.settings(quiet=True)))


@click.command()
@click.option("--url", help="The public address of AEGIS; without it, a Socket Mode app.")
def manifest(url: str | None) -> None:
    """Print the Slack app's manifest, to paste into api.slack.com/apps."""
    if url is not None and not url.startswith("https://"):
        raise click.BadParameter("Slack reaches apps over https:// only", param_hint="--url")
    click.echo(json.dumps(app_manifest(url), indent=2))


async def _migrate(settings: Settings) -> None:
    """What one tenant fails at is its own: it is named, and the exit status tells."""
    started = time.monotonic()
    async with addresses(settings) as where:
        applied, tenants = await migrate_all(where, _tell_progress)
    for name in applied:
        click.echo(f"applied shared/{name}")
    console.say_failed(tenants)
    if tenants.migrated:
        took = time.monotonic() - started
        count = console.counted(tenants.migrated, "tenant")
        click.echo(f"{count} brought up to date in {took:.1f} s")
    if tenants.failed:
        raise click.ClickException(
            f"tenants that are as they were, for the reasons above: {len(tenants.failed)}. "
            "AEGIS serves the others. Then run `aegis migrate` again"
        )
    click.echo("the database is up to date")


def _tell_progress(done: int, total: int) -> None:
    """Ten lines for a big fleet, none for a small one."""
    if total >= BIG_FLEET and done * 10 // total > (done - 1) * 10 // total:
        click.echo(f"tenants: {done} of {total}", err=True)


async def _doctor(settings: Settings) -> None:
    """Every check is a line; the exit status counts only what stops the service."""
    for name, value in describe(settings).items():
        click.echo(f"      {name} = {value}")
    broken = 0
    async with addresses(settings) as where:
        broken += await _check_database(where)
        broken += await check_keys(where)
        if not broken:
            await check_installations(settings, where)
    broken += await _check_slack(settings)
    broken += await _say_embedder(settings)
    await check_files()
    broken += await _list_models(settings)
    if broken:
        raise click.ClickException("AEGIS cannot run like this")
    click.echo("AEGIS can run")


async def check_files() -> None:
    """What `aegis doctor` says of reading files: a note where they are read behind fewer walls."""
    try:
        child = await ReadingChild.start()
        try:
            async with asyncio.timeout(_START_SECONDS):
                await child.read(b"A word.", ".txt")
            filtered = await asyncio.to_thread(child.is_filtered)
        finally:
            await child.end()
    except (Died, DomainError, TimeoutError):
        click.echo("note  files: the process that reads them does not run here: none can be read")
        return
    click.echo(
        "ok    files: read by a process that can open nothing"
        if filtered
        else "note  files: the kernel's filter (seccomp) is not to be had here; see docs/files.md"
    )


async def _say_embedder(settings: Settings) -> int:
    """Who embeds, and whether text leaves this machine for it; nobody is asked here."""
    try:
        async with open_http_client() as client:
            embedder = await open_embedder(settings, client)
    except (SettingsError, ValueError) as error:
        click.echo(f"fail  embeddings: {error}")
        return 1
    if embedder is None:
        click.echo("note  embeddings: no model on this machine; search goes by words alone (BM25)")
        return 0
    click.echo(f"ok    embeddings: {embedder.name}")
    if any(isinstance(model, VendorEmbedder) for model in models_of(embedder)):
        click.echo("note  embeddings: documents and questions of all workspaces go to that vendor")
    return 0


async def _list_models(settings: Settings) -> int:
    """Which models are asked, in their order; none of them is asked here, for that costs money."""
    try:
        async with open_http_client() as client:
            found = providers(settings, client)
    except ValueError as error:
        click.echo(f"fail  models: {error}")
        return 1
    for provider in found:
        if provider.name == "offline":
            click.echo("note  models: none connected; the offline model quotes documents")
        else:
            click.echo(f"ok    models: {provider.model} of {provider.name}")
    return 0


async def _check_slack(settings: Settings) -> int:
    """Ask Slack about the tokens; without any, say what is missing."""
    try:
        check_slack(settings)
    except SlackConnectionError as error:
        click.echo(f"note  Slack: {error}")
        return 0
    async with slack_session() as session:
        base_url = settings.slack_api_base_url
        try:
            if settings.slack_bot_token:
                api = web_client(session, base_url, settings.slack_bot_token)
                installed = await check_bot_token(api)
                click.echo(f"ok    Slack: the bot token is of workspace {installed.team_id}")
            if settings.slack_app_token:
                await check_app_token(web_client(session, base_url), settings.slack_app_token)
                click.echo("ok    Slack: the app token opens Socket Mode")
        except SlackConnectionError as error:
            click.echo(f"fail  Slack: {error}")
            return 1
    if settings.slack_signing_secret:
        click.echo("ok    Slack: requests over HTTP are checked with the signing secret")
    if names_no_app(settings):
        click.echo(f"note  Slack: {UNNAMED_APP}")
    return 0


async def _check_database(where: Addresses) -> int:
    with named("DATABASE_URL"):
        connection = await connect_service(where)
    try:
        version = await connection.fetchval("select current_setting('server_version')")
        known = await connection.fetchval(migrations.SQL["has_control"])
        is_open = await list_open_ways(connection) if known else []
    finally:
        await connection.close()
    click.echo(f"ok    database: PostgreSQL {version}")
    if not known:
        click.echo("fail  database: not set up: run `aegis migrate`")
        return 1
    for way, words in WAYS.items():
        if way in is_open:
            click.echo(f"note  isolation: the server lets a hostile statement {words}")
        elif way not in NOT_CLOSABLE:
            click.echo(f"ok    isolation: a tenant cannot {words}")
    return 0
