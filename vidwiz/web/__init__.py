"""Pages: for now only rq-dashboard, behind the admin token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz.web import dashboard

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Give the app its pages."""
    dashboard.init_app(app)
