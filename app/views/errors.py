"""Error pages in the product's look, and problem answers for the API."""


def init_app(app) -> None:
    """Filled by the shell."""
