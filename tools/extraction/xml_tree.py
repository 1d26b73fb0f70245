"""XML of unknown origin as a tree; names are compared without their namespaces, of which dialects have several."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element


def parse_xml(data: bytes | str) -> Element:
    """The root element. External entities are never fetched, and expat (since 2.4.1) stops entities that multiply.

    Raises xml.etree.ElementTree.ParseError.
    """
    return ElementTree.fromstring(data)  # noqa: S314 - see the docstring; the process has its limits besides


def children_of(stream: IO[bytes], parent: str) -> Iterator[Element]:
    """The children of the first element called `parent`, one at a time, each forgotten before the next is read.

    Safe and raising as `parse_xml` is.
    """
    depth, inside, root = 0, 0, None
    for event, element in ElementTree.iterparse(stream, ("start", "end")):  # noqa: S314 - see parse_xml
        if event == "start":
            depth += 1
            if not inside and local_name(element) == parent:
                inside, root = depth, element
            continue
        if inside and depth == inside + 1:
            yield element
            if root is not None:
                root.clear()
        if depth == inside:
            return
        depth -= 1


def local_name(element: Element) -> str:
    """The element's name without its namespace; "" for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def child(element: Element | None, name: str) -> Element | None:
    """The first child of this name."""
    return next((one for one in element if local_name(one) == name), None) if element is not None else None


def attribute(element: Element | None, name: str) -> str:
    """The value of an attribute, in whatever namespace; "" when there is none, or no element."""
    if element is None:
        return ""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def words(element: Element) -> str:
    """All text inside the element on one line."""
    return " ".join("".join(element.itertext()).split())
