"""Pages: for now only rq-dashboard, behind the admin token."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from werkzeug.middleware.dispatcher import DispatcherMiddleware

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask

PATH = "/rq"


def init_app(app: Flask) -> None:
    """Mount the dashboard below /rq; it is imported and made when somebody asks for it."""
    dashboard = LateDashboard(app)
    app.extensions["vidwiz.dashboard"] = dashboard
    app.wsgi_app = DispatcherMiddleware(  # type: ignore[method-assign]
        app.wsgi_app, {PATH: dashboard}
    )


class LateDashboard:
    """The dashboard as a WSGI application that is made at the first request."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._made: Flask | None = None

    def made(self) -> Flask:
        """Return the dashboard's own Flask app."""
        with self._lock:
            if self._made is None:
                from vidwiz.web import dashboard  # noqa: PLC0415 - few ever ask for it

                self._made = dashboard.make(self._app)
            return self._made

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 - WSGI
        return self.made().wsgi_app(environ, start_response)
