"""Whether the lesions of a patient agree."""
