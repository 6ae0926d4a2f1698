"""`aegis bench`: measure this machine. The measuring is a program of its own, `python -m bench`."""

import importlib.util
import os
import sys

import click


@click.group(invoke_without_command=True)
@click.pass_context
def bench(context: click.Context) -> None:
    """Measure AEGIS on this machine; without a command, everything that `make bench` measures."""
    if context.invoked_subcommand is None:
        _become_bench()


@bench.command()
@click.option(
    "--count",
    default=2000,
    show_default=True,
    type=click.IntRange(min=10),
    help="How many tenants to make.",
)
@click.option("--json", "is_json", is_flag=True, help="Print one line of JSON.")
def tenants(count: int, is_json: bool) -> None:
    """Measure what a tenant costs among many, on a server that is made for it and thrown away.

    Some minutes for 2,000. Your own database is not touched.
    """
    _become_bench("tenants", "--count", str(count), *(["--json"] if is_json else []))


def _become_bench(*words: str) -> None:
    """Signals and the exit status are then its own. -P: no folder of that name where one stands."""
    if importlib.util.find_spec("bench") is None:
        raise click.ClickException("this installation came without the bench")
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "bench", *words])  # noqa: S606 - no shell
