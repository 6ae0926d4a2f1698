"""What agents keep, as a person meets it: the list, its buttons and its form."""
