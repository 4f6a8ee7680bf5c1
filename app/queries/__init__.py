"""Read-only selects for lists, records and search."""
