"""The law as data and the rule engine that reads it. Pure Python: no Django, no database, no clock.

    from policy.facts import parse
    from policy.pack import load
    from policy.quote import quote

    quote(parse({"policy": "zhuji-2023", "birth_date": "1975-04-12", "paid_on": "2022-12-31"}), load("zhuji-2023"))

A notice is a pack (`packs/*.yaml`), described in docs/writing-a-pack.md.
"""
