"""Pictures: walked through block by block, so that a script with a picture's first letters is none."""
import struct

SPARE = 16  # bytes after the end that careless programs leave


def is_png(file, size, _extension) -> bool:
    """Chunks with lengths, from IHDR to IEND, and nothing after them."""
    file.seek(0)
    if file.read(8) != b"\x89PNG\r\n\x1a\n":
        return False
    first = True
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        if first and (kind, length) != (b"IHDR", 13) or not kind.isalpha():
            return False
        first = False
        after = file.tell() + length + 4
        if after > size:
            return False
        file.seek(after)
        if kind == b"IEND":
            return size - after <= SPARE
    return False


def is_jpeg(file, size, _extension) -> bool:
    """Segments with lengths up to the picture itself."""
    file.seek(0)
    if file.read(2) != b"\xff\xd8":
        return False
    framed = False
    while len(head := file.read(4)) == 4:
        mark, kind, length = head[0], head[1], int.from_bytes(head[2:], "big")
        if mark != 0xFF or length < 2 or file.tell() + length - 2 > size:
            return False
        framed = framed or 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC)
        if kind == 0xDA:
            return framed
        file.seek(length - 2, 1)
    return False


def is_gif(file, size, _extension) -> bool:
    """Blocks from the screen to the trailer, and nothing after it: a script that begins with GIF89a has none."""
    file.seek(0)
    head = file.read(13)
    if len(head) < 13 or head[:6] not in (b"GIF87a", b"GIF89a"):
        return False
    _skip_colours(file, head[10])
    pictures = 0
    while block := file.read(1):
        if block == b";":
            return pictures > 0 and size - file.tell() <= SPARE
        if block == b"!":
            file.seek(1, 1)
        elif block == b",":
            shape = file.read(9)
            if len(shape) < 9:
                return False
            _skip_colours(file, shape[8])
            file.seek(1, 1)
            pictures += 1
        else:
            return False
        if not _skip_parts(file):
            return False
    return False


def is_webp(file, size, _extension) -> bool:
    """A RIFF file as long as it says, of one of the three kinds of WebP."""
    file.seek(0)
    head = file.read(16)
    length = int.from_bytes(head[4:8], "little")
    return (head[:4] == b"RIFF" and head[8:15] == b"WEBPVP8" and head[15:16] in b" LX" and length > 4
            and 0 <= size - length - 8 <= SPARE)


def _skip_colours(file, flags) -> None:
    if flags & 0x80:
        file.seek(3 * 2 ** ((flags & 7) + 1), 1)


def _skip_parts(file) -> bool:
    """Parts of up to 255 bytes, each after its length, to the empty one."""
    while length := file.read(1):
        if length == b"\0":
            return True
        file.seek(length[0], 1)
    return False
