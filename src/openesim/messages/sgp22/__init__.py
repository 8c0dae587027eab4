"""Messages of SGP.22 v2.5, one file per interface, and what several interfaces share.

What a message looks like stands here; what a role does with it stands in ``provisioning/<role>``, in the
function of the same name.
"""
