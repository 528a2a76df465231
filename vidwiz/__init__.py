"""VidWiz: YouTube videos become knowledge you keep."""

__version__ = "0.1.0"
