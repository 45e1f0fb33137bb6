"""Verification Batches: a ready bundle shown to work, and approved, before campaigns bring it to everyone.

`state` is what is kept, `resolving` proves that dependencies can be satisfied, `stepping` is the machine:
`step(batch, event) -> (batch, effects)`, `gating` what campaigns and followers ask, `evidence` what tests said.
"""
