"""`aegis`: one command line for the person who tries it, the admin and the operator."""

import click

from bot.cli.demo import demo
from bot.cli.knowledge import kb
from bot.cli.operations import doctor, manifest, migrate
from bot.cli.oversight.audit import audit
from bot.cli.oversight.bench import bench
from bot.cli.oversight.isolation import isolation
from bot.cli.oversight.keys import keys
from bot.cli.oversight.tenants import tenants
from bot.cli.serve import serve, worker


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="aegis")
def main() -> None:
    """AEGIS: a staff of AI agents inside Slack, for companies that will not let their data leak."""


GROUPS = (kb, audit, isolation, keys, tenants)

for command in (demo, serve, worker, migrate, doctor, manifest, bench, *GROUPS):
    main.add_command(command)
