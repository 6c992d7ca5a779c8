"""Better choices: rounding and repair, cores, dives into partial relaxations, independent components, lumpy limits."""
