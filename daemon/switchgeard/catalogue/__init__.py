"""What is known of models beside what their providers list: names, limits, abilities, prices.

canonical    a provider's id of a model -> the name it has everywhere, by rules
shipped      the shipped facts, and where they are read from
enrichment   a Catalog with the gaps filled: the user's word, then the provider's list, then the shipped facts
proposing    groups of variants that are one model
"""
