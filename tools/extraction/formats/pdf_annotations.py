"""What a PDF page holds on top of its text: the values of form fields, and comments."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

_MOST = 2000
"""Annotations of one page that are looked at."""
_MARKS = (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)
_COMMENTS = (raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_FREETEXT)


def open_forms(document: pdfium.PdfDocument) -> Any:
    """The handle that field values are read with; None without a form. To be called before the pages are opened."""
    if document.get_formtype() == raw.FORMTYPE_NONE:
        return None
    document.init_forms()
    return document.formenv


def annotation_lines(page: pdfium.PdfPage, forms: Any) -> Iterator[str]:
    """ "Name: value" of each field that is filled in, "Comment: ..." of each comment."""
    for index in range(min(_MOST, raw.FPDFPage_GetAnnotCount(page))):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            line = _line(forms, annotation)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
        if line:
            yield line


def _line(forms: Any, annotation: Any) -> str:
    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if kind in _COMMENTS:
        comment = _string(lambda *buffer: raw.FPDFAnnot_GetStringValue(annotation, b"Contents", *buffer))
        return f"Comment: {comment}" if comment else ""
    return _field(forms, annotation) if forms is not None and kind == raw.FPDF_ANNOT_WIDGET else ""


def _field(forms: Any, annotation: Any) -> str:
    kind = raw.FPDFAnnot_GetFormFieldType(forms, annotation)
    if kind == raw.FPDF_FORMFIELD_PUSHBUTTON:
        return ""
    name = _string(lambda *buffer: raw.FPDFAnnot_GetFormFieldAlternateName(forms, annotation, *buffer))
    name = name or _string(lambda *buffer: raw.FPDFAnnot_GetFormFieldName(forms, annotation, *buffer))
    value = _string(lambda *buffer: raw.FPDFAnnot_GetFormFieldValue(forms, annotation, *buffer))
    if kind in _MARKS:
        value = "marked" if raw.FPDFAnnot_IsChecked(forms, annotation) else ""
    return f"{name}: {value}" if value else ""


def _string(read: Callable[[Any, int], int]) -> str:
    """A string that pdfium writes as UTF-16 with a closing NUL, asked for its size in bytes first."""
    size = read(None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    read(ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return " ".join(buffer.raw[: size - 2].decode("utf-16-le", "replace").split())
