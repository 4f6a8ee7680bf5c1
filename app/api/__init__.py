"""REST over the same services and queries."""
