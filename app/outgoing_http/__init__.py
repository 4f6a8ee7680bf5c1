"""Calls to other systems: where they may go, one request within its limits, and what a failing one may cost."""
