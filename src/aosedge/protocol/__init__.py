"""What a Unit and AosCloud say to each other. No socket, clock or file in here."""
