"""Pages for browsers: templates that escape whatever they show, and the few files they load."""

from collections.abc import Mapping
from importlib import resources
from typing import Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

STATIC = {"aegis.css": "text/css", "favicon.svg": "image/svg+xml"}
_STATIC_SECONDS = 3600

_templates = Environment(
    loader=PackageLoader("web_oauth"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    template: str, *, status: int = 200, shown: Mapping[str, Any] | None = None
) -> web.Response:
    """A page that no cache keeps: the address it stands at may hold a code."""
    text = _templates.get_template(template).render(shown or {})
    return web.Response(
        status=status,
        text=text,
        content_type="text/html",
        headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
    )


def static_routes() -> list[web.RouteDef]:
    """The files by name: no path of a request is ever looked up on disk."""
    return [
        web.get(f"/static/{name}", _handler(name, content_type))
        for name, content_type in STATIC.items()
    ]


def _handler(name: str, content_type: str) -> Any:
    content = (resources.files("web_oauth") / "static" / name).read_bytes()

    async def static(request: web.Request) -> web.Response:
        return web.Response(
            body=content,
            content_type=content_type,
            charset="utf-8",
            headers={"Cache-Control": f"public, max-age={_STATIC_SECONDS}"},
        )

    return static
