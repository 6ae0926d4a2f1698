"""One question and its answer: asked, said, stopped, given up."""
