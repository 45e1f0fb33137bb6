"""Who may do what: roles, operations, callers, decisions."""
