"""OpenESIM: an open eSIM system (SM-DP+, software eUICC, LPA, test PKI)."""
