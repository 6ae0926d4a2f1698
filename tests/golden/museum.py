"""Files of a museum in every format that is read, made as the programs that people use write them."""

from tests.unit.knowledge.formats.office_files import (
    P,
    W,
    p,
    relations,
    shape,
    sheets_file,
    slide,
    slides_file,
    word_file,
)

LARGE, BODY = 20, 11  # points

EVACUATION = [
    [
        "# Fire and evacuation",
        "Fairview Museum. This plan is for everyone who works or helps in the building.",
        "# The alarm",
        "Anyone who sees smoke breaks the glass of the nearest call point.",
        "A steady tone means: leave at once. An interrupted tone means: get ready and wait.",
        "The alarm is tested on the last Thursday of each month at 9:15.",
    ],
    [
        "# Leaving the building",
        "Guards clear their rooms from the far end to the exit and close the doors behind them.",
        "Lifts stop at the ground floor and are not used. Wheelchair users wait in the north",
        "stairwell, where the fire brigade looks first.",
        "The meeting point is the bandstand in the park, never the car park.",
        "Nobody goes back for coats or bags.",
    ],
    [
        "# Saving works of art",
        "People come first. Only the fire brigade decides whether a work is carried out.",
        "The list of the twenty works to save first hangs in the control room behind the clock.",
        "Small panels go into the grey crates; each crate takes three of them.",
        "# After the alarm",
        "Only the duty manager, Olive Tan, gives the all-clear.",
        "Tickets of that day stay valid for another visit within 30 days.",
    ],
    [
        "The duty manager writes the incident log before the end of the day.",
        "The insurer, Beacon Mutual, is phoned within 24 hours if anything was wetted or burned.",
        "# Water leaks",
        "The main stopcock is behind the boiler, painted blue. Turn it clockwise.",
        "Buckets and plastic sheets are in cupboard C12 on every floor.",
    ],
]

_STYLES = (
    f'<w:styles xmlns:w="{W}">'
    '<w:style w:styleId="Title"><w:name w:val="Title"/></w:style>'
    '<w:style w:styleId="H1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="H2"><w:name w:val="heading 2"/></w:style>'
    "</w:styles>"
)
_VOLUNTEERS = (
    ("Title", "Guide for volunteers"),
    ("", "Thank you for giving us your time. Hugo Prell coordinates the volunteers."),
    ("H1", "Your shifts"),
    ("", "A shift lasts four hours. Please do at least two of them a month."),
    ("", "If you cannot come, text Hugo by 18:00 the evening before."),
    ("H1", "What you get"),
    ("", "After ten shifts you receive a pass with which you and one guest enter free of charge."),
    ("", "Bus and train fares are paid back up to 12 euros a shift; hand the tickets to Hugo."),
    ("H1", "Guided tours"),
    ("H2", "Before your first tour"),
    ("", "You follow three tours of others and give one to Hugo alone."),
    ("H2", "Groups"),
    ("", "A group has at most 18 people. School classes bring one adult for every eight children."),
    ("", "Touching is allowed in the Touch Room only; everywhere else keep an arm's length away."),
    ("H1", "Lost children"),
    ("", "Stay with the child where you are and radio the front desk with the word Robin."),
)

_SLIDES = {
    "s1.xml": (("Paper Moons",), ("Autumn exhibition, 12 September to 31 January",)),
    "s2.xml": (
        ("The works",),
        ("64 paper cuts from eleven countries", "Oldest piece: a silhouette of 1783"),
    ),
    "s3.xml": (
        ("Light and climate",),
        ("At most 50 lux on paper", "Humidity between 45 and 55 percent", "No flash photography"),
    ),
    "s4.xml": (
        ("Budget",),
        ("Transport 38,000 euros", "Insurance 9,500 euros", "Catalogue 14,200 euros"),
    ),
    "s5.xml": (
        ("Opening night",),
        ("Friday 11 September, doors at 18:30", "Speech by the mayor, Irena Sokol, at 19:00"),
    ),
    "s6.xml": (("Who does what",), ("Curator: Basil Thorne", "Hanging and frames: Wanda Krol")),
}
_NOTES = f"""<p:notes xmlns:p="{P}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">
<p:cSld><p:spTree><p:sp><p:nvSpPr><p:nvPr><p:ph type="body"/></p:nvPr></p:nvSpPr><p:txBody><a:p>
<a:r><a:t>Ask the city for 20,000 euros more if the Kyoto loans come.</a:t></a:r></a:p></p:txBody>
</p:sp></p:spTree></p:cSld></p:notes>"""

_SHEETS = {
    "Tickets": [
        ["Visitor", "Weekday", "Weekend"],
        ["Adult", "11 EUR", "13 EUR"],
        ["Student", "6 EUR", "7 EUR"],
        ["Child under 12", "free", "free"],
        ["Family, two adults and children", "24 EUR", "28 EUR"],
    ],
    "Room hire": [
        ["Room", "Seats", "Half day", "Evening"],
        ["Lantern Hall", "120", "650 EUR", "1,100 EUR"],
        ["Library", "24", "180 EUR", "260 EUR"],
        ["Roof terrace", "60", "not let", "900 EUR"],
    ],
    "Memberships": [
        ["Kind", "Price a year", "Guests"],
        ["Friend", "45 EUR", "0"],
        ["Patron", "250 EUR", "2"],
        ["Company", "1,500 EUR", "10"],
    ],
}

LOANS = """Work,Lender,Due back,Insured for
The Tin Harbour,Galerie Moreau,2027-02-14,82000 EUR
Night Ferry,City of Ghent,2027-05-30,140000 EUR
Woman with a Lute,Estate of A. Pell,2027-03-01,310000 EUR
Seven Sparrows,Kyoto Paper House,2027-01-20,26500 EUR
"""

OPENING = """<!doctype html><html><head><title>Plan your visit</title></head><body>
<nav><a href="/">Home</a> <a href="/shop">Shop</a></nav>
<h1>Plan your visit</h1>
<h2>Opening hours</h2>
<p>Tuesday to Sunday from 10 am to 6 pm, on Thursdays until 9 pm. Closed on Mondays.</p>
<p>Last admission is 45 minutes before we close.</p>
<h2>Getting here</h2>
<p>Tram 4 and bus 31 stop at Fairview Gate. There are six parking spaces for badge holders.</p>
<h2>Bags and prams</h2>
<p>Backpacks larger than 30 by 20 cm go into the lockers, which take a one-euro coin.</p>
<h2>Dogs</h2>
<p>Assistance dogs are welcome in every room. Other dogs may wait in the shaded yard.</p>
<footer>Fairview Museum, imprint</footer></body></html>"""

CLOAKROOM = """Cloakroom and lost property

Coats and umbrellas are taken free of charge. We take no suitcases and no food.

Found things go into the blue box at the front desk. Write on the tag where and when it was found.

Phones and wallets are locked in the safe the same hour and handed to the police after seven days.
Everything else is kept for 90 days and then given to the charity shop on Mill Lane.
"""

ROOF = """From: Dmitri Vance <vance@slateworks.example>
To: Olive Tan <olive@fairview.example>
Subject: Roof repair above the Lantern Hall
Date: Tue, 3 Mar 2026 09:12:00 +0100
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Dear Olive,

we begin on Monday 16 March and need nine working days if it stays dry.
The price is 18,400 euros including the new gutter. Scaffolding goes up on the Friday before.
Please keep the Lantern Hall empty during the first three days because of dust.

Kind regards, Dmitri Vance
"""

CAFE = """# Café handbook

Lena Ortiz runs the café, extension 77.

## Opening and closing

The first person lights the oven at 8:00. The till is counted by two people at closing time.

## Allergens

The red folder beside the till lists the allergens of every dish. Never guess: look it up.
Gluten-free cake is cut with the green knife only.

## Discounts

Staff pay half for warm meals. Volunteers have free coffee during a shift.

## Fridges

The fridges stand at 4 degrees. Above 7 degrees for more than two hours, everything in them is
thrown away and written into the waste list.
"""


def museum_files() -> dict[str, bytes]:
    """Title → content."""
    return {
        "fire-and-evacuation.pdf": printed(EVACUATION),
        "volunteer-guide.docx": _word(),
        "paper-moons.pptx": _slides(),
        "prices.xlsx": sheets_file({name: _rows(rows) for name, rows in _SHEETS.items()}),
        "loans.csv": LOANS.encode(),
        "visit.html": OPENING.encode(),
        "cloakroom.txt": CLOAKROOM.encode(),
        "roof-repair.eml": ROOF.encode(),
        "cafe-handbook.md": CAFE.encode(),
    }


def printed(pages: list[list[str]]) -> bytes:
    """A PDF by hand, as a printer driver writes it: one line below the other, headings (`# `) larger."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    kids = []
    for lines in pages:
        stream = b"BT 72 780 Td" + b"".join(map(_printed_line, lines)) + b" ET"
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    body = b"%PDF-1.4\n"
    for number, content in enumerate(objects, 1):
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    return body + b"trailer << /Root 1 0 R /Size %d >>\n%%%%EOF" % (len(objects) + 1)


def _printed_line(line: str) -> bytes:
    size = LARGE if line.startswith("# ") else BODY
    words = line.removeprefix("# ").replace("(", r"\(").replace(")", r"\)")
    return f" /F1 {size} Tf 0 -{size * 2} Td ({words}) Tj".encode()


def _word() -> bytes:
    body = "".join(p(words, style) for style, words in _VOLUNTEERS)
    return word_file(body, **{"word/styles.xml": _STYLES})


def _slides() -> bytes:
    parts = {
        f"ppt/slides/{name}": slide(shape(*title, place="title"), shape(*lines))
        for name, (title, lines) in _SLIDES.items()
    }
    notes = {
        "ppt/slides/_rels/s4.xml.rels": relations(n=("notesSlide", "../notesSlides/n4.xml")),
        "ppt/notesSlides/n4.xml": _NOTES,
    }
    return slides_file(list(_SLIDES), parts | notes)


def _rows(rows: list[list[str]]) -> str:
    return "".join(
        f'<row r="{number}">'
        + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row)
        + "</row>"
        for number, row in enumerate(rows, 1)
    )
