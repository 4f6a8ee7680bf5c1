"""What became of a delivery, in a person's words: the worker writes it down in the system's."""
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

_CUT = _l("The connection was cut before the answer was whole.")
_KINDS = {
    "ConnectionRefusedError": _l("The address refused the connection: nothing answers there."),
    "TimeoutError": _l("The address did not answer in time."),
    "gaierror": _l("The name in the address was not found."),
    "SSLCertVerificationError": _l("The certificate of the address is not valid."),
    "SSLError": _l("A secure connection could not be made with the address."),
    "ConnectionResetError": _CUT, "ConnectionAbortedError": _CUT, "BrokenPipeError": _CUT,
    "RemoteDisconnected": _CUT, "IncompleteRead": _CUT, "SSLEOFError": _CUT, "SSLZeroReturnError": _CUT,
    "BadStatusLine": _l("What answered there does not speak HTTP."),
}
_SENTENCES = {
    "The webhook is switched off.": _l("The webhook is switched off."),
    "The worker stopped during the last try.": _l("The worker stopped during the last try."),
}


def in_words(text: str | None) -> str:
    """An answer or a failure as it is told on the page; an answer of the other system stays as it came."""
    text = text or ""
    if text in _SENTENCES:
        return str(_SENTENCES[text])
    kind, colon, _rest = text.partition(": ")
    if kind in _KINDS:
        return str(_KINDS[kind])
    if kind == "The secret cannot be read":
        return _("The secret cannot be read. Generate a new one.")
    if text.endswith("an address of this machine or of a private network"):
        return _("The address leads into a private network, where no webhook may go.")
    if ": redirects are not followed" in text:
        return _("%(answer)s: redirects are not followed. Give the address it leads to.", answer=kind)
    if colon and kind.isidentifier():
        return _("The address could not be reached.")
    return text
