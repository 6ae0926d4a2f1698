"""What `make bench` reads in is what it says it is."""

from bench.ingestion.texts import make_book, make_note
from core.knowledge.reading.chunking import chunk, estimate_pieces
from tests.integration.arrivals.adding import READER


async def test_the_book_has_full_pages_and_ends_with_its_last_words():
    book = await READER.read(make_book(3, last_words="The zeppelin lands on Tuesday."), "book.pdf")

    assert (book.media, book.pages) == ("pdf", 3)
    assert all(len(part.text.split()) > 400 for part in book.parts)
    assert book.parts[-1].text.endswith("The zeppelin lands on Tuesday.")
    assert len(chunk(book.parts, estimate_pieces)) > 6


def test_no_two_notes_are_alike():
    assert len({make_note(number) for number in range(100)}) == 100
