"""What several measurements share: databases of their own, lists of synthetic people, clocks."""
