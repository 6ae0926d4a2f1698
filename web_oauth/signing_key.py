"""The public half of the key that signs checkpoints, exports and certificates: for anybody."""

from aiohttp import web

from core.kernel.signing import Signer

PATH = "/.well-known/aegis-signing-key"
KEY_ID_HEADER = "Aegis-Key-Id"


def routes(signer: Signer) -> list[web.RouteDef]:
    async def signing_key(request: web.Request) -> web.Response:
        """PEM (RFC 8410), as `openssl pkeyutl -verify` reads it; the key's id stands in a header."""
        return web.Response(
            body=signer.public_pem(),
            content_type="application/x-pem-file",
            headers={KEY_ID_HEADER: signer.key_id},
        )

    return [web.get(PATH, signing_key)]
