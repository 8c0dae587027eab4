"""Authentication and key agreement: what a card and an authentication centre compute alike.

The card (``provisioning.uicc``) and the network (``network``) are strangers on one floor; the algorithms both of them
run stand here, below either (ADR 0006).
"""
