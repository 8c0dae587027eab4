"""Floor 7: sockets, files, cards and databases behind the ports of the services."""
