"""E-mail addresses: the one check of what is typed, of persons, users, tickets, own fields and letters."""
from flask_babel import lazy_gettext as _l

from .errors import Invalid


def parse(text: str | None, field: str | None = None, *, written_to: bool = False) -> str:
    """What was typed as it is kept: `ana@EXAMPLE.com ` -> `ana@example.com`. Whether the host exists is not asked.

    `written_to`: the product itself sends letters there, and many servers read only ASCII before the @.
    Raises Invalid at `field`.
    """
    from email_validator import EmailNotValidError, validate_email  # only who saves an address pays for the import

    try:
        return validate_email((text or "").strip(), check_deliverability=False,
                              allow_smtputf8=not written_to).normalized
    except EmailNotValidError:
        raise Invalid(_l("Invalid e-mail: it must look like name@example.com."), field=field) from None
