from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

NOBODY_KNOWS = "0.0.0.0"


def client_address(request: HttpRequest) -> str:
    """The network address that a request comes from.

    Behind PROXY_COUNT reverse proxies it is the entry that the outermost of them added to X-Forwarded-For; whatever
    stands further left was written by the client. Without proxies the header is not read at all.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.PROXY_COUNT:
        entries = [entry.strip() for entry in request.headers.get("X-Forwarded-For", "").split(",") if entry.strip()]
        if len(entries) >= settings.PROXY_COUNT:
            address = entries[-settings.PROXY_COUNT]
    try:
        return str(ip_address(address))
    except ValueError:
        return NOBODY_KNOWS
