"""Imports and follows."""
