"""Screens; register() is the menu, top to bottom."""


def register(appbuilder) -> None:
    """Register every view of the back office, in the order of the menu."""
