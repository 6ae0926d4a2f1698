import pytest

from core.knowledge.reading.formats.kinds import media_of
from core.knowledge.reading.formats.markup import html_to_markdown
from core.knowledge.reading.formats.plain import decode
from core.knowledge.reading.formats.reading import Unreadable


@pytest.mark.parametrize(
    ("content", "name", "media"),
    [
        (b"%PDF-1.7 ...", "notes.txt", "pdf"),
        (b"junk before\n%PDF-1.4", "a", "pdf"),
        (b"<!DOCTYPE html><p>x", "notes.txt", "html"),
        (b"\xef\xbb\xbf\n<html lang=en>", "a.txt", "html"),
        (b"<div><head></head><body>x", "a", "html"),
        ("<!DOCTYPE html><p>x".encode("utf-16"), "a", "html"),
        (b"<h1>Leave</h1><p>Twenty days", "policy.HTM", "html"),
        (b"<!-- saved -->\n<p>x", "policy.html", "html"),
        (b"plain words, 1 < 2", "policy.html", "txt"),
        (b"# Hello\n\nworld", "a", "md"),
        (b"see [this](http://x)", "a", "md"),
        (b"# Hello", "a.txt", "txt"),
        (b"plain words", "a.MD", "md"),
        (b"plain words <3", "../../etc/passwd", "txt"),
    ],
)
def test_a_file_is_what_its_content_is(content, name, media):
    assert media_of(content, name) == media


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04\0rest", b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", bytes(range(256)), b"\x01\x02" * 50],
)
def test_what_is_not_text_is_refused_in_words(content):
    with pytest.raises(Unreadable, match=r"Send me PDF, Word, PowerPoint|damaged"):
        media_of(content, "a")


def test_old_encodings_are_read():
    assert decode("naïve café".encode("cp1252")) == "naïve café"
    assert decode("ünï".encode("utf-16")) == "ünï"
    assert decode(b"\xef\xbb\xbfhi\r\nyou") == "hi\nyou"


def test_html_keeps_its_structure_and_loses_its_scripts():
    page = (
        "<html><head><title>T</title><style>p{}</style></head><body><nav>menu</nav>"
        "<h1>Guide</h1><script>alert(1)</script><p>One <b>two</b></p>"
        "<ul><li>a</li><li>b</li></ul><pre>x = 1\n  y</pre>"
        "<table><tr><th>d</th><th>h</th></tr><tr><td>1</td><td>2|3</td></tr></table>"
    )
    assert html_to_markdown(page) == (
        "# Guide\n\nOne two\n\n- a\n- b\n\n```\nx = 1\n  y\n```\n\n"
        "| d | h |\n| --- | --- |\n| 1 | 2\\|3 |"
    )


def test_an_unclosed_tag_in_the_head_does_not_swallow_the_page():
    assert html_to_markdown("<head><title>T<body><p>here</p>") == "here"


def test_what_only_scripts_show_is_not_read():
    page = "<p>One<dialog>two</dialog><dialog open>three</dialog><datalist><option>four</datalist>"
    assert html_to_markdown(page) == "Onethree"


def test_hostile_nesting_is_read_in_linear_time():
    assert html_to_markdown("<div>" * 100_000 + "deep") == "deep"
