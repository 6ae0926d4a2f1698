from core.knowledge.reading.formats.pdf import (
    Line,
    heading_levels,
    to_markdown,
    without_running_lines,
)

BODY, LARGE = 10.0, 16.0


def test_larger_letters_are_headings():
    lines = [
        Line("Leave", LARGE),
        Line("Everyone has twenty-seven days of annual leave a year, and", BODY),
        Line("five of them can be carried over.", BODY),
    ]
    levels = heading_levels([lines])
    assert to_markdown(lines, levels) == (
        "# Leave\n\nEveryone has twenty-seven days of annual leave a year, and "
        "five of them can be carried over."
    )


def test_a_word_cut_at_the_end_of_a_line_is_made_whole():
    lines = [
        Line("The quick brown fox jumps over the lazy dog and cele-", BODY),
        Line("brates.", BODY),
    ]
    assert to_markdown(lines, {}).endswith("and celebrates.")


def test_running_heads_and_page_numbers_are_left_out():
    texts = ["Leave is granted.", "Travel is booked.", "Rooms are shared.", "Doors are shut."]
    pages = [
        [Line("Handbook 2026", BODY), Line(text, BODY), Line(str(number), BODY)]
        for number, text in enumerate(texts, 1)
    ]
    kept = without_running_lines(pages)
    assert [line.text for lines in kept for line in lines] == texts


def test_a_line_that_differs_in_more_than_its_page_number_is_no_running_line():
    """Of invoices, one a page, each line is like that of the others but for its numbers."""
    pages = [
        [
            Line(f"Northwind — page {number} of 9", BODY),
            Line(f"Invoice {number * number}", BODY),
            Line("Thank you for your order.", BODY),
            Line(f"Total: {number * 37} euros", BODY),
        ]
        for number in range(1, 10)
    ]
    kept = without_running_lines(pages)
    assert [line.text for line in kept[3]] == ["Invoice 16", "Total: 148 euros"]


def test_what_all_pages_say_and_nothing_else_is_what_they_say():
    pages = [[Line(f"Fact {number} stands on page {number}.", BODY)] for number in range(1, 6)]
    assert without_running_lines(pages) == pages
    scan, empty = [Line("Handbook", BODY)], list[Line]()
    assert without_running_lines([scan] * 5, pictured={1, 2, 3, 4, 5}) == [empty] * 5
    assert without_running_lines([*pages, empty]) == [*pages, empty]


def test_a_numbered_item_begins_a_line_of_its_own_and_a_wrapped_number_does_not():
    full = "and this line is as long as a line of this page can be, all of it"
    lines = [full, f"1. {full}", f"2. {full}", "17. March is the day on which it ends, every year."]
    text = to_markdown([Line(text, 10.0) for text in lines], {})
    assert text.split("\n\n") == [full, f"1. {full}", f"2. {full} {lines[3]}"]


def test_a_bullet_begins_an_item_and_is_never_a_heading():
    lines = [
        Line("Bring these things with you when you come to the workshop on Monday:", BODY),
        Line("• gloves", BODY),
        Line("• a lamp", LARGE),
    ]
    text = to_markdown(lines, heading_levels([lines]))
    assert text.split("\n\n")[1:] == ["- gloves", "- a lamp"]
