"""The LPA: procedures that talk to a chip, to servers and to the user, without any I/O.

A procedure is a generator: it yields effects (``effects.py``), receives the replies and returns its result, so
it reads like the sequence diagram of the standard. ``services/drive.py`` runs it; a test plays the other side.

Nothing is kept here between two procedures. What has to survive is on the chip: profiles, notifications that
wait for delivery, and the one-time key of a download that broke off.
"""
