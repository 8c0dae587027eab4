"""The SM-DS: events, and the functions of ES11, ES12 and ES15.

An SM-DP+ leaves an event for a chip; the chip's LPA asks which events there are and goes to the server that each names.
A root SM-DS is the one that chips know. An alternative SM-DS hands what it is told to forward on to a root, under an
event id of its own, so that a chip finds the way through the root to it and from it to the SM-DP+.

Every function is pure: what it needs to know comes in, what changed comes out (``Outcome``).
"""
