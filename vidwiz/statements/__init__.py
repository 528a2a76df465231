"""Statements that every task or request runs: made once, for both databases."""
