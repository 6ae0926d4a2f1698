"""What is said about a file that was dropped: read, known already, unreadable, shared, forgotten."""

from collections.abc import Sequence

from core.conversations.files.model import FileStatus
from core.knowledge.model import Ingested
from handlers.blocks.markdown import neutral_name
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import Block, Rendered, said, section

# How the cards of files begin that are not done with.
WAITS, READS, INDEXES = "I am going to read", "I am reading", "I am indexing"

REPLACES = " It takes the place of the version before."

SAVE_MESSAGE = "knowledge.save_message"
SHARE = "knowledge.share"
FORGET = "knowledge.forget"
KEEP = "knowledge.keep"
CHANNEL = "knowledge.channel"
LONGEST_TITLE = 200
SURE_TO_SHARE = (
    "Everyone in the workspace will get answers from it and can read its passages. You cannot take that "
    "back: only an admin can delete it then."
)


def file_card(status: FileStatus) -> Rendered:
    """How far a file is, from its arrival to what came of it."""
    done = status.ingested
    if status.stage == "failed":
        return file_not_read(status.title, status.reason)
    if status.stage == "forgotten":
        return file_forgotten(status.title)
    if status.stage == "ready" and done is not None:
        return file_read(
            done.document.document_id,
            done.document.title,
            pages=done.document.pages,
            is_new=done.is_new,
            replaces=done.replaces,
            outdated=done.outdated,
            notes=done.notes,
        )
    return _under_way(status)


def is_under_way(words: str) -> bool:
    """Whether these are of a card that is going to change by itself."""
    return words.startswith((WAITS, READS, INDEXES))


def _under_way(status: FileStatus) -> Rendered:
    title = f"*{_title(status.title)}*"
    if status.stage == "waiting":
        words = f"{WAITS} {title}: it waits for its turn."
    elif not status.of:
        words = f"{READS} {title} …"
    else:
        words = f"{INDEXES} {title}: {status.done:,} of {status.of:,} passages."
    button = _button("Never mind", FORGET, status.document_id, style="danger")
    return Rendered(words, [section(words), {"type": "actions", "elements": [button]}])


def file_read(
    document_id: str,
    title: str,
    *,
    pages: int | None,
    is_new: bool = True,
    replaces: bool = False,
    outdated: bool = False,
    notes: Sequence[str] = (),
    verb: str = "read",
) -> Rendered:
    """The file is known now, to its owner alone; below it stands who else may get answers from it.

    *notes*: what of it could not be read, in sentences that may hold words of the file.
    """
    extent = f" ({pages} page{'' if pages == 1 else 's'})" if pages else ""
    done = f"I have {verb}" if is_new else "I already know"
    earlier = REPLACES if replaces else ""
    if outdated:
        earlier = " You have sent a later version of it, and that is the one I keep."
    left_out = "".join(f" {escape(neutral_name(note))}" for note in notes)
    words = (
        f"{done} *{_title(title)}*{extent}.{earlier}{left_out} Ask me about it: only you get "
        "answers from it.\n*Add to knowledge?* Keep it for yourself, or let a channel or everyone get answers "
        "from it, too."
    )
    return Rendered(words, [section(words), _choices(document_id)])


def _choices(document_id: str) -> Block:
    """docs.slack.dev, conversations select: a menu carries no value, so its block does."""
    menu = {
        "type": "conversations_select",
        "action_id": CHANNEL,
        "placeholder": _plain("Share with a channel"),
        "filter": {"include": ["public", "private"], "exclude_external_shared_channels": True},
    }
    share = _button("Share with everyone", SHARE, document_id, style="primary")
    # docs.slack.dev, confirmation dialog object: Slack asks before it sends us the press.
    sure = {
        "title": _plain("Share with everyone?"),
        "text": _plain(SURE_TO_SHARE),
        "confirm": _plain("Share"),
        "deny": _plain("Cancel"),
    }
    elements = [
        _button("Keep it for me", KEEP, document_id),
        menu,
        share | {"confirm": sure},
        _button("Forget it", FORGET, document_id, style="danger"),
    ]
    return {"type": "actions", "block_id": f"{CHANNEL}:{document_id}", "elements": elements}


def message_saved(ingested: Ingested) -> Rendered:
    """A message is known now like a file, to whoever saved it alone."""
    document = ingested.document
    return file_read(
        document.document_id,
        document.title,
        pages=None,
        is_new=ingested.is_new,
        replaces=ingested.replaces,
        verb="saved",
    )


def file_elsewhere() -> Rendered:
    """A file came with a message to us in a channel."""
    return said(
        "I read files in a direct message only. Drop it there, then share it with a channel or with everyone."
    )


def too_many_files(read: int, left: int) -> Rendered:
    """A message came with more files than are read of one."""
    return said(
        f"I read {read} files of one message. Send me the other {left} in another message, please."
    )


def file_not_read(title: str, reason: str) -> Rendered:
    """*reason* is a DomainError's words; in the end, those of the process that met the file."""
    return said(f"I could not read *{_title(title)}*. {escape(neutral_name(reason))}")


def file_shared(title: str, *, replaces: bool = False) -> Rendered:
    words = f"*{_title(title)}* is now shared: everyone in the workspace gets answers from it."
    return said(words + REPLACES * replaces)


def file_given(title: str, channel: str, *, replaces: bool = False) -> Rendered:
    return said(
        f"*{_title(title)}* is now shared with <#{channel}>: everyone in it gets answers from it, there "
        "and from me directly." + REPLACES * replaces
    )


def file_kept(document_id: str, title: str) -> Rendered:
    words = f"*{_title(title)}* stays yours: only you get answers from it."
    forget = _button("Forget it", FORGET, document_id, style="danger")
    return Rendered(words, [section(words), {"type": "actions", "elements": [forget]}])


def file_forgotten(title: str) -> Rendered:
    return said(f"I have forgotten *{_title(title)}*: its text is deleted.")


def _title(title: str) -> str:
    title = neutral_name(" ".join(title.split())) or "the file"
    return escape(title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…")


def _button(words: str, action_id: str, value: str, *, style: str = "") -> Block:
    button: Block = {
        "type": "button",
        "text": _plain(words),
        "action_id": action_id,
        "value": value,
    }
    return button | ({"style": style} if style else {})


def _plain(words: str) -> Block:
    return {"type": "plain_text", "text": words}
