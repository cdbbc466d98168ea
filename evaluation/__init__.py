"""How good is it? Comparisons of supporters on the same simulated seekers."""
