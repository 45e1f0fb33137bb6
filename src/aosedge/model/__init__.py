"""The vocabulary that AosCloud and AosCore share. Imports nobody else of ours."""
