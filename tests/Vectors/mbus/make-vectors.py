#!/usr/bin/env python3
"""Prints layers.jsonl: one case or more for each layer, security mode and record type of wM-Bus and M-Bus.

    python3 tests/Vectors/mbus/make-vectors.py > tests/Vectors/mbus/layers.jsonl

Standard library and the `openssl` command line only (AES-128 CBC and CTR, CMAC); nothing is shared with the program under test. What is expected is made from the intended values,
before they are packed into octets. Rows:
  what, hex, key, prior   what `frame decode --jsonl` is asked
  expect                  "quantity value unit; ... [state]"; no state where nothing was encrypted
  frame, layers           link format and layers that must be named
  error, undecoded        what the error must say; the octets that no record explains
  facets                  a list as long as the records: properties each must show (error: a part of it)
  strip                   A, B or wired: this link format's checksum must refuse the octets
  guarded                 [from, to) octets that a MAC, a payload CRC or the 2F2F check stands over, and of them "mac" or "cipher"
"""
import json
import struct
import subprocess
from decimal import Decimal

KEY = "000102030405060708090A0B0C0D0E0F"
WRONG = "0F0E0D0C0B0A09080706050403020100"


# ---- checksums and ciphers -------------------------------------------------------------------------------------------------------------------------------------------

def crc(octets):
    """EN 13757-4: polynomial 3D65, start 0, complemented."""
    register = 0
    for octet in octets:
        register ^= octet << 8
        for _ in range(8):
            register = (register << 1 ^ 0x3D65 if register & 0x8000 else register << 1) & 0xFFFF
    return register ^ 0xFFFF


assert crc(b"123456789") == 0xC2B7


def openssl(arguments, octets):
    return subprocess.run(["openssl"] + arguments, input=octets, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True).stdout


def cbc(key, initial, clear):
    assert len(clear) % 16 == 0
    return openssl(["enc", "-aes-128-cbc", "-nopad", "-K", key, "-iv", initial.hex()], clear)


def ctr(key, counter, clear):
    return openssl(["enc", "-aes-128-ctr", "-K", key, "-iv", counter.hex()], clear)


def cmac(key, octets):
    return bytes.fromhex(openssl(["mac", "-cipher", "AES-128-CBC", "-macopt", "hexkey:" + key, "CMAC"], octets).decode().strip())


assert cmac("2B7E151628AED2A6ABF7158809CF4F3C", b"").hex() == "bb1d6929e95937287fa37d129b756746"  # RFC 4493, example 1


# ---- the meter and its link ------------------------------------------------------------------------------------------------------------------------------------------

MAKER = bytes.fromhex("2D2C")  # KAM
NUMBER = bytes.fromhex("78563412")  # 12345678
VERSION, MEDIUM = 0x1B, 0x07
ADDRESS = NUMBER + bytes([VERSION, MEDIUM])
OTHER_NUMBER = bytes.fromhex("21436587")  # 87654321, the meter behind a radio converter
OTHER = bytes.fromhex("9315") + bytes([0x33, 0x03])  # ELS, version, type: the order of a long header behind the number


def bare(content, control=0x44, address=MAKER + ADDRESS):
    telegram = bytes([control]) + address + content
    assert len(telegram) <= 255
    return bytes([len(telegram)]) + telegram


def format_a(telegram):
    framed, at, size = b"", 0, 10
    while at < len(telegram):
        block = telegram[at:at + size]
        framed += block + struct.pack(">H", crc(block))
        at, size = at + size, 16
    return framed


def format_b(telegram):
    if len(telegram) + 2 <= 128:
        first = bytes([len(telegram) + 1]) + telegram[1:]
        return first + struct.pack(">H", crc(first))
    first = bytes([len(telegram) + 3]) + telegram[1:126]
    second = telegram[126:]
    return first + struct.pack(">H", crc(first)) + second + struct.pack(">H", crc(second))


def wired(content, control=0x08, address=0x05):
    body = bytes([control, address]) + content
    return bytes([0x68, len(body), len(body), 0x68]) + body + bytes([sum(body) & 0xFF, 0x16])


def flip(octets, at, mask=0x01):
    return octets[:at] + bytes([octets[at] ^ mask]) + octets[at + 1:]


# ---- transport, AFL, ELL ---------------------------------------------------------------------------------------------------------------------------------------------

def short(ci, body, access=0x2A, status=0, configuration=0):
    return struct.pack("<BBBH", ci, access, status, configuration) + body


def long(ci, body, access=0x2A, status=0, configuration=0, number=OTHER_NUMBER, rest=OTHER):
    return bytes([ci]) + number + rest + struct.pack("<BBH", access, status, configuration) + body


def filled(clear):
    """2F2F in front, 2F behind to whole blocks."""
    clear = b"\x2F\x2F" + clear
    return clear + b"\x2F" * (-len(clear) % 16)


def vector5(access, header=None):
    """Initial vector of mode 5: M, A as the wire has them, eight times the access number."""
    maker_and_address = MAKER + ADDRESS if header is None else header
    return maker_and_address + bytes([access]) * 8


LONG_VECTOR = OTHER[:2] + OTHER_NUMBER + OTHER[2:]


def derive(purpose, counter, number, key=KEY):
    """KDF-A of OMS: CMAC(K, purpose | counter | number | 07 x 7)."""
    return cmac(key, bytes([purpose]) + struct.pack("<I", counter) + number + b"\x07" * 7).hex()


MAC_LENGTH = {3: 2, 4: 4, 5: 8, 6: 12, 7: 16}


def mode7(clear, counter, ci=0x7A, blocks=None, behind=b""):
    """Transport layer with mode 7: extension 10 (key 0, KDF-A)."""
    block = filled(clear)
    number = OTHER_NUMBER if ci in (0x72, 0x73) else NUMBER
    cipher = cbc(derive(0x00, counter, number), bytes(16), block)
    count = len(cipher) // 16 if blocks is None else blocks
    return (long if ci in (0x72, 0x73) else short)(ci, b"\x10" + cipher + behind, configuration=0x0700 | count << 4)


def afl(transport, counter, kind=5, length=False, key_id=False, number=NUMBER):
    """AFL with message control, counter, MAC and, if asked, message length and key information."""
    control = 0x2000 | 0x0800 | 0x0400 | (0x1000 if length else 0) | (0x0200 if key_id else 0)
    message_control = bytes([kind | 0x20 | (0x40 if length else 0) | (0x10 if key_id else 0)])
    count = struct.pack("<I", counter)
    size = struct.pack("<H", len(transport)) if length else b""
    mac = cmac(derive(0x01, counter, number), message_control + count + size + transport)[:MAC_LENGTH[kind]]
    fields = message_control + (b"\x00\x00" if key_id else b"") + count + mac + size
    return bytes([0x90, 2 + len(fields)]) + struct.pack("<H", control) + fields + transport, 4 + len(fields) - len(size) - len(mac), len(mac)


def ell_plain(ci, content, control=0x20, access=0x2A, second=b""):
    return bytes([ci, control, access]) + second + content


def ell_session(ci, content, encrypted, control=0x20, second=b"", session=0x00012345, key=KEY):
    """ELL II and IV; the payload CRC is sent low octet first and is encrypted with what it stands over."""
    session_number = struct.pack("<I", session | (1 << 29 if encrypted else 0))
    payload = struct.pack("<H", crc(content)) + content
    if encrypted:
        payload = ctr(key, MAKER + ADDRESS + bytes([control & ~0x12]) + session_number + bytes(3), payload)
    return bytes([ci, control, 0x2A]) + second + session_number + payload


# ---- records ---------------------------------------------------------------------------------------------------------------------------------------------------------

def number_text(value, exponent=0):
    text = format(Decimal(value).scaleb(exponent), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def integer(value, size):
    return (value & (1 << 8 * size) - 1).to_bytes(size, "little")


def bcd(value, size):
    digits = str(abs(value)).rjust(2 * size, "0")
    if value < 0:
        assert digits[0] == "0"
        digits = "F" + digits[1:]
    return bytes.fromhex(digits)[::-1]


def head(field, vif, storage=0, tariff=0, subunit=0, function=0):
    """DIF and as many DIFE as the numbers need, VIF octets as given."""
    dife = []
    rest, k = storage >> 1, 0
    while rest >> 4 * k or tariff >> 2 * k or subunit >> k:
        dife.append((subunit >> k & 1) << 6 | (tariff >> 2 * k & 3) << 4 | rest >> 4 * k & 0x0F)
        k += 1
    chain = [field | function << 4 | (storage & 1) << 6] + dife
    return bytes(o | (0x80 if i + 1 < len(chain) else 0) for i, o in enumerate(chain)) + bytes.fromhex(vif)


def said(quantity, value, unit=""):
    return f"{quantity} {value} {unit}".rstrip()


class Records:
    """Records as octets and as the text that is expected of them."""

    def __init__(self):
        self.octets, self.texts, self.facets, self.parts = b"", [], [], []

    def add(self, octets, text, **facets):
        self.octets += octets
        self.parts.append(octets)
        self.texts.append(text)
        self.facets.append(facets)
        return self

    def skip(self, octets):
        self.octets += octets
        return self

    @property
    def text(self):
        return "; ".join(self.texts)


def volume(litres=123456, **where):
    return Records().add(head(0x04, "13", **where) + integer(litres, 4), said("volume", number_text(litres, -3), "m3"))


def day(year, month, day_of_month):
    y = year % 100
    return bytes([day_of_month | (y & 7) << 5, month | y >> 3 << 4])


ROWS = []


def row(what, octets, expect="", state="", **more):
    made = {"what": what, "hex": octets.hex().upper()}
    made.update({name: more.pop(name) for name in ("key", "prior") if name in more})
    made["expect"] = expect + (f" [{state}]" if state else "")
    made.update(more)
    ROWS.append(made)


def records_row(what, records, **more):
    if any(records.facets):
        more["facets"] = records.facets
    row(what, bare(short(0x7A, records.octets, access=0)), records.text, frame="bare", layers=["TPL short"], **more)


# ---- rows: link ------------------------------------------------------------------------------------------------------------------------------------------------------

def link_rows():
    for what, behind in (("A: two blocks", 0), ("A: second block full", 4), ("A: three blocks, the last full", 20), ("A: five blocks", 55), ("A: one octet in the last block", 5)):
        telegram = bare(short(0x7A, volume().octets + b"\x2F" * (behind + 1)))
        framed = format_a(telegram)
        row(what, framed, volume().text, frame="A", layers=["TPL short"])
        for at in (4, 13, len(framed) - 1):
            row(f"{what}, octet {at} wrong", flip(framed, at), error="no frame", strip="A")
    for what, behind in (("B: short", 0), ("B: 127 octets", 104), ("B: 128 octets, one CRC", 105), ("B: 131 octets, two CRCs", 106), ("B: 200 octets, two CRCs", 175)):
        telegram = bare(short(0x7A, volume().octets + b"\x2F" * behind))
        framed = format_b(telegram)
        row(what, framed, volume().text, frame="B", layers=["TPL short"])
        for at in (4, 13, len(framed) - 1) + ((126, 128) if len(framed) > 128 else ()):
            # Imported hex whose CRC is wrong may also be a bare telegram: only a radio that says "format B" can refuse it, so the format's own check is what is asked here.
            ROWS.append({"what": f"{what}, octet {at} wrong", "hex": flip(framed, at).hex().upper(), "strip": "B"})
    assert {len(bytes.fromhex(r["hex"])) for r in ROWS if r["what"].startswith("B")} >= {127, 128, 131, 200}
    row("bare", bare(short(0x7A, volume().octets)), volume().text, frame="bare", layers=["TPL short"])
    row("bare, L one too high", flip(bare(short(0x7A, volume().octets)), 0, 1), error="no frame")
    row("bare, an octet missing", bare(short(0x7A, volume().octets))[:-1], error="no frame")
    for control in (0x08, 0x18, 0x28, 0x38):
        row(f"wired long frame, C {control:02X}", wired(long(0x72, volume().octets), control), volume().text, frame="wired", layers=["TPL long"])
    frame = wired(long(0x72, volume().octets))
    row("wired long frame, check sum wrong", flip(frame, len(frame) - 2), error="no frame", strip="wired")
    row("wired long frame, data octet wrong", flip(frame, 20), error="no frame", strip="wired")
    row("wired long frame, L octets differ", flip(frame, 2), error="no frame", strip="wired")
    row("wired long frame, L beyond the frame", flip(flip(frame, 1, 4), 2, 4), error="no frame", strip="wired")
    row("wired long frame, no stop octet", flip(frame, len(frame) - 1), error="no frame", strip="wired")
    row("wired acknowledgement", b"\xE5", frame="wired", layers=["ACK"])
    row("wired short frame REQ-UD2", bytes.fromhex("107B058016"), frame="wired", layers=["REQ-UD2"])
    row("wired short frame, check sum wrong", bytes.fromhex("107B058116"), error="no frame")
    for control, name in ((0x44, "SND-NR"), (0x46, "SND-IR"), (0x08, "RSP-UD"), (0x28, "RSP-UD with ACD")):
        row(f"C field {name}", bare(short(0x7A, volume().octets), control), volume().text, layers=["TPL short"])


# ---- rows: extended link layer ---------------------------------------------------------------------------------------------------------------------------------------

SECOND = MAKER + OTHER_NUMBER + b"\x01\x31"


def ell_rows():
    inner = short(0x7A, volume().octets)
    row("ELL I", bare(ell_plain(0x8C, inner)), volume().text, layers=["ELL1", "TPL short"])
    row("ELL III", bare(ell_plain(0x8E, inner, second=SECOND)), volume().text, layers=["ELL3", "TPL short"])
    row("ELL I, network layer 81 1D", bare(ell_plain(0x8C, b"\x81\x1D" + inner)), volume().text, layers=["ELL1", "TPL short"])
    row("ELL I cut off", bare(bytes.fromhex("8C20")), error="extended link layer")
    row("ELL V is named", bare(b"\x86" + inner), error="extended link layer V")
    for ci, name, second in ((0x8D, "II", b""), (0x8F, "IV", SECOND)):
        layer = "ELL" + str(ci - 0x8B)
        for tail, transport, content in (("TPL none", "no header", b"\x78" + volume().octets), ("TPL short", "short header", inner)):
            clear = bare(ell_session(ci, content, False, second=second))
            row(f"ELL {name}, not encrypted, {transport}", clear, volume().text, layers=[layer, tail])
            row(f"ELL {name}, not encrypted, payload octet wrong, {transport}", flip(clear, len(clear) - 2), error="payload CRC")
            # Hop count (10) and repeated access (02) are set on the way and stand outside the counter block.
            for control in (0x20, 0x32):
                closed = bare(ell_session(ci, content, True, control=control, second=second))
                guarded = {"guarded": {"cipher": [17 + len(second), len(closed)]}}
                row(f"ELL {name}, AES-CTR, CC {control:02X}, {transport}", closed, volume().text, "decrypted", key=KEY, layers=[layer, tail], **guarded)
            row(f"ELL {name}, AES-CTR, wrong key, {transport}", closed, "", "wrong-key", key=WRONG, error="payload CRC", layers=[layer, "TPL none"])
            row(f"ELL {name}, AES-CTR, no key, {transport}", closed, "", "no-key", error="key")
    long_content = b"\x78" + b"".join(volume(1000 + n).octets for n in range(12))
    closed = bare(ell_session(0x8D, long_content, True, session=0x1FFFFFFF))
    row("ELL II, AES-CTR over five blocks, highest session number", closed, "; ".join(volume(1000 + n).text for n in range(12)), "decrypted", key=KEY,
        guarded={"cipher": [17, len(closed)]})
    inside = short(0x7A, cbc(KEY, vector5(0x2A), filled(volume().octets)), configuration=0x0510)
    row("ELL II, AES-CTR around mode 5", bare(ell_session(0x8D, inside, True)), volume().text, "decrypted", key=KEY, layers=["ELL2", "TPL short"])


# ---- rows: transport layer and security modes ------------------------------------------------------------------------------------------------------------------------

def transport_rows():
    row("TPL none (78)", bare(b"\x78" + volume().octets), volume().text, layers=["TPL none"])
    row("TPL short (7A)", bare(short(0x7A, volume().octets)), volume().text, layers=["TPL short"])
    row("TPL long (72)", bare(long(0x72, volume().octets)), volume().text, layers=["TPL long"])
    row("wired, TPL short (7A)", wired(short(0x7A, volume().octets)), volume().text, frame="wired", layers=["TPL short"])
    row("wired, TPL none (78)", wired(b"\x78" + volume().octets), volume().text, frame="wired", layers=["TPL none"])
    row("TPL short cut off", bare(bytes.fromhex("7A2A0000")), error="transport header")
    row("TPL long cut off", bare(long(0x72, b"")[:-1]), error="transport header")
    row("CI of the maker (A1) is kept", bare(b"\xA1\x01\x02\x03"), error="CI field A1", undecoded="010203")
    row("CI that the standard reserves (91) is kept", bare(b"\x91\x01\x02"), error="CI field 91", undecoded="0102")
    fixed = b"\x73" + NUMBER + b"\x05"
    row("wired fixed structure (73), BCD: litres, actual and historic", wired(fixed + b"\x00\xE9\x7E" + bytes.fromhex("0100000035010000")), "volume 0.001 m3; volume 0.135 m3")
    row("wired fixed structure (73), binary: kWh and W", wired(fixed + b"\x01\x05\x14" + integer(123456, 4) + integer(-5, 4)), "energy 123456000 Wh; power -5 W")
    row("wired fixed structure (73), BCD error nibbles", wired(fixed + b"\x00\x0E\x39" + bytes.fromhex("AA000000") + bytes.fromhex("42000000")), "energy none J; hca_units 42 HCA")
    row("wired fixed structure (73), an octet short", wired(fixed + b"\x00\xE9\x7E" + bytes(7)), error="16 octets")
    row("wired application error with its reason", wired(b"\x70\x08"), error="busy")
    row("wired application error without", wired(b"\x70"), error="no reason given")
    row("wired command", wired(b"\x51" + bytes.fromhex("0413E8030000"), control=0x53), error="said to a meter")
    row("wired record that does not fit", wired(b"\x78" + bytes.fromhex("0413E80300000413E803")), "volume 1 m3", error="does not fit")


def mode5_rows():
    for blocks in (1, 2, 4, 13):
        made = [volume(1000 * blocks + n) for n in range((16 * blocks - 2) // 6)]
        cipher = cbc(KEY, vector5(0x77), filled(b"".join(m.octets for m in made)))
        assert len(cipher) == 16 * blocks
        octets = bare(short(0x7A, cipher, access=0x77, configuration=0x0500 | blocks << 4))
        row(f"mode 5, {blocks} blocks", octets, "; ".join(m.text for m in made), "decrypted", key=KEY, layers=["TPL short"], guarded={"cipher": [15, 15 + 16 * blocks]})
    one = filled(volume().octets)
    cipher = cbc(KEY, vector5(0x2A), one)
    octets = bare(short(0x7A, cipher, configuration=0x0510))
    row("mode 5, wrong key", octets, "", "wrong-key", key=WRONG, error="2F2F")
    row("mode 5, no key", octets, "", "no-key", error="no key", undecoded=cipher.hex().upper())
    row("mode 5, clear records behind the encrypted ones", bare(short(0x7A, cipher + volume(5).octets, configuration=0x0510)), volume().text + "; " + volume(5).text, "decrypted", key=KEY)
    row("mode 5, bits of content, hop, accessibility in the configuration", bare(short(0x7A, cipher, configuration=0xE51F)), volume().text, "decrypted", key=KEY)
    row("mode 5, more blocks announced than there are", bare(short(0x7A, cipher, configuration=0x0520)), error="2 encrypted blocks", key=KEY)
    row("mode 5, clear 2F2F instead of a cipher", bare(short(0x7A, one, configuration=0x0510)), "", "wrong-key", key=KEY, error="2F2F")
    row("mode 5, no block", bare(short(0x7A, b"", configuration=0x0500)), "", key=KEY)
    row("mode 5, less than a block and none announced: nothing was decrypted", bare(short(0x7A, volume().octets, configuration=0x0500)), volume().text)
    cipher = cbc(KEY, vector5(0x2A, LONG_VECTOR), one)
    octets = bare(long(0x72, cipher, configuration=0x0510))
    row("mode 5, long header: vector of the meter, not of the link", octets, volume().text, "decrypted", key=KEY, layers=["TPL long"], guarded={"cipher": [23, 39]})
    row("mode 5, long header, format A", format_a(octets), volume().text, "decrypted", key=KEY, frame="A")
    row("mode 5, ELL I", bare(ell_plain(0x8C, long(0x72, cipher, configuration=0x0510))), volume().text, "decrypted", key=KEY, layers=["ELL1", "TPL long"])
    octets = wired(long(0x72, cipher, configuration=0x0510))
    row("mode 5, wired", octets, volume().text, "decrypted", key=KEY, frame="wired", layers=["TPL long"])
    row("wired, the octets of an old signature field are FFFF", wired(long(0x72, volume().octets, configuration=0xFFFF)), volume().text, frame="wired")
    row("mode 5, wired, wrong key", octets, "", "wrong-key", key=WRONG, error="2F2F", frame="wired")
    row("mode 5, wired, no key", octets, "", "no-key", error="no key", frame="wired")


def mode7_rows():
    for kind, size in MAC_LENGTH.items():
        transport, counter = mode7(volume().octets + volume(5).octets + volume(6).octets, 0x01020304), 0x01020304
        message, mac, length = afl(transport, counter, kind)
        octets = bare(message)
        start = len(octets) - len(transport)
        guarded = {"mac": [10 + mac, 10 + mac + length], "cipher": [start, len(octets)]}
        row(f"mode 7, AFL with CMAC of {size} octets", octets, "; ".join(volume(v).text for v in (123456, 5, 6)), "decrypted", key=KEY, layers=["AFL", "TPL short"], guarded=guarded)
        assert length == size
    plain, counter = volume().octets, 77
    transport = mode7(plain, counter)
    message, mac, length = afl(transport, counter)
    octets = bare(message)
    row("mode 7, no key", octets, "", "no-key", error="no key")
    row("mode 7, wrong key: the MAC says it first", octets, "", "mac-failed", key=WRONG, error="authentication code")
    row("mode 7, MAC tampered with", flip(octets, 10 + mac), "", "mac-failed", key=KEY, error="authentication code")
    row("mode 7, message counter tampered with", flip(octets, 10 + mac - 1), "", "mac-failed", key=KEY, error="authentication code")
    row("mode 7, cipher tampered with", flip(octets, len(octets) - 1), "", "mac-failed", key=KEY, error="authentication code")
    with_length, _, _ = afl(transport, counter, length=True)
    row("mode 7, AFL with message length", bare(with_length), volume().text, "decrypted", key=KEY)
    row("mode 7, AFL message length tampered with", flip(bare(with_length), len(octets) - len(transport)), "", "mac-failed", key=KEY)
    row("mode 7, AFL with key information", bare(afl(transport, counter, key_id=True)[0]), volume().text, "decrypted", key=KEY)
    for ell, name in ((0x8C, "I"), (0x8E, "III")):
        layers = ["ELL" + str(ell - 0x8B), "AFL", "TPL short"]
        row(f"mode 7, ELL {name}", bare(ell_plain(ell, message, second=SECOND if ell == 0x8E else b"")), volume().text, "decrypted", key=KEY, layers=layers)
    transport = mode7(plain, counter, 0x72)
    message, _, _ = afl(transport, counter, number=OTHER_NUMBER)
    row("mode 7, long header: keys of the meter's number", bare(message), volume().text, "decrypted", key=KEY, layers=["AFL", "TPL long"])
    row("mode 7, long header, format B", format_b(bare(message)), volume().text, "decrypted", key=KEY, frame="B")
    transport = mode7(plain, counter, behind=volume(5).octets)
    row("mode 7, clear records behind the encrypted ones", bare(afl(transport, counter)[0]), volume().text + "; " + volume(5).text, "decrypted", key=KEY)
    transport = short(0x7A, b"\x10" + plain, configuration=0x0700)
    row("mode 7 without a block, no key: nothing was decrypted", bare(transport), volume().text)
    row("mode 7 without a block, MAC holds: authentic, but nothing was decrypted", bare(afl(transport, counter)[0]), volume().text, key=KEY)
    counter_in_transport = short(0x7A, b"\x10" + struct.pack("<I", 9) + cbc(derive(0x00, 9, NUMBER), bytes(16), filled(plain)), configuration=0x2710)
    row("mode 7, message counter in the transport header", bare(counter_in_transport), volume().text, "decrypted", key=KEY)
    row("mode 7, message counter in the transport header, wrong key", bare(counter_in_transport), "", "wrong-key", key=WRONG, error="2F2F")
    versioned = short(0x7A, b"\x50" + struct.pack("<I", 9) + b"\x01" + cbc(derive(0x00, 9, NUMBER), bytes(16), filled(plain)), configuration=0x2710)
    row("mode 7, message counter and key version in the transport header", bare(versioned), volume().text, "decrypted", key=KEY)
    clear = short(0x7A, plain)
    message, mac, length = afl(clear, counter)
    octets = bare(message)
    row("mode 0 under a MAC that holds", octets, volume().text, key=KEY, layers=["AFL", "TPL short"])
    row("mode 0 under a MAC that does not hold", flip(octets, len(octets) - 1), "", "mac-failed", key=KEY)
    cipher = cbc(KEY, vector5(0x2A), filled(plain))
    message, mac, length = afl(short(0x7A, cipher, configuration=0x0510), counter)
    octets = bare(message)
    row("mode 5 under a MAC", octets, volume().text, "decrypted", key=KEY, guarded={"mac": [10 + mac, 10 + mac + length], "cipher": [len(octets) - 21, len(octets)]})
    for derivation in (0, 2, 3):
        octets = short(0x7A, bytes([derivation << 4]) + bytes(range(16)), configuration=0x0710)
        row(f"mode 7 with key derivation {derivation} is kept with its reason", bare(octets), "", "unsupported", key=KEY, error=f"key derivation {derivation}", undecoded=bytes(range(16)).hex().upper())
    broken = bytes.fromhex("9003002C25") + bytes(4)
    row("AFL whose fields do not fill its length", bare(broken + transport), error="authentication and fragmentation layer")
    row("AFL length beyond the telegram", bare(bytes.fromhex("90FF002C25") + bytes(4) + transport), error="authentication and fragmentation layer")
    fragment_rows()


def fragments(transport, counter, cuts, number=NUMBER):
    """The message in pieces: control, counter and length in the first fragment, the MAC in the last."""
    head = bytes([0x65]) + struct.pack("<I", counter) + struct.pack("<H", len(transport))
    mac = cmac(derive(0x01, counter, number), head + transport)[:8]
    edges, made = [0] + cuts + [len(transport)], []
    for index in range(len(edges) - 1):
        first, last = index == 0, index == len(edges) - 2
        control = (index + 1) | (0 if last else 0x4000) | (0x3800 if first else 0) | (0x0400 if last else 0)
        fields = (bytes([0x65]) + struct.pack("<I", counter) + struct.pack("<H", len(transport)) if first else b"") + (mac if last else b"")
        if first:
            control |= 0x1000
        made.append(bare(bytes([0x90, 2 + len(fields)]) + struct.pack("<H", control) + fields + transport[edges[index]:edges[index + 1]]))
    return made


def fragment_rows():
    counter, values = 0x0A0B0C0D, list(range(1, 31))
    transport = mode7(b"".join(volume(v).octets for v in values[:30]), counter)
    text = "; ".join(volume(v).text for v in values[:30])
    for cuts in ([100], [60, 120], [40, 80, 120, 160]):
        made = fragments(transport, counter, cuts)
        hexes = [telegram.hex().upper() for telegram in made]
        row(f"mode 7 in {len(made)} fragments", made[-1], text, "decrypted", key=KEY, prior=hexes[:-1], layers=["AFL", "TPL short"])
    row("a first fragment waits for the others", made[0], "")
    row("fragments, one in the middle missing", made[-1], "", key=KEY, prior=hexes[:2], error="without those before it")
    row("fragments, one twice", made[-1], "", key=KEY, prior=hexes[:2] + hexes[1:-1], error="without those before it")
    row("fragments, the message begun anew", made[-1], text, "decrypted", key=KEY, prior=hexes[:2] + hexes[:-1])
    bent = [flip(bytes.fromhex(h), 40).hex().upper() if i == 1 else h for i, h in enumerate(hexes)]
    row("fragments, an octet of the second changed", made[-1], "", "mac-failed", key=KEY, prior=bent[:-1])
    row("fragments, no key", made[-1], "", "no-key", prior=hexes[:-1], error="no key")
    row("fragments, the MAC's last octet changed", flip(made[-1], 21), "", "mac-failed", key=KEY, prior=hexes[:-1])


def unsupported_rows():
    for mode in (1, 2, 3, 4, 6, 8, 9, 10, 13, 15, 16, 31):
        row(f"mode {mode} is kept with its reason", bare(short(0x7A, bytes(range(0x40, 0x50)), configuration=mode << 8 | 0x10)), "", "unsupported", key=KEY, error=f"security mode {mode} ",
            undecoded=bytes(range(0x40, 0x50)).hex().upper())


# ---- rows: records ---------------------------------------------------------------------------------------------------------------------------------------------------

SIZES = {1: 1, 2: 2, 3: 3, 4: 4, 6: 6, 7: 8}
DIGITS = {9: 1, 10: 2, 11: 3, 12: 4, 14: 6}


def data_type_rows():
    for field, size in SIZES.items():
        bits = 8 * size
        made = Records()
        for value in (0, 1, -1, (1 << bits - 1) - 1, -(1 << bits - 1) + 1):
            made.add(head(field, "13") + integer(value, size), said("volume", number_text(value, -3), "m3"))
        records_row(f"DIF {field}: integer of {bits} bits", made)
        made = Records()
        for value in (0, 1, (1 << bits) - 2):
            made.add(head(field, "78") + integer(value, size), said("fabrication_number", number_text(value)))
        records_row(f"DIF {field}: unsigned where the VIF is an identification", made)
        if size > 1:
            records_row(f"DIF {field}: most negative is not available", Records().add(head(field, "13") + integer(1 << bits - 1, size), said("volume", "none", "m3"), error="not available"))
    for field, size in DIGITS.items():
        made = Records()
        most = 10 ** (2 * size) - 1
        for value in (0, 1, most, -1, -(10 ** (2 * size - 1) - 1)):
            made.add(head(field, "13") + bcd(value, size), said("volume", number_text(value, -3), "m3"))
        records_row(f"DIF {field}: BCD of {2 * size} digits", made)
        made = Records()
        for letter in "ABCDE":
            wrong = bytes.fromhex(letter + "0" * (2 * size - 1))[::-1]
            made.add(head(field, "13") + wrong, said("volume", "none", "m3"), error="digits")
        made.add(head(field, "13") + b"\xFF" * size, said("volume", "none", "m3"), error="digits")
        made.add(head(field, "13") + b"\x0F" + bytes(size - 1), said("volume", "none", "m3"), error="digits")
        records_row(f"DIF {field}: BCD error nibbles", made)
    made = Records().add(head(0x0, "13"), said("volume", "none", "m3")).add(head(0x8, "13"), said("volume", "none", "m3"))
    records_row("DIF 0 no data, DIF 8 selection for readout", made)
    made = Records()
    for value in ("1.5", "-0.1", "0", "1234.5", "0.00001", "10000000000"):
        made.add(head(5, "13") + struct.pack("<f", float(value)), said("volume", number_text(value, -3), "m3"))
        if "0000" not in value:  # a real that no power of ten scales is shown in its own notation
            made.add(head(5, "FD3A") + struct.pack("<f", float(value)), said("dimensionless", number_text(value), "1"))
    records_row("DIF 5: real", made)
    made = Records()
    for wrong in ("0000C07F", "0000807F", "000080FF"):
        made.add(head(5, "13") + bytes.fromhex(wrong), said("volume", "none", "m3"), error="not finite")
    records_row("DIF 5: not a number, infinities", made)


def variable_rows():
    def text(letters):
        return bytes([len(letters)]) + letters.encode("latin-1")[::-1]

    made = Records()
    for letters in ("A", "Zähler 7", "0123456789"):
        made.add(head(0xD, "FD0C") + text(letters), said("model_version", letters))
    made.add(head(0xD, "FD0C") + b"\x00", "model_version")
    records_row("DIF D: text, last character first; none", made)
    letters = "x" * 0xBF
    records_row("DIF D: longest text (BF)", Records().add(head(0xD, "FD0C") + text(letters), said("model_version", letters)))
    made = Records()
    for size in (1, 2, 5, 9):
        value = int("123456789012345678"[:2 * size])
        made.add(head(0xD, "13") + bytes([0xC0 + size]) + bcd(value, size), said("volume", number_text(value, -3), "m3"))
        made.add(head(0xD, "13") + bytes([0xD0 + size]) + bcd(value, size), said("volume", number_text(-value, -3), "m3"))
    made.add(head(0xD, "13") + b"\xC1\xA0", said("volume", "none", "m3"), error="digits")
    records_row("DIF D: positive and negative BCD (C1 to C9, D1 to D9)", made)
    made = Records()
    for size in (1, 2, 3, 7, 9):
        value = int.from_bytes(bytes(range(1, size + 1)), "little")
        made.add(head(0xD, "13") + bytes([0xE0 + size]) + integer(value, size), said("volume", number_text(value, -3), "m3"))
    records_row("DIF D: binary number (E1 to EF)", made)
    made = Records()
    for code, size in ((0xF0, 16), (0xF1, 20), (0xF4, 32), (0xF5, 48), (0xF6, 64)):
        octets = bytes((7 * n + size) & 0xFF for n in range(size))
        made.add(head(0xD, "FD19") + b"\x02\xAB\xCD", said("security_key", "abcd")) if size == 16 else None
        made.add(head(0xD, "13") + bytes([code]) + octets, said("volume", octets.hex(), "m3"))
    records_row("DIF D: long binary (F0 to F6)", made)
    made = Records().add(head(0xD, "FD3B") + bytes([4]) + b"\x01\x02\x03\x04", said("wmbus_container", "01020304")).add(head(0xD, "FD76") + bytes([2]) + b"\xFF\x00", said("manufacturer_container", "ff00"))
    records_row("DIF D: containers keep their octets as sent", made)
    for code in (0xF8, 0xFF, 0xCA, 0xDA):
        records_row(f"DIF D: reserved length {code:02X} ends the records", volume().skip(head(0xD, "13") + bytes([code]) + bytes(16)), undecoded=(head(0xD, "13") + bytes([code]) + bytes(16)).hex().upper())


def date_rows():
    made = Records()
    for y, m, d in ((2026, 11, 24), (2000, 1, 1), (2080, 12, 31), (1981, 2, 28), (1999, 12, 31)):
        made.add(head(2, "6C") + day(y, m, d), said("date", f"{y:04}-{m:02}-{d:02}"))
    records_row("type G: date", made)
    made = Records().add(head(2, "6C") + b"\xFF\xFF", "date 2027-15-31", error="invalid")
    records_row("type G: FFFF is invalid, the fields stay as sent", made)
    made = Records()
    for hour, minute, summer, century, y in ((10, 30, 0, 0, 2026), (23, 59, 1, 0, 2025), (0, 0, 0, 1, 2026), (7, 5, 0, 2, 2119)):
        made.add(head(4, "6D") + bytes([minute, hour | century << 5 | summer << 7]) + day(y, 11, 24), said("date_time", f"{y:04}-11-24T{hour:02}:{minute:02}"))
    records_row("type F: date and time, summer time, hundreds of years", made)
    made = Records().add(head(4, "6D") + bytes([30 | 0x80, 10]) + day(2026, 11, 24), "date_time 2026-11-24T10:30", error="invalid")
    records_row("type F: marked invalid, the fields stay as sent", made)
    made = Records()
    for second, minute, hour, extra in ((30, 45, 10, (0, 0, 0, 0)), (59, 59, 23, (0xC0, 0x40, 2 << 5, 0x40 | 47))):
        made.add(head(6, "6D") + bytes([second | extra[0], minute | extra[1], hour | extra[2]]) + day(2026, 11, 24) + bytes([extra[3]]), said("date_time", f"2026-11-24T{hour:02}:{minute:02}:{second:02}"))
    made.add(head(6, "6D") + bytes([1, 2 | 0x80, 3]) + day(2026, 11, 24) + b"\x00", "date_time 2026-11-24T03:02:01", error="invalid")
    records_row("type I: date and time with seconds, weekday, week, deviation; invalid", made)
    made = Records().add(head(3, "6D") + bytes([7, 15, 2]), "date_time 02:15:07").add(head(3, "6D") + bytes([59, 59, 23]), "date_time 23:59:59")
    records_row("type J: time", made)


def numbering_rows():
    for what, where in (
        ("storage 1", {"storage": 1}), ("storage 16", {"storage": 16}), ("storage 31", {"storage": 31}), ("storage 32", {"storage": 32}), ("storage 4095", {"storage": 4095}),
        ("tariff 3", {"tariff": 3}), ("tariff 4", {"tariff": 4}), ("tariff 63", {"tariff": 63}), ("subunit 1", {"subunit": 1}), ("subunit 6", {"subunit": 6}),
        ("ten DIFE: highest storage, tariff, subunit", {"storage": (1 << 41) - 1, "tariff": (1 << 20) - 1, "subunit": 1023}),
    ):
        made = Records().add(head(4, "13", **where) + integer(5, 4), "volume 0.005 m3", **({"storage": 0, "tariff": 0, "subunit": 0} | where))
        records_row("DIFE: " + what, made)
    made = Records()
    for function, word in enumerate(("instantaneous", "maximum", "minimum", "error")):
        made.add(head(4, "3B", function=function) + integer(function, 4), said("volume_flow", number_text(function, -3), "m3/h"), function=word)
    records_row("DIF: functions", made)


HMD = ("s", "min", "h", "d")
LONG = ("h", "d", "mo", "a")


def scaled(first, count, quantity, unit, exponent):
    return [(first + n, quantity, unit, exponent + n) for n in range(count)]


def units(first, quantity, names):
    return [(first + n, quantity, name, 0) for n, name in enumerate(names) if name]


PRIMARY = (
    scaled(0x00, 8, "energy", "Wh", -3) + scaled(0x08, 8, "energy", "J", 0) + scaled(0x10, 8, "volume", "m3", -6) + scaled(0x18, 8, "mass", "kg", -3)
    + units(0x20, "on_time", HMD) + units(0x24, "operating_time", HMD) + scaled(0x28, 8, "power", "W", -3) + scaled(0x30, 8, "power", "J/h", 0)
    + scaled(0x38, 8, "volume_flow", "m3/h", -6) + scaled(0x40, 8, "volume_flow", "m3/min", -7) + scaled(0x48, 8, "volume_flow", "m3/s", -9) + scaled(0x50, 8, "mass_flow", "kg/h", -3)
    + scaled(0x58, 4, "flow_temperature", "Cel", -3) + scaled(0x5C, 4, "return_temperature", "Cel", -3) + scaled(0x60, 4, "temperature_difference", "K", -3)
    + scaled(0x64, 4, "external_temperature", "Cel", -3) + scaled(0x68, 4, "pressure", "bar", -3) + [(0x6E, "hca_units", "HCA", 0)]
    + units(0x70, "averaging_duration", HMD) + units(0x74, "actuality_duration", HMD)
    + [(0x78, "fabrication_number", "", 0), (0x79, "enhanced_identification", "", 0), (0x7A, "bus_address", "", 0)]
)
FB = (
    scaled(0x00, 2, "energy", "Wh", 5) + scaled(0x02, 2, "reactive_energy", "varh", 3) + scaled(0x04, 2, "apparent_energy", "VAh", 3) + scaled(0x08, 2, "energy", "J", 8)
    + scaled(0x0C, 4, "energy", "text:cal", 5) + scaled(0x10, 2, "volume", "m3", 2) + scaled(0x14, 4, "reactive_power", "var", 0) + scaled(0x18, 2, "mass", "t", 2)
    + scaled(0x1A, 2, "relative_humidity", "%", -1) + scaled(0x20, 1, "volume", "text:ft3", 0) + scaled(0x21, 1, "volume", "text:ft3", -1) + scaled(0x22, 2, "volume", "text:gal", -1)
    + scaled(0x24, 1, "volume_flow", "text:gal/min", -3) + scaled(0x25, 1, "volume_flow", "text:gal/min", 0) + scaled(0x26, 1, "volume_flow", "text:gal/h", 0)
    + scaled(0x28, 2, "power", "W", 5) + scaled(0x2A, 1, "phase_voltage_to_voltage", "deg", -1) + scaled(0x2B, 1, "phase_voltage_to_current", "deg", -1)
    + scaled(0x2C, 4, "frequency", "Hz", -3) + scaled(0x30, 2, "power", "J/h", 8) + scaled(0x34, 4, "apparent_power", "VA", 0)
    + scaled(0x58, 4, "flow_temperature", "text:Fahrenheit", -3) + scaled(0x5C, 4, "return_temperature", "text:Fahrenheit", -3)
    + scaled(0x60, 4, "temperature_difference", "text:Fahrenheit", -3) + scaled(0x64, 4, "external_temperature", "text:Fahrenheit", -3)
    + [(0x68, "rating_factor_k", "text:2^-12", 0), (0x69, "rating_factor_kq", "W", 0), (0x6A, "rating_factor_kc", "text:2^-12", 0), (0x6B, "rating_factor_kcr", "text:2^-12", 0),
       (0x6C, "rating_factor_kch", "text:2^-12", 0), (0x6D, "rating_factor_kt", "text:2^-12", 0), (0x6E, "rating_factor_kd", "text:2^-12", 0)]
    + scaled(0x70, 4, "temperature_limit", "text:Fahrenheit", -3) + scaled(0x74, 4, "temperature_limit", "Cel", -3) + scaled(0x78, 8, "cumulative_maximum_power", "W", -3)
)
FD = (
    scaled(0x00, 4, "credit", "text:currency", -3) + scaled(0x04, 4, "debit", "text:currency", -3)
    + [(0x08 + n, word, "", 0) for n, word in enumerate((
        "access_number", "medium", "manufacturer", "parameter_set", "model_version", "hardware_version", "firmware_version", "software_version", "customer_location", "customer",
        "access_code_user", "access_code_operator", "access_code_system_operator", "access_code_developer", "password", "error_flags", "error_mask"))]
    + [(0x1A + n, word, "", 0) for n, word in enumerate((
        "digital_output", "digital_input", "baud_rate", "response_delay", "retry", "remote_control", "first_storage", "last_storage", "storage_block_size", "storage_interval_descriptor"))]
    + units(0x24, "storage_interval", HMD + ("mo", "a")) + [(0x2A, "operator_data", "", 0), (0x2B, "time_point_second", "", 0)] + units(0x2C, "duration_since_readout", HMD)
    + units(0x30, "tariff_duration", (None, "min", "h", "d")) + units(0x34, "tariff_period", HMD + ("mo", "a")) + [(0x3A, "dimensionless", "1", 0)] + units(0x3C, "transmission_period", HMD)
    + scaled(0x40, 16, "voltage", "V", -9) + scaled(0x50, 16, "current", "A", -12)
    + [(0x60 + n, word, "1", 0) for n, word in enumerate((
        "reset_counter", "cumulation_counter", "control_signal", "day_of_week", "week_number", "day_change", "parameter_state", "supplier_information"))]
    + units(0x68, "duration_since_cumulation", LONG) + units(0x6C, "battery_operating_time", LONG) + [(0x71, "rf_level", "dBm", 0), (0x74, "battery_remaining", "d", 0), (0x75, "stop_count", "1", 0)]
)


def vif_rows():
    for name, prefix, table in (("primary", "", PRIMARY), ("FB", "FB", FB), ("FD", "FD", FD)):
        codes = [code for code, *_ in table]
        assert len(codes) == len(set(codes))
        for start in range(0, len(table), 16):
            made = Records()
            for code, quantity, unit, exponent in table[start:start + 16]:
                value = 1203 + 7 * code
                made.add(head(2, f"{prefix}{code:02X}") + integer(value, 2), said(quantity, number_text(value, exponent), unit))
            records_row(f"VIF {name}, {table[start][0]:02X} to {table[start:start + 16][-1][0]:02X}", made)
    made = Records().add(head(2, "FD30") + day(2026, 11, 24), "tariff_start 2026-11-24").add(head(2, "FD70") + day(2026, 11, 24), "battery_change 2026-11-24")
    records_row("VIF FD: dates", made)
    made = Records().add(head(2, "FD19") + b"\x01\x02", "security_key 0102").add(head(2, "FD72") + b"\x03\x04", "daylight_saving 0304").add(head(2, "FD73") + b"\x05\x06", "listening_window 0506")
    records_row("VIF FD: octets", made)
    made = Records().add(head(2, "7B") + integer(505, 2), "reserved 505").add(head(2, "7D") + integer(2301, 2), "reserved 2301").add(head(2, "6F") + integer(7, 2), "reserved 7")
    records_row("VIF 7B, 7D, 6F without extension bit: no table is named, and nothing follows", made)
    made = Records().add(head(2, "7C") + b"\x03" + b"l/h"[::-1] + integer(5, 2), "plain_text 5 text:l/h").add(head(2, "FC") + b"\x02" + b"ab"[::-1] + b"\x74" + integer(-7, 2), "plain_text -0.07 text:ab")
    records_row("VIF 7C and FC: unit as text, VIFE behind it", made)
    made = Records().add(head(2, "7F") + integer(5, 2), "manufacturer_specific 5", labels=["Maker"]).add(head(2, "FF9301") + integer(6, 2), "manufacturer_specific 6", labels=["Maker"])
    records_row("VIF 7F and FF: the maker's, its VIFE say nothing to us", made.add(volume().octets, volume().text))
    records_row("VIF 7E: any", Records().add(head(2, "7E") + integer(5, 2), "any 5"))


PER = {
    0x20: "s", 0x21: "min", 0x22: "h", 0x23: "d", 0x24: "week", 0x25: "month", 0x26: "year", 0x27: "revolution", 0x28: "pulse in 0", 0x29: "pulse in 1", 0x2A: "pulse out 0", 0x2B: "pulse out 1",
    0x2C: "l", 0x2D: "m3", 0x2E: "kg", 0x2F: "K", 0x30: "kWh", 0x31: "GJ", 0x32: "kW", 0x33: "K*l", 0x34: "V", 0x35: "A",
}
LABELS = {
    (0x12,): ["Average"], (0x14,): ["RelativeDeviation"], (0x3A,): ["Uncorrected"], (0x3B,): ["Forward"], (0x3C,): ["Backward"], (0x3E,): ["BaseConditions"], (0x40,): ["LowerLimit"],
    (0x48,): ["UpperLimit"], (0x68,): ["LowerLimit", "Exceeds"], (0x6C,): ["UpperLimit", "Exceeds"], (0x69,): ["Leakage"], (0x6D,): ["Overflow"], (0x7E,): ["Future"], (0x7F, 0x01): ["Maker"],
    (0x7C, 0x01): ["PhaseL1"], (0x7C, 0x02): ["PhaseL2"], (0x7C, 0x03): ["PhaseL3"], (0x7C, 0x04): ["Neutral"], (0x7C, 0x05): ["PhaseToPhase"], (0x7C, 0x06): ["PhaseToPhase"],
    (0x7C, 0x07): ["PhaseToPhase"], (0x7C, 0x08): ["Quadrant"], (0x7C, 0x09): ["Quadrant"], (0x7C, 0x0A): ["Quadrant"], (0x7C, 0x0B): ["Quadrant"], (0x7C, 0x0C): ["Difference"],
    (0x7C, 0x10): ["Accumulated"], (0x1D,): [], (0x3D,): [],
}


def chain(vif, *vife):
    """VIF and VIFE with their extension bits."""
    octets = bytes.fromhex(vif)
    whole = octets[:-1] + bytes([octets[-1], *vife])
    return bytes(o | (0x80 if i >= len(octets) - 1 and i + 1 < len(whole) else 0) for i, o in enumerate(whole)).hex()


def vife_rows():
    made = Records()
    for vife, labels in LABELS.items():
        made.add(head(2, chain("13", *vife)) + integer(1203, 2), "volume 1.203 m3", labels=labels)
    split_rows("VIFE: meaning of the value", made)
    made = Records()
    for code, words in {0x15: "no data", 0x16: "overflow", 0x17: "underflow", 0x18: "data error", 0x1C: "premature end"}.items():
        made.add(head(2, chain("13", code)) + integer(1203, 2), "volume none m3", error=words)
    split_rows("VIFE: record errors", made)
    made = Records()
    for code, per in PER.items():
        made.add(head(2, chain("03", code)) + integer(1203, 2), said("energy", "1203", f"text:Wh/{per}"), labels=["PerUnit"])
    for code, by in ((0x36, "s"), (0x37, "s/V"), (0x38, "s/A")):
        made.add(head(2, chain("03", code)) + integer(1203, 2), said("energy", "1203", f"text:Wh*{by}"), labels=["PerUnit"])
    for code, unit in ((0x22, "m3/h"), (0x21, "m3/min"), (0x20, "m3/s")):
        made.add(head(2, chain("13", code)) + integer(1203, 2), said("volume", "1.203", unit))
    split_rows("VIFE: per and times a unit", made)
    made = Records()
    for code in (0x39, 0x42, 0x43, 0x46, 0x47, 0x4A, 0x4B, 0x4E, 0x4F, 0x6A, 0x6B, 0x6E, 0x6F):
        labels = ["TimeOf"] if code == 0x39 or code >= 0x6A else (["UpperLimit"] if code & 8 else ["LowerLimit"]) + ["Exceeds", "TimeOf"]
        made.add(head(2, chain("13", code)) + day(2026, 11, 24), "volume 2026-11-24", labels=labels)
    split_rows("VIFE: date of", made)
    made = Records()
    for code in list(range(0x50, 0x68)):
        limit = [("UpperLimit" if code & 8 else "LowerLimit"), "Exceeds"] if code < 0x60 else []
        made.add(head(2, chain("13", code)) + integer(45, 2), said("volume", "45", HMD[code & 3]), labels=limit + ["DurationOf"])
    for code in (0x41, 0x49):
        made.add(head(2, chain("13", code)) + integer(45, 2), said("volume", "45", "1"), labels=["UpperLimit" if code & 8 else "LowerLimit", "Exceeds"])
    split_rows("VIFE: duration and number of", made)
    made = Records()
    for n in range(8):
        made.add(head(2, chain("13", 0x70 + n)) + integer(-1203, 2), said("volume", number_text(-1203, -3 + n - 6), "m3"))
    for n in range(4):
        made.add(head(2, chain("13", 0x78 + n)) + integer(1203, 2), said("volume", number_text(Decimal(1203) + Decimal(1).scaleb(n - 3), -3), "m3"))
    made.add(head(5, chain("13", 0x7B)) + struct.pack("<f", 1.5), said("volume", number_text(Decimal("2.5"), -3), "m3"))
    made.add(head(5, chain("FD3A", 0x79)) + struct.pack("<f", 1.5), said("dimensionless", "1.51", "1"))
    made.add(head(2, chain("13", 0x7D)) + integer(1203, 2), said("volume", "1203", "m3"))
    made.add(head(2, chain("13", 0x7D, 0x74)) + integer(1203, 2), said("volume", "12.03", "m3"))
    made.add(head(2, chain("FB00", 0x73, 0x12)) + integer(1203, 2), said("energy", number_text(1203, 5 - 3), "Wh"), labels=["Average"])
    made.add(head(12, chain("13", 0x7D)) + bcd(1203, 4), said("volume", "1203", "m3"))
    split_rows("VIFE: corrections", made)
    made = Records().add(head(2, chain("03", 0x7C, 0x11)) + integer(-2, 2), "energy 65534 Wh").add(head(2, chain("03", 0x7C, 0x12)) + integer(0x8001, 2), "energy 32769 Wh")
    records_row("VIFE 7C 11 and 12: presented with type C and D", made)
    made = Records().add(head(2, chain("13", 0x3F)) + b"\x01\x02", "obis_declaration 0102 m3")
    for code in (0x13, 0x1E, 0x1F):
        made.add(head(0xD, chain("13", code), storage=1) + b"\x06\x12\x01\x01\x00\x02\x00", "volume 120101000200 m3", labels=["CompactProfile"])
    records_row("VIFE: OBIS declaration and compact profiles keep their octets", made)
    ten = [0x3B, 0x12, 0x7D, 0x70, 0x7D, 0x70, 0x7D, 0x70, 0x7D, 0x3A]
    records_row("ten VIFE", Records().add(head(2, chain("13", *ten)) + integer(1203, 2), said("volume", number_text(1203, -3 + 4 * 3 - 3 * 6), "m3"), labels=["Average", "Forward", "Uncorrected"]))


def split_rows(what, made, most=24):
    """As many rows as the length of a telegram asks for."""
    for start in range(0, len(made.parts), most):
        part = Records()
        for octets, text, facets in zip(made.parts[start:start + most], made.texts[start:start + most], made.facets[start:start + most]):
            part.add(octets, text, **facets)
        records_row(f"{what}, {start + 1} to {start + len(part.parts)}", part)


def structure_rows():
    records_row("2F between, before and behind records", Records().skip(b"\x2F\x2F").add(volume().octets, volume().text).skip(b"\x2F").add(volume(5).octets, volume(5).text).skip(b"\x2F" * 3))
    records_row("0F: the maker's octets to the end", volume().skip(b"\x0F\x01\x13\x05"), undecoded="0F011305")
    records_row("0F with nothing behind", volume().skip(b"\x0F"), undecoded="0F")
    records_row("1F: more records follow", volume().skip(b"\x1F"), undecoded="1F")
    for dif in (0x3F, 0x4F, 0x5F, 0x6F, 0x7F):
        records_row(f"{dif:02X}: reserved, or a request", volume().skip(bytes([dif, 0x13, 0x05])), undecoded=f"{dif:02X}1305")
    records_row("no records", Records())
    for what, cut in (
        ("data cut off", head(4, "13") + b"\x01\x02\x03"), ("no data", head(4, "13")), ("no VIF", b"\x04"), ("no DIFE", b"\x84"), ("no VIFE", b"\x04\x93"), ("no second octet of FB", b"\x04\xFB"),
        ("no second octet of FD", b"\x04\xFD"), ("no second octet of VIFE 7C", b"\x04\x93\xFC"), ("text unit cut off", b"\x02\x7C\x05ab"), ("text unit without length", b"\x02\x7C"),
        ("text beyond the telegram", b"\x0D\xFD\x0C\x20ab"), ("no length of variable data", b"\x0D\x13"), ("container beyond the telegram", b"\x0D\xFD\x3B\xC1\x00"),
        ("eleven DIFE", b"\x84" + b"\x80" * 10 + b"\x00\x13" + bytes(4)), ("endless DIFE", b"\x84" + b"\x80" * 60),
        ("eleven VIFE", b"\x02\x93" + b"\xBB" * 10 + b"\x3B" + bytes(2)), ("endless VIFE", b"\x02\x93" + b"\xBB" * 60),
    ):
        records_row(f"cut record after a good one: {what}", volume().skip(cut), undecoded=cut.hex().upper())


def compact_rows():
    layout = [("04", head(4, "13"), 4), ("02", head(2, "5A", storage=1), 2), ("date", head(2, "6C", storage=1), 2), ("text", head(0xD, "FD0C"), None)]

    def full(litres, degrees, date, letters):
        data = [integer(litres, 4), integer(degrees, 2), day(*date), bytes([len(letters)]) + letters.encode()[::-1]]
        texts = [said("volume", number_text(litres, -3), "m3"), said("flow_temperature", number_text(degrees, -1), "Cel"), "date {:04}-{:02}-{:02}".format(*date), said("model_version", letters)]
        heads = [h for _, h, _ in layout]
        return b"".join(h + d for h, d in zip(heads, data)), b"".join(heads), b"".join(data), "; ".join(texts)

    first, heads, _, first_text = full(1000, 215, (2026, 10, 31), "AB")
    second, _, data, text = full(1234, -15, (2026, 11, 30), "XYZ")
    compact = struct.pack("<HH", crc(heads), crc(second)) + data
    row("full frame, then compact frame: full", bare(b"\x78" + first), first_text)
    teach = bare(b"\x78" + first).hex().upper()
    row("compact frame (79) after a full frame (78)", bare(b"\x79" + compact), text, prior=[teach], layers=["TPL none"])
    row("compact frame (7B) after a full frame (7A)", bare(short(0x7B, compact)), text, prior=[bare(short(0x7A, first)).hex().upper()], layers=["TPL short"])
    row("compact frame (73) after a full frame (72)", bare(long(0x73, compact)), text, prior=[bare(long(0x72, first)).hex().upper()], layers=["TPL long"])
    row("compact frame (79) after a full frame (72) of the same meter", bare(b"\x79" + compact), text, prior=[bare(long(0x72, first, number=NUMBER, rest=MAKER + bytes([VERSION, MEDIUM]))).hex().upper()])
    row("compact frame in ELL II, AES-CTR", bare(ell_session(0x8D, b"\x79" + compact, True)), text, "decrypted", key=KEY, prior=[bare(ell_session(0x8D, b"\x78" + first, True)).hex().upper()],
        layers=["ELL2", "TPL none"])
    closed = [bare(short(ci, cbc(KEY, vector5(0x2A), filled(body)), configuration=0x0500 | len(filled(body))))
              for ci, body in ((0x7A, first), (0x7B, compact))]
    row("compact frame (7B) in mode 5: behind the 2F2F", closed[1], text, "decrypted", key=KEY, prior=[closed[0].hex().upper()])
    row("compact frame, headers of another type of meter", bare(b"\x79" + compact, address=MAKER + NUMBER + bytes([VERSION, 0x16])), prior=[teach], error="not known yet", undecoded=compact.hex().upper())
    row("compact frame, headers not known", bare(b"\x79" + struct.pack("<HH", crc(heads) ^ 1, crc(second)) + data), prior=[teach], error="not known yet")
    row("compact frame, CRC of the full frame wrong", bare(b"\x79" + struct.pack("<HH", crc(heads), crc(second) ^ 0x100) + data), prior=[teach], error="CRC")
    row("compact frame, data octet wrong", flip(bare(b"\x79" + compact), 15), prior=[teach], error="CRC")
    row("compact frame cut off", bare(b"\x79" + compact[:-1]), prior=[teach], error="CRC")
    published = bytes.fromhex("02FF2004134413")
    assert crc(published) == 0xDD34
    values = (0x0021, 1234567, 1200000)
    whole = published[:3] + integer(values[0], 2) + published[3:5] + integer(values[1], 4) + published[5:] + integer(values[2], 4)
    data = integer(values[0], 2) + integer(values[1], 4) + integer(values[2], 4)
    row("compact frame with a published layout (DD34), no full frame heard", bare(b"\x79" + struct.pack("<HH", 0xDD34, crc(whole)) + data),
        "manufacturer_specific 33; volume 1234.567 m3; volume 1200 m3", facets=[{}, {"storage": 0}, {"storage": 1}])


def main():
    for rows in (link_rows, ell_rows, transport_rows, mode5_rows, mode7_rows, unsupported_rows, data_type_rows, variable_rows, date_rows, numbering_rows, vif_rows, vife_rows, structure_rows, compact_rows):
        rows()
    print("# Made by: python3 tests/Vectors/mbus/make-vectors.py > tests/Vectors/mbus/layers.jsonl (independent of the product: Python's standard library and the openssl command line).")
    for made in ROWS:
        print(json.dumps(made, ensure_ascii=False))


main()
