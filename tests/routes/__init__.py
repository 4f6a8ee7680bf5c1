"""Who may call what: one line a route, in routes.txt."""
