"""Hold a draft against what it was made from, once its words are all there."""

import logging

from core.conversations.claims.check import check_claims
from core.conversations.model import Draft, Source

log = logging.getLogger(__name__)

NOTE = (
    "_I compared what I say with the sources I cite: {count} of my statements {are} not in them, and "
    "{are} marked above._"
)


def bear_out(draft: Draft) -> None:
    """Change the draft's citations to what its basis bears out, and say if some of it is not borne out.
    A draft that was made from nothing known stays as it is."""
    if draft.basis is None:
        return
    checked = check_claims(draft.text, draft.basis)
    draft.text = checked.text
    draft.sources = tuple(map(Source.of, checked.cited))
    if checked.unsupported or checked.moved:
        log.info(
            "citations of an answer were changed",
            extra={"unsupported": checked.unsupported, "moved": checked.moved},
        )
    if checked.unsupported:
        are = "is" if checked.unsupported == 1 else "are"
        draft.text = draft.text.rstrip() + "\n\n" + NOTE.format(count=checked.unsupported, are=are)
