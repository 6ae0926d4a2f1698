"""What an agent was before, who changed it, and what lies between two versions."""

from collections.abc import Sequence

from core.agents.model import Version
from core.agents.profile import differences
from handlers.blocks.agents.buttons import RESTORE, Json, button
from handlers.blocks.markdown import neutral
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import MOST_TEXT, Block, Rendered, moment, said, section

MOST_SHOWN = 12
MOST_LINES = 6
LONGEST_LINE = 160


def versions_page(name: str, key: str, versions: Sequence[Version]) -> Rendered:
    """Newest first, each with what it changed, and a button to go back to it."""
    if not versions:
        return said(f"*{escape(name)}* was never changed.")
    head = f"*Versions of {escape(name)}*"
    texts, blocks = [head], [section(head)]
    for index, version in enumerate(versions[:MOST_SHOWN]):
        before = versions[index + 1].lines if index + 1 < len(versions) else None
        text = _entry(version, before)
        block = section(text)
        if index:
            block["accessory"] = button("Restore", RESTORE, f"{key}:{version.number}")
        texts.append(text)
        blocks.append(block)
    return Rendered("\n\n".join(texts), blocks)


def diff_page(name: str, before: int, after: int, lines: Sequence[str]) -> Rendered:
    """The lines that went and came, as they are: nothing in them is live."""
    head = f"*{escape(name)}*, from version {before} to version {after}"
    if not lines:
        return said(f"{head}: nothing is different.")
    text = "\n".join(lines)[:MOST_TEXT]
    return Rendered(f"{head}\n{_inert(text)}", [section(head), as_it_is(text)])


def restored(name: str, number: int, version: int) -> Rendered:
    return said(
        f"*{escape(name)}* is as it was in version {number}. That is version {version} now."
    )


def as_it_is(text: str) -> Block:
    """Text in which nothing is markup, a mention or a link."""
    words: Json = {"type": "text", "text": text}
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_preformatted", "elements": [words]}],
    }


def _entry(version: Version, before: tuple[str, ...] | None) -> str:
    if version.changed_at is None:
        return "*Version 0*, as it came with AEGIS"
    who = f"<@{version.changed_by}>" if version.changed_by.isalnum() else "somebody"
    head = f"*Version {version.number}*, {moment(version.changed_at)}, by {who}"
    if before is None:
        return head
    changed = differences(before, version.lines)
    shown = [f"`{line[:1]}` {_inert(line[2:])[:LONGEST_LINE]}" for line in changed[:MOST_LINES]]
    more = [f"… and {len(changed) - MOST_LINES} more lines"] if len(changed) > MOST_LINES else []
    return "\n".join([head, *(shown or ["The same content."]), *more])[:MOST_TEXT]


def _inert(text: str) -> str:
    return escape(neutral(text))
