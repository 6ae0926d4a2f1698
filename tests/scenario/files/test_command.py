"""`aegis kb add` and `aegis kb search`, as an operator runs them."""

import os
import pty

import pytest

from bot.cli.knowledge import _bar
from core.tenancy.workspaces import Workspaces
from tests.integration.full_database import DISK_FULL, refusing
from tests.scenario.files.dropping import documents
from tests.scenario.test_processes import aegis

HOOKS = "# Hooks\n\n## Wall\n\nBicycle number 3 hangs on hook 7 of the workshop wall.\n"


@pytest.fixture
async def company(database, context, process_environment):
    """(environment, team) of a company without documents."""
    return process_environment, await Workspaces(database).team_of(context.tenant_id)


async def test_files_and_folders_are_added_and_one_that_fails_is_named(company, tmp_path):
    environment, team = company
    folder = tmp_path / "guides"
    folder.mkdir()
    (folder / "hooks.md").write_text(HOOKS)
    (folder / "empty.txt").write_text("")
    (folder / "photo.png").write_bytes(b"\x89PNG")
    (tmp_path / "same.md").write_text(HOOKS)
    paths = [str(folder), str(tmp_path / "same.md")]
    status, said = await aegis(environment, "kb", "add", *paths, "--workspace", team)

    assert status == 1
    assert "hooks.md: 1 passage" in said
    assert "empty.txt: not added. This file is empty." in said
    assert "same.md: already there" in said
    assert "photo" not in said
    assert "3 files: 1 added, 1 already there, 1 failed" in said
    assert "━" not in said, "a bar is for a terminal"


async def test_f16_a_database_without_room_is_said_of_each_file(
    company, context, admin_dsn, tmp_path
):
    environment, team = company
    (tmp_path / "hooks.md").write_text(HOOKS)
    add = ("kb", "add", str(tmp_path), "--workspace", team)
    async with refusing(admin_dsn, context.tenant_id, "chunk", DISK_FULL):
        status, said = await aegis(environment, *add)
    assert status == 1
    assert "hooks.md: not added. The database has no room for it (there is no room)." in said
    assert "Traceback" not in said
    assert await documents(context) == []
    assert (await aegis(environment, *add))[0] == 0


async def test_what_was_added_is_found_with_its_place(company, tmp_path):
    environment, team = company
    (tmp_path / "hooks.md").write_text(HOOKS)
    assert (await aegis(environment, "kb", "add", str(tmp_path), "--workspace", team))[0] == 0
    question = ("On which hook does bicycle number 3 hang?", "--workspace", team)
    status, said = await aegis(environment, "kb", "search", *question)

    assert status == 0
    assert "[1] hooks.md  Hooks › Wall\n    Bicycle number 3 hangs on hook 7" in said
    other = await aegis(environment, "kb", "search", "zeppelin", "--workspace", team)
    assert other == (0, "Nothing in the documents is about this.\n")


def test_on_a_terminal_there_is_a_bar(monkeypatch):
    primary, secondary = pty.openpty()
    with os.fdopen(secondary, "w") as terminal:
        monkeypatch.setattr("sys.stderr", terminal)
        with _bar(2) as advance:
            advance(1.5)
    shown = os.read(primary, 10_000).decode()
    os.close(primary)

    assert "Adding" in shown
    assert "━" in shown
