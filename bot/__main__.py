"""`python -m bot` is `aegis`."""

from bot.cli.main import main

main()
