"""What the person who installed AEGIS for an organization reads first."""

from collections.abc import Sequence

from handlers.blocks.help import DISCLAIMER
from handlers.blocks.mrkdwn.escaping import escape
from handlers.blocks.rendered import Rendered, context, section

MOST_NAMED = 20
_LONGEST_NAME = 80

TITLE = (
    "*AEGIS is installed for your organization.* It works in the workspaces that it is enabled in."
)

HOW = (
    "*To add a workspace*, open your organization's settings in Slack, then Integrations, Installed "
    "apps, AEGIS, and choose to add it to more workspaces. There you can also take it out of one: it "
    "stops there within a minute."
)

APART = (
    "Each workspace stands alone: its documents, its answers, its agents and its key. No workspace "
    "sees anything of another."
)


def organization_welcome(named: Sequence[str], count: int) -> Rendered:
    """Once for an organization. *named*: the first of the *count* workspaces by their names."""
    names = ", ".join(escape(name[:_LONGEST_NAME]) for name in named)
    more = f" and {count - len(named)} more" if count > len(named) else ""
    covered = f"*Enabled now:* {names}{more}."
    sections = [TITLE, covered, HOW, APART]
    return Rendered(
        "\n\n".join([*sections, DISCLAIMER]), [*map(section, sections), context(DISCLAIMER)]
    )
