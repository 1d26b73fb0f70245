"""Where the frozen program starts, in any role."""

from app.__main__ import main

main()
