"""The web application for gunicorn: `gunicorn -c python:vidwiz.serving wsgi:app`."""

from vidwiz.app import create_app

app = create_app()
