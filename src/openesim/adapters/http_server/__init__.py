"""HTTP server: ASGI dispatcher and TLS listeners."""
