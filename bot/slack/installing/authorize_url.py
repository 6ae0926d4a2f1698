"""Where a browser is sent to approve the app."""

from urllib.parse import urlencode, urlsplit

from core.tenancy.installation.scopes import BOT_SCOPES


def authorize_url(api_base_url: str, client_id: str, redirect_url: str, state: str) -> str:
    """docs.slack.dev, "Installing with OAuth". The API's `…/api/` and this stand on one host."""
    parts = urlsplit(api_base_url)
    root = f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('/api/')}"
    query = {
        "client_id": client_id,
        "scope": ",".join(sorted(BOT_SCOPES)),
        "redirect_uri": redirect_url,
        "state": state,
    }
    return f"{root}/oauth/v2/authorize?{urlencode(query)}"
