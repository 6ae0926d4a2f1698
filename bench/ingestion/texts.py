"""Files to read in: a book as a PDF, and short notes. The words are the English of Python's own manual,
drawn at random, so that chunks are as long as those of real texts."""

import random
import re
from pydoc_data.topics import topics

LINES_A_PAGE, WORDS_A_LINE = 42, 11  # 460 words: a full page of a handbook
WORDS_A_SENTENCE = 14
_WORD = re.compile(r"[a-z]{3,}")
_WORDS = _WORD.findall(" ".join(topics.values()).lower())


def make_book(pages: int, *, last_words: str, seed: int = 7) -> bytes:
    """A PDF of full pages, with a heading on each; *last_words* stand on the last."""
    chance = random.Random(seed)
    drawn = [_page(number, chance) for number in range(1, pages + 1)]
    drawn[-1][-1] = last_words
    return _pdf([_content(lines) for lines in drawn])


def make_note(number: int, words: int = 120, *, seed: int = 7) -> str:
    """A short document, unlike any other number's."""
    chance = random.Random(seed * 1_000_003 + number)
    return f"# Note {number}\n\n{_sentences(chance, words)}\n"


def _page(number: int, chance: random.Random) -> list[str]:
    words = _sentences(chance, LINES_A_PAGE * WORDS_A_LINE).split()
    lines = [
        " ".join(words[start : start + WORDS_A_LINE])
        for start in range(0, len(words), WORDS_A_LINE)
    ]
    return [f"Chapter {number}", *lines]


def _sentences(chance: random.Random, words: int) -> str:
    drawn = chance.choices(_WORDS, k=words)
    starts = range(0, words, WORDS_A_SENTENCE)
    return " ".join(" ".join(drawn[n : n + WORDS_A_SENTENCE]).capitalize() + "." for n in starts)


def _content(lines: list[str]) -> bytes:
    shown = [f"BT /F1 18 Tf 60 760 Td ({lines[0]}) Tj ET"]
    shown += [
        f"BT /F1 10 Tf 60 {735 - 16 * place} Td ({line}) Tj ET"
        for place, line in enumerate(lines[1:])
    ]
    return "\n".join(shown).encode("ascii")


def _pdf(pages: list[bytes]) -> bytes:
    """ISO 32000, as little of it as shows text; without a table of objects, which readers make up for."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    kids = []
    for content in pages:
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    body = b"%PDF-1.4\n"
    for number, content in enumerate(objects, 1):
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    return body + b"trailer << /Root 1 0 R /Size %d >>\n%%%%EOF" % (len(objects) + 1)
