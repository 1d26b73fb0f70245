import sys

from tools.extraction.worker import main

sys.exit(main())
