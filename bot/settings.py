"""Settings: the environment, read once into one frozen object, and nowhere else.

Secrets are taken out of the environment as they are read, so that no child process and no crash
report finds them there. A bad value stops the start with its name and what to do about it.
"""

import base64
import os
import re
from collections.abc import Mapping, MutableMapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo

from core.kernel.secret import Secret
from core.knowledge.arrivals.model import Quota

_APP_TOKEN = re.compile(r"xapp-\d+-(A[A-Z0-9]+)-")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SettingsError(Exception):
    """One line for each bad setting: its name, what is wrong, what to do."""


def _secret(value: object) -> object:
    return Secret(value) if isinstance(value, str) else value


def _url(value: object) -> object:
    """https anywhere, http on this machine alone."""
    parts = urlsplit(str(value))
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("is not a web address: write https://host/…")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError("is not encrypted: use https:// (http:// is for 127.0.0.1 only)")
    if "@" in parts.netloc:
        raise ValueError("has a password in it, which logs would show: leave it out")
    if parts.query or parts.fragment:
        raise ValueError("has more than a host and a path: leave out what follows ? or #")
    return str(value)


def _api_url(value: object) -> object:
    text = _url(value)
    if not str(text).endswith("/api/"):
        raise ValueError("must end in /api/, as in https://slack.com/api/")
    return text


def _dsn(value: object) -> object:
    if not str(value).startswith(("postgresql://", "postgres://")):
        raise ValueError("is not a PostgreSQL address: write postgresql://user:password@host/name")
    return _secret(value)


def _key(value: object) -> object:
    try:
        usable = len(base64.b64decode(str(value), validate=True)) == 32
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("is not 32 bytes in base64: make one with `openssl rand -base64 32`")
    return _secret(value)


def _starts(prefix: str) -> BeforeValidator:
    def check(value: object) -> object:
        if not str(value).startswith(prefix):
            raise ValueError(f"does not start with {prefix}: copy it again from the app's pages")
        return _secret(value)

    return BeforeValidator(check)


def _keys(value: object) -> object:
    """Several keys with commas between them."""
    return tuple(_key(part.strip()) for part in str(value).split(",") if part.strip())


def _networks(value: object) -> object:
    """Networks with commas between them, as in 10.1.0.0/16, 127.0.0.0/8."""
    try:
        return tuple(ip_network(part.strip()) for part in str(value).split(",") if part.strip())
    except ValueError:
        raise ValueError("is not a list of networks: write 10.1.0.0/16, 127.0.0.0/8") from None


Key = Annotated[Secret, BeforeValidator(_key)]
Keys = Annotated[tuple[Secret, ...], BeforeValidator(_keys)]
SecretText = Annotated[Secret, BeforeValidator(_secret)]
Url = Annotated[str, BeforeValidator(_url)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], BeforeValidator(_networks)]


class Settings(BaseModel):
    """Everything that can be set, by the name of its environment variable."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True, extra="ignore")

    state_dir: Path = Field(Path(".aegis"), alias="AEGIS_STATE_DIR")
    model_dir: Path | None = Field(None, alias="AEGIS_MODEL_DIR")
    host: str = Field("127.0.0.1", alias="AEGIS_HOST")
    port: int = Field(8080, alias="PORT", ge=0, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", alias="AEGIS_LOG_LEVEL")

    database_url: Annotated[Secret, BeforeValidator(_dsn)] | None = Field(
        None, alias="DATABASE_URL"
    )
    database_admin_url: Annotated[Secret, BeforeValidator(_dsn)] | None = Field(
        None, alias="DATABASE_ADMIN_URL"
    )
    database_pooled: bool = Field(False, alias="DATABASE_POOLED")
    # A pooler in transaction mode passes no notifications on: this one goes past it.
    database_listen_url: Annotated[Secret, BeforeValidator(_dsn)] | None = Field(
        None, alias="DATABASE_LISTEN_URL"
    )
    # At most: what a worker had that died goes on within 30 s, as docs/operations.md promises.
    lease_seconds: float = Field(10.0, alias="AEGIS_LEASE_SECONDS", ge=0.5, le=25)
    # How long a web process goes on answering after SIGTERM, so that a load balancer can leave it.
    drain_seconds: float = Field(2.0, alias="AEGIS_DRAIN_SECONDS", ge=0, le=15)
    master_key: Key | None = Field(None, alias="AEGIS_MASTER_KEY")
    session_key: Key | None = Field(None, alias="AEGIS_SESSION_KEY")
    signing_key: Key | None = Field(None, alias="AEGIS_SIGNING_KEY")
    old_master_keys: Keys = Field((), alias="AEGIS_OLD_MASTER_KEYS")
    checkpoint_file: Path | None = Field(None, alias="AEGIS_CHECKPOINT_FILE")
    erase_grace_days: int = Field(30, alias="AEGIS_ERASE_GRACE_DAYS", ge=0, le=3650)
    backup_days: int = Field(35, alias="AEGIS_BACKUP_DAYS", ge=0, le=3650)

    slack_api_base_url: Annotated[str, BeforeValidator(_api_url)] = Field(
        "https://slack.com/api/", alias="SLACK_API_BASE_URL"
    )
    slack_file_hosts: str = Field("files.slack.com", alias="SLACK_FILE_HOSTS")
    slack_app_id: str | None = Field(None, alias="SLACK_APP_ID")
    slack_client_id: str | None = Field(None, alias="SLACK_CLIENT_ID")
    slack_client_secret: SecretText | None = Field(None, alias="SLACK_CLIENT_SECRET")
    # Where browsers and Slack reach the web surface: https://aegis.example.com
    public_url: Url | None = Field(None, alias="AEGIS_PUBLIC_URL")
    # How many proxies stand before the web surface, each of which adds to X-Forwarded-For.
    proxies: int = Field(0, alias="AEGIS_PROXIES", ge=0, le=9)
    slack_signing_secret: SecretText | None = Field(None, alias="SLACK_SIGNING_SECRET")
    slack_bot_token: Annotated[Secret, _starts("xoxb-")] | None = Field(
        None, alias="SLACK_BOT_TOKEN"
    )
    slack_app_token: Annotated[Secret, _starts("xapp-")] | None = Field(
        None, alias="SLACK_APP_TOKEN"
    )

    groq_api_key: SecretText | None = Field(None, alias="GROQ_API_KEY")
    groq_base_url: Url = Field("https://api.groq.com/openai/v1", alias="GROQ_BASE_URL")
    groq_model: str = Field("openai/gpt-oss-120b", alias="GROQ_MODEL")
    anthropic_api_key: SecretText | None = Field(None, alias="ANTHROPIC_API_KEY")
    anthropic_base_url: Url = Field("https://api.anthropic.com", alias="ANTHROPIC_BASE_URL")
    anthropic_model: str = Field("claude-sonnet-4-6", alias="ANTHROPIC_MODEL")
    gemini_api_key: SecretText | None = Field(None, alias="GEMINI_API_KEY")
    gemini_base_url: Url = Field(
        "https://generativelanguage.googleapis.com/v1beta", alias="GEMINI_BASE_URL"
    )
    gemini_model: str = Field("gemini-3.6-flash", alias="GEMINI_MODEL")
    openai_compatible_api_key: SecretText | None = Field(None, alias="OPENAI_COMPATIBLE_API_KEY")
    openai_compatible_base_url: Url | None = Field(None, alias="OPENAI_COMPATIBLE_BASE_URL")
    openai_compatible_model: str | None = Field(None, alias="OPENAI_COMPATIBLE_MODEL")
    # Who embeds new documents; others, after commas, still embed questions for what they embedded.
    embeddings: str = Field("local", alias="AEGIS_EMBEDDINGS")
    gemini_embedding_model: str = Field("gemini-embedding-001", alias="GEMINI_EMBEDDING_MODEL")
    openai_compatible_embedding_model: str | None = Field(
        None, alias="OPENAI_COMPATIBLE_EMBEDDING_MODEL"
    )
    trial_dollars: float = Field(100.0, alias="AEGIS_TRIAL_DOLLARS", gt=0, le=1e6)
    trial_tokens: int = Field(50_000_000, alias="AEGIS_TRIAL_TOKENS", gt=0, le=10**12)
    calls_at_once: int = Field(64, alias="AEGIS_CALLS_AT_ONCE", ge=1, le=10_000)
    # What one workspace may keep, whoever adds it: documents, passages of them, their text.
    quota_documents: int = Field(10_000, alias="AEGIS_QUOTA_DOCUMENTS", ge=1, le=10**7)
    quota_passages: int = Field(250_000, alias="AEGIS_QUOTA_PASSAGES", ge=1, le=10**8)
    quota_text_mb: int = Field(500, alias="AEGIS_QUOTA_TEXT_MB", ge=1, le=10**6)
    # Private networks in which an MCP server may be, as in 10.1.0.0/16; without it, none.
    mcp_allow_private: Networks = Field((), alias="AEGIS_MCP_ALLOW_PRIVATE")
    offline_words_per_s: float | None = Field(None, alias="AEGIS_OFFLINE_WORDS_PER_S", gt=0)

    @property
    def is_embedded(self) -> bool:
        """Whether the product brings its own PostgreSQL."""
        return self.database_url is None

    @property
    def quota(self) -> Quota:
        """What each workspace may keep."""
        return Quota(self.quota_documents, self.quota_passages, self.quota_text_mb * 1_000_000)

    @model_validator(mode="before")
    @classmethod
    def _name_the_app(cls, given: Any) -> Any:
        """An app-level token (Socket Mode) has the app's id in it: one thing fewer to set."""
        token, named = (str(given.get(name) or "") for name in ("SLACK_APP_TOKEN", "SLACK_APP_ID"))
        app = _APP_TOKEN.match(token)
        if app is None:
            return given
        if named and named != app[1]:
            raise ValueError(
                "SLACK_APP_ID: is not the app of SLACK_APP_TOKEN. Copy both from the same app's "
                "pages, or leave SLACK_APP_ID out"
            )
        return {**given, "SLACK_APP_ID": app[1]}

    @model_validator(mode="after")
    def _belongs_together(self) -> "Settings":
        if self.database_url is not None:
            for name, value in (
                ("AEGIS_MASTER_KEY", self.master_key),
                ("AEGIS_SESSION_KEY", self.session_key),
                ("AEGIS_SIGNING_KEY", self.signing_key),
            ):
                if value is None:
                    raise ValueError(
                        f"{name}: is missing. With DATABASE_URL set, keys come from the "
                        "environment: make one with `openssl rand -base64 32`"
                    )
        if self.openai_compatible_base_url and not self.openai_compatible_model:
            raise ValueError(
                "OPENAI_COMPATIBLE_MODEL: is missing. Name the model to ask at "
                "OPENAI_COMPATIBLE_BASE_URL"
            )
        if self.slack_app_token and not self.slack_bot_token:
            raise ValueError(
                "SLACK_BOT_TOKEN: is missing. Socket Mode needs it beside SLACK_APP_TOKEN"
            )
        return self


def _secret_names() -> list[str]:
    return [
        str(field.alias)
        for field in Settings.model_fields.values()
        if "Secret" in str(field.annotation)
    ]


def read_settings(environment: MutableMapping[str, str] | None = None) -> Settings:
    """Read, check, and take the secrets out of the environment. Raises SettingsError."""
    source = os.environ if environment is None else environment
    # An empty variable is how people say "not set".
    given = {name: value.strip() for name, value in source.items() if value.strip()}
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(given, error))) from None
    for name in _secret_names():
        source.pop(name, None)
    return settings


def _explain(given: Mapping[str, str], error: ValidationError) -> list[str]:
    """A line for each problem. The value itself is never shown: it may be a secret."""
    lines = []
    for problem in error.errors():
        # pydantic's "Input should be a valid integer, unable to parse …", in fewer words
        words = str(problem["msg"]).removeprefix("Value error, ").split(", unable to")[0]
        words = words.replace("Input should be", "must be")
        name = ".".join(str(part) for part in problem["loc"])
        lines.append(f"{name}: {words}" if name else words)
    return lines


def file_hosts(settings: Settings) -> frozenset[str]:
    """Hosts that the bot token may be sent to for files; the stand-in's own when on loopback."""
    hosts = {host.strip() for host in settings.slack_file_hosts.split(",") if host.strip()}
    base = urlsplit(settings.slack_api_base_url)
    if base.hostname in _LOOPBACK:
        hosts.add(base.netloc)
    return frozenset(hosts)


def describe(settings: Settings) -> dict[str, Any]:
    """The settings for `aegis doctor`: secrets as set or not set."""
    return {
        str(field.alias): _described(field, getattr(settings, name))
        for name, field in Settings.model_fields.items()
    }


def _described(field: FieldInfo, value: Any) -> Any:
    if value is None or value == ():
        return "not set"
    if "Secret" in str(field.annotation):
        return "set"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value
