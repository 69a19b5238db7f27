"""What may be wrong with the handbook: links, anchors and pictures that lead nowhere, pages that nobody lists."""

from __future__ import annotations

from collections.abc import Iterator

from docs.handbook.markdown import Page, picture_twins, split_link
from docs.handbook.site import DOCS, Site, Source


def problems(site: Site) -> list[str]:
    """Everything that is wrong, a line each."""
    found = [line for source, page in site.pages.values() for line in _page_problems(site, source, page)]
    listed = {source.path for source, _ in site.pages.values()}
    found += [f"{path.name}: is not in contents.toml" for path in sorted(DOCS.glob("*.md")) if path not in listed]
    return found


def _page_problems(site: Site, source: Source, page: Page) -> Iterator[str]:
    folder = DOCS if source.path is None else source.path.parent
    for target in page.links:
        file, anchor = split_link(target)
        if not file and not anchor:
            continue  # leads to the web
        linked = site.files.get(file or source.file)
        if linked is None:
            yield f"{source.name}: {target}: no such page" + (
                " (a file of the sources: name it in code letters instead)" if (folder / file).exists() else ""
            )
        elif anchor and anchor not in linked.anchors:
            yield f"{source.name}: {target}: no such heading"
    for picture in page.pictures:
        for twin in picture_twins(picture):
            if not (folder / twin).is_file():
                yield f"{source.name}: {twin}: no such picture"
            elif ".." in twin:
                yield f"{source.name}: {twin}: pictures lie in docs/"
