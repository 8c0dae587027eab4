"""The software eUICC: state and functions of the chip.

Every function is ``(chip, command, surroundings) -> (chip, response)``. From the outside in:

- ``apdu``: what a reader sees: channels, SELECT, STORE DATA, GET RESPONSE (over ``command_apdu``, ``channels``)
- ``dispatch``: ES10 functions by tag
- ``es10a``, ``es10b``, ``es10c``: the short functions; ``authentication``, ``download``, ``revocation`` and ``install`` hold
  the long ones of ES10b
- ``es8plus``, ``interpreter``: what a bound profile package carries, and whether this chip can be such a profile
- ``profiles``, ``notifications``, ``memory``, ``metadata_rules``, ``owner_match``, ``info``, ``installation_result``: the rules
- ``state``, ``session``: what the chip keeps and what it forgets; ``storage``: the former as octets; ``ambient``: what
  surrounds it; ``personalise``: how it is born
"""
