"""The register as a network: where assets lie on it, what depends on them, and what traffic does."""
