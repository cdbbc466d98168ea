"""`python -m esc_skills`: the command line."""

from esc_skills.cli import main

if __name__ == "__main__":
    main()
