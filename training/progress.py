"""Progress bars: on a terminal only, and only for what takes longer than a second."""

from functools import partial

from tqdm import tqdm

progress = partial(tqdm, disable=None, delay=1)
