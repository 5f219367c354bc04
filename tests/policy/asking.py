"""Short questions for tests: `ask("zhuji-2023", "2023-01-15", situation="returning_migrant")`."""

from policy.facts import parse
from policy.pack import Amendment, Pack, apply_amendments, load
from policy.quote import Quote, quote


def ask(policy: str | Pack, paid_on: str, *, birth_date: str = "1975-04-12", **facts) -> Quote:
    """The answer of a pack, by id or itself, for an adult unless said otherwise."""
    pack = load(policy) if isinstance(policy, str) else policy
    return quote(parse({"policy": pack.id, "birth_date": birth_date, "paid_on": paid_on, **facts}), pack)


def held(category: str, determined_on: str, **days: str) -> dict:
    """An identity."""
    return {"category": category, "determined_on": determined_on, **days}


def amended(policy: str, **leaves: str) -> Pack:
    """A pack with leaves replaced; `__` in a name stands for a dot."""
    changes = [Amendment(path.replace("__", "."), value, "测试〔2024〕1号", "测试") for path, value in leaves.items()]
    return apply_amendments(load(policy), changes)


def yuan_of(answer: Quote) -> dict:
    """The money of an answer as text."""
    fields = answer.as_json()
    return {field: fields[field] for field in ("standard", "charged", "reimbursed", "net_cost")}
