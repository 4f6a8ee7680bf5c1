"""Verbs on nouns: the only writers of tables that have rules."""
