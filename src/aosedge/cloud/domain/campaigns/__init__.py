"""Campaigns: a bundle brought to many Units in waves, that stop by themselves and can go back.

`policy` is what a person asks for, `waves` how Units are shared out, `state` what is kept, `gate` and
`sequential` the judgement of a wave, `stepping` the machine: `step(campaign, event) -> (campaign, effects)`.
"""
