"""The verbs of provider tickets: opened, taken, answered, forwarded, left pending, given up, closed, deleted."""
