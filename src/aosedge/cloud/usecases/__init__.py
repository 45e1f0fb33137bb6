"""What a person or a Unit can ask for, one module a noun."""
