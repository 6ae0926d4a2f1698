"""Troubles on purpose, and the records that show what came of them."""
