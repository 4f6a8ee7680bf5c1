"""What a try to send may end with, whatever the channel."""


class RefusedError(Exception):
    """The other side will never take this message: trying again is useless."""


class NotNowError(Exception):
    """It could not be sent now; it may be later, or once the setting is mended."""
