"""Certificates, signatures, archives: what both sides must agree on. Imports only model."""
