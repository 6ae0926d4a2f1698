"""Messages written piece by piece: the methods, and the chunks they take."""
