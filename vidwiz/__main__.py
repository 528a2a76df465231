"""`python -m vidwiz` is the `vidwiz` command."""

from vidwiz.cli import main

if __name__ == "__main__":
    main()
