"""Pages of people: lists (`lists`), one person (`person`), the registration desk (`registration`), what lists suggest
(`proposals`), schools (`schools`) and employee insurance (`employee_cover`)."""
