"""What `aegis doctor` says of installations: whether there can be any, whose token is
refused, and who has not given what this version needs."""

import click

from bot.settings import Settings
from bot.slack.installing.routes import LOOPBACK, install_address
from bot.storage import Addresses
from core.db.database import Database
from core.db.pool import open_pool
from core.lifecycle.installation.list_lacking import list_lacking
from core.lifecycle.installation.list_refused import list_refused


async def check_installations(settings: Settings, where: Addresses) -> None:
    """Notes alone: a workspace without a token stops nobody else."""
    _say_pages(settings)
    pool = await open_pool(where.service_dsn, size=1, pooled=where.pooled)
    try:
        database = Database(pool, where.master)
        refused, lacking = await list_refused(database), await list_lacking(database)
    finally:
        await pool.close()
    place = install_address(settings) or "/slack/install"
    for tenant, scopes in sorted(lacking.items()):
        click.echo(
            f"note  Slack: tenant {tenant} has not given {', '.join(sorted(scopes))}: it has to be "
            f"installed again at {place}"
        )
    for tenant, code in sorted(refused.items()):
        click.echo(
            f"note  Slack: refuses the token of tenant {tenant} ({code}): it has to be installed again"
        )


def _say_pages(settings: Settings) -> None:
    named = {
        "SLACK_CLIENT_ID": settings.slack_client_id,
        "SLACK_CLIENT_SECRET": settings.slack_client_secret,
        "AEGIS_PUBLIC_URL": settings.public_url or settings.host in LOOPBACK,
    }
    missing = [name for name, value in named.items() if not value]
    if not missing:
        click.echo("ok    Slack: workspaces are installed at /slack/install")
    elif settings.slack_client_id or settings.slack_client_secret:
        click.echo(f"note  Slack: /slack/install is off: set {' and '.join(missing)}")
