"""The SM-DP+: orders, sessions and the functions of ES9+ and ES2+.

Every function is pure: what it needs to know comes in, what changed comes out (``Outcome``). What is
durable before an answer leaves is told in ``docs/procedures``.
"""
