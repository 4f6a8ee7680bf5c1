"""Builds the table route x person by calling every route; a review of its diff is the review of who may do what.

Letters: + answered, L led to the sign-in page, U 401, F 403, N 404, 4 another refusal (what was sent is not valid, the
state does not allow it), 5 an error. The row is `own` (of the person's company), `foreign` (of another company) or
`closed` (of a restricted unit of his company in which he is no member).
"""
import traceback

LETTERS = {401: "U", 403: "F", 404: "N"}
WIDTH = {"method": 7, "route": 66, "row": 9, "person": 5}


SENT = ("query", "form", "json")  # what `rows` may name beside the arguments of an address


class Unknown(AssertionError):
    """A route with an argument that no row was named for."""


def routes(app):
    """(method, rule) of every route but static files, in the order of the addresses."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: (r.rule, r.endpoint)):
        if not rule.endpoint.endswith("static"):
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield method, rule


def cases(rule, rows):
    """[(kind of row, address, what is sent)] of a rule.

    `rows` is {prefix: {argument: value or {kind: value}}}, the longest prefix wins; `query`, `form` and `json` of the
    very rule are dictionaries of the same shape, sent with it.
    """
    arguments = {}
    for prefix in sorted((p for p in rows if rule.rule.startswith(p)), key=len):
        arguments.update({name: value for name, value in rows[prefix].items() if name not in SENT})
    missing = rule.arguments - arguments.keys() - set(rule.defaults or {})
    if missing:
        raise Unknown(f"{rule.rule}: say in tests/routes/rows.py which rows {sorted(missing)} are")
    asked = {name: arguments[name] for name in rule.arguments if name in arguments}
    sent = {name: rows[rule.rule][name] for name in SENT if name in rows.get(rule.rule, ())}
    values = [value for part in (asked, *sent.values()) for value in part.values()]
    kinds = list(dict.fromkeys(kind for value in values if isinstance(value, dict) for kind in value))
    return [(kind, _address(rule, _of(asked, kind)), {name: _of(part, kind) for name, part in sent.items()})
            for kind in kinds or [""]]


def _of(values, kind):
    """The values for one kind of row; where that kind has none of its own, the first."""
    return {name: value.get(kind, next(iter(value.values()))) if isinstance(value, dict) else value
            for name, value in values.items()}


def _address(rule, values):
    _, address = rule.build({**values, **(rule.defaults or {})}, append_unknown=False)
    return address


def letter(response) -> str:
    code = response.status_code
    if code in (301, 302, 303, 307, 308) and "/login/" in response.headers.get("Location", ""):
        return "L"
    return LETTERS.get(code, "+" if code < 400 else "4" if code < 500 else "5")


def build(app, people, rows, call):
    """(table as text, errors). `call(person, method, address, sent)` answers a response; the caller undoes it."""
    errors = []

    def cell(person, method, address, sent):
        try:
            found = letter(call(person, method, address, sent))
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            told = f"{type(error).__name__} {str(error)[:200]} ({last.filename}:{last.lineno})"
            errors.append(f"{person} {method} {address}: {told}")
            return "5"
        if found == "5":
            errors.append(f"{person} {method} {address}: answered an error")
        return found

    lines = [_line("method", "route", "row", [person[:4] for person in people])]
    for method, rule in routes(app):
        for kind, address, sent in cases(rule, rows):
            lines.append(_line(method, rule.rule, kind, [cell(person, method, address, sent) for person in people]))
    return "\n".join(lines) + "\n", errors


def _line(method, route, row, cells):
    text = f"{method:{WIDTH['method']}}{route:{WIDTH['route']}}{row:{WIDTH['row']}}"
    return (text + "".join(f"{cell:{WIDTH['person']}}" for cell in cells)).rstrip()
