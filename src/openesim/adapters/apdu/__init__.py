"""Ways to reach a card: software chip, reader, standard input and output."""
