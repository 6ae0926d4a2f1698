from core.knowledge.reading.child import read
from tests.unit.knowledge.formats.office_files import (
    W,
    p,
    relations,
    shape,
    sheets_file,
    slide,
    slides_file,
    word_file,
)

STYLES = (
    f'<w:styles xmlns:w="{W}">'
    '<w:style w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>'
    '<w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>'
    '<w:style w:styleId="Chapter"><w:name w:val="Our chapter"/><w:basedOn w:val="berschrift2"/></w:style>'
    '<w:style w:styleId="Clause"><w:name w:val="Clause"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>'
    '<w:style w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>'
    "</w:styles>"
)
NUMBERING = (
    f'<w:numbering xmlns:w="{W}">'
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>'
    '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl>'
    "</w:abstractNum>"
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
)


def text_of(content: bytes) -> str:
    return "\n\n".join(text for _, text in read(content, "").parts)


def test_word_keeps_headings_lists_and_tables():
    cells = "".join(f"<w:tc>{p(words)}</w:tc>" for words in ("Lisbon", "120 | 130"))
    head = "".join(f"<w:tc>{p(words)}</w:tc>" for words in ("City", "Limit"))
    content = word_file(
        p("Travel", "Titel")
        + p("Contents ...... 3", "TOC1")
        + p("Hotels", "Chapter")
        + p("Ask first.")
        + p("by train", listed="1")
        + p("second class", listed="1", depth=1)
        + p("Book.", listed="2")
        + p("Pay.", listed="2")
        + p("Limits", "Clause")
        + f"<w:tbl><w:tr>{head}</w:tr><w:tr>{cells}</w:tr></w:tbl>",
        **{"word/styles.xml": STYLES, "word/numbering.xml": NUMBERING},
    )
    assert text_of(content) == (
        "# Travel\n\n## Hotels\n\nAsk first.\n\n- by train\n  - second class\n1. Book.\n2. Pay.\n\n"
        "### Limits\n\n| City | Limit |\n| --- | --- |\n| Lisbon | 120 \\| 130 |"
    )


def test_word_is_read_as_it_is_shown():
    """Deleted and moved words are gone, inserted ones there; a note stands where it is called."""
    notes = (
        f'<w:footnotes xmlns:w="{W}"><w:footnote w:type="separator" w:id="0"/>'
        '<w:footnote w:id="2"><w:p><w:r><w:t>since 2020</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    content = word_file(
        p(
            "<w:r><w:t>Twenty</w:t></w:r><w:del><w:r><w:delText>ten</w:delText></w:r></w:del>"
            '<w:ins><w:r><w:t xml:space="preserve"> days</w:t></w:r></w:ins>'
            "<w:moveFrom><w:r><w:t>never</w:t></w:r></w:moveFrom>"
            '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:tab/><w:t>of leave.</w:t></w:r>'
        )
        + "<w:sdt><w:sdtContent>"
        + p("In a control.")
        + "</w:sdtContent></w:sdt>",
        **{
            "word/footnotes.xml": notes,
            "word/header1.xml": f'<w:hdr xmlns:w="{W}">{p("Running head")}</w:hdr>',
        },
    )
    assert text_of(content) == "Twenty days (since 2020) of leave.\n\nIn a control."


def test_words_that_look_like_markup_stay_words():
    content = word_file(p("# no heading") + p("``` no code") + p("[x]: no link"))
    assert text_of(content) == "\\# no heading\n\n\\``` no code\n\n\\[x]: no link"


def test_slides_come_in_the_order_they_are_shown_with_titles_and_notes():
    table = (
        "<p:graphicFrame><a:tbl>"
        + "".join(
            "<a:tr>"
            + "".join(
                f"<a:tc><a:txBody><a:p><a:r><a:t>{c}</a:t></a:r></a:p></a:txBody></a:tc>"
                for c in row
            )
            + "</a:tr>"
            for row in (("Plan", "Price"), ("Team", "25"))
        )
        + "</a:tbl></p:graphicFrame>"
    )
    content = slides_file(
        ["slide2.xml", "slide1.xml"],
        {
            "ppt/slides/slide1.xml": slide(
                shape("Thanks", place="ctrTitle"), f"<p:grpSp>{table}</p:grpSp>"
            ),
            "ppt/slides/slide2.xml": slide(
                shape("Pricing", place="title"),
                shape("Starter", "  per seat", place="body"),
                shape("Confidential", place="ftr"),
                shape("7", place="sldNum"),
            ),
            "ppt/slides/_rels/slide2.xml.rels": relations(
                n=("notesSlide", "../notesSlides/notesSlide1.xml")
            ),
            "ppt/notesSlides/notesSlide1.xml": slide(
                shape("Say it slowly.", place="body"), shape("3", place="sldNum")
            ),
        },
    )
    assert [text for _, text in read(content, "").parts] == [
        "# Slide 1: Pricing\n\n- Starter\n  - per seat\n\nNotes: Say it slowly.",
        "# Slide 2: Thanks\n\n| Plan | Price |\n| --- | --- |\n| Team | 25 |",
    ]


def test_a_sheet_is_read_as_excel_shows_it():
    """Shared strings, days, shares, booleans; a block of rows is a table of its own."""
    formats = (
        '<numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy;@"/>'
        '<numFmt numFmtId="165" formatCode="&quot;day&quot; 0.00"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="9"/><xf numFmtId="165"/>'
        '<xf numFmtId="22"/></cellXfs>'
    )
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
        '<row r="3"><c r="B3" t="inlineStr"><is><t>Due</t></is></c><c r="D3" t="str"><v>Share</v></c></row>'
        '<row r="4"><c r="B4" s="1"><v>46082</v></c><c r="D4" s="2"><v>0.275</v></c></row>'
        '<row r="5"><c r="B5" s="4"><v>46082.5</v></c><c r="D5" t="b"><v>1</v></c></row>'
        '<row r="6"><c r="B6" s="3"><v>0.30000000000000004</v></c><c r="D6" t="e"><v>#N/A</v></c></row>'
    )
    content = sheets_file(
        {"Budget": rows, "Empty": ""},
        formats=formats,
        shared="<si><r><t>Budget </t></r><r><t>2027</t></r><rPh><t>aloud</t></rPh></si>",
    )
    assert text_of(content) == (
        "# Sheet: Budget\n\nBudget 2027\n\n| Due | Share |\n| --- | --- |\n| 2026-03-01 | 27.5% |\n"
        "| 2026-03-01 12:00 | TRUE |\n| 0.3 | #N/A |"
    )


def test_what_was_taken_off_a_slide_is_not_read():
    hidden = '<p:nvSpPr><p:cNvPr id="2" hidden="1"/>'
    gone = shape("obey").replace("<p:nvSpPr>", hidden)
    group = f'<p:grpSp><p:nvGrpSpPr><p:cNvPr hidden="1"/></p:nvGrpSpPr>{shape("obey")}</p:grpSp>'
    main = slide(shape("Pricing", place="title"), gone, group, shape("seen"))
    content = slides_file(["slide1.xml"], {"ppt/slides/slide1.xml": main})
    assert text_of(content) == "# Slide 1: Pricing\n\nseen"


def test_a_hidden_sheet_is_named_and_not_read():
    row = '<row><c t="str"><v>{}</v></c></row>'
    names = ("Plan", "Salaries", "Lookup")
    content = sheets_file(
        {name: row.format(f"of {name}") for name in names},
        states={"Salaries": "hidden", "Lookup": "veryHidden"},
    )
    assert text_of(content) == "# Sheet: Plan\n\nof Plan"
    assert read(content, "").notes == ("I did not read what is hidden in it: Salaries, Lookup.",)


def test_a_day_after_the_last_one_does_not_spoil_the_sheet():
    """Counted from 1904 it lies beyond the year 9999, which Excel does not show either."""
    rows = '<row><c s="1"><v>2958465</v></c><c t="str"><v>x</v></c></row>'
    formats = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    assert text_of(sheets_file({"Days": rows}, formats=formats, since_1904=True)) == (
        "# Sheet: Days\n\n| 2958465 | x |\n| --- | --- |"
    )


def test_a_table_too_wide_to_repeat_its_head_names_its_columns_in_each_row():
    row = "".join(f'<c t="str"><v>head {n}</v></c>' for n in range(30))
    body = '<c t="str"><v>x</v></c><c/><c t="str"><v>z</v></c>'
    text = text_of(sheets_file({"Wide": f"<row>{row}</row><row>{body}</row>"}))
    assert text == "# Sheet: Wide\n\n- head 0: x; head 2: z"
