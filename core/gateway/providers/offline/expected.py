"""What kind of thing a question asks for, and whether a piece of text has one: a number, a length of time, a
moment (Li & Roth 2002 tell answers from other sentences by that). “How long may I return it?” is not
answered by a sentence without any time in it, whatever words they share."""

import re
from collections.abc import Callable

_NUMBER = (
    r"(?:\d[\d.,:]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty"
    r"|thirty|forty|fifty|sixty|hundred|half|third|quarter|once|twice|none|nobody|no|free)"
)
_UNIT = r"(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|quarters?|years?)"
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_MONTH = r"(?:january|february|march|april|(?-i:May)|june|july|august|september|october|november|december)"

_HAS_NUMBER = re.compile(rf"\b{_NUMBER}\b", re.IGNORECASE)
_HAS_TIME = re.compile(
    rf"\b(?:{_UNIT}|{_WEEKDAY}|{_MONTH}|daily|weekly|monthly|yearly|always|never|once|at once|noon|midnight"
    rf"|immediately|today|\d{{1,2}}:\d\d|\d{{1,2}}\s?[ap]m|(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_ASKS = (
    (
        re.compile(r"\bhow (?:long|soon|often|early|fast|quickly|late)\b|\bwhen\b|\bwhat time\b"),
        _HAS_TIME,
    ),
    (re.compile(r"\bhow (?:many|much|big|high|large|old|far)\b"), _HAS_NUMBER),
)


def expected(question: str) -> Callable[[str], bool]:
    """Whether a text has what *question* asks for; anything will do where that cannot be told."""
    asked = question.casefold()
    wanted = [has for asks, has in _ASKS if asks.search(asked)]
    return lambda text: all(has.search(text) for has in wanted)
