"""Every bound on what a caller may send, each written once.

`openapi.yaml` repeats them for readers; `tests/test_openapi.py` holds the two together.
"""

BODY_BYTES = 1 << 20
EXPERIENCES = 100
TEXT_CHARACTERS = 100_000
"""Characters of all experiences of one request together, titles and dates included."""
TITLE_CHARACTERS = 200
DATE_CHARACTERS = 50
"""Of the start and the end of an experience, which are read for their year."""
NESTING = 20
BODY_SECONDS = 10
"""From the first look at a body to its last byte, and as long for the head before it."""
REQUEST_SECONDS = 60
"""For a request altogether, after which Cloud Run ends it: `TIMEOUT` in `deploy.sh`."""
SKILLS_DEFAULT = 20
SKILLS_MOST = 100
SUGGESTIONS = 5
PATHS_DEPTH = 4
PATHS_DEPTH_DEFAULT = 2
PATHS_BREADTH = 10
PATHS_BREADTH_DEFAULT = 5
