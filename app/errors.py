"""DomainError and its families: what a rule refuses, in words a person can read, with the field it belongs to."""


class DomainError(Exception):
    """A refusal. `message` is translatable, `field` names the form field (rows by position: ``phones.1.number``)."""

    status = 422
    code = "invalid"

    def __init__(self, message, field=None, **params):
        super().__init__(message)
        self.message, self.field, self.params = message, field, params

    def __str__(self):
        text = str(self.message)
        return text % self.params if self.params else text


class Invalid(DomainError):
    """A value that breaks a rule."""


class InvalidMany(Invalid):
    """Several refusals at once: a form answers with every field's message, not with the first."""

    def __init__(self, errors: list[DomainError]):
        super().__init__(errors[0].message, errors[0].field, **errors[0].params)
        self.errors = errors


def raise_all(errors: list[DomainError]) -> None:
    """Nothing where there are none; one as it is; several as InvalidMany."""
    if errors:
        raise InvalidMany(errors) if len(errors) > 1 else errors[0]


class Collector:
    """Keeps the refusals of several checks, so that all are told at once."""

    def __init__(self):
        self.errors: list[DomainError] = []

    def attempt(self, call, *args, **kw):
        """The result of `call`, or None with its refusal kept."""
        try:
            return call(*args, **kw)
        except DomainError as error:
            self.errors += getattr(error, "errors", [error])
            return None


class NotFound(DomainError):
    """No such row, or not one that this person may see: the two are never told apart."""

    status = 404
    code = "not_found"


class Forbidden(DomainError):
    """The person may see the thing but not do this to it."""

    status = 403
    code = "forbidden"


class Conflict(DomainError):
    """The state of the record does not allow it: taken, duplicate, already closed, in use."""

    status = 409
    code = "conflict"


class Stale(Conflict):
    """Somebody saved the record after this form was opened."""

    code = "stale"
