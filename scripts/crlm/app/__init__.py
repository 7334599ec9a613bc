"""`make app`: the local page that leads from a spreadsheet to the report."""
