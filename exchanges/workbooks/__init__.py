"""A program of its own, `python -m exchanges.workbooks`: reads a workbook from standard input and writes its cells as
text to standard output. It imports nothing of the site, so that what a hostile file does here, it does to a small
process with limits (`exchanges.reading.workbook` starts it and says its refusals in words).
"""
