"""`aegis`: one command line for the person who tries it, the admin and the operator."""

from importlib import import_module

import click

# Where each command is. What is not asked for is not imported: half of the product stands behind
# `serve`, and who looks at a tenant need not wait for it.
COMMANDS = {
    "audit": "bot.cli.oversight.audit",
    "bench": "bot.cli.oversight.bench",
    "demo": "bot.cli.demo",
    "doctor": "bot.cli.operations",
    "isolation": "bot.cli.oversight.isolation",
    "kb": "bot.cli.knowledge",
    "keys": "bot.cli.oversight.keys",
    "manifest": "bot.cli.operations",
    "migrate": "bot.cli.operations",
    "serve": "bot.cli.serve",
    "tenants": "bot.cli.oversight.tenants",
    "worker": "bot.cli.serve",
}


class _OnDemand(click.Group):
    """Imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name]), cmd_name)
        return command


@click.group(cls=_OnDemand, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="aegis")
def main() -> None:
    """AEGIS: a staff of AI agents inside Slack, for companies that will not let their data leak."""
