"""What is left of a person's name for a file where it could touch a path or another process.

No path is ever made of one: files are read from a descriptor, and documents have ids of their own.
People see the title instead (`clean_title`), escaped where it is shown.
"""

import re

from werkzeug.utils import secure_filename

from core.knowledge.model import ENDINGS

LONGEST_NAME = 100  # far below the 255 bytes that a file system takes
_DOTS = re.compile(r"\.{2,}")
_KNOWN = tuple(end for ends in ENDINGS.values() for end in ends)


def safe_name(name: str) -> str:
    """A name of ASCII letters, digits, dots, dashes and underscores; never empty, never hidden.

    What `secure_filename` loses is made up for: the ending of a name in another script, and that
    there is a name at all.
    """
    ending = known_ending(name)
    stem = secure_filename(name[: -len(ending)] if ending else name)
    stem = _DOTS.sub(".", stem).strip("._-")
    return (stem[: LONGEST_NAME - len(ending)].strip("._-") or "file") + ending


def known_ending(name: str) -> str:
    """The ending of a name, if it is one of a kind that is read; else nothing."""
    name = name.strip().lower()
    return next((end for end in _KNOWN if name.endswith(end)), "")
