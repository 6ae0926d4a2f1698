"""Installing the app: the page that asks, the codes, and the end of an installation."""
