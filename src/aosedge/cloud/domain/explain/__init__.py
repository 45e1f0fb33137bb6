"""Why a Unit runs what it runs, and what it waits for: an ordered chain from intent to the last error on it.

Nothing is decided here: `known` is what the deciding functions said, `rules` names them in words, `intent`,
`campaigns` and `reported` word each part of the chain, and `chain` puts them in order.
"""
