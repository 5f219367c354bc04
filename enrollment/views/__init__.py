"""Pages of people: lists (`lists`), one person (`person`), the registration desk (`registration`)."""
