"""What is committed: the agreed top level, and nothing of one machine or of anybody's secrets."""

import re

import pytest

from tests.contract.repository import ROOT, repository_files, text_files

TOP_FOLDERS = frozenset(
    [
        ".ci",
        "bench",
        "bot",
        "core",
        "deploy",
        "docs",
        "handlers",
        "migrations",
        "tests",
        "web_oauth",
    ]
)
TOP_FILES = frozenset(
    [
        ".gitignore",
        "CHANGELOG.md",
        "LICENSE",
        "Makefile",
        "Procfile",
        "README.md",
        "SECURITY.md",
        "pyproject.toml",
        "requirements.txt",
        "requirements-attacks.txt",
        "requirements-dev.txt",
        "requirements-model.txt",
    ]
)
MACHINE_PATH = re.compile(r"(?<![\w.*$<])/(?:root|work|home/\w+|Users/\w+)/[\w.]")
INDEX_ADDRESS = re.compile(
    r"--(?:extra-)?index-url\s|--find-links\s|--trusted-host\s|https?://[\w.:-]+/(?:simple|pypi)\b"
)
SECRET = re.compile(
    r"xox[abeoprs]-\d{8,}-[\w-]{16,}|xapp-\d-[A-Z0-9]{9,}-\d{10,}-\w{16,}|\bgsk_\w{40,}"
    r"|\bsk-(?:ant-|proj-)?[\w-]{40,}|\bAIza[\w-]{35}|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{36,}"
    r"|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"
)
# Binary files are few and known, so that none slips in unread.
BINARY_ENDINGS = frozenset({".png", ".pdf", ".ico", ".woff2"})
LARGEST_FILE = 1_000_000  # bytes


def test_the_top_level_is_the_agreed_one():
    found = {path.relative_to(ROOT).parts for path in repository_files()}

    assert {parts[0] for parts in found if len(parts) > 1} <= TOP_FOLDERS
    assert {parts[0] for parts in found if len(parts) == 1} <= TOP_FILES


@pytest.mark.parametrize(
    "pattern", [MACHINE_PATH, INDEX_ADDRESS, SECRET], ids=["path", "index", "secret"]
)
def test_nothing_of_this_machine_and_no_secret_is_committed(pattern):
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}"
        for name, text in text_files()
        for match in pattern.finditer(text)
    ]

    assert not found, found


@pytest.mark.parametrize(
    ("pattern", "planted"),
    [
        (MACHINE_PATH, "see /" + "root/.config/pip.conf"),
        (MACHINE_PATH, "cd /" + "home/somebody/aegis"),
        (INDEX_ADDRESS, "--index-" + "url https://pypi.example.com/packages"),
        (INDEX_ADDRESS, "https://mirror.example.com:8080" + "/simple"),
        (SECRET, "xoxb-" + "123456789012-123456789012-abcdefABCDEF0123456789ab"),
        (SECRET, "gsk_" + "a1B2" * 13),
        (SECRET, "-----BEGIN RSA " + "PRIVATE KEY-----"),
    ],
)
def test_what_must_not_be_committed_is_noticed(pattern, planted):
    assert pattern.search(planted)


def test_every_committed_file_is_small_and_of_a_known_kind():
    known = {name for name, _ in text_files()}
    for path in repository_files():
        name = path.relative_to(ROOT).as_posix()
        assert path.stat().st_size <= LARGEST_FILE, name
        assert name in known or path.suffix in BINARY_ENDINGS, f"{name} is not text"


def test_lock_files_pin_and_hash_every_package():
    for name in TOP_FILES:
        if not name.startswith("requirements"):
            continue
        text = (ROOT / name).read_text("utf-8")
        entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
        assert entries, name
        for entry in entries:
            assert re.match(r"[\w.-]+==\S+", entry), f"{name}: {entry.splitlines()[0]}"
            assert "--hash=sha256:" in entry, f"{name}: {entry.splitlines()[0]}"
