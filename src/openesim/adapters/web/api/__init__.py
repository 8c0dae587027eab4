"""The REST API ``/api/v1``: for operators who do not speak ES2+.

One file a resource, listed in ``app.RESOURCES``; every route states its scope (``calling.reach``). What a resource does
stands in a service; what it answers when it cannot, in ``problems``.
"""
