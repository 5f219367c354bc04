"""Pages of assistance: decisions and their runs, identity marks, assisted people, reconciliation."""
