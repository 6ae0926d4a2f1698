"""Attacks by a model that obeys an injected order: what it writes is read, and does nothing else."""

import random
import time

import pytest

from core.kernel.addresses import AllowedAddresses
from handlers.blocks.markdown import StreamSplitter, neutral, normalise
from handlers.blocks.markdown.tokens import TOKEN
from handlers.blocks.mrkdwn import to_mrkdwn
from handlers.hearing import plain
from tests.rendering.liveness import live_in, live_in_mrkdwn
from tests.rendering.writing import HOSTILE, NAMED

ALLOWED = AllowedAddresses.named_in(*NAMED)
LINKS = [attack for attack in HOSTILE if "evil" in attack or "://" in attack or "wiki" in attack]
FRAMES = ("{}", "# {}", "- {}", "> {}", "| a | b |\n|---|---|\n| {} | x |", "**{}**", "a ({}), b")


@pytest.mark.parametrize("attack", LINKS)
@pytest.mark.parametrize("frame", FRAMES)
def test_a87_no_address_that_the_model_invents_can_be_followed_or_loaded(attack, frame):
    written = frame.format(attack)

    assert live_in(neutral(written, ALLOWED)) == []
    assert live_in_mrkdwn(to_mrkdwn(written, ALLOWED)) == []


@pytest.mark.parametrize("attack", HOSTILE)
def test_a87_a_stream_that_is_cut_anywhere_never_shows_a_live_link(attack):
    cuts = random.Random(attack)
    text = f"See {attack} here."
    for _ in range(20):
        splitter, shown, rest = StreamSplitter(allowed=ALLOWED), "", text
        while rest:
            size = cuts.randint(1, 5)
            shown += "".join(piece.text for piece in splitter.feed(rest[:size]))
            rest = rest[size:]
            assert live_in(shown) == [], shown
        shown += "".join(piece.text for piece in splitter.flush())
        assert shown.rstrip() == normalise(text, ALLOWED)


def test_a87_without_a_name_no_address_is_live_and_with_it_just_that_one():
    secret = "[see](https://docs.example/a?q=secret) [see](https://docs.example/a)"
    named = AllowedAddresses.named_in("It is on https://docs.example/a.")

    assert "](https" not in neutral(secret)
    assert neutral(secret, named).count("](https://docs.example/a)") == 1


@pytest.mark.parametrize(
    "token",
    [
        *("<!channel>", "<!here>", "<!everyone|all>", "<!subteam^S1>", "<!date^1^{date}|x>"),
        *("<@U123>", "<#C123>", "@channel", "@here", "@Everyone", "#general", ":@here:"),
        *("&lt;!channel&gt;", "&#60;!channel&#62;", "<!ch\u200bannel>", "@he\u2060re", "`<!here>`"),
    ],
)
def test_a90_a_token_of_slack_in_what_the_model_writes_reaches_nobody(token):
    written = f"Hello {token}, and **{token}**\n\n> {token}"

    assert live_in(neutral(written)) == []
    assert live_in_mrkdwn(to_mrkdwn(written)) == []


HIDDEN = "".join(map(chr, range(0xE0041, 0xE0061))) + "\u200b\u2060\u202e\u2066\u00ad\ufeff\x1b\x00"


def test_a91_characters_that_nobody_sees_are_left_out():
    assert normalise(f"Pay{HIDDEN} \x1b[31mred\x1b[0m 10{HIDDEN} euros") == (
        "Pay [31mred[0m 10 euros"
    )
    assert plain(f"Pay{HIDDEN} me", "U1") == "Pay me"
    assert to_mrkdwn(f"Pay{HIDDEN} me") == "Pay me"


def test_a91_what_a_person_writes_keeps_the_joiners_that_shape_it():
    assert plain("می\u200cخواهم 👩\u200d💻", "U1") == "می\u200cخواهم 👩\u200d💻"


@pytest.mark.parametrize("attack", [*LINKS, "<!channel>", "@here", "\u202egnp"])
def test_the_rules_that_find_what_is_live_find_it_in_the_attacks_themselves(attack):
    """But for what no client takes for live as it stands there."""
    inert_as_it_is = (
        "[img]:",
        "[^1]:",
        "see[^1]",
        "[a][evil]",
        "0x7f.1",
        "10.0.0.1",
        "。com",
        "．com",
    )
    disguised = (
        "&#58;",
        "\u200b",
        "\\",
        "&colon;",
        "exa\nmple",
        "[evil]:",
        "[a]:",
        "`",
        "~~~",
        "<div>",
        "<pre>",
    )
    if not any(sign in attack for sign in (*inert_as_it_is, *disguised)):
        assert live_in(attack) or live_in_mrkdwn(attack), attack


FLOODS = [
    *("![", "](", "<", "<a|", "@", "![](", "]", "[x](a", "a.", "http://", "`", "``a", "`a ", "> "),
    *(
        "\n[a",
        "\n```",
        "~~~",
        "&#",
        "&lt;!",
        "www.",
        "a@",
        "#a",
        "1.",
        ":",
        "\n",
        "\n> [x]:",
        "\n- ",
    ),
    *("a", "é", "a-", "x.y/", "\uff0e", "<@", "\\.", "\n<", "mailto:", "://", "[", "!", "\n\t"),
]


@pytest.mark.parametrize("mark", FLOODS)
def test_a110_a_flood_of_marks_takes_time_in_proportion_to_its_length(mark):
    """Ten times the text may take ten times as long, and some, but not a hundred times."""
    short, long = (mark * (size // len(mark)) for size in (10_000, 100_000))
    # Counted and not kept: a list of so many makes the collector of garbage slower with each one.
    for read in (lambda text: sum(1 for _ in TOKEN.finditer(text)), AllowedAddresses.named_in):
        assert _seconds(read, long) < 40 * _seconds(read, short) + 0.05


def _seconds(read, text):
    """The least of seven, of this process alone: a crowded machine is slow for a while."""
    least = float("inf")
    for _ in range(7):
        began = time.process_time()
        read(text)
        least = min(least, time.process_time() - began)
    return least
