"""The calendar of the exchange: which list is owed by whom and when, what came of it, and what is made by itself.

Every day in it is computed by `policy.deadlines` from the notice in force.
"""
