"""Allow ``python -m infobound``."""

from infobound.cli import main

if __name__ == "__main__":
    main(prog_name="infobound")
