"""The page's files keep the house's rules. Needs no browser."""

import re
from pathlib import Path

import bot.sandbox

PAGE = Path(bot.sandbox.__file__).parent / "page"
FILES = sorted(path for path in PAGE.rglob("*") if path.suffix in (".js", ".css", ".html", ".svg"))
# The one address in the page names a file format and is never fetched.
SVG = "http://www.w3.org/2000/svg"


def test_every_file_is_short() -> None:
    long = {path.name for path in FILES if len(path.read_text().splitlines()) > 300}
    assert long == set()


def test_no_markup_is_made_from_data() -> None:
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|srcdoc"
    )
    assert [path.name for path in FILES if forbidden.search(path.read_text())] == []


def test_nothing_is_named_that_lives_elsewhere() -> None:
    address = re.compile(r"https?://\w[^\s\"'`]*")
    named = {found for path in FILES for found in address.findall(path.read_text())}
    assert named <= {SVG}


def test_every_module_that_is_imported_exists() -> None:
    imported = re.compile(r'from "(\.[^"]+)"')
    missing = [
        f"{path.name}: {target}"
        for path in PAGE.rglob("*.js")
        for target in imported.findall(path.read_text())
        if not (path.parent / target).is_file()
    ]
    assert missing == []
