"""`python -m local.bundle DIR [FUNCTION=URL …]`: the page as it is uploaded to a bucket, into DIR.

Without addresses, the page asks the origin that it comes from.
"""

import re
import shutil
import sys
from pathlib import Path

from local import vendor
from local.page import WEB, media_type_of

URL = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?")
CONNECT = "connect-src 'self'"


def bundle(directory: Path, addresses: dict[str, str]) -> None:
    """Copies web/, with where each function answers in its configuration and in its policy.

    Raises ValueError for an address that is none or a function that the page does not ask, and
    `vendor.VendorError`.
    """
    vendor.fetch(vendor.PAGE, WEB / "vendor")
    config = (WEB / "js" / "config.js").read_text("utf-8")
    for name, address in addresses.items():
        if not URL.fullmatch(address):
            raise ValueError(f"{address!r} is not an address such as https://api.example")
        config, replaced = re.subn(rf'^(  {re.escape(name)}: )"",$', rf'\1"{address}",', config,
                                   flags=re.MULTILINE)  # fmt: skip
        if not replaced:
            raise ValueError(f"the page asks no function {name!r}")
    index = (WEB / "index.html").read_text("utf-8")
    allowed = " ".join([CONNECT, *sorted(set(addresses.values()))])
    shutil.rmtree(directory, ignore_errors=True)
    shutil.copytree(WEB, directory, ignore=_clutter)
    (directory / "js" / "config.js").write_text(config, encoding="utf-8")
    (directory / "index.html").write_text(index.replace(CONNECT, allowed), encoding="utf-8")


def _clutter(directory: str, names: list[str]) -> list[str]:
    """What is no file of the page, such as those that editors leave."""
    return [name for name in names if name.startswith(".") or _is_strange(Path(directory) / name)]


def _is_strange(path: Path) -> bool:
    return path.is_file() and media_type_of(path) is None


def main(arguments: list[str]) -> int:
    """1 and one line on standard error where there is nothing that could be uploaded."""
    try:
        directory, *pairs = arguments
        bundle(Path(directory), dict(pair.split("=", 1) for pair in pairs))
    except (ValueError, vendor.VendorError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
