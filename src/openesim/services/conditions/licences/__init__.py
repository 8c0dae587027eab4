"""Licences of operators: applied for, answered, assessed, approved with conditions, suspended, renewed; known by heart."""
