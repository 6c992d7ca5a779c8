"""What objects show in a notebook: figures, the tables behind them, HTML and maps; imported when first used."""
