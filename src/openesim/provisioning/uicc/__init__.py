"""The card that an enabled profile makes: files, PINs, AUTHENTICATE, as pure functions on a card's state.

Knows nothing of remote provisioning: ``provisioning.euicc`` puts it behind the chip's APDUs (ADR 0006).
"""
