"""Drawing and writing that several analyses share: page, curves, table, numbers, word, excel, svg."""
