"""What a person cannot see does not reach a model; what a script needs stays."""

import pytest

from core.gateway.foreign_text import as_data, without_invisible


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


@pytest.mark.parametrize(
    "mark",
    [
        *("<|im_start|>", "<|eot_id|>", "<｜User｜>", "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>"),
        *("<s>", "</s>", "[SYSTEM_PROMPT]", "[TOOL_RESULTS]", "[/AVAILABLE_TOOLS]"),
        *("<start_of_turn>", "<end_of_turn>", "<bos>", "[IN\u200bST]"),
    ],
)
def test_no_word_that_a_models_template_sets_turns_off_with_stays_whole(mark):
    data = as_data(f"before {mark}after")

    assert without_invisible(mark) not in data
    assert data.replace(" ", "") == f"before{without_invisible(mark)}after"


@pytest.mark.parametrize("text", ["[1] a < b", "<b>bold</b>", "[INSTALL]", "x <sys> y", "a<|b"])
def test_other_brackets_stay(text):
    assert as_data(text).replace("< |", "<|") == text
