"""Web: the REST API under ``/api/v1`` and, later, the pages; a framework and a listener of their own."""
