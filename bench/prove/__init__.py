"""`make prove`: the real product under load while its processes are killed, then attacked, then counted over.

Every promise that a crash could break is checked against what callers were answered. One JSON object a line a check.
"""
