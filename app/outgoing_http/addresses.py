"""Where a call may go: not to this machine, nor into the network it stands in, unless a setting says so."""
import ipaddress
import socket
from urllib.parse import urlsplit

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotAllowed(Exception):
    """The address leads where no call may go."""


def is_address(url: str, longest: int) -> bool:
    """Whether this is a whole address of the web: http or https, a host, no user name, nothing to be escaped."""
    if len(url) > longest or any(ord(c) < 33 or ord(c) == 127 for c in url):
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None and port != 0


def is_inside(host: str) -> bool:
    """Whether a host, as it is written, is this machine or an address of a private network; names are not looked up."""
    try:
        return not is_public(host)
    except ValueError:
        return host.lower().rstrip(".") == "localhost" or host.lower().rstrip(".").endswith(".localhost")


def resolve(host: str, port: int, *, allow_private: bool) -> str:
    """The address to connect to: the first of the host's that is allowed. Who connects uses it and asks no name server
    again. Raises NotAllowed, OSError where the name has no address."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(f"{host!r} is no name of a host") from error
    addresses = list(dict.fromkeys(each[4][0] for each in found))
    for address in addresses:
        if allow_private or is_public(address):
            return address
    raise NotAllowed(f"{host} leads to {', '.join(addresses)}: an address of this machine or of a private network")


def is_public(text: str) -> bool:
    """Whether the address is one of the internet, whatever it is wrapped in."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if address.version == 6:
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.ip_address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            address = inner
    return address.is_global and not address.is_multicast and not address.is_reserved
