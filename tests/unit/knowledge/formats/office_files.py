"""Small Office files with the parts that matter, as Word, PowerPoint and Excel write them."""

import io
import zipfile
from collections.abc import Mapping
from types import MappingProxyType

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def packed(**parts: str) -> bytes:
    """An archive of *parts*."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return held.getvalue()


def relations(**targets: tuple[str, str]) -> str:
    """id=(kind, target)."""
    entries = "".join(
        f'<Relationship Id="{key}" Type="{KIND}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f"<Relationships>{entries}</Relationships>"


def word_file(body: str, **parts: str) -> bytes:
    main = f'<w:document xmlns:w="{W}"><w:body>{body}<w:sectPr/></w:body></w:document>'
    return packed(**{"word/document.xml": main} | parts)


def p(text: str, style: str = "", listed: str = "", depth: int = 0) -> str:
    """A paragraph of Word's."""
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if listed:
        properties += f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{listed}"/></w:numPr>'
    runs = text if text.startswith("<") else f"<w:r><w:t>{text}</w:t></w:r>"
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>"


def slide(*shapes: str) -> str:
    return (
        f'<p:sld xmlns:p="{P}" xmlns:a="{A}" xmlns:r="{R}"><p:cSld><p:spTree>{"".join(shapes)}'
        "</p:spTree></p:cSld></p:sld>"
    )


def shape(*lines: str, place: str = "") -> str:
    """Each line may begin with spaces: two a level."""
    held = "".join(
        f'<a:p><a:pPr lvl="{(len(line) - len(line.lstrip())) // 2}"/><a:r><a:t>{line.strip()}</a:t>'
        "</a:r></a:p>"
        for line in lines
    )
    kind = f'<p:ph type="{place}"/>' if place else ""
    return f"<p:sp><p:nvSpPr><p:nvPr>{kind}</p:nvPr></p:nvSpPr><p:txBody>{held}</p:txBody></p:sp>"


def slides_file(shown: list[str], parts: dict[str, str]) -> bytes:
    """*shown*: the slides' files in the order in which they are shown."""
    listed = "".join(f'<p:sldId id="{256 + n}" r:id="r{n}"/>' for n in range(len(shown)))
    main = (
        f'<p:presentation xmlns:p="{P}" xmlns:r="{R}"><p:sldIdLst>{listed}</p:sldIdLst>'
        "</p:presentation>"
    )
    known = relations(**{f"r{n}": ("slide", f"slides/{file}") for n, file in enumerate(shown)})
    return packed(
        **{"ppt/presentation.xml": main, "ppt/_rels/presentation.xml.rels": known} | parts
    )


def sheets_file(
    sheets: dict[str, str],
    *,
    formats: str = "",
    shared: str = "",
    states: Mapping[str, str] = MappingProxyType({}),
    since_1904: bool = False,
) -> bytes:
    """name → rows. *formats*: the inside of the styles; *shared*: of the strings; *states*: by names;
    *since_1904*: whether days are counted as on an old Mac."""
    properties = '<workbookPr date1904="1"/>' if since_1904 else ""
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n + 1}" state="{states.get(name, "visible")}" r:id="r{n}"/>'
        for n, name in enumerate(sheets)
    )
    targets = {f"r{n}": ("worksheet", f"worksheets/s{n}.xml") for n in range(len(sheets))}
    targets |= {"rs": ("styles", "styles.xml"), "rt": ("sharedStrings", "sharedStrings.xml")}
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{S}" xmlns:r="{R}">{properties}<sheets>{listed}'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(**targets),
        "xl/styles.xml": f'<styleSheet xmlns="{S}">{formats}</styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{S}">{shared}</sst>',
    }
    for n, rows in enumerate(sheets.values()):
        content = f'<worksheet xmlns="{S}"><sheetData>{rows}</sheetData></worksheet>'
        parts[f"xl/worksheets/s{n}.xml"] = content
    return packed(**parts)
