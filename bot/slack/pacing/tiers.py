"""How often Slack lets each method be called, as data.

Source: docs.slack.dev, "Web API rate limits": tiers are calls a minute for each method, workspace and
app (facts/slack.md, §2). A burst is tolerated, not promised. So that a burst and a minute's calls
together stay within a minute's allowance, the pace below is the allowance less the burst.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """*burst* calls at once after a rest, and *a_minute* from then on."""

    a_minute: int
    burst: int

    @property
    def interval(self) -> float:
        """Seconds between two calls that are not a burst."""
        return 60 / self.a_minute


TIERS = {1: Rate(1, 1), 2: Rate(15, 5), 3: Rate(40, 10), 4: Rate(80, 20)}
# What is not listed is taken for Tier 3.
UNLISTED = 3
TIER_OF = {
    "apps.uninstall": 1,
    "chat.startStream": 2,
    "chat.stopStream": 2,
    "reactions.remove": 2,
    "users.list": 2,
    "auth.teams.list": 2,
    "conversations.list": 2,
    "chat.update": 3,
    "chat.delete": 3,
    "conversations.history": 3,
    "conversations.replies": 3,
    "conversations.info": 3,
    "conversations.open": 3,
    "conversations.join": 3,
    "users.conversations": 3,
    "reactions.add": 3,
    "auth.revoke": 3,
    "agents.sessions.setStatus": 3,
    "chat.postEphemeral": 4,
    "conversations.members": 4,
    "users.info": 4,
    "views.open": 4,
    "views.publish": 4,
    "views.update": 4,
    "files.info": 4,
    "files.getUploadURLExternal": 4,
    "files.completeUploadExternal": 4,
    "assistant.threads.setSuggestedPrompts": 4,
    "assistant.threads.setTitle": 4,
}
# Limits of a method's own. All answers that grow in a workspace share one allowance of appends.
SPECIAL = {
    "chat.appendStream": Rate(90, 10),
    # "Several hundred a minute" for a workspace.
    "chat.postMessage": Rate(240, 20),
    "assistant.threads.setStatus": Rate(240, 20),
}
# One a second for a channel, with short bursts; a little less, because calls arrive unevenly.
IN_ONE_CHANNEL = {"chat.postMessage": Rate(57, 2)}
# Asked once at the start, or with a token of no workspace: Slack allows hundreds.
UNPACED = frozenset({"auth.test", "apps.connections.open", "oauth.v2.access"})


@dataclass(frozen=True, slots=True)
class Shared:
    """What a call counts against: its method, or its method in one channel."""

    name: str
    rate: Rate


def limits_of(method: str, channel: str | None) -> tuple[Shared, ...]:
    """What a call needs a slot of, the narrowest first."""
    if method in UNPACED:
        return ()
    rate = SPECIAL.get(method) or TIERS[TIER_OF.get(method, UNLISTED)]
    everywhere = Shared(method, rate)
    if channel and method in IN_ONE_CHANNEL:
        return Shared(f"{method}\n{channel}", IN_ONE_CHANNEL[method]), everywhere
    return (everywhere,)
