"""Accounts of the desks: who somebody is, what he may do, how he signs in, how long his session lasts."""
