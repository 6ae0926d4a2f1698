"""Text from outside (documents, people, earlier answers) made fit to stand in a prompt as data.

A model reads one long string. What separates our words from foreign ones are the marks ⟦ and ⟧,
which therefore never survive inside foreign text; nor do characters that no reader can see, in
which instructions are smuggled (Unicode tags, zero-width and direction marks).
"""

import re

OPEN, CLOSE = "⟦", "⟧"

# Zero-width space, direction marks and overrides, word joiner and invisible operators, byte order
# mark, annotations, Unicode tags and the supplementary variation selectors; control characters
# other than tab and newline.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff"
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
# Joiners shape Persian, Indic scripts and emoji families: one between two visible letters stays.
JOINERS = "\u200c\u200d"
_JOINERS = re.compile(f"[{JOINERS}]+")
# What chat templates set a turn off with: `<|…|>` of most, `<｜…｜>` of DeepSeek, and the words of Llama
# 2, Mistral and Gemma. Only the first character is matched: a space behind it makes text of them.
_MODEL_MARKS = re.compile(
    r"<(?=[|｜])"
    r"|<(?=</?SYS>>|/?s>|/?(?:start|end)_of_turn>|(?:bos|eos)>)"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT)\])"
)


def without_invisible(text: str) -> str:
    """*text* without characters a person cannot see; line ends become `\\n`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _INVISIBLE.sub("", text)
    return _JOINERS.sub(lambda run: run[0] if _shapes(text, run) else "", text)


def _shapes(text: str, run: re.Match[str]) -> bool:
    before = text[max(run.start() - 1, 0) : run.start()]
    after = text[run.end() : run.end() + 1]
    return len(run[0]) == 1 and before > "\x7f" and after > "\x7f"


def as_data(text: str) -> str:
    """Foreign text with our fence marks and the models' own control marks made harmless."""
    text = without_invisible(text).replace(OPEN, "[").replace(CLOSE, "]")
    return _MODEL_MARKS.sub(r"\g<0> ", text)


def fenced(label: str, text: str) -> str:
    """Foreign text between two marks that it cannot write itself."""
    label = as_data(label).replace("\n", " ")
    return f"{OPEN}{label}{CLOSE}\n{as_data(text).strip()}\n{OPEN}end of {label}{CLOSE}"
