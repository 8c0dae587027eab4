"""Certificates: profiles, building, chains, revocation and trust."""
