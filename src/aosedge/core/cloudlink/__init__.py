"""Discovery, connection, and what is kept until the cloud has it."""
