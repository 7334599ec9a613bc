"""From a spreadsheet to a proposed analysis plan, with a reason, a certainty and a question for every guess."""
