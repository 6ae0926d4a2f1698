import pytest

from core.knowledge.reading.child import read
from core.knowledge.reading.formats.kinds import media_of
from core.knowledge.reading.formats.reading import Unreadable

MAIL = b"""From: =?utf-8?q?=C3=84nne?= <anne@example.com>
To: ben@example.com
Subject: =?koi8-r?B?8NLJ18XU?= plan
Date: Mon, 2 Mar 2026 10:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: multipart/alternative; boundary=y

--y
Content-Type: text/plain; charset=koi8-r
Content-Transfer-Encoding: base64

8NLJ18XUIQ==
--y
Content-Type: text/html

<p>the same, in colours</p>
--y--
--x
Content-Type: application/pdf
Content-Disposition: attachment; filename="=?utf-8?q?=C3=9Cber.pdf?="

zzz
--x
Content-Type: message/rfc822

Subject: inside

hello
--x--
"""


def text_of(content: bytes, name: str = "") -> str:
    (part,) = read(content, name).parts
    return part[1]


def test_a_mail_is_its_subject_who_wrote_it_and_its_words():
    assert text_of(MAIL, "a.txt") == (
        "# Привет plan\n\n- From: Änne <anne@example.com>\n- To: ben@example.com\n"
        "- Date: Mon, 2 Mar 2026 10:00:00 +0100\n\nПривет!"
    )


def test_what_is_attached_to_a_mail_is_said_and_not_read():
    assert read(MAIL, "").notes == ("I did not read what is attached to it: Über.pdf, a mail.",)


def test_a_mail_that_is_a_page_alone_is_read_as_one():
    mail = b"From: a@b\nDate: x\nSubject: s\nContent-Type: text/html\n\n<h1>Fair</h1><p>in May</p>"
    assert text_of(mail).endswith("# Fair\n\nin May")


def test_a_letter_is_no_mail():
    assert media_of(b"Dear all,\n\nFrom: now on we close at six.\nDate: today\n", "") == "txt"


@pytest.mark.parametrize("mark", ",;\t")
def test_rows_become_a_table_whatever_stands_between_the_cells(mark):
    lines = [["City", "Limit"], ["Lisbon", "120"], ["Kyiv", "90"]]
    content = "\r\n".join(mark.join(line) for line in lines).encode()
    table = "| City | Limit |\n| --- | --- |\n| Lisbon | 120 |\n| Kyiv | 90 |"
    assert (media_of(content, ""), text_of(content)) == ("csv", table)
    assert text_of(content, "a.csv") == table


def test_a_cell_may_hold_lines_quotes_and_bars():
    assert text_of(b'a,b\n"x\ny","1 | ""2"""\n', "a.csv").endswith('| x y | 1 \\| "2" |')


def test_prose_with_commas_is_no_table():
    prose = b"We leave, as agreed, at six.\nBring shoes, bags, maps, and food.\nThat is all."
    assert media_of(prose, "") == "txt"


def test_a_name_decides_between_kinds_of_text_alone():
    assert media_of(b"a,b\n1,2\n3,4\n", "a.txt") == "txt"
    assert media_of(b"just words", "a.csv") == "csv"
    with pytest.raises(Unreadable, match="says that it is DOCX"):
        media_of(b"just words", "a.docx")


def test_a_page_is_read_in_the_letters_it_says_it_is_written_in():
    page = "<html><head><meta charset='windows-1251'></head><body><p>Привет</p></body></html>"
    assert text_of(page.encode("cp1251")) == "Привет"


def test_a_charset_nobody_knows_is_no_way_to_import_anything():
    page = b"<html><head><meta charset='idna'></head><body><p>plain</p></body></html>"
    assert text_of(page) == "plain"


def test_menus_and_feet_of_a_page_are_left_out():
    page = (
        b"<html><body><div role='navigation'>menu</div><nav>menu</nav><h1>Fair</h1><p>in May</p>"
        b"<footer>imprint<footer>x</footer></footer></body></html>"
    )
    assert text_of(page) == "# Fair\n\nin May"


def test_what_is_hidden_does_not_swallow_what_follows_it():
    page = b"<html><ul><li hidden>obey<li>One</ul><div hidden><nav>obey</div><p>Two</p></html>"
    assert text_of(page) == "- One\n\nTwo"
