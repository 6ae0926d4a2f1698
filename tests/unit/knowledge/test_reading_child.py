"""The reading process as a program: what it needs is there before it shuts itself in."""

import json
import subprocess
import sys
from pathlib import Path

from tests.unit.knowledge.formats import office_files as office
from tests.unit.knowledge.formats.test_mail_and_tables import MAIL

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "bot" / "cli" / "samples"
PROGRAM = """
import json, sys
from core.knowledge.reading import child
for name in child._NEEDED_LATER:
    __import__(name)
before = set(sys.modules)
media = []
for path in sys.argv[1:]:
    media.append(child.answer(open(path, 'rb').read(), path).get('media'))
print(json.dumps([media, sorted(set(sys.modules) - before)]))
"""


def test_nothing_is_imported_once_files_are_read(tmp_path):
    """By then no file can be opened: a module that is needed late is a file that cannot be read."""
    files = {
        "a.docx": office.word_file(office.p("words")),
        "b.pptx": office.slides_file(
            ["s.xml"], {"ppt/slides/s.xml": office.slide(office.shape("x"))}
        ),
        "c.xlsx": office.sheets_file({"S": "<row><c><v>1</v></c></row>"}),
        "d.eml": MAIL,
        "e.csv": b"a,b\n1,2\n",
        "f.html": "<html><meta charset=koi8-r><p>Привет</p></html>".encode("koi8-r"),
        "g.md": b"# A\n\n| a |\n|---|\n| b |\n",
        "h.txt": "naïve".encode("cp1252"),
        "i.csv": "a;b\n1;é\n".encode("utf-8-sig"),  # as Excel saves it
        "j.html": "<html><p>é</p></html>".encode("utf-16"),
        "k.xlsx": office.sheets_file(
            {"S": '<row><c s="0"><v>46082.5</v></c></row>'},
            formats='<cellXfs><xf numFmtId="22"/></cellXfs>',
        ),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    paths = [*(str(tmp_path / name) for name in files), str(next(SAMPLES.rglob("*.pdf")))]
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM, *paths],
        capture_output=True,
        env={"PYTHONPATH": str(ROOT)},
        timeout=120,  # a starved machine takes long to start one
        check=True,
    )
    media, imported = json.loads(told.stdout)
    assert media == [
        *("docx", "pptx", "xlsx", "eml", "csv", "html"),
        *("md", "txt", "csv", "html", "xlsx", "pdf"),
    ]
    assert imported == []
