def canonical(facts, pack):
    return facts
