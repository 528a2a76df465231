"""What is believed of proxies in front: the client's address, the scheme and a path prefix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Believe X-Forwarded-For, -Proto and -Prefix of `VIDWIZ_TRUSTED_PROXIES` proxies, else none.

    X-Forwarded-Host is never believed: pages compare the host with where a request came from.
    Comes last, so that it stands before everything else that the app is wrapped in.
    """
    count = app.extensions["vidwiz"].config.trusted_proxies
    if count:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=0, x_prefix=count
        )
