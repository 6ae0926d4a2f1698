"""HTML to Markdown, as far as headings, lists, tables and code go; links keep their words only."""

import re
from html.parser import HTMLParser

# What no reader of the page sees, and what stands around its text on every page of a site.
_SKIPPED = {
    "script", "style", "noscript", "template", "svg", "iframe", "nav", "title", "select", "footer",
    "object", "canvas", "math", "datalist", "noframes", "noembed",
}  # fmt: skip
_SKIPPED_ROLES = {"navigation", "contentinfo", "search", "menu"}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Elements without an end: being hidden cannot reach beyond them.
_VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr",
}  # fmt: skip
# Their end may be left out: the next of the same name ends them.
_OPEN_ENDED = {"p", "li", "dt", "dd", "td", "th", "tr"}
_BLOCKS = {
    "p", "div", "section", "article", "ul", "ol", "table", "blockquote", "br", "hr", "header",
    "main", "dl", "dt", "dd", "figure", "figcaption", "address", "aside", "form",
}  # fmt: skip
_HEADING = re.compile(r"h[1-6]")
_SPACE = re.compile(r"\s+")
_BLANK_LINES = re.compile(r"\n\s*\n\s*")


class _Markdown(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._skipping: list[str] = []
        self._in_code = False
        self._cells: list[str] | None = None  # of the table row being read
        self._rows = 0  # of the table being read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self._skipping.clear()  # an unclosed tag in the head must not swallow the page
        if self._skipping[-1:] == [tag] and tag in _OPEN_ENDED:
            self._skipping.pop()
        if tag in _SKIPPED or (tag not in _VOID and _is_hidden(tag, dict(attrs))):
            self._skipping.append(tag)
        elif self._skipping[-1:] == [tag]:
            self._skipping.append(tag)  # one of the same name inside: its end is not ours
        if self._skipping:
            return
        if tag in ("tr", "td", "th", "table"):
            self._start_table_part(tag)
        elif self._cells is None:
            self._start_block(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._skipping:
            if self._skipping[-1] == tag:
                self._skipping.pop()
            elif tag in self._skipping:
                del self._skipping[_last(self._skipping, tag) :]
            return
        if tag in ("tr", "table"):
            self._end_row()
        if tag == "pre" and self._in_code:
            self._in_code = False
            self.out.append("\n```\n\n")
        elif self._cells is None and (tag in _BLOCKS or _HEADING.fullmatch(tag)):
            self.out.append("\n\n")

    def handle_data(self, data: str) -> None:
        if self._skipping:
            return
        if self._in_code:
            self.out.append(data)
        elif self._cells is None:
            self.out.append(_SPACE.sub(" ", data))
        elif self._cells:
            self._cells[-1] += _SPACE.sub(" ", data).replace("|", "\\|")

    def finish(self) -> str:
        self.close()
        self._end_row()
        return "".join(self.out)

    def _start_block(self, tag: str) -> None:
        if _HEADING.fullmatch(tag):
            self.out.append(f"\n\n{'#' * int(tag[1])} ")
        elif tag == "li":
            self.out.append("\n- ")
        elif tag == "pre":
            self._in_code = True
            self.out.append("\n\n```\n")
        elif tag in _BLOCKS:
            self.out.append("\n\n")

    def _start_table_part(self, tag: str) -> None:
        if tag == "table":
            self._end_row()
            self._rows = 0
            self.out.append("\n\n")
        elif tag == "tr":
            self._end_row()
            self._cells = []
        elif self._cells is not None:
            self._cells.append("")

    def _end_row(self) -> None:
        cells, self._cells = self._cells, None
        if not cells:
            return
        self.out.append("| " + " | ".join(cell.strip() for cell in cells) + " |\n")
        if self._rows == 0:
            self.out.append("|" + " --- |" * len(cells) + "\n")
        self._rows += 1


def _is_hidden(tag: str, attributes: dict[str, str | None]) -> bool:
    if tag == "dialog" and "open" not in attributes:
        return True
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    if attributes.get("role") in _SKIPPED_ROLES:
        return True
    return bool(_HIDDEN.search(attributes.get("style") or ""))


def _last(tags: list[str], tag: str) -> int:
    return len(tags) - 1 - tags[::-1].index(tag)


def html_to_markdown(html: str) -> str:
    """The words of a page with their structure; scripts, styles and menus left out."""
    parser = _Markdown()
    parser.feed(html)
    lines = (line.rstrip() for line in parser.finish().split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
