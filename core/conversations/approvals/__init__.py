"""A call that needs a yes, as people meet it: asked, answered, taken up again, run out."""
