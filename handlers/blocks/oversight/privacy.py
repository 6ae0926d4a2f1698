"""`/aegis privacy …`: what is kept, how to change that, to take it along, or to have it erased."""

from collections.abc import Mapping
from datetime import datetime

from core.lifecycle.model import DATA_CLASSES, Kept
from core.lifecycle.privacy.review_data import DataReview
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import Rendered, context, moment, said, section

WHAT_TO_DO = """\
*What you can do*
• `/aegis privacy keep conversations 90`: days, or `forever`; also for `people` and `audit`
• `/aegis privacy export`: everything of this workspace, as one signed archive, to you alone
• `/aegis privacy memory` or `/aegis memory`: what agents keep about you and the company, for every \
member; it can be corrected and forgotten there
• `/aegis privacy forget @person`: all that agents keep about somebody
• `/aegis privacy erase`: what erasing means, and how an owner begins it"""
NOTHING_ELSE = (
    "Counts are of this workspace, as of now. Uploaded files are read and not kept. Backups keep "
    "what they hold until they expire."
)
HOW_TO_KEEP = (
    "Say what and for how many days: `/aegis privacy keep conversations 90`, "
    "`/aegis privacy keep people 30`, `/aegis privacy keep audit forever`."
)
WORKING = (
    "I am making the archive, and will send it to you in our direct message. This takes a moment."
)


def privacy_page(review: DataReview) -> Rendered:
    """Each class of data: how many rows, what they are, how long."""
    kept = [_kept_line(each, review.counts) for each in review.kept]
    lines = "\n".join([*kept, *_other_lines(review.counts)])
    head = f"*What I keep about this workspace*\n{lines}"
    text = "\n\n".join([head, WHAT_TO_DO, NOTHING_ELSE])
    return Rendered(text, [section(head), section(WHAT_TO_DO), context(NOTHING_ELSE)])


def retention_set(data_class: str, keep_days: int | None) -> Rendered:
    if keep_days is None:
        return said(f"Done: I keep *{data_class}* until this workspace is erased.")
    return said(
        f"Done: I keep *{data_class}* for *{_days(keep_days)}*. What is older is deleted within the "
        "hour, for good. If you meant another number, set it again now."
    )


def not_a_retention(typed: str) -> Rendered:
    """*typed* is cleaned. It named no class of data we know, or no number of days."""
    about = f"I cannot read `{typed}`. " if typed else ""
    return said(f"{about}{HOW_TO_KEEP}")


def not_a_privacy_word(typed: str) -> Rendered:
    about = f"I do not know `/aegis privacy {typed}`.\n" if typed else ""
    return said(f"{about}{WHAT_TO_DO}")


def archive_note(team_id: str) -> str:
    """What stands above the archive in the direct message."""
    return (
        f"The signed export of workspace {team_id}: all that AEGIS keeps of it. It holds content, "
        "so move it to a safe place and delete this message. Its README says how to check the "
        "signature without AEGIS, and `aegis tenants restore` brings it back."
    )


def archive_sent(*, before: bool) -> Rendered:
    again = " It had arrived already, so I did not send it twice." if before else ""
    return said(f"The archive is in our direct message, where you alone can see it.{again}")


def archive_not_sent(reason: str, team_id: str) -> Rendered:
    """This Slack takes no such file; *reason* is a DomainError's words."""
    return said(
        f"I could not send the archive here. {escape(reason)} Whoever runs AEGIS can make it with "
        f"`aegis tenants export {team_id}`. If a right is missing, installing the app again with "
        "its present manifest (`files:write`) helps too."
    )


def nobody_to_forget() -> Rendered:
    return said("Say whom: type `/aegis privacy forget @` and pick the person from Slack's list.")


def person_forgotten(person_id: str, count: int) -> Rendered:
    """*person_id* is a Slack id."""
    if not count:
        return said(f"Agents keep nothing about <@{person_id}>.")
    return said(f"Forgotten, for good: all that agents kept about <@{person_id}> ({count}).")


def erasing_explained(team_id: str, grace_days: int, backup_days: int) -> Rendered:
    """Before anything happens: what will, when, and the words that begin it."""
    wait = f"after *{_days(grace_days)}*" if grace_days else "*at once*"
    words = f"""\
*Erasing this workspace from AEGIS*
1. AEGIS stops here for everybody, within seconds. Nobody gets answers any more, you included.
2. Everything is erased {wait}: conversations, documents, people, the audit log. The workspace's key is \
destroyed, its tables are dropped, and its Slack token is revoked. Nobody can undo that.
3. A signed certificate stays, without content. Backups may hold data for up to \
{_days(backup_days)} after that; the certificate names the date."""
    stop = _how_to_stop(team_id) if grace_days else "There is no time in which to stop it."
    begin = (
        "An owner of this workspace begins it by typing its id: "
        f"`/aegis privacy erase {team_id}`. Take the data along first: `/aegis privacy export`."
    )
    text = "\n".join([words, stop, begin])
    return Rendered(text, [section(words), section(stop), section(begin)])


def erasing_begun(team_id: str, erase_after: datetime, reference: str) -> Rendered:
    words = (
        f"*AEGIS is switched off for this workspace.* Everything is erased from "
        f"{moment(erase_after)} on. Until then nothing is lost."
    )
    stop = f"{_how_to_stop(team_id)} Reference: `{reference}`"
    return Rendered(f"{words}\n{stop}", [section(words), section(stop)])


def other_workspace_named(team_id: str) -> Rendered:
    return said(
        "Nothing was done: that is not the id of this workspace. To be sure, type it as it stands "
        f"here: `/aegis privacy erase {team_id}`."
    )


def owners_only() -> Rendered:
    return said(
        "Sorry, only an owner of this workspace can have it erased, and you are an admin. Nothing "
        "was done; that you asked is in the log. `/aegis privacy erase` alone tells what it means."
    )


def _kept_line(kept: Kept, counts: Mapping[str, int]) -> str:
    amounts = {
        "conversations": f"{_many(counts['turns'], 'answer')}, {_many(counts['messages'], 'message')}",
        "people": _many(counts["people"], "person", "people"),
        "audit": _many(counts["audit"], "row"),
    }
    how_long = "for ever" if kept.keep_days is None else f"for {_days(kept.keep_days)}"
    default = " (the default)" if kept.is_default else ""
    amount = amounts.get(kept.data_class, "")
    return f"• *{kept.data_class}*: {amount}, kept *{how_long}*{default}: _{escape(kept.words)}_"


def _other_lines(counts: Mapping[str, int]) -> list[str]:
    return [
        f"• *documents*: {_many(counts['documents'], 'document')}, kept until somebody removes them",
        f"• *memory*: {_many(counts['memories'], 'fact')} that agents were asked to keep, each until "
        "somebody forgets it or its time is over, a year at most",
        f"• *events from Slack*: {_many(counts['events'], 'event')}, gone two days after they are done",
        f"• *credentials*: {_many(counts['credentials'], 'token')}, encrypted, as long as AEGIS is connected",
    ]


def _how_to_stop(team_id: str) -> str:
    return (
        "*To stop it before then*, whoever runs AEGIS types "
        f"`aegis tenants thaw {team_id}`: all is as it was."
    )


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def _days(days: int) -> str:
    return _many(days, "day")


CLASSES = tuple(each.name for each in DATA_CLASSES)
