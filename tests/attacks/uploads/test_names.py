"""A76, A85, S35 and S36: what a file is called is shown, and is nothing else."""

import ast
import re
import sys
from collections.abc import Iterator

import pytest

from core.conversations.model import Source
from core.knowledge.ingest_document import ingest_document
from core.knowledge.list_documents import list_documents
from core.knowledge.model import MAX_TITLE, Asker, Document, clean_title
from core.knowledge.reading.limited_reader import LimitedReader
from core.knowledge.reading.names import LONGEST_NAME, known_ending, safe_name
from handlers.blocks.answers.sources import source_blocks, source_text
from handlers.blocks.documents import documents_list
from handlers.blocks.knowledge import file_not_read, file_read, file_shared
from tests.attacks.uploads import hostile
from tests.contract.repository import ROOT, named, parsed, python_files

CANARY = "zeppelin-canary"
NAMES = [
    *("", " ", ".", "..", "...", "~", "-", "-rf", "/", "\\", "\0", "\n", "\x1b[2J"),
    *(
        "../../etc/passwd",
        "..\\..\\boot.ini",
        "/etc/shadow",
        "C:\\Windows\\win.ini",
        "....//....//x",
    ),
    *("%2e%2e%2fetc%2fpasswd", "..%c0%af..%c0%afx", "file:///etc/passwd", "a/../../b", "a\0.pdf"),
    *(
        "CON",
        "nul.txt",
        "aux.md",
        "com1",
        "x:y",
        "a.md:$DATA",
        "$(reboot).txt",
        "`id`.md",
        "; rm -rf *",
    ),
    *("|cat /etc/passwd", "&& true", "{{7*7}}.md", "${jndi:ldap://x}", "%s%n%x", "' or 1=1 --.csv"),
    *("абв.docx", "報告書.pdf", "تقرير.txt", "🦄.md", "ﬁle.txt", "e\u0301.md", "\u202egnp.exe.md"),
    *("\ufeffa.md", "a\u200bb.md", "\u2028.md", "A" * 304, "я" * 304 + ".docx", "." * 300),
    *(
        "<script>alert(1)</script>.md",
        "<!channel> <@U0ANA> <#C1|x>",
        "*bold* _it_ `c` ~s~",
        ".htaccess",
    ),
    *(
        "a" * 99 + ".md",
        "x." * 200 + "pdf",
        "a.pdf.md",
        "a.md.pdf",
        "__init__.py",
        "id_rsa",
        ".env",
    ),
]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: repr(name[:30]))
def test_a76_what_could_touch_a_path_is_harmless(name):
    safe = safe_name(name)
    assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", safe)
    assert len(safe) <= LONGEST_NAME
    assert ".." not in safe
    assert safe_name(safe) == safe
    assert known_ending(safe) == known_ending(name)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: repr(name[:30]))
def test_a76_a_title_is_one_line_that_can_be_shown(name):
    title = clean_title(name)
    assert 0 < len(title) <= MAX_TITLE
    assert title.isprintable()


def test_a76_what_secure_filename_loses_is_made_up_for():
    assert safe_name("абв.docx") == "file.docx"
    assert safe_name("..") == safe_name("") == "file"
    assert safe_name("Leave policy (2026).PDF") == "Leave_policy_2026.pdf"


async def test_a76_the_kind_of_a_file_is_told_by_its_content(reader):
    """Whatever it is called; but a name that promises a PDF or an Office file must keep that."""
    promises = (".pdf", ".docx", ".xlsx", ".pptx")
    for name in NAMES:
        if not name.lower().endswith(promises):
            assert (await reader.read(hostile.word(), name)).media == "docx", name


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """Every path that this process opens, and every argument of a process that it starts."""
    seen: list[str] = []
    watching = True

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event in ("open", "os.rename", "os.remove", "os.mkdir", "subprocess.Popen"):
            seen.append(repr(arguments))

    sys.addaudithook(watch)  # cannot be taken off again
    yield seen
    watching = False


async def test_s36_no_name_of_a_person_reaches_a_path_or_another_process(context, opened):
    """Watched in this process while a file is read in: what it opens and what it starts."""
    title = f"../../{CANARY}/абв; rm {CANARY}.md"
    await ingest_document(
        context,
        LimitedReader(),
        None,
        title=title,
        content=b"# Leave\n\nTwenty days.",
        added_by="U1",
        reference="test",
    )
    assert opened, "the reading process is started, and its file opened"
    assert CANARY not in "".join(opened)
    (document,) = await list_documents(context, asker=Asker("U1", private=True))
    assert document.title == title


SNAPSHOT = (ROOT / "migrations" / "schema" / "tenant.txt").read_text("utf-8")
TABLES = re.findall(r"^table (\w+)", SNAPSHOT, re.MULTILINE)
MARKER = b"ORIGINAL-BYTES-9f2c"


async def test_s34_only_text_is_stored_and_nothing_of_the_file(context):
    """A picture, a comment and the properties in a Word file are in no table of the tenant."""
    content = hostile.word(
        **{
            "word/media/image1.png": MARKER,
            "docProps/core.xml": MARKER,
            "word/comments.xml": MARKER,
        }
    )
    await ingest_document(
        context,
        LimitedReader(),
        None,
        title="a.docx",
        content=content,
        added_by="U1",
        reference="test",
    )
    async with context.db.transaction() as tx:
        for table in TABLES:
            for row in await tx.fetch(f"select t::text as words from {table} t"):
                assert MARKER.decode() not in row["words"]
                assert MARKER.hex() not in row["words"]
                assert content[:40].hex() not in row["words"]


def test_s34_no_column_could_hold_a_file():
    """Bytes are kept of sealed credentials and of hashes alone."""
    columns = re.findall(r"^table (\w+)|^  (\w+) bytea", SNAPSHOT, re.MULTILINE)
    table, holding = "", set()
    for named_table, column in columns:
        table = named_table or table
        if column:
            holding.add(table)
    assert TABLES
    assert not holding & {"document", "chunk", "chunk_embedding", "chunk_sign", "lexeme"}


MARKUP = (
    "<!channel> <@U0ANA> <script>alert(1)</script> <http://evil.test|click> http://evil.test *x*"
)
DOCUMENT = Document("d1", MARKUP, "md", None, 1, "workspace", "")


@pytest.mark.parametrize(
    "rendered",
    [
        file_read(
            "d1", MARKUP, pages=3, notes=[f"I did not read what is attached to it: {MARKUP}."]
        ),
        file_not_read(MARKUP, MARKUP),
        file_shared(MARKUP),
        documents_list([DOCUMENT]),
    ],
    ids=["read", "not read", "shared", "listed"],
)
def test_a85_a_title_with_markup_is_shown_as_text(rendered):
    shown = f"{rendered.text} {rendered.blocks}"
    assert "&lt;" in shown
    assert live_in(shown) == []


def test_a85_a_heading_or_title_in_a_source_is_shown_as_text():
    source = Source(1, MARKUP, None, MARKUP)
    shown = f"{source_blocks([source])} {source_text([source])}"
    assert "&lt;" in shown
    assert live_in(shown) == []


def live_in(shown: str) -> list[str]:
    """What Slack or a browser would act on."""
    return re.findall(r"<[!@#a-z/]|http://evil\.test", shown, re.IGNORECASE)


OPENS = re.compile(
    r"^(open|Path)$|^os\.(path\.|open|link|make|mk|re(move|name|place)|symlink|unlink)|^shutil\."
    r"|^tempfile\.|(read|write)_(text|bytes)$"
)


def test_s36_only_known_modules_turn_anything_into_a_path():
    """Who adds one says here why no person's word can be part of it."""
    known = {
        "core/knowledge/reading/child_process.py": "where our own code lies; a file without a name",
        "core/knowledge/embedding/build_model.py": "run by set-up, on folders it names",
        "core/knowledge/embedding/weights.py": "run by set-up, on folders it names",
        "core/knowledge/embedding/wordpiece.py": "the folder of settings",
    }
    found = {
        named(path)
        for path in (*python_files("core/knowledge"), *python_files("handlers"))
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and OPENS.search(ast.unparse(node.func))
    }
    assert found == known.keys()
