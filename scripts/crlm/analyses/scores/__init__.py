"""Clinical risk scores: who has which, as published, and agreement with recorded ones."""
