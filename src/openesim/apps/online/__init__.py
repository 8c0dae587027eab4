"""``openesim online``: profiles of two operators get their user online, through programs that nobody here wrote."""
