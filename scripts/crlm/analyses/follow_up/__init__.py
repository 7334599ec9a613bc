"""How long the patients were followed, per endpoint."""
