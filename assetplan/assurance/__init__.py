"""What boards read beside a plan: performance indicators by their rules, and the register of risks."""
