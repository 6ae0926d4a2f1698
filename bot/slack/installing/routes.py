"""The install pages for the app that the settings name; none where they name no app."""

from functools import partial
from urllib.parse import urlsplit

from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import Settings
from bot.slack.installing.authorize_url import authorize_url
from bot.slack.installing.oauth import SlackOAuthClient
from bot.storage import Storage
from core.tenancy.installation.ports import SlackOAuth
from web_oauth import install
from web_oauth.install import Installer
from web_oauth.pages import static_routes

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def oauth_client(settings: Settings, api: AsyncWebClient) -> SlackOAuthClient | None:
    """Who exchanges codes and renews tokens; None without the app's credentials."""
    if not settings.slack_client_id or not settings.slack_client_secret:
        return None
    return SlackOAuthClient(
        api, settings.slack_client_id, settings.slack_client_secret, settings.slack_app_id
    )


def install_address(settings: Settings) -> str | None:
    """Where people install the app, as far as the settings say it; None where there is no page."""
    if not settings.slack_client_id or not settings.slack_client_secret:
        return None
    if settings.public_url:
        return f"{settings.public_url.rstrip('/')}{install.START}"
    if settings.host not in LOOPBACK or not settings.port:
        return None
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}{install.START}"


def install_routes(
    settings: Settings, storage: Storage, oauth: SlackOAuth | None
) -> list[web.RouteDef]:
    """Only with the app's credentials, and an address of ours that Slack can send browsers to."""
    is_local = settings.host in LOOPBACK
    if oauth is None or not settings.slack_client_id or not (settings.public_url or is_local):
        return []
    installer = Installer(
        storage.database,
        storage.provisioner,
        storage.session_key,
        oauth,
        partial(authorize_url, settings.slack_api_base_url, settings.slack_client_id),
        partial(_base, settings),
        _slack_address(settings),
        settings.proxies,
    )
    return [*install.routes(installer), *static_routes()]


def _base(settings: Settings, request: web.Request) -> str:
    """The address people use; on this machine the port that was given to us. No header of a request
    has a say in it."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    assert request.transport is not None
    port = request.transport.get_extra_info("sockname")[1]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{port}"


def _slack_address(settings: Settings) -> str:
    parts = urlsplit(settings.slack_api_base_url)
    if parts.hostname in LOOPBACK:
        return f"{parts.scheme}://{parts.netloc}/"
    app = f"?app={settings.slack_app_id}" if settings.slack_app_id else ""
    return f"https://slack.com/app_redirect{app}" if app else "https://app.slack.com/client"
