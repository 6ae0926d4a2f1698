"""What a person cannot see does not reach a model; what a script needs stays."""

import pytest

from core.gateway.foreign_text import without_invisible


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("pay\u200bpal", "paypal"),
        ("\u202etxet desrever\u202c", "txet desrever"),
        ("a\U000e0041\U000e0042b", "ab"),
        ("line\r\nline\rline", "line\nline\nline"),
        ("a\x00\x1bb\tc", "ab\tc"),
        ("@chan\u200dnel", "@channel"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🔧 fixes it", "👩\u200d🔧 fixes it"),
        ("👩\u200d\u200c\u200d🔧", "👩🔧"),
        ("\u200d", ""),
        ("naïve café", "naïve café"),
    ],
)
def test_only_what_is_seen_remains(text, seen):
    assert without_invisible(text) == seen
