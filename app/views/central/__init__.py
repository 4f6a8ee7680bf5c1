"""The provider central: one dense screen on which the Operadora works the tickets of its providers."""


def register(appbuilder) -> None:
    """The panel of a ticket and its acts."""
    from . import pieces

    pieces.register(appbuilder)
