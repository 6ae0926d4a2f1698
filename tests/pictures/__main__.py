"""`python -m tests.pictures`: write the pictures of the documents anew, or those that are named.

Each has a demo of its own, as `aegis demo` starts it, so that none shows what another left behind.
A picture whose words are not there to be seen is not written, and the program says which.
"""

import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import click
from playwright.async_api import Browser, Error, async_playwright

from bot.cli import console
from bot.cli.demo import open_demo
from bot.logs import set_up_logs
from bot.settings import Settings
from tests.browser.conftest import FLAGS
from tests.pictures.album import ALBUM, IMAGES, Picture, take
from tests.pictures.darkroom import Darkroom
from tests.pictures.desk import Desk
from tests.pictures.model import MODEL, serve_model


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(ALBUM)))
def pictures(names: tuple[str, ...]) -> None:
    """Play what each picture shows, and write docs/images/NAME.png."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise click.ClickException("there is no chromium on this machine: install it first")
    set_up_logs("ERROR", checkpoints=False)
    failed = console.run(_write(path, names or tuple(sorted(ALBUM))))
    sys.exit(1 if failed else 0)


async def _write(path: str, names: tuple[str, ...]) -> int:
    failed = 0
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        for name in names:
            try:
                async with _desk(browser, ALBUM[name]) as desk:
                    file = await take(ALBUM[name], desk)
            except (AssertionError, Error) as error:
                failed += 1
                click.echo(f"{name}: not written. {error}", err=True)
            else:
                (IMAGES / f"{name}.png").write_bytes(file)
                click.echo(f"{name}: {len(file) // 1000} kB")
        await browser.close()
    return failed


@asynccontextmanager
async def _desk(browser: Browser, picture: Picture) -> AsyncIterator[Desk]:
    """A demo in a state directory of its own, with its model if it has one."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="aegis-"))
        given = {"AEGIS_STATE_DIR": str(Path(folder) / "state")}
        if picture.lines is not None:
            url = await stack.enter_async_context(serve_model(picture.lines))
            given |= {"OPENAI_COMPATIBLE_BASE_URL": url, "OPENAI_COMPATIBLE_MODEL": MODEL}
        sandbox, _ = await stack.enter_async_context(open_demo(Settings.model_validate(given)))
        yield Desk(browser, sandbox.url, Darkroom(await browser.new_page()))


if __name__ == "__main__":
    pictures()
