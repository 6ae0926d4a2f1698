"""Files on their way to becoming documents: what there is room for, and how they are taken in."""
