"""Files of other people read into columns, by way of a mapping."""
