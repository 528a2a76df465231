"""What answers and exceptions mean: the only place that translates them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz.plugin_api import Handling, PluginError
from vidwiz.plugin_api.answers import retry_time

if TYPE_CHECKING:
    from collections.abc import Mapping

BY_TYPE: Mapping[str, str] = {
    "video_requires_password": "private",
    "incorrect_video_password": "private",
    "does_not_respect_follow_constraints": "removed",
}
"""The `type` of PeerTube's error documents (its ServerErrorCode), which goes before the status."""

BY_STATUS: Mapping[int, str] = {
    400: "invalid_id",
    401: "private",
    403: "private",
    404: "removed",
    410: "removed",
    429: "rate_limited",
}
"""Status of an answer in JSON, which is PeerTube's own. All from 500 on are `network_error`."""

BY_STATUS_OF_OTHERS: Mapping[int, str] = {
    401: "ip_blocked",
    403: "ip_blocked",
    404: "removed",
    410: "removed",
    429: "rate_limited",
}
"""Status of an answer that is no JSON: a server in front of PeerTube, such as a guard against
robots, has said it."""

BY_EXCEPTION: Mapping[str, str] = {
    "ConnectTimeout": "timed_out",
    "ReadTimeout": "timed_out",
    "Timeout": "timed_out",
    "SSLError": "network_error",
    "ProxyError": "network_error",
    "ConnectionError": "network_error",
    "InvalidURL": "parse_error",
}
"""Classes of `requests.exceptions`; the nearest in the order of inheritance counts."""

WHILE_READING: Mapping[str, str] = {
    "ReadTimeoutError": "timed_out",
    "ProtocolError": "network_error",
    "DecodeError": "parse_error",
    "SSLError": "network_error",
}
"""Classes of `urllib3.exceptions`, which are raised while the body is read."""

STATES: Mapping[int, str] = {
    2: "captions_not_ready",
    3: "captions_not_ready",
    4: "not_started",
    5: "captions_not_ready",
    9: "captions_not_ready",
    13: "captions_not_ready",
}
"""What PeerTube's VideoState says of a video without captions; others say nothing of it."""


def of_answer(status: int, error_type: str | None, *, is_json: bool, pause: str) -> PluginError:
    """Return the failure that an answer means; `pause` is its Retry-After header."""
    if status >= 500:  # noqa: PLR2004 - where errors of servers begin
        return PluginError("network_error", retry_at=retry_time(pause))
    table = BY_STATUS if is_json else BY_STATUS_OF_OTHERS
    code = BY_TYPE.get(error_type or "") or table.get(status, "parse_error")
    return PluginError(code, retry_at=retry_time(pause) if code == "rate_limited" else None)


def of_exception(error: BaseException) -> PluginError:
    """Return the failure that an exception of requests or urllib3 means."""
    for kind in type(error).__mro__:
        table = WHILE_READING if kind.__module__.startswith("urllib3.") else BY_EXCEPTION
        if kind.__name__ in table:
            return PluginError(table[kind.__name__])
    return PluginError("network_error")


def elsewhere(host: str) -> PluginError:
    """Return the failure of captions on a host that nobody allowed."""
    return PluginError(
        "file_host_unknown",
        f"The captions are on {host}, which VIDWIZ_PLUGIN_PEERTUBE_FILE_HOSTS does not name.",
        handling=Handling.OPERATOR,
    )
