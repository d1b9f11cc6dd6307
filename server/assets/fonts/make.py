"""Makes the two fonts of the social cards. Usage: make.py FRAUNCES_FILES PUBLIC_SANS_FILES OUT"""

import os
import sys
import tempfile

from fontTools import merge, subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

# Latin-1, Latin Extended-A, what Romanian and Welsh need besides, punctuation, a few signs. A font leaves out what it lacks.
CHARACTERS = [
    *range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x218, 0x21C), *range(0x1E80, 0x1E86), 0x1E9E, 0x1EF2, 0x1EF3,
    0x2013, 0x2014, 0x2018, 0x2019, 0x201A, 0x201C, 0x201D, 0x201E, 0x2022, 0x2026, 0x2032, 0x2033, 0x2039, 0x203A,
    0x20AC, 0x2122, 0x2190, 0x2192, 0x2212, 0x2248, 0x2260, 0x2264, 0x2265,
]
FEATURES = ["kern", "liga", "mark", "mkmk", "ccmp", "locl"]


def make(family, parts, axes, out):
    files, have = [], set()
    for part in parts:
        font = instancer.instantiateVariableFont(TTFont(part), axes)
        options = subset.Options(
            layout_features=FEATURES, hinting=False, notdef_outline=True, drop_tables=["STAT", "DSIG"],
            name_IDs=[0, 1, 2, 6, 13, 14], glyph_names=False, recalc_timestamp=False,
        )
        subsetter = subset.Subsetter(options)
        # What an earlier part has, a later one leaves out.
        subsetter.populate(unicodes=[character for character in CHARACTERS if character not in have])
        subsetter.subset(font)
        have |= set(font.getBestCmap())
        font.flavor = None
        files.append(os.path.join(tempfile.mkdtemp(), "part.ttf"))
        font.save(files[-1])
    font = merge.Merger().merge(files)
    # Without a PostScript name (6) the renderer does not take the font.
    for number, name in ((1, family), (2, "Regular"), (6, family.replace(" ", "") + "-Card")):
        font["name"].setName(name, number, 3, 1, 0x409)
    font.save(out)
    missing = [f"U+{character:04X}" for character in CHARACTERS if character not in font.getBestCmap()]
    print(out, os.path.getsize(out), "bytes,", len(font.getBestCmap()), "characters; without", *missing)


fraunces, sans, out = sys.argv[1:]
make(
    "Fraunces",
    [f"{fraunces}/fraunces-{part}-standard-normal.woff2" for part in ("latin", "latin-ext")],
    {"wght": 600, "opsz": 72},
    f"{out}/fraunces-600.ttf",
)
make(
    "Public Sans",
    [f"{sans}/public-sans-{part}-wght-normal.woff2" for part in ("latin", "latin-ext")],
    {"wght": 500},
    f"{out}/public-sans-500.ttf",
)
