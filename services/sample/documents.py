"""Papers and photos for the sample: small real files, drawn from nothing, that show they are made up."""

import struct
import zlib
from random import Random

WIDTH, HEIGHT = 320, 240
WHITE, GREY, INK, RED = b"\xff\xff\xff", b"\xb4\xb9\xc0", b"\x2b\x3a\x55", b"\xc8\x32\x2d"
DIGIT = 4  # pixels that one dot of a figure is wide and high
#: Figures as five rows of three dots.
FIGURES = {
    "0": "75557", "1": "26227", "2": "71747", "3": "71717", "4": "55711", "5": "74717", "6": "74757",
    "7": "71122", "8": "75757", "9": "75717", "-": "00700",
}  # fmt: skip
ROWS_ON_PAPER = 9


class _Canvas:
    """Pixels in RGB; everything that is drawn is a rectangle."""

    def __init__(self, colour: bytes) -> None:
        self._rows = [bytearray(colour * WIDTH) for _ in range(HEIGHT)]

    def fill(self, left: int, top: int, width: int, height: int, colour: bytes) -> None:
        width = min(width, WIDTH - left)
        for row in self._rows[top : top + height]:
            row[left * 3 : (left + width) * 3] = colour * width

    def write(self, text: str, left: int, top: int, colour: bytes) -> None:
        for place, sign in enumerate(text):
            for y, dots in enumerate(FIGURES.get(sign, "00000")):
                for x in range(3):
                    if int(dots, 8) >> (2 - x) & 1:
                        self.fill(left + (place * 4 + x) * DIGIT, top + y * DIGIT, DIGIT, DIGIT, colour)

    def png(self) -> bytes:
        pixels = b"".join(b"\x00" + bytes(row) for row in self._rows)
        header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
        parts = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b""))
        chunks = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts)
        return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def sheet_png(ref: str, heads: int) -> bytes:
    """Return a paper list with the activity's number and as many strokes as fit."""
    random = Random(f"sheet:{ref}")  # noqa: S311 - a picture, not a secret
    paper = _Canvas(WHITE)
    paper.write(ref, 16, 14, INK)
    paper.write(str(heads), 250, 14, RED)
    for row in range(ROWS_ON_PAPER + 1):
        paper.fill(16, 52 + row * 20, 288, 1, GREY)
    for column in (16, 48, 150, 303):
        paper.fill(column, 52, 1, ROWS_ON_PAPER * 20, GREY)
    for row in range(min(ROWS_ON_PAPER, heads)):
        for left, room in ((56, 84), (160, 130)):
            for stroke in range(random.randint(3, 6)):
                top = 57 + row * 20 + random.randint(0, 8)
                paper.fill(left + stroke * room // 7, top, random.randint(4, 12), 2, INK)
    return paper.png()


def photo_png(ref: str) -> bytes:
    """Return a hall with a banner, a number on it and rows of heads."""
    random = Random(f"photo:{ref}")  # noqa: S311 - a picture, not a secret
    hall = _Canvas(bytes(random.randint(170, 215) for _ in range(3)))
    hall.fill(0, 170, WIDTH, HEIGHT - 170, b"\x8a\x7a\x66")
    hall.fill(24, 20, WIDTH - 48, 44, RED)
    hall.write(ref, 84, 30, b"\xff\xe9\xa8")
    hall.fill(140, 84, 40, 60, INK)
    for row in range(3):
        for seat in range(9):
            left, top = 14 + seat * 34 + random.randint(-3, 3), 150 + row * 30
            hall.fill(left, top, 16, 14, bytes(random.randint(30, 90) for _ in range(3)))
            hall.fill(left - 5, top + 14, 26, 14, bytes(random.randint(60, 160) for _ in range(3)))
    return hall.png()


def certificate_pdf(lines: list[str]) -> bytes:
    """Return a page with these lines of Chinese text; the reader's own font shows them."""
    rows = [f"/F1 14 Tf 60 {760 - 28 * n} Td <{line.encode('utf-16-be').hex()}> Tj" for n, line in enumerate(lines)]
    content = "\n".join(f"BT {row} ET" for row in rows).encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 7 0 R /CIDSystemInfo 8 0 R >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 %s >>"
        % b"/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93",
        b"<< /Registry (Adobe) /Ordering (GB1) /Supplement 2 >>",
    ]
    page = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(page))
        page += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(page)
    page += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    page += b"".join(b"%010d 00000 n \n" % place for place in places)
    page += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(page)
