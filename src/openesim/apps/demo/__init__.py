"""``openesim demo``: two operators, one phone, two profiles, the whole way on this machine, every step checked."""
