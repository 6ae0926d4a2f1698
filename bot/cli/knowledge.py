"""`aegis kb`: put documents into a workspace's knowledge base, and search it, from the command line."""

import asyncio
import textwrap
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import click
from rich.console import Console
from rich.progress import Progress

from bot.cli import console
from bot.settings import Settings
from bot.storage import addresses, migrate_all, open_storage
from bot.wiring import Product, open_product
from core.db.tenant import TenantContext
from core.kernel.errors import DomainError, NotFound
from core.kernel.ids import new_reference
from core.knowledge.access.find_asker import everybodys
from core.knowledge.access.look_up import look_up
from core.knowledge.arrivals.model import Progress as Told
from core.knowledge.arrivals.model import unseen
from core.knowledge.forget_document import forget_any
from core.knowledge.ingest_document import ingest_document
from core.knowledge.list_documents import list_holdings
from core.knowledge.model import ENDINGS, MAX_BYTES, Findings, Within
from core.knowledge.ports import Reader

_WORKSPACE = click.option(
    "--workspace", help="Slack team id; may be left out when there is only one."
)
_DAY = click.DateTime(["%Y-%m-%d"])
OPERATOR = "operator"
READABLE = frozenset(ending for endings in ENDINGS.values() for ending in endings)


@click.group()
def kb() -> None:
    """The knowledge base of a workspace."""


@kb.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@_WORKSPACE
def add(paths: tuple[Path, ...], workspace: str | None) -> None:
    """Add files, and the readable files of folders, for everyone in the workspace."""
    console.run(_add(console.settings(quiet=True), list(paths), workspace))


@kb.command()
@click.argument("question", nargs=-1, required=True)
@_WORKSPACE
@click.option("--document", metavar="TITLE", default="", help="Only this document (or its id).")
@click.option("--in", "title_start", metavar="TITLE", help="Only titles that begin so: handbook/.")
@click.option("--since", type=_DAY, help="Only what was added on this day (UTC) or later.")
@click.option("--before", type=_DAY, help="Only what was added before this day (UTC).")
def search(
    question: tuple[str, ...],
    workspace: str | None,
    document: str,
    title_start: str | None,
    since: datetime | None,
    before: datetime | None,
) -> None:
    """Find passages in the documents that everyone in the workspace may read."""
    days = (day.replace(tzinfo=UTC) if day else None for day in (since, before))
    within = Within(None, title_start, *days)
    words = " ".join(question)
    console.run(_search(console.settings(quiet=True), words, workspace, document, within))


@kb.command("list")
@_WORKSPACE
@click.option(
    "--all",
    "everybodys",
    is_flag=True,
    help="Also those of channels and of people, without titles.",
)
def list_all(workspace: str | None, *, everybodys: bool) -> None:
    """List documents: id, whose, how much, when it was added (UTC), and the title of the workspace's."""
    console.run(_list(console.settings(quiet=True), workspace, everybodys))


@kb.command()
@click.argument("document_id", metavar="ID")
@_WORKSPACE
def delete(document_id: str, workspace: str | None) -> None:
    """Take a document away, whosever it is: its id stands in `aegis kb list --all`."""
    console.run(_delete(console.settings(quiet=True), document_id, workspace))


async def _list(settings: Settings, workspace: str | None, everybodys: bool) -> None:
    async with _opened(settings, workspace) as (_, context):
        found = await list_holdings(
            context, operator=OPERATOR, everybodys=everybodys, reference=new_reference()
        )
    for held in found:
        whose = f"{held.scope} {held.whose}".rstrip()
        size = f"{console.counted(held.chunk_count, 'passage')}, {held.text_bytes:,} bytes"
        click.echo(
            f"{held.document_id}  {whose}  {size}  {held.added_at:%Y-%m-%d}  {held.title}".rstrip()
        )
    if not found:
        click.echo("There are no such documents.")


async def _delete(settings: Settings, document_id: str, workspace: str | None) -> None:
    async with _opened(settings, workspace) as (_, context):
        gone = await forget_any(
            context, document_id=document_id, operator=OPERATOR, reference=new_reference()
        )
    whose = f"{gone.scope} {gone.owner_id}{gone.channel_id}".rstrip()
    click.echo(f"{document_id}  {whose}: deleted")


async def _add(settings: Settings, paths: list[Path], workspace: str | None) -> None:
    files = titled_files(paths)
    async with _opened(settings, workspace) as (product, context):
        added, known, failed = await _add_files(product, context, files)
    click.echo(
        f"{console.counted(len(files), 'file')}: {added} added, {known} already there, {failed} failed"
    )
    if failed:
        raise click.ClickException(f"{failed} of the files could not be added")


async def _search(
    settings: Settings, words: str, workspace: str | None, document: str, within: Within
) -> None:
    async with _opened(settings, workspace) as (product, context):
        try:
            findings = await look_up(
                context,
                product.services.staff.embedder,
                words=words,
                asker=everybodys(OPERATOR),
                reference=new_reference(),
                document=document,
                within=within,
            )
        except NotFound:
            raise click.ClickException(
                "no such document for everyone: see `aegis kb list`"
            ) from None
    _show(findings)


def _show(findings: Findings) -> None:
    for number, found in enumerate(findings.found, 1):
        page = f", page {found.page}" if found.page else ""
        click.echo(f"[{number}] {found.title}{page}  {found.heading}".rstrip())
        click.echo(f"{textwrap.indent(found.text, '    ')}\n")
    if not findings.found:
        click.echo("Nothing in the documents is about this.")
    if findings.lexical_only:
        click.echo("note: there are no embeddings to compare; this went by words alone", err=True)


@asynccontextmanager
async def _opened(
    settings: Settings, workspace: str | None
) -> AsyncIterator[tuple[Product, TenantContext]]:
    async with addresses(settings) as where:
        if settings.is_embedded:
            _, tenants = await migrate_all(where)
            console.say_failed(tenants)
        async with open_storage(where) as storage, open_product(settings, storage) as product:
            yield product, await _find_workspace(product, workspace)


async def add_file(
    product: Product,
    context: TenantContext,
    path: Path,
    title: str | None = None,
    reader: Reader | None = None,
    progress: Told = unseen,
) -> str | None:
    """Add one file for the whole workspace; what became of it, in words, or None when it was there
    already."""
    shelf = product.services.filing.shelf
    ingested = await ingest_document(
        context,
        reader or shelf.reader,
        shelf.embedder,
        title=title or path.name,
        content=await asyncio.to_thread(_read, path),
        added_by=OPERATOR,
        reference=new_reference(),
        quota=shelf.quota,
        may_replace_any=True,
        progress=progress,
    )
    if not ingested.is_new:
        return None
    kind = ", in place of the version before" if ingested.replaces else ""
    notes = "".join(f". {note}" for note in ingested.notes)
    return f"{console.counted(ingested.document.chunk_count, 'passage')}{kind}{notes}"


async def _add_files(
    product: Product, context: TenantContext, files: list[tuple[Path, str]]
) -> tuple[int, int, int]:
    """How many were added, were there already, and failed. Each is a line as soon as it is known."""
    added = known = failed = 0
    with _bar(len(files)) as advance:
        async with product.services.reader.batch() as reader:
            for number, (path, title) in enumerate(files):
                progress = _of_file(advance, number)
                try:
                    words = await add_file(product, context, path, title, reader, progress)
                except (DomainError, OSError, asyncpg.InsufficientResourcesError) as error:
                    failed += 1
                    why = _in_words(error)
                    click.echo(f"{title}: not added. {why}", err=True)
                else:
                    added, known = added + bool(words), known + (not words)
                    click.echo(f"{title}: {words or 'already there'}")
                advance(number + 1)
    return added, known, failed


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)  # of a film no more comes into memory


def _in_words(error: Exception) -> str:
    if isinstance(error, asyncpg.InsufficientResourcesError):
        return f"The database has no room for it ({error})."
    return str(error.strerror if isinstance(error, OSError) else error)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[float], None]]:
    """Says how many files are done, on a terminal; elsewhere the lines of the files say it."""
    shown = Console(stderr=True)
    if not shown.is_terminal:
        yield lambda done: None
        return
    with Progress(console=shown) as progress:
        task = progress.add_task("Adding", total=total)
        yield lambda done: progress.update(task, completed=done)


def _of_file(advance: Callable[[float], None], number: int) -> Told:
    """A long file moves the bar as well."""

    async def told(done: int, of: int) -> None:
        advance(number + done / max(of, 1))

    return told


async def _find_workspace(product: Product, wanted: str | None) -> TenantContext:
    """Raises ClickException when it is not clear which workspace is meant."""
    known = await product.services.workspaces.list_active()
    matching = [tenant for team, tenant in known if wanted in (None, team)]
    if len(matching) == 1:
        return await product.storage.database.tenant(matching[0])
    names = ", ".join(team for team, _ in known) or "none yet: start `aegis serve` or `aegis demo`"
    raise click.ClickException(f"say which with --workspace TEAM_ID. Installed: {names}")


def titled_files(paths: Iterable[Path]) -> list[tuple[Path, str]]:
    """Files and the readable files of folders, each with the path below the folder as its title. Links
    out of a folder do not count: who made one would choose what everybody may read."""
    found: list[tuple[Path, str]] = []
    for path in paths:
        if path.is_dir():
            files = (entry for entry in path.rglob("*") if entry.is_file())
            inside = sorted(one for one in files if one.resolve().is_relative_to(path.resolve()))
            found += (
                (one, one.relative_to(path).as_posix())
                for one in inside
                if one.suffix.lower() in READABLE
            )
        else:
            found.append((path, path.name))
    return found
