"""Stock Bolt, as its documentation starts it, with a listener that does nothing.

`python -m bench.intake.stock_bolt SIGNING_SECRET API_BASE_URL`
"""

import sys

from slack_bolt.async_app import AsyncApp


def main() -> None:
    secret, base_url = sys.argv[1:]
    app = AsyncApp(token="xoxb-of-the-bench", signing_secret=secret)
    # Where Bolt asks `auth.test`, once, and caches the answer.
    app.client.base_url = base_url

    @app.event("message")
    async def do_nothing() -> None:
        pass

    app.server(port=0, host="127.0.0.1").start()


if __name__ == "__main__":
    main()
