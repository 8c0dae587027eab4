"""Floor 1: octets and values — TLV, declared ASN.1 (DER) and its JSON binding."""
