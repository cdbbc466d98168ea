"""How does an older bank become a newer one? Alembic's scripts, run from `skills_bank/journal.py` and nowhere else."""
