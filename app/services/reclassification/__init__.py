"""Old records given another classification by a mapping, as long work that can be undone (B-23)."""
