"""Workspaces, the persons in them, and the one app that is installed."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.model.channel import Channel
from bot.sandbox.model.files import StoredFile, Upload

KEPT_FILE_BYTES = 200 * 1024 * 1024
KEPT_UPLOADS = 50

Kind = Literal["owner", "admin", "member", "guest", "single_guest", "outsider"]


@dataclass(frozen=True, kw_only=True)
class Person:
    """Someone who types. An outsider's home is another company (Slack Connect)."""

    id: str
    name: str
    real_name: str
    title: str
    kind: Kind
    home_team_id: str
    display_name: str = ""
    email: str = ""
    deleted: bool = False
    # When Slack last heard something new of them, in seconds since 1970.
    updated: int = 1_767_225_600


@dataclass(frozen=True, kw_only=True)
class Bot:
    """Another app's bot that has spoken here; `team_id` is another company's in a shared
    channel."""

    user_id: str
    bot_id: str
    app_id: str
    name: str
    team_id: str


@dataclass(frozen=True, kw_only=True)
class Command:
    """A slash command the app registered."""

    name: str
    description: str
    usage: str


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """A shortcut the app registered: `message` ones are in the menu of a message."""

    callback_id: str
    name: str
    description: str
    type: Literal["message", "global"]


@dataclass(kw_only=True)
class App:
    """The app under test. Its secrets are made at start and die with the process."""

    id: str
    name: str
    app_token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    verification_token: str = field(repr=False)
    client_id: str
    client_secret: str = field(repr=False)
    token_rotation: bool
    request_url: str | None
    scopes: frozenset[str]
    events: frozenset[str]
    commands: tuple[Command, ...]
    shortcuts: tuple[Shortcut, ...] = ()
    # Several web processes behind one load balancer; they take the place of the request URL.
    request_urls: tuple[str, ...] = ()
    install_url: str | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where the app listens: one address a web process."""
        return self.request_urls or ((self.request_url,) if self.request_url else ())


@dataclass(kw_only=True)
class Workspace:
    """One company's Slack. `name` is the short name scripts use; `installed` whether the app was
    installed in this workspace by itself, and `bot_token` its token there, while it is good."""

    id: str
    name: str
    title: str
    bot_user_id: str
    bot_id: str
    organization_id: str | None = None
    installed: bool = False
    bot_token: str = field(default="", repr=False)
    persons: dict[str, Person] = field(default_factory=dict)
    bots: dict[str, Bot] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    file_bytes: "OrderedDict[str, bytes]" = field(default_factory=OrderedDict, repr=False)
    uploads: "OrderedDict[str, Upload]" = field(default_factory=OrderedDict, repr=False)

    def find_person(self, id_or_name: str) -> Person | None:
        """By id or by the lower-case name scripts use."""
        wanted = id_or_name.removeprefix("@")
        return next((p for p in self.persons.values() if wanted in (p.id, p.name)), None)

    def find_channel(self, id_or_name: str, person: Person | None = None) -> Channel | None:
        """By id, by `#name`, or `dm`: the direct message between `person` and the app."""
        if id_or_name == "dm" and person is not None:
            return self.direct_message(person.id)
        wanted = id_or_name.removeprefix("#")
        return next((c for c in self.channels.values() if wanted in (c.id, c.name)), None)

    def direct_message(self, person_id: str) -> Channel | None:
        """The conversation between that person and the app's bot user."""
        return next(
            (c for c in self.channels.values() if c.kind == "im" and person_id in c.members), None
        )

    def keep_file(self, file: StoredFile, content: bytes) -> None:
        """Keep a file; the oldest are forgotten once there are more than 200 MB."""
        self.files[file.id], self.file_bytes[file.id] = file, content
        while sum(map(len, self.file_bytes.values())) > KEPT_FILE_BYTES:
            forgotten, _ = self.file_bytes.popitem(last=False)
            del self.files[forgotten]

    def expect(self, ticket: str, upload: Upload) -> None:
        """Wait for a file's bytes at *ticket*; of more than 50 such, the oldest are forgotten."""
        self.uploads[ticket] = upload
        while len(self.uploads) > KEPT_UPLOADS:
            self.uploads.popitem(last=False)

    def names_of(self, user_ids: set[str]) -> tuple[str, ...]:
        """The persons among these ids, by name, in the order they joined."""
        return tuple(p.name for p in self.persons.values() if p.id in user_ids)

    def name_of(self, user_id: str) -> str | None:
        """The short name of a person, or None for the bot and for strangers."""
        person = self.persons.get(user_id)
        return person.name if person else None
