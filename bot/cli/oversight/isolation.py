"""`aegis isolation prove`: try to cross from tenant to tenant, and fail on what goes through."""

import click

from bot.cli import console
from bot.settings import Settings
from bot.storage import addresses, open_storage
from core.isolation.model import WAYS
from core.isolation.prove import FEWEST_TENANTS, MOST_TENANTS, Report
from core.isolation.prove import prove as prove_isolation


@click.group()
def isolation() -> None:
    """The walls between tenants."""


@isolation.command()
@click.option(
    "--tenants",
    type=click.IntRange(FEWEST_TENANTS, MOST_TENANTS),
    default=3,
    show_default=True,
    help="How many throwaway tenants to prove it among.",
)
def prove(tenants: int) -> None:
    """Try everything to get from one throwaway tenant into another; exit 1 if anything does."""
    console.run(_prove(console.settings(quiet=True), tenants))


async def _prove(settings: Settings, tenants: int) -> None:
    async with addresses(settings) as where, open_storage(where) as storage:
        report = await prove_isolation(storage.database, storage.provisioner, tenants)
    _print(report)
    if not report.proof.passed:
        failures = console.counted(report.proof.failures, "failure")
        raise click.ClickException(f"isolation is not proved: {failures}")


def _print(report: Report) -> None:
    proof, outcomes = report.proof, report.outcomes
    click.echo(
        f"{proof.tenants} tenants, {proof.tables} tables, {proof.functions} store functions, "
        f"{proof.attempts} attempts"
    )
    click.echo(f"ok    denied: {outcomes.get('denied', 0)}")
    click.echo(f"ok    empty: {outcomes.get('empty', 0)}")
    if count := outcomes.get("program"):
        click.echo(f"note  {WAYS['statements']}: closed by the program alone, {count} attempts")
    if count := outcomes.get("open"):
        click.echo(f"note  {count} attempts went a way that the server leaves open to all")
    for note in report.notes:
        click.echo(f"note  {note}")
    for failure, times in report.failures.items():
        click.echo(f"fail  {failure.outcome}: {failure.name}: {failure.why} ({times} times)")
    if proof.passed:
        click.echo("isolation is proved")
