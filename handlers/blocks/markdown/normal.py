"""What a reader sees of a Markdown text: the measure that the splitters and the pens are held to."""

from core.kernel.addresses import NO_ADDRESSES, AllowedAddresses
from handlers.blocks.markdown.neutral import neutral


def normalise(source: str, allowed: AllowedAddresses = NO_ADDRESSES) -> str:
    """What stands in Slack of *source*, in whatever pieces it came and in however many messages.

    The bodies of an answer's messages, one behind the other and without the marks that keep a cut
    fence or table whole, are this text. It is *source* but for this:

    - Line ends are `\\n`. NUL and other control characters, but for tabs, are left out, and so are
      characters that nobody sees: zero-width and direction marks, soft hyphens, Unicode tags. A
      joiner between two characters that it shapes stays (`without_invisible`).
    - An address that is not *allowed* has hair spaces in it, so that it is text. A link to it is its
      label and the address in brackets; a definition of references defines nothing.
    - An image is the words `(image: …)` with its alternative text.
    - `<!`, `<@`, `<#`, `@channel`, `@here`, `@everyone`, `#name`, the start of an HTML element that
      loads, and character references that spell punctuation have a zero-width space in them.
    - White space at the end is left out, and where a message would be nothing but white space.

    White space at the end of lines, which may break a line, and blank lines stay.
    """
    return neutral(source, allowed).rstrip()
