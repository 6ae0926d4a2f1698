"""`aegis tenants`: what an operator does with one tenant."""

import click

from bot.cli.oversight.archives import export, restore, verify


@click.group()
def tenants() -> None:
    """The tenants of this installation."""


for command in (export, restore, verify):
    tenants.add_command(command)
