"""One folder per analysis; `order` is the one list of them."""
