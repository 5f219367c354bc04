"""Lists that the agency owes other departments: made, numbered, handed over, acknowledged.

The room that owns the rows declares its kinds (`exchanges.outbound.kinds`) and registers them in `AppConfig.ready()`.
"""
