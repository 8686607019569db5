"""Files of a binder, from the first byte that arrives to whoever may open them."""
