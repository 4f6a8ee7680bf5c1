"""A document on A4: head and foot on every page, headings, fields in two columns and running text of any kind."""
import io
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from . import lines, rtl

FONTS = Path(__file__).parent / "fonts"
TEXT, EMOJI = "text", "emoji"
INK, QUIET, RULE = (31, 41, 46), (90, 102, 108), (205, 212, 215)
MARGIN, GAP = 18, 6  # millimetres
SMALL, NORMAL, LARGE, LARGEST = 8, 9.5, 11.5, 16  # points
LINE = 0.5  # millimetres a point: the height of a line
SHORT = 60  # characters of a value that fits half the page


class Paper(FPDF):
    """`head` stands at the top of every page, `foot` at its bottom beside `numbered` ("Page {page} of {pages}")."""

    def __init__(self, *, title: str, author: str, head: tuple[str, str], foot: str, numbered: str, language: str):
        super().__init__(format="A4")
        self._head, self._foot, self._numbered = head, foot, numbered
        self.add_font(TEXT, "", FONTS / "DejaVuSans.ttf")
        self.add_font(TEXT, "B", FONTS / "DejaVuSans-Bold.ttf")
        self.alias_nb_pages(lines.PAGES)
        self.set_title(_encodable(title))
        self.set_author(_encodable(author))
        self.set_lang(language)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, MARGIN + 4)
        self.c_margin = 0
        self._font(NORMAL)
        self.add_page()

    # ---- what fpdf calls on every page

    def header(self):
        left, right = (self._cleaned(text) for text in self._head)
        self._font(SMALL, colour=QUIET)
        self.set_y(10)
        half = self.epw / 2
        self.cell(half, 4, self._cut(left, half))
        self.cell(half, 4, self._cut(right, half), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self._rule(15)
        self.set_y(MARGIN + 2)

    def footer(self):
        self._font(SMALL, colour=QUIET)
        self._rule(self.h - 16)
        self.set_y(-14)
        numbered = self._numbered.format(page=self.page_no(), pages=lines.PAGES)
        room = self.epw - 40
        self.cell(room, 4, self._cut(self._cleaned(self._foot), room))
        self.cell(40, 4, numbered, align="R")

    # ---- what a document is made of

    def heading(self, text: str, below: str = "") -> None:
        """The title of the document, with a line below it."""
        self._font(LARGEST, "B")
        self._flow(text, LARGEST)
        if below:
            self._font(NORMAL, colour=QUIET)
            self._flow(below, NORMAL)
        self.ln(2)

    def section(self, text: str) -> None:
        """A heading that never stands alone at the foot of a page."""
        if self.will_page_break(22):
            self.add_page()
        self.ln(3)
        self._font(LARGE, "B")
        self._flow(text, LARGE)
        self._rule(self.get_y() + 0.8)
        self.ln(2.5)

    def fields(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Labels with their values, two short ones side by side; those without a value are left out."""
        waiting = None
        for label, value in pairs:
            if not value:
                continue
            short = len(value) <= SHORT and "\n" not in value
            if waiting is not None and short:
                self._row(waiting, (label, value))
                waiting = None
                continue
            if waiting is not None:
                self._row(waiting)
                waiting = None
            if short:
                waiting = (label, value)
            else:
                self.prose(label, value)
        if waiting is not None:
            self._row(waiting)

    def prose(self, label: str, text: str) -> None:
        """A text of any length over the whole width, its label above it."""
        self._label(label)
        self._font(NORMAL)
        self._flow(text, NORMAL)
        self.ln(1.8)

    def quiet(self, text: str) -> None:
        """A remark."""
        self._font(SMALL, colour=QUIET)
        self._flow(text, SMALL)
        self.ln(1)

    def made(self) -> bytes:
        """The finished document."""
        return bytes(self.output())

    # ---- pieces

    def _row(self, *pairs):
        """One or two fields in columns; a page never breaks between them."""
        width = (self.epw - GAP) / 2
        columns = [(label, list(self._lines(value, width, NORMAL, ""))) for label, value in pairs]
        tallest = max(len(found) for _label, found in columns)
        if self.will_page_break(5 + tallest * NORMAL * LINE):
            self.add_page()
        top, bottom = self.get_y(), 0.0
        for place, (label, found) in enumerate(columns):
            left = self.l_margin + place * (width + GAP)
            self.set_xy(left, top)
            self._label(label, left)
            self._font(NORMAL)
            for line, right in found:
                self.set_x(left)
                self._cell(line, right, width, NORMAL)
            bottom = max(bottom, self.get_y())
        self.set_xy(self.l_margin, bottom + 1.8)

    def _label(self, text, left=None):
        if left is None and self.will_page_break(10):
            self.add_page()
        self.set_x(self.l_margin if left is None else left)
        self._font(SMALL, colour=QUIET)
        self.cell((self.epw - GAP) / 2, SMALL * LINE, self._cut(self._cleaned(text), (self.epw - GAP) / 2),
                  new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _flow(self, text, size):
        for line, right in self._lines(text, self.epw, size, self.font_style):
            self._cell(line, right, self.epw, size)

    def _cell(self, line, right, width, size):
        self.cell(width, size * LINE, line, align="R" if right else "L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _lines(self, text, width, size, style):
        """(line, whether it stands at the right) of a text in a column."""
        def wide(character):
            return self._width(character, style) * size

        room = width * self.k
        for paragraph in self._cleaned(text).strip("\n").split("\n"):
            if not rtl.has_rtl(paragraph):
                for line in lines.wrapped(paragraph, room, wide):
                    yield line, False
                continue
            right = rtl.starts_right(paragraph)
            for line in lines.wrapped(self._drawable(rtl.joined(paragraph)), room, wide):
                yield rtl.as_seen(line), right

    def _cut(self, text, width):
        """The first line of a text in this room."""
        wide = self.font_style
        return next(lines.wrapped(text, width * self.k, lambda c: self._width(c, wide) * self.font_size_pt))

    def _cleaned(self, text):
        return self._drawable(str(text))

    def _drawable(self, text):
        if not text.isascii() and any(ord(c) > 0x2000 for c in text):
            self._need_emoji(text)
        return lines.cleaned(text, self._known)

    def _need_emoji(self, text):
        """The font of emoji is read only where a character asks for it."""
        if EMOJI not in self.fonts and any(not self._in(TEXT, ord(c)) and ord(c) in emoji_known() for c in text):
            self.add_font(EMOJI, "", FONTS / "NotoEmoji-Regular.ttf")
            self.set_fallback_fonts([EMOJI], exact_match=False)

    def _in(self, font, code):
        return font in self.fonts and code in self.fonts[font].cw and code in self.fonts[font].cmap

    def _known(self, code):
        return self._in(TEXT, code) or self._in(EMOJI, code)

    def _width(self, character, style):
        """In thousandths of the size, divided: points a point of size."""
        code = ord(character)
        font = self.fonts[TEXT + style if code in self.fonts[TEXT + style].cmap else EMOJI]
        return font.cw[code] / 1000

    def _font(self, size, style="", colour=INK):
        self.set_font(TEXT, style, size)
        self.set_text_color(*colour)

    def _rule(self, y):
        self.set_draw_color(*RULE)
        self.line(self.l_margin, y, self.w - self.r_margin, y)


def _encodable(text: str) -> str:
    """Without halves of a pair, which no encoding has."""
    return text.encode("utf-8", "replace").decode()


@lru_cache(maxsize=1)
def emoji_known() -> frozenset[int]:
    """The characters of the font of emoji."""
    from fontTools.ttLib import TTFont

    return frozenset(TTFont(io.BytesIO((FONTS / "NotoEmoji-Regular.ttf").read_bytes()), lazy=True).getBestCmap())
