"""How data comes in: crawled postings and imported files, all as the same records on disk."""

import argparse
from collections.abc import Iterable

from training.errors import DataError
from training.gather import imports
from training.gather.store import FILE, Store
from training.gathered import Gathered
from training.sources.table import Columns


def run(options: argparse.Namespace) -> None:
    """The step `gather`. Raises `DataError`."""
    places = [*options.pages, *options.sitemap, *options.listing]
    files = options.json_resume or options.table or options.postings or options.onet
    if not places and not files:
        raise DataError("nothing to gather: give pages, --sitemap, --listing or files to import")
    for url in places:
        if not url.startswith(("http://", "https://")):
            raise DataError(f"{url} is no address of a page")
    if places and not options.contact:
        raise DataError("--contact C is missing: say where the owners of the sites reach you")
    if options.delay <= 0 or options.budget < 1:
        raise DataError("--delay must be more than 0, and --budget 1 or more")
    with Store(options.out) as store:
        _import(_files(options), store)
        if places:
            from training.gather.crawl import Plan, crawl  # Scrapy takes a second to import.

            plan = Plan(
                options.sitemap, options.listing, options.pages, options.contact, options.licence,
                options.delay, options.budget,
            )  # fmt: skip
            crawled = crawl(plan, store, options.out / "crawl")
            print(crawled.text(), flush=True)
            if crawled.in_vain:
                raise DataError("nothing could be read of what was asked for: see above")
        print(f"gathered: {store.added} new records in {options.out / FILE}")


def _files(options: argparse.Namespace) -> Iterable[Gathered]:
    columns = Columns.named_by(options)
    for path in options.json_resume:
        yield from imports.json_resume(path, options.licence)
    for path in options.table:
        yield from imports.table(path, columns, options.licence)
    for path in options.postings:
        yield from imports.table(path, columns, options.licence, "posting")
    for path in options.onet:
        yield from imports.onet(path)


def _import(records: Iterable[Gathered], store: Store) -> None:
    for record in records:
        store.add(record)
