"""What helpers and operators use, behind the admin token."""
