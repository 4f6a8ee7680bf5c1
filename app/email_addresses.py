"""E-mail addresses: the one check of what is typed, of persons, users, tickets, own fields and letters."""
from email.errors import HeaderParseError
from email.headerregistry import Address

from flask_babel import lazy_gettext as _l

from .errors import Invalid

INVALID = _l("Invalid e-mail: it must look like name@example.com.")
LONGEST = 320


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
        raise Invalid(INVALID, field=field) from None


def kept(text: str, field: str | None = None) -> str:
    """An address as a record has it, with no blanks around. It was checked where it was typed, maybe by other rules
    (`ana@empresa.local` is delivered within a company): here it only has to stand in a letter. Raises Invalid at
    `field`.
    """
    text = text.strip()
    try:
        address = Address(addr_spec=text)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise Invalid(INVALID, field=field) from error
    if not address.username or not address.domain or len(text) > LONGEST or any(c.isspace() for c in text):
        raise Invalid(INVALID, field=field)
    return text
