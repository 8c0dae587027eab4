"""``openesim world``: a living world of operators, vendors and people, made up from a seed, for demonstrations and pictures."""
