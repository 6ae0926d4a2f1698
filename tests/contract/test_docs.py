"""What the documents say is so: links, commands, settings, scopes, audit actions, decisions."""

import ast
import re
from pathlib import Path

import click
import pytest

from bot.cli.main import main
from bot.settings import Settings
from core.tenancy.installation.scopes import BOT_SCOPES
from tests.contract.repository import PACKAGES, ROOT, named, parsed, python_files

DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md")), ROOT / "deploy" / "README.md"]
OPERATIONS = (DOCS / "operations.md").read_text("utf-8")
ACTION = re.compile(r"[a-z_]+:[a-z_]+:[a-z_]+")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page):
    for target in links(page):
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{named(page)} links to {target}"
        if anchor:
            assert anchor in anchors(found), f"{named(page)} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_page_has_one_title_and_its_code_blocks_end(page):
    text = page.read_text("utf-8")

    assert text.count("\n```") % 2 == 0
    assert len(re.findall(r"^# ", prose(text), re.MULTILINE)) == 1


def _within(group: click.Group) -> dict[str, click.Command]:
    context = click.Context(group)
    found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None}


def commands(group: click.Group, prefix: str = "aegis") -> dict[str, list[str]]:
    """Each command as it is typed, with its options."""
    found: dict[str, list[str]] = {}
    for name, command in _within(group).items():
        if isinstance(command, click.Group):
            found |= commands(command, f"{prefix} {name}")
        else:
            options = [p.opts[-1] for p in command.params if isinstance(p, click.Option)]
            found[f"{prefix} {name}"] = [option for option in options if option != "--help"]
    return found


def test_every_command_is_documented_with_its_options_and_no_other_is():
    rows = re.findall(
        r"^\| `(aegis [a-z-]+(?: [a-z-]+)?)[^`]*` \| (.+) \|$", OPERATIONS, re.MULTILINE
    )
    documented = {name: set(re.findall(r"`(--[a-z-]+)", text)) for name, text in rows}

    assert documented == {name: set(options) for name, options in commands(main).items()}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_that_a_page_tells_to_type_exists(page):
    known = commands(main)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    text = page.read_text("utf-8")

    groups = "|".join(name for name, one in _within(main).items() if isinstance(one, click.Group))
    command = rf"(?<![/\w])aegis ((?:(?:{groups}) )?[a-z-]+)"
    for typed in re.findall(command, "\n".join(snippets(text))):
        assert f"aegis {typed}" in known, f"{named(page)}: aegis {typed}"
    for target in re.findall(r"\bmake ([a-z-]+)", "\n".join(snippets(text))):
        assert target in targets, f"{named(page)}: make {target}"


def test_every_setting_is_documented_and_every_documented_one_exists():
    table = re.findall(r"^\| `([A-Z][A-Z_]+)` \|", OPERATIONS, re.MULTILINE)

    assert sorted(table) == sorted(str(field.alias) for field in Settings.model_fields.values())


def test_every_scope_in_the_manifest_is_explained_and_no_other():
    page = (DOCS / "scopes.md").read_text("utf-8")
    rows = re.findall(r"^\| `([^`]+)` \| (.+?) \| .+ \|$", page, re.MULTILINE)

    assert rows == sorted(BOT_SCOPES.items())


def test_every_audit_action_is_documented_and_every_documented_one_is_used():
    used = {
        node.value
        for path in python_files(*PACKAGES)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if ACTION.fullmatch(node.value)
    }
    page = (DOCS / "audit-actions.md").read_text("utf-8")
    documented = re.findall(rf"^\| `({ACTION.pattern})` \|", page, re.MULTILINE)

    assert documented == sorted(used)
    assert all((ROOT / "core" / action.split(":")[0]).is_dir() for action in used)


def test_decisions_are_numbered_complete_and_listed():
    pages = sorted((DOCS / "adr").glob("[0-9]*.md"))
    index = (DOCS / "adr" / "README.md").read_text("utf-8")

    for number, page in enumerate(pages, 1):
        assert re.fullmatch(rf"{number:04}-[a-z0-9-]+\.md", page.name)
        text = page.read_text("utf-8")
        title = text.splitlines()[0]
        assert title.startswith(f"# {number}. ")
        assert f"[{title.removeprefix('# ')}]({page.name})" in index
        assert re.search(r"^Status: (proposed|accepted|superseded by)", text, re.MULTILINE)
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
            "Context",
            "Decision",
            "Consequences",
        ]


def test_the_changelog_is_in_the_agreed_form_and_knows_this_version():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    version = re.search(r'^version = "(.+)"', project, re.MULTILINE)

    assert version
    assert f"## [{version[1]}] - " in text
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= kinds


def links(page: Path) -> list[str]:
    """Where a page's links lead inside the repository."""
    targets = re.findall(r"\]\(([^)\s]+)\)", prose(page.read_text("utf-8")))
    return [
        target for target in targets if "://" not in target and not target.startswith("mailto:")
    ]


def anchors(page: Path) -> set[str]:
    """The anchors that headings get on GitHub."""
    titles = re.findall(r"^#+ (.+)$", prose(page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def prose(text: str) -> str:
    """A page without its code blocks."""
    return re.sub(r"^\s*```.*?^\s*```", "", text, flags=re.MULTILINE | re.DOTALL)


def snippets(text: str) -> list[str]:
    """What is set as code: blocks and spans."""
    blocks = re.findall(r"^\s*```\w*\n(.*?)^\s*```", text, re.MULTILINE | re.DOTALL)
    return [*blocks, *re.findall(r"`([^`\n]+)`", prose(text))]
