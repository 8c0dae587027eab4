"""HTTP server: connections, TLS listeners, and the dispatcher that finds the function."""
