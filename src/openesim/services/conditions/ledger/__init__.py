"""The ledger: how entries get their places, whether it holds, what is counted out of it."""
