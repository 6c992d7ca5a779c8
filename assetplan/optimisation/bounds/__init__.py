"""Upper bounds on any choice's benefit: prices on the limits, and the linear programmes that set them."""
