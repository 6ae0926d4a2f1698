"""What an owner reads unasked, in a direct message."""

from handlers.blocks.rendered import Rendered, said


def event_set_aside(reference: str) -> Rendered:
    """Something failed for the last time; *reference* finds it in the service's log."""
    return said(
        "Something in this workspace failed on our side again and again, so I have set it aside. "
        f"Whoever runs AEGIS here finds it in the log by the reference `{reference}`. "
        "Should more fail, I tell you once an hour at most."
    )
