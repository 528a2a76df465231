"""The web application for gunicorn: `gunicorn -k gthread --threads 64 wsgi:app`."""

from vidwiz import log
from vidwiz.app import create_app
from vidwiz.config import Config

config = Config.from_env()
log.configure(config.log_level)
app = create_app(config)
