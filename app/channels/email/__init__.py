"""E-mail; for now outgoing only."""
